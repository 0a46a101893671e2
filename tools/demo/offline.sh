#!/usr/bin/env bash
# Trackside: no line leads from the local RA to the PKI. It tells devices to wait, and a technician's folder carries files there and back. tools/demo/offline.sh PROGRAM
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/play.sh" "$1"

tell "1. A device with its maker's certificate stands at the track; the operator's PKI is far away: a CA, and an RA that serves a folder of files."
make_device
found_plant silently
serve plant
certify_ra "$url"
mkdir office trackside stick office/spool trackside/spool
{ printf 'listen = ["file:%s/office/spool"]\n[store]\nfile = "store.db"\n' "$folder"; signer; trusts; upstream ca "$url"; } >office/cmpkit.toml
serve office

tell "2. At the track a local RA (LRA) with a certificate of its own; what it forwards it writes into a folder."
{ printf 'listen = ["http://127.0.0.1:0"]\n[store]\nfile = "store.db"\n'; signer; printf 'poll_after = "1s"\n'; trusts; upstream ra "file:$folder/trackside/spool"; printf 'exchange = "1s"\nretry = "1s"\n'; cat <<'TOML'
[[rule]]
name   = "everything, as it is"
action = "unchanged"
TOML
} >trackside/cmpkit.toml
serve trackside

# carry FROM TO KIND: the technician copies what is new from one folder to the other, by way of the stick.
carry() {
    local file
    for file in "$1/spool/$3"/*.PKI; do
        [ -e "$file" ] && [ ! -e "carried.$3.$(basename "$file")" ] || continue
        cp "$file" stick/ && mv "stick/$(basename "$file")" "$2/spool/$3/.$(basename "$file")" && mv "$2/spool/$3/.$(basename "$file")" "$2/spool/$3/$(basename "$file")"
        touch "carried.$3.$(basename "$file")"
        echo "    carried from $1 to $2: $(basename "$file")"
    done
}

tell "3. The device asks (ir); the LRA says «waiting», and the device polls. Meanwhile the technician goes to and fro."
"$cmpkit" enroll "$url" -v --cert device.pem --key device.key --trust plant/root.pem --gen-key ec:P-256 --new-key track.key --subject "/CN=device-4711" --out track.pem --chain-out chain.pem \
    --timeout 600 >enroll.txt 2>&1 &
device=$!
servers+=("$device")
while kill -0 "$device" 2>/dev/null; do
    carry trackside office requests
    carry office trackside replies
    sleep 0.2
done
wait "$device" || fail "the device" "$(cat enroll.txt)"
grep -v pollRe enroll.txt | sed 's/^/    /'
facts track.pem
verify track.pem

tell "What the LRA did:"
log_of trackside
echo
