#!/usr/bin/env bash
# What goes over the wire, as tshark reads it: every message of every operation is decoded, none is marked malformed.
source "$(dirname "$0")/steps.sh"

printf 'secret' >secret
must "$cmpkit" ca init ca --subject "/O=Plant/CN=Plant Root" --listen http://127.0.0.1:0 --ref many --secret file:secret
sed -i 's/^uses .*/uses = 0/' ca/cmpkit.toml
"$cmpkit" serve -c ca/cmpkit.toml >ready.txt 2>server.log &
pids+=($!)
for _ in $(seq 400); do
    grep -q ready ready.txt && break
    sleep 0.05
done
url=$(sed -n 's|^cmpkit: ready at \([^ ]*\).*|\1|p' ready.txt)
[ -n "$url" ] || fail "the server does not start"

secret=(--ref many --secret file:secret --trust ca/root.pem)
must "$cmpkit" enroll "$url" "${secret[@]}" --gen-key ec:P-256 --new-key a.key --subject /CN=a --san dns:a.plant --san ip:192.0.2.1 --out a.pem --trace-dir t1
must "$cmpkit" enroll "$url" "${secret[@]}" --mac pbmac1 --gen-key ed25519 --new-key b.key --subject /CN=b --out b.pem --implicit-confirm --trace-dir t2
must "$cmpkit" enroll "$url" --op cr --cert a.pem --key a.key --trust ca/root.pem --gen-key rsa:2048 --new-key c.key --subject /CN=a --out c.pem --trace-dir t3
must "$cmpkit" update "$url" --cert a.pem --key a.key --trust ca/root.pem --gen-key ec:P-384 --new-key d.key --out d.pem --trace-dir t4
must openssl req -new -key c.key -subj /CN=a -out p10.csr
must "$cmpkit" enroll "$url" --cert d.pem --key d.key --trust ca/root.pem --csr p10.csr --out e.pem --trace-dir t5
must "$cmpkit" revoke "$url" --cert d.pem --key d.key --trust ca/root.pem --reason superseded --trace-dir t6
must_not "$cmpkit" enroll "$url" --cert d.pem --key d.key --trust ca/root.pem --op cr --gen-key ec:P-256 --new-key f.key --subject /CN=a --out f.pem --trace-dir t7

count=0
for message in t?/*.der; do
    must "$cmpkit" show "$message"
    "$cmpkit" show --json "$message" >message.json || fail "show --json $message"
    must python3 -m json.tool message.json
    {
        printf 'POST /.well-known/cmp HTTP/1.1\r\nHost: x\r\nContent-Type: application/pkixcmp\r\nContent-Length: %d\r\n\r\n' "$(stat -c %s "$message")"
        cat "$message"
    } >http.bin
    od -Ax -tx1 -v http.bin | text2pcap -q -T 40000,80 - wire.pcap 2>output.txt || fail "text2pcap $message"
    tshark -r wire.pcap -V >output.txt 2>&1 || fail "tshark $message"
    says "Certificate Management Protocol"
    ! grep -qi malformed output.txt || fail "tshark finds $message malformed"
    count=$((count + 1))
done
[ "$count" -ge 22 ] || fail "only $count messages were seen"
echo "tshark decodes all $count messages"
