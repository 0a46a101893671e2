#!/usr/bin/env bash
# Our client against a stranger's server, the mock server of `openssl cmp`. It is started anew for each case: it does not survive another signer.
source "$(dirname "$0")/steps.sh"

make_root root "/CN=Server Root"
new_key server.key ec
make_certificate server "/CN=Server" root
new_key new.key ec
make_certificate new "/CN=dev1" root
make_root maker "/CN=Maker"
for kind in rsa ec ed25519; do
    new_key "$kind.key" "$kind"
    make_certificate "$kind" "/CN=device $kind" maker
done
printf 'secret' >secret
printf 'wrong' >wrong

# The mock server cannot take a port of the system's choice: one that was free a moment ago is named, and another if somebody was faster.
with_server() {
    local pid tries
    for tries in 1 2 3 4 5; do
        port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
        openssl cmp -port "$port" -rsp_cert new.pem "$@" >mock.log 2>&1 &
        pid=$!
        pids=("$pid")
        for _ in $(seq 200); do
            grep -q ACCEPT mock.log && { url=http://127.0.0.1:$port/pkix/; return; }
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.02
        done
    done
    fail "the mock server does not start"
}
stop_server() { kill "${pids[@]}" 2>/dev/null || true; wait "${pids[@]}" 2>/dev/null || true; pids=(); }
signs=(-srv_cert server.pem -srv_key server.key -srv_trusted maker.pem)
macs=(-srv_ref ref -srv_secret pass:secret)
by_secret=(--ref ref --secret file:secret --trust root.pem)
by_certificate() { echo --cert "$1.pem" --key "$1.key" --trust root.pem; }
asked=(--new-key new.key --subject /CN=dev1 --out out.pem)

for mac in pbm pbmac1; do
    [ $mac = pbm ] || continue # OpenSSL 3.0 knows no PBMAC1
    for op in ir cr; do
        with_server "${macs[@]}"
        must "$cmpkit" enroll "$url" --op $op --mac $mac "${by_secret[@]}" "${asked[@]}" --trace-dir "trace-$op"
        key_fits out.pem new.key
        stop_server
    done
done
with_server "${macs[@]}" -grant_implicitconf
must "$cmpkit" enroll "$url" "${by_secret[@]}" "${asked[@]}" --implicit-confirm --trace-dir trace-implicit
[ "$(ls trace-implicit | wc -l)" = 2 ] || fail "implicit confirmation needs two messages"
stop_server
for kind in rsa ec ed25519; do
    with_server "${signs[@]}"
    must "$cmpkit" enroll "$url" $(by_certificate $kind) "${asked[@]}"
    stop_server
done
with_server "${signs[@]}"
must "$cmpkit" enroll "$url" --cert ec.pem --key ec.key --pin server.pem --verify-new root.pem "${asked[@]}"
stop_server
with_server "${signs[@]}"
must "$cmpkit" enroll "$url" $(by_certificate rsa) --csr new.csr --out out.pem
stop_server
with_server -srv_cert server.pem -srv_key server.key -srv_trusted root.pem
must "$cmpkit" update "$url" --cert new.pem --key new.key --trust root.pem --new-key new.key --out out.pem
stop_server
with_server -srv_cert server.pem -srv_key server.key -srv_trusted root.pem
must "$cmpkit" revoke "$url" --cert new.pem --key new.key --trust root.pem --reason keyCompromise
stop_server

rm -f out.pem
with_server "${macs[@]}" -pkistatus 2 -failure 19 -statusstring "no such name"
must_not "$cmpkit" enroll "$url" "${by_secret[@]}" "${asked[@]}"
says badCertTemplate
says "no such name"
stop_server
with_server "${macs[@]}"
must_not "$cmpkit" enroll "$url" --ref ref --secret file:wrong --trust root.pem "${asked[@]}"
stop_server
with_server "${signs[@]}"
must_not "$cmpkit" enroll "$url" --cert ec.pem --key ec.key --trust maker.pem "${asked[@]}" # its signer is not the maker's
says "not trusted\|no trusted path"
stop_server
with_server "${signs[@]}"
must_not "$cmpkit" enroll "$url" --cert ec.pem --key ec.key --pin maker.pem "${asked[@]}"
stop_server
with_server "${macs[@]}" -send_error -send_unprot_err
must_not "$cmpkit" enroll "$url" "${by_secret[@]}" "${asked[@]}"
says "not verified"
stop_server
[ ! -e out.pem ] || fail "a refused request left a certificate"
echo "the mock server of openssl cmp does not notice that the client is not its own"
