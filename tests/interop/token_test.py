#!/usr/bin/env python3
"""Keys that never leave their token: a TPM 2.0 in software (swtpm), which OpenSSL reaches by the provider tpm2 and the URIs handle:… of its OSSL_STORE.

Only OpenSSL's configuration knows of that provider; what the program is told is a URI, and where the PIN comes from.
"""
import pathlib
import sys

import stage

configuration = """openssl_conf = settings
[settings]
providers = providers
[providers]
default = provider
tpm2 = provider
[provider]
activate = 1
"""

# Opens a token's key by the C ABI and asks for its PEM; prints both codes and what was handed out.
ask_for_the_private_half = """
import ctypes, sys
library, key, pem = ctypes.CDLL(sys.argv[1]), ctypes.c_void_p(), ctypes.c_void_p()
opened = library.cmpkit_key_open(sys.argv[2].encode(), b"tokenpin", ctypes.c_size_t(8), ctypes.byref(key), None)
given = library.cmpkit_key_pem(key, None, ctypes.c_size_t(0), ctypes.byref(pem), None)
library.cmpkit_key_free(key)
print(opened, given, pem.value)
"""


class Token(stage.Stage):
    def setUp(self):
        super().setUp()
        self.handles = 0x81000000  # of the TPM's objects that persist
        self.write("pin", "tokenpin\n")
        self.write("wrong", "another\n")
        self.start_tpm()
        self.tpm("createprimary", "-C", "o", "-G", "ecc", "-c", "primary.ctx")

    # -- the token

    def start_tpm(self):
        self.path("tpm").mkdir()
        sockets = ["--ctrl", "type=unixio,path=tpm.sock.ctrl", "--server", "type=unixio,path=tpm.sock"]
        options = ["--tpm2", "--tpmstate", "dir=tpm", "--flags", "not-need-init,startup-clear", "--pid", "file=tpm.pid"]
        self.started(stage.Server(["swtpm", "socket", *sockets, *options], self.folder, self.path("tpm.log")))
        self.eventually(self.path("tpm.pid").exists, "the TPM does not listen")  # it writes its id after it has opened the sockets
        self.address = f"swtpm:path={self.path('tpm.sock')}"
        self.with_token = {"OPENSSL_CONF": str(self.path(self.write("token.cnf", configuration))), "TPM2OPENSSL_TCTI": self.address}

    def tpm(self, command, *options):
        for words in ((command, "-Q", *options), ("flushcontext", "-t")):  # what a command loads stays, and this TPM has room for little
            self.command(f"tpm2_{words[0]}", "-T", self.address, *words[1:])

    def token_key(self, kind):
        """The URI of a new key in the token. Its PIN is in the file pin."""
        self.handles += 1
        self.tpm("create", "-C", "primary.ctx", "-G", kind, "-p", "tokenpin", "-u", "public", "-r", "private")
        self.tpm("load", "-C", "primary.ctx", "-u", "public", "-r", "private", "-c", "key.ctx")
        self.tpm("evictcontrol", "-C", "o", "-c", "key.ctx", hex(self.handles))
        return f"handle:{hex(self.handles)}?pass"

    def assert_in_token(self, certificate, uri):
        of_certificate = self.openssl("x509", "-in", certificate, "-noout", "-pubkey").out
        self.assertEqual(of_certificate, self.openssl("pkey", "-in", uri.removesuffix("?pass"), "-pubout", env=self.with_token).out)

    # -- the CA

    def serve_from_token(self):
        """A CA that issues with a key in the token. What the key in the file signed, the certificate that protects answers, is the root's then."""
        uri = self.token_key("ecc256")
        key = f'key         = "{uri}"\nkey_passphrase = "file:pin"\n'
        self.found_ca(changes=[('key         = "issuing.key.pem"\n', key)])
        self.write("plant/pin", "tokenpin\n")
        self.openssl("pkey", "-in", uri.removesuffix("?pass"), "-pubout", "-out", "issuing.pub", env=self.with_token)
        self.certify("issuing", "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign", "-force_pubkey", "issuing.pub")
        self.certify("cmp-signer", "keyUsage=critical,digitalSignature\nextendedKeyUsage=1.3.6.1.5.5.7.3.27")
        self.path("plant/issuing.key.pem").unlink()
        self.ca = self.serve(env=self.with_token)

    def certify(self, name, extensions, *key):
        """Another certificate of the CA's NAME, by the root, with the key of the old one or of the options."""
        self.openssl("x509", "-x509toreq", "-in", f"plant/{name}.pem", "-signkey", f"plant/{name}.key.pem", "-out", "request.csr")
        self.write("extensions", f"{extensions}\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n")
        by_root = ["-CA", "plant/root.pem", "-CAkey", "plant/root.key.pem", "-days", "30", "-extfile", "extensions"]
        self.openssl("x509", "-req", "-in", "request.csr", *by_root, *key, "-out", f"plant/{name}.pem")

    # -- the client

    def client(self, command, *options, **how):
        """With OpenSSL's configuration for the token, unless `env` says otherwise."""
        return self.cmpkit(command, self.ca.url, "--trust", "plant/root.pem", *options, **{"env": self.with_token, **how})

    by_secret = ("--ref", "shared", "--secret", "file:shared.secret")

    def wish(self, uri, name):
        return ["--new-key", uri, "--new-key-pass", "file:pin", "--out", f"{name}.pem", "--chain-out", "chain.pem"]

    def signed_by(self, uri, name):
        return ["--cert", f"{name}.pem", "--key", uri, "--key-pass", "file:pin"]

    def assert_lives(self, kind):
        """A key in the token has its certificate, vouches for another key, is certified anew and revokes itself; the CA issues from the token too."""
        self.serve_from_token()
        uri = self.token_key(kind)
        self.client("enroll", *self.by_secret, *self.wish(uri, "first"), "--subject", "/CN=dev")
        self.client("enroll", "--op", "cr", *self.signed_by(uri, "first"), "--gen-key", "ec:P-256", "--new-key", "soft.key", "--subject", "/CN=dev", "--out", "soft.pem")
        self.client("update", *self.signed_by(uri, "first"), *self.wish(uri, "second"))
        self.client("revoke", *self.signed_by(uri, "second"))
        for name in ("first", "second"):
            self.assert_in_token(f"{name}.pem", uri)
        self.assert_key_of("soft.pem", "soft.key")
        for name in ("first", "soft", "second"):
            self.assert_verified(f"{name}.pem")
        self.assertEqual([self.state(f"{name}.pem", env=self.with_token) for name in ("first", "soft", "second")], ["updated", "valid", "revoked"])

    def assert_refused(self, reason, uri, *options, expect=1, **how):
        self.found_ca()
        self.ca = self.serve()
        done = self.client("enroll", *self.by_secret, "--new-key", uri, "--subject", "/CN=none", "--out", "none.pem", *options, expect=expect, **how)
        self.assertIn(reason, done.said)
        self.assertNotIn("0x8100", done.said)  # a URI may hold a PIN, so nothing of it is repeated
        self.assert_absent("none.pem")
        self.assertEqual(self.json_of("ca", "list", "plant"), [])

    # -- what is granted

    def test_a_P256_key_in_the_token_enrolls_signs_is_updated_and_is_revoked(self):
        self.assert_lives("ecc256")

    def test_a_P384_key_in_the_token_enrolls_signs_is_updated_and_is_revoked(self):
        self.assert_lives("ecc384")

    def test_an_rsa_key_in_the_token_enrolls_signs_is_updated_and_is_revoked(self):
        self.assert_lives("rsa2048")

    def test_a_ca_signs_its_crl_with_its_key_in_the_token(self):
        self.serve_from_token()
        uri = self.token_key("ecc256")
        self.client("enroll", *self.by_secret, *self.wish(uri, "dev"), "--subject", "/CN=dev")
        self.client("revoke", *self.signed_by(uri, "dev"))
        self.cmpkit("ca", "crl", "plant", "--out", "plant.crl", env=self.with_token)
        verdict = self.openssl("verify", "-crl_check", "-CAfile", "plant/root.pem", "-untrusted", "chain.pem", "-CRLfile", "plant.crl", "dev.pem", expect=2)
        self.assertIn("certificate revoked", verdict.said)

    # -- what is refused

    def test_the_private_half_is_not_handed_out(self):
        library = pathlib.Path(stage.program).resolve().parent.parent / "lib" / "libcmpkit.so"
        done = self.command(sys.executable, "-c", ask_for_the_private_half, library, self.token_key("ecc256"), env=self.with_token)
        self.assertEqual(done.out.split(), ["0", "-4", "None"])  # CMPKIT_E_UNSUPPORTED

    def test_a_wrong_pin_is_told(self):
        self.assert_refused("the key did not sign", self.token_key("ecc256"), "--new-key-pass", "file:wrong")

    def test_a_missing_pin_is_told(self):
        self.assert_refused("a passphrase is needed", self.token_key("ecc256"))

    def test_a_key_that_is_not_in_the_token_is_told(self):
        self.assert_refused("handle: URI", "handle:0x81000009")

    def test_a_key_is_not_made_in_a_token(self):
        self.assert_refused("makes keys in files", self.token_key("ecc256"), "--gen-key", "ec:P-256", expect=2)

    def test_a_provider_that_the_configuration_does_not_activate_is_told(self):
        self.assert_refused("no provider that OpenSSL's configuration activates serves this handle: URI", self.token_key("ecc256"), env={})


if __name__ == "__main__":
    stage.main()
