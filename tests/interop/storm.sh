#!/usr/bin/env bash
# 200 enrollments while the server is killed without warning again and again: no certificate is unknown to the CA, every request ends, no serial is used twice.
source "$(dirname "$0")/steps.sh"

total=200 clients=4
printf 'secret' >secret
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
must "$cmpkit" ca init ca --subject "/CN=Root" --listen "http://127.0.0.1:$port" --ref many --secret file:secret
sed -i 's/^uses .*/uses = 0/' ca/cmpkit.toml
must openssl ecparam -name prime256v1 -genkey -noout -out key.pem

start() {
    : >ready.txt
    "$cmpkit" serve -c ca/cmpkit.toml >ready.txt 2>>server.log &
    server=$!
    pids=("$server")
    for _ in $(seq 400); do
        grep -q ready ready.txt && return
        kill -0 "$server" 2>/dev/null || break
        sleep 0.02
    done
    fail "the server does not start"
}
client() { # one of the clients: its share of the enrollments, half of them with implicit confirmation
    local i code implicit
    for ((i = $1; i < total; i += clients)); do
        implicit=
        [ $((i % 2)) = 0 ] || implicit=--implicit-confirm
        code=0
        timeout 120 "$cmpkit" enroll "http://127.0.0.1:$port" --ref many --secret file:secret --trust ca/root.pem --new-key key.pem --subject "/CN=dev$i" $implicit \
            --timeout 100 --out "got-$i.pem" >/dev/null 2>"error-$i.txt" || code=$?
        echo "$i $code" >>"ended-$1.txt"
    done
}

start
workers=()
for ((c = 0; c < clients; ++c)); do
    : >"ended-$c.txt"
    client $c &
    workers+=($!)
done
kills=0
while :; do
    before=$(cat ended-*.txt | wc -l)
    # The next kill comes when some more enrollments have ended: in the middle of others.
    for _ in $(seq 500); do
        now=$(cat ended-*.txt | wc -l)
        [ "$now" -ge $((before + 12)) ] && break
        [ "$now" -ge "$total" ] && break
        sleep 0.02
    done
    [ "$now" -lt "$total" ] || break
    kill -9 "$server"
    wait "$server" 2>/dev/null || true
    kills=$((kills + 1))
    start
done
wait "${workers[@]}"

ended=$(cat ended-*.txt | wc -l)
[ "$ended" = "$total" ] || fail "$ended of $total requests ended"
awk '$2 != 0 {print "error-" $1 ".txt"}' ended-*.txt | while read -r file; do [ -s "$file" ] || fail "a request ended without a word"; done
must "$cmpkit" ca list ca
sed -n 's/^0x\([0-9a-f]*\) .*/\1/p' output.txt | sort >known.txt
for file in got-*.pem; do openssl x509 -in "$file" -noout -serial | sed 's/serial=//' | tr A-F a-f; done | sort >held.txt
[ -z "$(uniq -d held.txt)" ] || fail "a serial was used twice"
[ -z "$(uniq -d known.txt)" ] || fail "a serial is known twice"
[ -z "$(comm -23 held.txt known.txt)" ] || fail "certificates that the CA does not know: $(comm -23 held.txt known.txt)"
[ "$kills" -ge 3 ] || fail "the server was killed only $kills times"
echo "$(wc -l <held.txt) of $total clients hold a certificate that the CA knows, after $kills kills"
