#!/usr/bin/env bash
# The figure of the profile's authors, and the life of a device's certificate: device, local RA, RA and CA, told step by step. tools/demo/figure.sh PROGRAM
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/play.sh" "$1"

tell "1. A manufacturer makes a device and gives it a certificate (openssl plays the manufacturer)."
make_device
facts device.pem

tell "2. A plant founds its own CA, which lets devices of that manufacturer in, a technician who knows a secret, and registration authorities."
found_plant aloud
serve plant
ca_url=$url
echo "    The CA answers at $ca_url."

tell "3. The operator's RA gets a certificate (id-kp-cmcRA) of that CA: it checks requests, and says so by its signature. Before it, in the plant, a local RA (LRA) changes nothing."
certify_ra "$ca_url"
mkdir ra lra
{ printf 'listen = ["http://127.0.0.1:0"]\n[store]\nfile = "store.db"\n'; signer; trusts; upstream ca "$ca_url"; } >ra/cmpkit.toml
serve ra
{ printf 'listen = ["http://127.0.0.1:0"]\n[store]\nfile = "store.db"\n[ra]\n'; trusts; upstream ra "$url"; } >lra/cmpkit.toml
serve lra
echo "    device -> LRA $url -> RA -> CA"

tell "4. The device comes to the plant: with its manufacturer's certificate it asks the LRA for one of the plant (ir)."
aloud "$cmpkit" enroll "$url" -v --cert device.pem --key device.key --trust plant/root.pem \
    --gen-key ec:P-256 --new-key plant.key --subject "/CN=device-4711" --out plant.pem --chain-out chain.pem
facts plant.pem
verify plant.pem

tell "What each of them did:"
echo "  LRA"; log_of lra
echo "  RA"; log_of ra
echo "  CA"; log_of plant

tell "5. Time has passed: the device replaces its certificate, with a new key (kur)."
aloud "$cmpkit" update "$url" -v --cert plant.pem --key plant.key --trust plant/root.pem --gen-key ec:P-256 --new-key plant-2.key --out plant-2.pem
facts plant-2.pem
verify plant-2.pem

tell "6. The device is sold: its certificate is revoked (rr)."
aloud "$cmpkit" revoke "$url" -v --cert plant-2.pem --key plant-2.key --trust plant/root.pem --reason cessationOfOperation
aloud "$cmpkit" ca crl plant --out plant.crl
serial=$(openssl x509 -in plant-2.pem -noout -serial | sed 's/serial=//')
openssl crl -in plant.crl -noout -text | grep -A 4 "$serial" | sed 's/^ */    the CRL says: /'
if openssl verify -crl_check -CAfile plant/root.pem -untrusted chain.pem -CRLfile plant.crl plant-2.pem >verdict.txt 2>&1; then
    echo "the revoked certificate still verifies"
    exit 1
fi
grep -o 'error 23.*' verdict.txt | sed 's/^/    openssl verify says: /'

tell "7. A stranger with other software (openssl cmp) and the technician's secret gets a certificate from the same CA, without RAs."
silently openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out laptop.key
silently openssl cmp -cmd ir -server "${ca_url#http://}" -path .well-known/cmp -ref technician -secret "file:technician.secret" -newkey laptop.key \
    -subject "/CN=laptop" -trusted plant/root.pem -certout laptop.pem
facts laptop.pem
verify laptop.pem

tell "What the CA knows in the end (cmpkit ca list):"
"$cmpkit" ca list plant | sed 's/^/    /'
echo
