#!/usr/bin/env python3
"""Support messages (RFC 9483 4.3): what a client asks a CA about, ours and that of openssl; ours asks openssl's mock server too."""
import stage

own_type = "1.3.6.1.4.1.32473.1"
more = f"""
[support]
languages        = ["en"]
preferred_cipher = "id-aes256-CBC"

[[support.information]]
type = "{own_type}"
text = "gateway=192.0.2.1"
"""


class Support(stage.Stage):
    by_secret = ("--ref", "shared", "--secret", "file:shared.secret", "--trust", "plant/root.pem")

    def setUp(self):
        super().setUp()
        self.found_ca(more=more)
        self.ca = self.serve()

    def get(self, what, *options, **how):
        return self.cmpkit("get", self.ca.url, what, *self.by_secret, *options, **how)

    def told(self, what, *options, **how):
        return self.json_of("get", self.ca.url, what, *self.by_secret, *options, **how)

    def roll_over(self, key="plant/root.key.pem", new="new-root"):
        self.cmpkit("ca", "rollover", "plant", "--root-key", key, "--new-key", f"{new}.key", "--out", f"{new}.pem")

    def enroll(self, *options, out="dev1", **how):
        return self.cmpkit("enroll", self.ca.url, *self.by_secret, "--gen-key", "ec:P-256", "--new-key", f"{out}.key", "--subject", "/CN=dev1", "--out", f"{out}.pem",
                           "--chain-out", "chain.pem", *options, **how)

    # -- CA certificates

    def test_the_ca_certificates_come_to_standard_output_or_into_a_file(self):
        printed = self.get("ca-certs").out
        self.get("ca-certs", "--out", "cas.pem")
        self.assertEqual(printed, self.path("cas.pem").read_text())
        self.assertEqual(self.openssl("x509", "-in", "cas.pem", "-outform", "PEM").out, self.openssl("x509", "-in", "plant/issuing.pem", "-outform", "PEM").out)
        self.assertEqual(self.told("ca-certs")["count"], 1)

    # -- the root

    def test_without_a_rollover_there_is_no_new_root(self):
        self.assertIn("no new root", self.get("root-update", "--root", "plant/root.pem", "--out", "new.pem").err)
        self.assert_absent("new.pem")

    def test_a_rollover_reaches_a_running_server_and_its_devices(self):
        self.enroll(out="before")
        self.roll_over()
        self.get("root-update", "--root", "plant/root.pem", "--out", "new.pem", "--links-out", "links.pem")
        self.openssl("verify", "-CAfile", "plant/root.pem", "links.pem")  # newWithOld, its first
        self.assertEqual(self.openssl("x509", "-in", "new.pem").out, self.openssl("x509", "-in", "new-root.pem").out)
        self.assertEqual(self.openssl("x509", "-in", "new.pem", "-noout", "-subject").out, self.openssl("x509", "-in", "plant/root.pem", "-noout", "-subject").out)

        self.hang_up(self.ca)  # the new chain from now on
        self.enroll(out="after")
        self.assert_verified("after.pem")
        for root in ("plant/root.pem", "new.pem"):
            with self.subTest(root):
                self.cmpkit("update", self.ca.url, "--cert", "before.pem" if root == "new.pem" else "after.pem", "--key", "before.key" if root == "new.pem" else "after.key",
                            "--trust", root, "--gen-key", "ec:P-256", "--new-key", "next.key", "--force", "--out", "next.pem", "--chain-out", "chain.pem")
                self.assert_verified("next.pem", root=root)

    def test_a_second_rollover_needs_the_key_of_the_first(self):
        self.roll_over()
        self.cmpkit("ca", "rollover", "plant", "--new-key", "third.key", "--out", "third.pem", expect=1)
        self.assert_absent("third.key")
        self.roll_over(key="new-root.key", new="third")
        self.assertEqual(self.told("root-update", "--root", "new-root.pem")["pem"], self.openssl("x509", "-in", "third.pem").out)

    def test_a_root_that_ours_has_not_signed_is_not_offered(self):
        self.roll_over()
        self.root("stranger", "/CN=Stranger")
        refused = self.cmpkit("get", self.ca.url, "root-update", *self.by_secret[:-1], "stranger.pem", "--out", "new.pem", expect=5)
        self.assertIn("RFC 9810 4.4", refused.err)
        self.assert_absent("new.pem")

    # -- the template

    def test_the_template_says_what_a_request_shall_say(self):
        template = self.told("template", "--out", "wanted.der")["template"]
        self.assertEqual(template["issuer"], "CN=Plant Root Issuing CA,O=Plant")
        self.assertEqual(template["keys"][0], "ec:P-256")
        self.assertTrue(self.path("wanted.der").stat().st_size)
        self.assertIn("keys: ec:P-256", self.get("template").out)

    def test_a_request_follows_the_template(self):
        configuration = self.path("plant/cmpkit.toml")
        configuration.write_text(configuration.read_text().replace('subjects  = ["*"]', 'subjects  = ["O=Plant,CN={reference},OU=*"]').replace('sans      = ["*"]', 'sans = ["dns:{reference}", "dns:*"]')
                                 .replace('"ec:P-256", "ec:P-384", "ec:P-521", "rsa:2048-8192", "ed25519"', '"ed25519"'))
        self.ca.stop()
        self.ca = self.serve()
        new = ("--use-template", "--gen-key", "auto", "--new-key", "dev.key", "--out", "dev.pem", "--chain-out", "chain.pem", "--trace-dir", "trace")
        self.cmpkit("enroll", self.ca.url, *self.by_secret, *new, "--subject", "/OU=Line 4", "--san", "dns:dev.plant")
        self.assertEqual(self.subject("dev.pem"), "O=Plant,CN=shared,OU=Line 4")
        self.assertIn("ED25519", self.openssl("pkey", "-in", "dev.key", "-noout", "-text").out)
        text = self.openssl("x509", "-in", "dev.pem", "-noout", "-ext", "subjectAltName").out
        self.assertIn("DNS:shared, DNS:dev.plant", text)
        request = next(self.path("trace").glob("*-ir-sent.der"))
        self.assertRegex(self.cmpkit("show", request).out, r"recipient\S* .*CN=Plant Root Issuing CA,O=Plant")

        other = ("--use-template", "--gen-key", "ec:P-256", "--new-key", "other.key", "--out", "other.pem")
        self.assertIn("keySpec", self.cmpkit("enroll", self.ca.url, *self.by_secret, *other, expect=1).err)
        more_names = ("--use-template", "--gen-key", "auto", "--new-key", "other.key", "--out", "other.pem", "--subject", "/C=DE")
        self.assertIn("no place for C=DE", self.cmpkit("enroll", self.ca.url, *self.by_secret, *more_names, expect=1).err)
        self.assert_absent("other.pem")

    # -- CRLs

    def test_a_crl_comes_where_it_is_newer(self):
        issuer = ("--issuer", "CN=Plant Root Issuing CA,O=Plant")
        self.get("crl", *issuer, "--out", "ca.crl")
        self.openssl("crl", "-in", "ca.crl", "-CAfile", "plant/ca-chain.pem", "-noout")
        self.assertIn("no newer CRL", self.get("crl", "--newer-than", "ca.crl").err)

    # -- the site's own, and all

    def test_information_of_the_site_s_own(self):
        self.assertEqual(bytes.fromhex(self.get("info", "--type", own_type).out.strip()), b"\x0c\x11gateway=192.0.2.1")
        self.assertIn("badRequest", self.get("info", "--type", "1.3.6.1.4.1.32473.99", expect=3).err)

    def test_all_that_everybody_is_told(self):
        octets = bytes.fromhex(self.get("all").out.strip())
        self.assertIn(b"gateway=192.0.2.1", octets)

    def test_a_device_s_certificate_proves_who_asks_too(self):
        self.enroll()
        answer = self.json_of("get", self.ca.url, "ca-certs", "--cert", "dev1.pem", "--key", "dev1.key", "--cert-chain", "chain.pem", "--trust", "plant/root.pem")
        self.assertEqual(answer["count"], 1)

    # -- openssl

    def test_openssl_asks_us(self):
        for kind in ("caProtEncCert", "signKeyPairTypes", "encKeyPairTypes", "preferredSymmAlg", "currentCRL"):
            with self.subTest(kind):
                done = self.openssl("cmp", "-config", "", "-cmd", "genm", "-infotype", kind, "-server", self.ca.address, "-path", ".well-known/cmp", "-ref", "shared",
                                    "-secret", "pass:Correct-Horse-42")
                self.assertIn("received GENP", done.said)
        done = self.openssl("cmp", "-config", "", "-cmd", "genm", "-server", self.ca.address, "-path", ".well-known/cmp", "-ref", "shared", "-secret", "pass:Correct-Horse-42")
        self.assertIn("received GENP", done.said)

    def test_we_ask_openssl(self):
        """Its mock server sends the items back as they came."""
        self.root("root", "/CN=Mock Root")
        self.issue("issued", "/CN=dev1", "root")
        mock = self.mock("-rsp_cert", "issued.pem", "-srv_ref", "shared", "-srv_secret", "pass:Correct-Horse-42")
        self.write("value.der", "")
        self.path("value.der").write_bytes(b"\x0c\x02hi")
        done = self.cmpkit("get", mock.url, "info", *self.by_secret, "--type", own_type, "--value", "value.der")
        self.assertEqual(bytes.fromhex(done.out.strip()), b"\x0c\x02hi")
        self.assertEqual(self.json_of("get", mock.url, "ca-certs", *self.by_secret)["result"], "nothing")


if __name__ == "__main__":
    stage.main()
