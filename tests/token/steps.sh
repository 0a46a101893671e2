# Shared by the interoperability scripts: a temporary folder, steps that show the logs when they fail, servers ended by their own pid.
set -euo pipefail
cmpkit=$(realpath "${1:?the program cmpkit}")
folder=$(mktemp -d)
pids=()
end() {
    local pid
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; done
    rm -rf "$folder"
}
trap end EXIT
cd "$folder"

fail() {
    echo "FAILED: $*"
    for log in output.txt server.log mock.log; do [ ! -s "$log" ] || { echo "--- $log"; tail -n 30 "$log"; }; done
    exit 1
}
must() { "$@" >output.txt 2>&1 || fail "$@"; }
must_not() { if "$@" >output.txt 2>&1; then fail "this should have been refused: $*"; fi; }
says() { grep -q -- "$1" output.txt || fail "the output does not say «$1»"; }
new_key() { # file, rsa | ec | ed25519
    case $2 in
        rsa) must openssl genrsa -out "$1" 2048 ;;
        ec) must openssl ecparam -name prime256v1 -genkey -noout -out "$1" ;;
        ed25519) must openssl genpkey -algorithm ed25519 -out "$1" ;;
    esac
}
make_root() { # name, subject
    must openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.pem" -subj "$2" -days 30
}
make_certificate() { # name, subject, root; the key is there
    must openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
    must openssl x509 -req -in "$1.csr" -CA "$3.pem" -CAkey "$3.key" -set_serial "0x$(openssl rand -hex 8)" -days 20 -out "$1.pem"
}
key_fits() { # certificate, key
    [ "$(openssl x509 -in "$1" -noout -pubkey)" = "$(openssl pkey -in "$2" -pubout)" ] || fail "the certificate $1 is not for the key $2"
}
