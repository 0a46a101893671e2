#!/usr/bin/env bash
# A stranger's client, `openssl cmp`, against our server: every operation, keys of three kinds, signature and MAC, and refusals.
source "$(dirname "$0")/steps.sh"

make_root maker "/O=Maker/CN=Maker Root"
new_key device.key rsa
make_certificate device "/O=Maker/CN=dev7" maker
make_root nobody "/CN=Nobody"
new_key stranger.key ec
make_certificate stranger "/CN=dev7" nobody

printf 'device secret' >secret
must "$cmpkit" ca init ca --subject "/O=Plant/CN=Plant Root" --listen http://127.0.0.1:0 --ref many --secret file:secret --trust-external maker.pem
sed -i 's/^uses .*/uses = 0/' ca/cmpkit.toml
"$cmpkit" serve -c ca/cmpkit.toml >ready.txt 2>server.log &
pids+=($!)
for _ in $(seq 400); do
    grep -q ready ready.txt && break
    sleep 0.05
done
server=$(sed -n 's|^cmpkit: ready at http://\([^ ]*\).*|\1|p' ready.txt)
[ -n "$server" ] || fail "the server does not start"

client() { openssl cmp -server "$server" -trusted ca/root.pem -untrusted ca/issuing.pem "$@"; }
secret=(-ref many -secret "pass:device secret")

for kind in rsa ec ed25519; do
    new_key "$kind.key" "$kind"
    must client -cmd ir "${secret[@]}" -newkey "$kind.key" -subject "/CN=dev-$kind" -certout "$kind.pem" -cacertsout "$kind-roots.pem"
    key_fits "$kind.pem" "$kind.key"
    must openssl verify -x509_strict -CAfile ca/root.pem -untrusted ca/issuing.pem "$kind.pem"
    must cmp <(openssl x509 -in "$kind-roots.pem" -outform DER) <(openssl x509 -in ca/root.pem -outform DER)
    [ $kind != ed25519 ] || continue # OpenSSL 3.0 does not protect messages with it
    must client -cmd cr -cert "$kind.pem" -key "$kind.key" -newkey "$kind.key" -subject "/CN=dev-$kind" -certout cr.pem -implicit_confirm
    must client -cmd kur -cert "$kind.pem" -key "$kind.key" -newkey rsa.key -certout "updated-$kind.pem" -path .well-known/cmp/keyupdate
    must_not client -cmd kur -cert "$kind.pem" -key "$kind.key" -newkey rsa.key -certout none.pem # it was updated
    must openssl req -new -key "$kind.key" -subj "/CN=dev-$kind" -out "$kind.csr"
    must client -cmd p10cr -cert "updated-$kind.pem" -key rsa.key -csr "$kind.csr" -certout p10.pem -path .well-known/cmp/pkcs10
    key_fits p10.pem "$kind.key"
    must client -cmd rr -cert "updated-$kind.pem" -key rsa.key -oldcert "updated-$kind.pem" -revreason 4
    must_not client -cmd cr -cert "updated-$kind.pem" -key rsa.key -newkey rsa.key -subject "/CN=dev-$kind" -certout none.pem # it was revoked
done

must client -cmd ir -cert device.pem -key device.key -newkey ec.key -subject "/CN=dev7" -certout dev7.pem -path .well-known/cmp/p/device/initialization
must_not client -cmd ir -cert device.pem -key device.key -newkey ec.key -subject "/CN=dev8" -certout none.pem
says notAuthorized
must_not client -cmd ir -cert stranger.pem -key stranger.key -newkey ec.key -subject "/CN=dev7" -certout none.pem
says signerNotTrusted
must_not client -cmd ir -ref many -secret "pass:wrong" -newkey ec.key -subject "/CN=dev" -certout none.pem
must_not client -cmd ir "${secret[@]}" -newkey ec.key -subject "/CN=dev" -popo -1 -certout none.pem
must_not client -cmd kur "${secret[@]}" -oldcert dev7.pem -newkey ec.key -certout none.pem # an update under a secret
[ ! -e none.pem ] || fail "a refused request left a certificate"

must "$cmpkit" ca list ca
[ "$(grep -c revoked output.txt)" = 2 ] || fail "two certificates should be revoked"
echo "openssl cmp does not notice that the server is not its own"
