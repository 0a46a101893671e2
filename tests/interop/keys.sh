#!/usr/bin/env bash
# CAs whose keys are Ed448 or of the brainpool curves, against the client of `openssl cmp`; every such kind of key certified by them, and used from PKCS#12.
source "$(dirname "$0")/steps.sh"

printf 'secret' >secret
serve() { # kind of the CA's keys
    rm -rf ca
    must "$cmpkit" ca init ca --subject "/O=Plant/CN=Plant Root" --listen http://127.0.0.1:0 --key "$1" --ref many --secret file:secret
    sed -i 's/^uses .*/uses = 0/; s/^keys .*/keys = ["ed448", "ec:brainpoolP256r1", "ec:brainpoolP384r1", "ec:brainpoolP512r1"]/' ca/cmpkit.toml
    : >ready.txt
    "$cmpkit" serve -c ca/cmpkit.toml >ready.txt 2>server.log &
    pids=("$!")
    for _ in $(seq 400); do
        grep -q ready ready.txt && break
        sleep 0.05
    done
    server=$(sed -n 's|^cmpkit: ready at http://\([^ ]*\).*|\1|p' ready.txt)
    [ -n "$server" ] || fail "the server does not start"
}
stop() {
    kill "${pids[0]}"
    wait "${pids[0]}" || true
    pids=()
}
client() { openssl cmp -server "$server" -trusted ca/root.pem -untrusted ca/issuing.pem "$@"; }
is_good() { # certificate, key
    key_fits "$1" "$2"
    must openssl verify -x509_strict -CAfile ca/root.pem -untrusted ca/issuing.pem "$1"
}

printf 'geheim' >password
printf 'falsch' >wrong
must openssl ecparam -name brainpoolP512r1 -genkey -noout -out strange.key
for authority in ed448 ec:brainpoolP256r1 ec:brainpoolP384r1 ec:brainpoolP512r1; do
    serve "$authority"
    # OpenSSL before 3.4 confirms an Ed448 certificate with a short hash.
    must client -cmd ir -ref many -secret pass:secret -newkey strange.key -subject /CN=dev -certout strange.pem
    is_good strange.pem strange.key
    for kind in ed448 ec:brainpoolP256r1 ec:brainpoolP384r1 ec:brainpoolP512r1; do
        rm -f first.key second.key
        must "$cmpkit" enroll "http://$server" --ref many --secret file:secret --trust ca/root.pem --gen-key "$kind" --new-key first.key --subject /CN=dev --out first.pem
        is_good first.pem first.key
        must "$cmpkit" update "http://$server" --cert first.pem --key first.key --trust ca/root.pem --gen-key "$kind" --new-key second.key --out second.pem
        is_good second.pem second.key
    done
    must openssl pkcs12 -export -in second.pem -inkey second.key -certfile ca/issuing.pem -passout file:password -out dev.p12
    in_file=(--cert dev.p12 --trust ca/root.pem)
    must_not "$cmpkit" update "http://$server" "${in_file[@]}" --cert-pass file:wrong --new-key first.key --out none.pem
    says "wrong password"
    must_not "$cmpkit" update "http://$server" "${in_file[@]}" --new-key first.key --out none.pem
    says "a password is needed"
    must_not "$cmpkit" update "http://$server" --cert second.pem --trust ca/root.pem --new-key first.key --out none.pem
    says "there is no --key"
    must_not "$cmpkit" update "http://$server" "${in_file[@]}" --cert-pass file:password --new-key first.key --out dev.p12
    says "which would be lost"
    must "$cmpkit" enroll "http://$server" --op cr "${in_file[@]}" --cert-pass file:password --new-key first.key --subject /CN=dev --out first.pem
    is_good first.pem first.key
    must "$cmpkit" revoke "http://$server" "${in_file[@]}" --cert-pass file:password
    says "revoked CN=dev"
    must_not "$cmpkit" enroll "http://$server" --ref many --secret file:secret --trust ca/root.pem --gen-key ec:P-256 --new-key none.key --subject /CN=dev --out none.pem
    says badCertTemplate
    stop
done
echo "openssl cmp takes certificates of CAs with Ed448 and brainpool keys, and ours serve and use such keys"
