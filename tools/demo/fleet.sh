#!/usr/bin/env bash
# Two nodes of one RA on one PostgreSQL, one of them killed in the middle. CMPKIT_TEST_POSTGRES is the database. tools/demo/fleet.sh PROGRAM
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/play.sh" "$1"
database=${CMPKIT_TEST_POSTGRES:?a database}

tell "1. A CA, and a registration authority of two nodes that share one PostgreSQL. An officer approves what goes through it."
make_device
found_plant silently
serve plant
ca_url=$url
certify_ra "$ca_url"
urls=() nodes=()
for node in first second; do
    mkdir "$node"
    {
        printf 'listen = ["http://127.0.0.1:0"]\n[store]\nurl = "%s"\n' "$database"
        signer; trusts; upstream ca "$ca_url"; printf 'exchange = "2s"\nretry = "1s"\n'
        printf '[[rule]]\nname = "by hand"\naction = "reprotect"\nbodies = ["ir"]\napprove_by_hand = true\npoll_after = "1s"\n'
    } >"$node/cmpkit.toml"
    serve "$node"
    urls+=("$url")
    nodes+=("$server")
    echo "    the $node node answers at $url"
done

tell "2. A device asks the first node, and is told to wait for the officer."
"$cmpkit" enroll "${urls[0]}" --cert device.pem --key device.key --trust plant/root.pem --gen-key ec:P-256 --new-key dev.key --subject "/CN=device-4711" --out dev.pem --chain-out chain.pem \
    --state device.state --timeout 3 >output.txt 2>&1 && fail "it should wait"
aloud "$cmpkit" ra pending second

tell "3. The first node is killed; the officer approves at the second."
{ kill -9 "${nodes[0]}" && wait "${nodes[0]}"; } 2>/dev/null || true
request=$("$cmpkit" ra pending second --json | sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p')
aloud "$cmpkit" ra approve second "$request"

tell "4. The device goes on where it was, at the node that is left, and gets its certificate."
aloud "$cmpkit" resume device.state --url "${urls[1]}" --timeout 60
facts dev.pem
verify dev.pem

tell "What the second node did:"
log_of second
echo
