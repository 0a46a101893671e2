# What the demonstrations share; each begins with `source play.sh PROGRAM`. All of it happens in a folder that is gone afterwards.
cmpkit=$(realpath "${1:?the program cmpkit}")
folder=$(mktemp -d)
servers=()
end() {
    for server in "${servers[@]}"; do kill "$server" 2>/dev/null && wait "$server" || true; done
    rm -rf "$folder"
}
trap end EXIT
cd "$folder"

tell() { printf '\n%s\n' "$*"; }
fail() { echo "this failed: $*"; cat output.txt; tail -n 20 ./*.log 2>/dev/null; exit 1; }
silently() { "$@" >output.txt 2>&1 || fail "$@"; }
aloud() { silently "$@"; sed 's/^/    /' output.txt; }
verify() { openssl verify -CAfile plant/root.pem -untrusted "${2:-chain.pem}" "$1" | sed 's/^/    openssl verify says: /'; }
facts() { openssl x509 -in "$1" -noout -subject -serial -startdate -enddate -nameopt RFC2253 | sed 's/^/    /'; }
log_of() { grep -v '"outcome":"repeated' "$1.log" | sed -n 's/^.*"body":"\([^"]*\)","outcome":"\([^"]*\)".*"route":"\([^"]*\)".*/    \1 -> \2 (\3)/p; t; s/^.*"body":"\([^"]*\)","outcome":"\([^"]*\)".*/    \1 -> \2/p' | tail -n "${2:-20}"; }

# serve NAME: starts the server of the folder NAME; `url` is where, `server` its process.
serve() {
    "$cmpkit" serve -c "$1/cmpkit.toml" >"$1.ready" 2>>"$1.log" &
    server=$!
    servers+=("$server")
    for _ in $(seq 400); do
        grep -q ready "$1.ready" && break
        kill -0 "$server" 2>/dev/null || break
        sleep 0.05
    done
    url=$(sed -n 's/^cmpkit: ready at \([^ ]*\).*/\1/p' "$1.ready")
    [ -n "$url" ] || { echo "the server of $1 does not start:"; cat "$1.log"; exit 1; }
}

# A maker, a device of it, and a plant's CA that lets such devices in and has a profile for registration authorities.
make_device() {
    silently openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/O=Maker/CN=Maker Root" -days 3650 -keyout maker.key -out maker.pem
    silently openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/O=Maker/CN=device-4711" -keyout device.key -out device.csr
    silently openssl x509 -req -in device.csr -CA maker.pem -CAkey maker.key -days 3650 -out device.pem
}
found_plant() {
    (umask 077 && openssl rand -hex 16 >technician.secret && openssl rand -hex 16 >ra.secret)
    "$@" "$cmpkit" ca init plant --subject "/O=Plant/CN=Plant Root" --listen http://127.0.0.1:0 --trust-external maker.pem --external-revocation soft --ref technician --secret file:technician.secret
    cat >>plant/cmpkit.toml <<TOML

[[profile]]
name               = "ra"
requesters         = ["secret"]
secret_subjects    = ["CN={reference},O=Plant"]
extended_key_usage = ["id-kp-cmcRA"]

[[secret]]
reference = "RA"
secret    = "file:$folder/ra.secret"
profile   = "ra"
TOML
}
# certify_ra URL: ra.key and ra.pem, a signer of the plant's PKI that speaks for others.
certify_ra() {
    silently "$cmpkit" enroll "$1" --ref RA --secret file:ra.secret --trust plant/root.pem --gen-key ec:P-256 --new-key ra.key --subject "/O=Plant/CN=RA" --out ra.pem
}
# upstream NAME URL: that table of a configuration.
upstream() { printf '[[upstream]]\nname = "%s"\nurl = "%s"\ntrust = ["../plant/root.pem"]\nrevocation = "soft"\n' "$1" "$2"; }
trusts() { printf '[pki]\ntrust = ["../plant/root.pem"]\nintermediates = ["../plant/issuing.pem"]\nrevocation = "soft"\n[external]\ntrust = ["../maker.pem"]\nrevocation = "soft"\n'; }
signer() { printf '[ra]\ncertificate = ["../ra.pem"]\nkey = "../ra.key"\nchain = ["../plant/issuing.pem"]\n'; }
