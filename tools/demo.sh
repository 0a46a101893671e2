#!/usr/bin/env bash
# The life of a device's certificate, told step by step: tools/demo.sh PROGRAM. All of it happens in a folder that is gone afterwards.
set -euo pipefail

cmpkit=$(realpath "${1:?the program cmpkit}")
folder=$(mktemp -d)
server=
end() {
    [ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server" || true; }
    rm -rf "$folder"
}
trap end EXIT
cd "$folder"

tell() { printf '\n%s\n' "$*"; }
fail() { echo "this failed: $*"; cat output.txt; [ ! -f server.log ] || tail -n 20 server.log; exit 1; }
silently() { "$@" >output.txt 2>&1 || fail "$@"; }
aloud() { silently "$@"; sed 's/^/    /' output.txt; }
verify() { openssl verify -CAfile plant/root.pem -untrusted chain.pem "$1" | sed 's/^/    openssl verify says: /'; }
facts() { openssl x509 -in "$1" -noout -subject -serial -startdate -enddate -nameopt RFC2253 | sed 's/^/    /'; }

tell "1. A manufacturer makes a device and gives it a certificate (openssl plays the manufacturer)."
silently openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/O=Maker/CN=Maker Root" -days 3650 -keyout maker.key -out maker.pem
silently openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/O=Maker/CN=device-4711" -keyout device.key -out device.csr
silently openssl x509 -req -in device.csr -CA maker.pem -CAkey maker.key -days 3650 -out device.pem
facts device.pem

tell "2. A plant founds its own CA, which lets devices of that manufacturer in, and a technician who knows a secret."
(umask 077 && openssl rand -hex 16 >technician.secret)
aloud "$cmpkit" ca init plant --subject "/O=Plant/CN=Plant Root" --listen http://127.0.0.1:0 --trust-external maker.pem --external-revocation soft --ref technician --secret file:technician.secret
"$cmpkit" serve -c plant/cmpkit.toml >ready.txt 2>server.log &
server=$!
for _ in $(seq 200); do
    grep -q ready ready.txt && break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.05
done
url=$(sed -n 's/^cmpkit: ready at \([^ ]*\).*/\1/p' ready.txt)
[ -n "$url" ] || { echo "the server does not start:"; cat server.log; exit 1; }
echo "    The CA answers at $url."

tell "3. The device comes to the plant: with its manufacturer's certificate it asks for one of the plant (ir)."
aloud "$cmpkit" enroll "$url" -v --cert device.pem --key device.key --trust plant/root.pem \
    --gen-key ec:P-256 --new-key plant.key --subject "/CN=device-4711" --out plant.pem --chain-out chain.pem
facts plant.pem
verify plant.pem

tell "4. Time has passed: the device replaces its certificate, with a new key (kur)."
aloud "$cmpkit" update "$url" -v --cert plant.pem --key plant.key --trust plant/root.pem --gen-key ec:P-256 --new-key plant-2.key --out plant-2.pem
facts plant-2.pem
verify plant-2.pem

tell "5. The device is sold: its certificate is revoked (rr)."
aloud "$cmpkit" revoke "$url" -v --cert plant-2.pem --key plant-2.key --trust plant/root.pem --reason cessationOfOperation
aloud "$cmpkit" ca crl plant --out plant.crl
serial=$(openssl x509 -in plant-2.pem -noout -serial | sed 's/serial=//')
openssl crl -in plant.crl -noout -text | grep -A 4 "$serial" | sed 's/^ */    the CRL says: /'
if openssl verify -crl_check -CAfile plant/root.pem -untrusted chain.pem -CRLfile plant.crl plant-2.pem >verdict.txt 2>&1; then
    echo "the revoked certificate still verifies"
    exit 1
fi
grep -o 'error 23.*' verdict.txt | sed 's/^/    openssl verify says: /'

tell "6. A stranger with other software (openssl cmp) and the technician's secret gets a certificate from the same CA."
silently openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out laptop.key
silently openssl cmp -cmd ir -server "${url#http://}" -path .well-known/cmp -ref technician -secret "file:technician.secret" -newkey laptop.key \
    -subject "/CN=laptop" -trusted plant/root.pem -certout laptop.pem
facts laptop.pem
verify laptop.pem

tell "What the CA knows in the end (cmpkit ca list):"
"$cmpkit" ca list plant | sed 's/^/    /'
echo
