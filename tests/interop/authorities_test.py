#!/usr/bin/env python3
"""Two CAs with two roots behind one server: each device gets its certificate from the CA that it asks for, by whatever says so, and none from the other."""
import stage


class Authorities(stage.Stage):
    by_secret = ("--ref", "shared", "--secret", "file:shared.secret")
    lab_secret = ("--ref", "bench-1", "--secret", "file:bench.secret")

    def setUp(self):
        super().setUp()
        self.root("maker", "/O=Maker/CN=Maker Root")
        self.issue("device", "/O=Maker/CN=dev1", "maker")
        self.write("bench.secret", "Battery-Staple-7\n")
        self.cmpkit("ca", "init", "lab", "--subject", "/O=Lab/CN=Lab Root")
        self.found_ca(external=["maker.pem"], more=self.lab())
        self.ca = self.serve()

    def lab(self, default="false"):
        """The lab, as another CA of the plant's configuration, with a profile of its own."""
        place = self.path("lab")
        return f'''
[[authority]]
name = "lab"
default = {default}
[authority.ca]
certificate = "{place}/issuing.pem"
key = "{place}/issuing.key.pem"
chain = ["{place}/root.pem"]
[authority.cmp]
certificate = "{place}/cmp-signer.pem"
key = "{place}/cmp-signer.key.pem"
[authority.external]
trust = ["{self.path("maker.pem")}"]
revocation = "soft"
[authority.crl]
file = "{place}/shared.crl.pem"
[[authority.profile]]
name = "bench"
[[authority.profile]]
name = "device"
[[authority.secret]]
reference = "bench-1"
secret = "file:{self.path("bench.secret")}"
uses = 0
subjects = ["*"]
'''

    device = ("--cert", "device.pem", "--key", "device.key")

    def enroll(self, *options, path="/.well-known/cmp", who=device, trust="lab/root.pem", **how):
        return self.cmpkit("enroll", self.ca.url + path, *who, "--trust", trust, "--gen-key", "ec:P-256", "--new-key", "new.key", "--force", "--subject", "/CN=dev1",
                           "--out", "new.pem", "--chain-out", "chain.pem", *options, **how)

    def openssl_client(self, command, *options, path=".well-known/cmp", trust="lab/root.pem", **how):
        return self.openssl("cmp", "-config", "", "-cmd", command, "-server", self.ca.address, "-path", path, "-trusted", trust, "-certout", "new.pem",
                            "-chainout", "chain.pem", *options, **how)

    def names(self, ca):
        """The names of an issuing CA and of its CMP signer, as the options of the clients have them."""
        read = lambda file: self.openssl("x509", "-in", file, "-noout", "-subject", "-nameopt", "compat").out.strip().removeprefix("subject=")
        return ["/" + name.lstrip("/").replace(", ", "/") for name in (read(f"{ca}/issuing.pem"), read(f"{ca}/cmp-signer.pem"))]

    def listed(self, *options):
        return [row["subject"] for row in self.json_of("ca", "list", "plant", *options)]

    def test_a_path_with_the_name_of_a_ca_leads_to_it(self):
        self.enroll(path="/.well-known/cmp/p/lab")
        self.assert_verified("new.pem", root="lab/root.pem")
        self.assertEqual([self.listed(), self.listed("--ca", "lab")], [[], ["CN=dev1"]])

    def test_a_path_with_the_name_of_a_profile_leads_to_its_ca(self):
        self.enroll(path="/.well-known/cmp/p/bench/initialization")
        self.assert_verified("new.pem", root="lab/root.pem")

    def test_a_profile_in_the_header_leads_to_its_ca(self):
        self.enroll("--profile", "bench")
        self.assert_verified("new.pem", root="lab/root.pem")

    def test_the_recipient_leads_to_a_ca_by_its_own_name_or_its_signer_s(self):
        for name in self.names("lab"):
            with self.subTest(name):
                self.enroll("--recipient", name)
                self.assert_verified("new.pem", root="lab/root.pem")

    def test_who_asks_nobody_in_particular_is_answered_by_the_default(self):
        self.enroll(trust="plant/root.pem")
        self.assert_verified("new.pem", root="plant/root.pem")

    def test_another_ca_can_be_the_default(self):
        self.ca.stop()
        configuration = self.path("plant") / "cmpkit.toml"
        configuration.write_text(configuration.read_text().replace("default = false", "default = true"))
        self.ca = self.serve()
        self.enroll()
        self.assert_verified("new.pem", root="lab/root.pem")
        self.assertEqual(self.listed(), ["CN=dev1"])

    def test_the_client_of_openssl_finds_each_ca_by_path_issuer_and_recipient(self):
        wish = ("-newkey", self.key("new.key"), "-subject", "/CN=dev1", "-cert", "device.pem", "-key", "device.key")
        name = self.names("lab")[0]
        ways = {"path": (), "issuer": ("-issuer", name), "recipient": ("-recipient", name)}
        for way, options in ways.items():
            with self.subTest(way):
                self.openssl_client("ir", *wish, *options, path=".well-known/cmp/p/lab" if way == "path" else ".well-known/cmp")
                self.assert_verified("new.pem", root="lab/root.pem")
        self.openssl_client("ir", *wish, trust="plant/root.pem")
        self.assert_verified("new.pem", root="plant/root.pem")

    def test_updates_and_revocations_find_the_ca_of_their_certificate(self):
        self.enroll(path="/.well-known/cmp/p/lab")
        self.cmpkit("update", self.ca.url, "--cert", "new.pem", "--key", "new.key", "--trust", "lab/root.pem", "--gen-key", "ec:P-256", "--new-key", "newer.key", "--out", "newer.pem")
        self.cmpkit("revoke", self.ca.url, "--cert", "newer.pem", "--key", "newer.key", "--trust", "lab/root.pem")
        self.assertEqual(sorted(row["state"] for row in self.json_of("ca", "list", "plant", "--ca", "lab")), ["revoked", "updated"])
        self.eventually(lambda: self.path("lab/shared.crl.pem").exists(), "the lab has no CRL of its own")
        self.assertEqual(self.path("plant/ca.crl.pem").exists(), True)

    def test_a_requester_of_one_ca_is_a_stranger_at_the_other(self):
        lab = "/.well-known/cmp/p/lab"
        self.enroll(path=lab, who=self.by_secret, expect=5)
        self.enroll(who=self.lab_secret, expect=5)
        self.enroll(path=lab, who=self.lab_secret)
        own = ("--cert", "new.pem", "--key", "new.key", "--cert-chain", "chain.pem")
        for number, command in enumerate(("ir", "cr")):
            done = self.cmpkit("enroll", self.ca.url, *own, "--op", command, "--recipient", self.names("plant")[0], "--trust", "plant/root.pem", "--gen-key", "ec:P-256", "--new-key", f"{number}.key",
                               "--subject", "/CN=dev1", "--out", "none.pem", expect=3)
            self.assertIn("signerNotTrusted", done.err)
        self.assertEqual([self.listed(), self.listed("--ca", "lab")], [[], ["CN=dev1"]])

    def test_a_label_that_is_nobody_s_is_refused(self):
        self.assertIn("nobody", self.enroll(path="/.well-known/cmp/p/nobody", trust="plant/root.pem", expect=3).err)

    def test_the_desk_of_a_ca_that_is_not_there_is_named(self):
        self.assertIn("lab", self.cmpkit("ca", "list", "plant", "--ca", "office", expect=1).err)


if __name__ == "__main__":
    stage.main()
