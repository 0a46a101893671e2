#!/usr/bin/env bash
# Keys that never leave their token: a TPM 2.0 in software (swtpm), which OpenSSL reaches by the provider tpm2 and the URIs handle:… of its OSSL_STORE.
# Openssl.cnf alone knows of that provider; what the program is told is a URI and where the PIN comes from.
source "$(dirname "$0")/steps.sh"

mkdir tpm
swtpm socket --tpm2 --tpmstate dir=tpm --ctrl type=unixio,path=tpm.sock.ctrl --server type=unixio,path=tpm.sock --flags not-need-init,startup-clear >mock.log 2>&1 &
pids+=($!)
for _ in $(seq 400); do
    [ ! -S tpm.sock ] || break
    sleep 0.05
done
export TPM2TOOLS_TCTI=swtpm:path=tpm.sock TPM2OPENSSL_TCTI=swtpm:path=tpm.sock

make_token_key() { # handle, kind; its PIN is «tokenpin»
    must tpm2_create -Q -C primary.ctx -G "$2" -p tokenpin -u public -r private
    must tpm2_flushcontext -t # this TPM has no room for more
    must tpm2_load -Q -C primary.ctx -u public -r private -c key.ctx
    must tpm2_flushcontext -t
    must tpm2_evictcontrol -Q -C o -c key.ctx "$1"
    must tpm2_flushcontext -t
}
must tpm2_createprimary -Q -C o -G ecc -c primary.ctx
must tpm2_flushcontext -t
make_token_key 0x81000001 ecc256
make_token_key 0x81000002 rsa2048
make_token_key 0x81000003 ecc384
printf 'tokenpin\n' >pin
printf 'another\n' >wrong

cat >token.cnf <<'CONF'
openssl_conf = settings
[settings]
providers = providers
[providers]
default = provider
tpm2 = provider
[provider]
activate = 1
CONF
with_token() { OPENSSL_CONF=$PWD/token.cnf "$@"; }
key_is() { # certificate, handle
    must with_token openssl pkey -in "handle:$2" -pubout -out expected.pem
    [ "$(openssl x509 -in "$1" -noout -pubkey)" = "$(cat expected.pem)" ] || fail "the certificate $1 is not for the key $2"
}

printf 'secret' >secret
must "$cmpkit" ca init ca --subject "/O=Plant/CN=Plant Root" --listen http://127.0.0.1:0 --ref many --secret file:secret
sed -i 's/^uses .*/uses = 0/' ca/cmpkit.toml
# The key that issues certificates goes into the token too. What the old one signed, the certificate that protects answers, comes from the root then.
make_token_key 0x81000004 ecc256
must with_token openssl pkey -in handle:0x81000004 -pubout -out issuing.pub
by_root() { # name, its extensions, options
    must openssl x509 -in "ca/$1.pem" -x509toreq -signkey "ca/$1.key.pem" -out request.csr
    printf "$2subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n" >extensions
    must openssl x509 -req -in request.csr -CA ca/root.pem -CAkey ca/root.key.pem -set_serial "0x$(openssl rand -hex 8)" -days 30 -extfile extensions -out "ca/$1.pem" "${@:3}"
}
by_root issuing 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n' -force_pubkey issuing.pub
by_root cmp-signer 'keyUsage=critical,digitalSignature\nextendedKeyUsage=1.3.6.1.5.5.7.3.27\n'
rm ca/issuing.key.pem
cp pin ca/pin
sed -i 's|^key  *= "issuing.key.pem"|key = "handle:0x81000004?pass"\nkey_passphrase = "file:pin"|' ca/cmpkit.toml
OPENSSL_CONF=$PWD/token.cnf "$cmpkit" serve -c ca/cmpkit.toml >ready.txt 2>server.log &
pids+=($!)
for _ in $(seq 400); do
    grep -q ready ready.txt && break
    sleep 0.05
done
url=$(sed -n 's|^cmpkit: ready at \([^ ]*\).*|\1|p' ready.txt)
[ -n "$url" ] || fail "the server does not start"

client() { with_token "$cmpkit" "$@" --trust ca/root.pem; }
by_secret=(--ref many --secret file:secret)
number=0
for handle in 0x81000001 0x81000002 0x81000003; do
    number=$((number + 1))
    must client enroll "$url" "${by_secret[@]}" --new-key "handle:$handle?pass" --new-key-pass file:pin --subject "/CN=dev$number" --out "dev$number.pem"
    key_is "dev$number.pem" "$handle"
    must openssl verify -x509_strict -CAfile ca/root.pem -untrusted ca/issuing.pem "dev$number.pem"
    in_token=(--cert "dev$number.pem" --key "handle:$handle?pass" --key-pass file:pin)
    must client enroll "$url" --op cr "${in_token[@]}" --gen-key ec:P-256 --new-key "soft$number.key" --subject "/CN=dev$number" --out "soft$number.pem"
    must client update "$url" "${in_token[@]}" --new-key "handle:$handle?pass" --new-key-pass file:pin --out "newer$number.pem"
    key_is "newer$number.pem" "$handle"
    must client revoke "$url" --cert "newer$number.pem" --key "handle:$handle?pass" --key-pass file:pin
done

# The library is asked for the private half.
with_token python3 - "$(dirname "$cmpkit")/../lib/libcmpkit.so" >output.txt 2>&1 <<'ASK' || fail "the private half should stay in the token"
import ctypes, sys
library, key, pem = ctypes.CDLL(sys.argv[1]), ctypes.c_void_p(), ctypes.c_void_p()
assert library.cmpkit_key_open(b"handle:0x81000001?pass", b"tokenpin", ctypes.c_size_t(8), ctypes.byref(key), None) == 0
assert library.cmpkit_key_pem(key, None, ctypes.c_size_t(0), ctypes.byref(pem), None) == -4 and not pem  # CMPKIT_E_UNSUPPORTED
library.cmpkit_key_free(key)
ASK

asked=(--new-key "handle:0x81000001?pass" --subject /CN=none --out none.pem)
must_not client enroll "$url" "${by_secret[@]}" "${asked[@]}" --new-key-pass file:wrong
says "the key did not sign"
must_not client enroll "$url" "${by_secret[@]}" "${asked[@]}"
says "a passphrase is needed"
must_not client enroll "$url" "${by_secret[@]}" --new-key handle:0x81000009 --subject /CN=none --out none.pem
says "handle: URI"
must_not client enroll "$url" "${by_secret[@]}" "${asked[@]}" --gen-key ec:P-256
says "makes keys in files"
must_not "$cmpkit" enroll "$url" "${by_secret[@]}" "${asked[@]}" --trust ca/root.pem # without the configuration that activates the provider
says "no provider that OpenSSL's configuration activates serves this handle: URI"
must_not grep -q 0x8100 output.txt
[ ! -e none.pem ] || fail "a refused request left a certificate"
echo "keys of a token enroll, sign, are updated and revoked, and never leave it"
