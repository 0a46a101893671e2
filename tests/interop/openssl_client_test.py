#!/usr/bin/env python3
"""The client of openssl (openssl cmp) against cmpkit serve."""
import stage


class OpensslClient(stage.Stage):
    def setUp(self):
        super().setUp()
        self.root("maker", "/O=Maker/CN=Maker Root")

    def ca(self, *changes):
        self.found_ca(changes=changes, external=["maker.pem"])
        return self.serve()

    by_secret = ("-ref", "shared", "-secret", "file:shared.secret")

    def client(self, ca, command, *options, out="new.pem", path="", **how):
        """One operation: under the secret, if the options do not say who asks."""
        who = [] if {"-cert", "-ref"} & set(options) else self.by_secret
        results = [] if command == "rr" else ["-certout", out, "-chainout", "chain.pem"]
        where = ["-server", ca.address, "-path", f".well-known/cmp{path}", "-trusted", "plant/root.pem"]
        return self.openssl("cmp", "-config", "", "-cmd", command, *where, *results, *who, *options, **how)

    def refused(self, fail_info, ca, command, *options):
        done = self.client(ca, command, *options, out="none.pem", expect=1)
        self.assertRegex(done.said, rf"PKIFailureInfo: {fail_info}\b")
        self.assert_absent("none.pem")

    def enroll(self, ca, name="dev1", kind="p256"):
        """NAME.key and NAME.pem of this CA; the options that tell a client to be it."""
        self.client(ca, "ir", "-newkey", self.key(f"{name}.key", kind), "-subject", f"/CN={name}", out=f"{name}.pem")
        return ["-cert", f"{name}.pem", "-key", f"{name}.key", "-untrusted", "plant/ca-chain.pem"]

    def wish(self, name="dev1"):
        """The options that ask for a new certificate."""
        return ["-newkey", self.key("new.key"), "-subject", f"/CN={name}"]

    # -- what is granted

    def test_a_secret_gives_a_certificate_for_each_kind_of_key(self):
        ca = self.ca()
        for kind in ("rsa", "p256", "p384", "ed25519"):
            with self.subTest(kind):
                self.enroll(ca, f"dev-{kind}", kind)
                self.assert_verified(f"dev-{kind}.pem")
                self.assert_key_of(f"dev-{kind}.pem", f"dev-{kind}.key")
                self.assertEqual(self.subject(f"dev-{kind}.pem"), f"CN=dev-{kind}")
                self.assertEqual(self.state(f"dev-{kind}.pem"), "valid")

    def test_a_mac_of_each_algorithm_is_understood(self):
        ca = self.ca()
        for digest, mac in (("sha256", "hmacWithSHA256"), ("sha384", "hmacWithSHA384"), ("sha512", "hmacWithSHA512")):
            with self.subTest(mac):
                self.client(ca, "ir", "-digest", digest, "-mac", mac, *self.wish())

    def test_a_certificate_of_the_manufacturer_gives_one_of_the_plant(self):
        ca = self.ca()
        for kind in ("rsa", "p256", "p384"):
            with self.subTest(kind):
                self.issue(f"maker-{kind}", f"/O=Maker/CN={kind}-4711", "maker", kind)
                self.client(ca, "ir", "-cert", f"maker-{kind}.pem", "-key", f"maker-{kind}.key", *self.wish(f"{kind}-4711"))
                self.assert_verified("new.pem")
                self.assertEqual(self.subject("new.pem"), f"CN={kind}-4711")

    def test_a_certificate_of_the_plant_gives_another_one(self):
        ca = self.ca()
        for kind in ("rsa", "p256"):
            with self.subTest(kind):
                self.client(ca, "cr", *self.enroll(ca, f"dev-{kind}", kind), *self.wish(f"dev-{kind}"))
                self.assert_verified("new.pem")
                self.assertEqual([self.state(f"dev-{kind}.pem"), self.state("new.pem")], ["valid", "valid"])

    def test_an_update_replaces_the_certificate(self):
        ca = self.ca()
        for kind in ("rsa", "p256"):
            with self.subTest(kind):
                self.client(ca, "kur", *self.enroll(ca, f"dev-{kind}", kind), "-newkey", self.key("new.key", kind))
                self.assert_verified("new.pem")
                self.assert_key_of("new.pem", "new.key")
                self.assertEqual(self.subject("new.pem"), f"CN=dev-{kind}")
                self.assertEqual([self.state(f"dev-{kind}.pem"), self.state("new.pem")], ["updated", "valid"])

    def test_a_pkcs10_request_gives_a_certificate_for_each_kind_of_key(self):
        ca = self.ca()
        for kind in ("rsa", "p256", "ed25519"):
            with self.subTest(kind):
                self.openssl("req", "-new", "-key", self.key("p10.key", kind), "-subj", f"/CN=p10-{kind}", "-out", "p10.csr")
                self.client(ca, "p10cr", "-csr", "p10.csr")
                self.assert_verified("new.pem")
                self.assert_key_of("new.pem", "p10.key")

    def test_each_path_of_the_profile_leads_to_its_operation(self):
        ca = self.ca()
        who = self.enroll(ca)
        self.openssl("req", "-new", "-key", "dev1.key", "-subj", "/CN=dev1", "-out", "dev1.csr")
        self.client(ca, "ir", *self.wish(), path="/initialization")
        self.client(ca, "ir", *self.wish(), path="/p/device/initialization")
        self.client(ca, "cr", *who, *self.wish(), path="/certification")
        self.client(ca, "p10cr", *who, "-csr", "dev1.csr", path="/pkcs10")
        self.client(ca, "kur", *who, "-newkey", self.key("new.key"), path="/keyupdate")
        self.client(ca, "rr", "-cert", "new.pem", "-key", "new.key", "-untrusted", "plant/ca-chain.pem", "-oldcert", "new.pem", path="/revocation")
        self.assertEqual([self.state("dev1.pem"), self.state("new.pem")], ["updated", "revoked"])

    def test_a_revoked_certificate_is_on_the_crl_and_asks_for_nothing_more(self):
        ca = self.ca()
        who = self.enroll(ca)
        self.client(ca, "rr", *who, "-oldcert", "dev1.pem", "-revreason", "1")
        self.assertEqual(self.state("dev1.pem"), "revoked")
        self.cmpkit("ca", "crl", "plant", "--out", "plant.crl")
        verdict = self.openssl("verify", "-crl_check", "-CAfile", "plant/root.pem", "-untrusted", "chain.pem", "-CRLfile", "plant.crl", "dev1.pem", expect=2)
        self.assertIn("certificate revoked", verdict.said)
        self.refused("certRevoked", ca, "cr", *who, *self.wish())

    def test_implicit_confirmation_needs_one_round(self):
        done = self.client(self.ca(), "ir", "-implicit_confirm", *self.wish())
        self.assertNotIn("CERTCONF", done.said)
        self.assertEqual(self.state("new.pem"), "valid")

    def test_implicit_confirmation_that_the_profile_forbids_becomes_explicit(self):
        ca = self.ca(("implicit_confirm   = true", "implicit_confirm   = false"))
        self.assertIn("CERTCONF", self.client(ca, "ir", "-implicit_confirm", *self.wish()).said)
        self.assertEqual(self.state("new.pem"), "valid")

    def test_the_root_comes_with_a_first_certificate(self):
        self.client(self.ca(), "ir", *self.wish(), "-cacertsout", "roots.pem")
        self.assertEqual(self.serial("roots.pem"), self.serial("plant/root.pem"))

    def test_the_signer_can_be_pinned(self):
        ca = self.ca()
        who = self.enroll(ca)
        self.client(ca, "cr", *who, *self.wish(), "-srvcert", "plant/cmp-signer.pem")
        self.client(ca, "cr", *who, *self.wish(), "-srvcert", "dev1.pem", expect=1)

    def test_https_works_with_a_certificate_for_tls(self):
        self.found_tls_ca()
        ca = self.serve()
        tls = ["-tls_used", "-tls_trusted", "tls.pem"]
        self.client(ca, "ir", *self.wish(), *tls, "-tls_cert", "client.pem", "-tls_key", "client.key")
        self.assert_verified("new.pem")
        self.client(ca, "ir", *self.wish(), *tls, out="none.pem", expect=1)
        self.assert_absent("none.pem")

    # -- what is not confirmed

    def test_a_certificate_that_nobody_confirms_is_revoked_in_time(self):
        ca = self.ca(('confirm_wait       = "5m"', 'confirm_wait       = "1s"'))
        self.client(ca, "ir", "-disable_confirm", *self.wish())
        self.eventually(lambda: self.state("new.pem") == "revoked", "the unconfirmed certificate is not revoked")

    def test_a_certificate_that_the_client_rejects_is_revoked(self):
        ca = self.ca()
        self.client(ca, "ir", *self.wish(), "-out_trusted", "maker.pem", expect=1)
        self.assertEqual([row["state"] for row in self.json_of("ca", "list", "plant")], ["revoked"])

    # -- what is refused

    def test_a_wrong_secret_and_an_unknown_reference_are_refused_alike(self):
        ca = self.ca()
        self.refused("badMessageCheck", ca, "ir", "-ref", "shared", "-secret", "pass:wrong", "-unprotected_errors", *self.wish())
        self.refused("badMessageCheck", ca, "ir", "-ref", "nobody", "-secret", "pass:Correct-Horse-42", "-unprotected_errors", *self.wish())
        self.assertEqual(self.json_of("ca", "list", "plant"), [])

    def test_a_spent_secret_is_refused(self):
        ca = self.ca(("uses      = 0 ", "uses      = 1 "))
        self.client(ca, "ir", *self.wish())
        self.refused("notAuthorized", ca, "ir", *self.wish())

    def test_a_secret_is_locked_by_wrong_tries(self):
        ca = self.ca(("tries     = 10 ", "tries     = 2 "))
        for _ in range(2):
            self.refused("badMessageCheck", ca, "ir", "-ref", "shared", "-secret", "pass:guess", "-unprotected_errors", *self.wish())
        self.refused("notAuthorized", ca, "ir", *self.wish())

    def test_another_device_s_name_is_refused(self):
        ca = self.ca()
        self.issue("device", "/O=Maker/CN=device-1", "maker")
        self.refused("notAuthorized", ca, "ir", "-cert", "device.pem", "-key", "device.key", *self.wish("device-2"))
        self.refused("notAuthorized", ca, "cr", *self.enroll(ca), *self.wish("dev2"))

    def test_a_certificate_of_an_unknown_manufacturer_is_refused(self):
        ca = self.ca()
        self.root("pirate", "/O=Maker/CN=Maker Root")
        self.issue("device", "/O=Maker/CN=device-1", "pirate")
        self.refused("signerNotTrusted", ca, "ir", "-cert", "device.pem", "-key", "device.key", *self.wish("device-1"))
        self.assertEqual(self.json_of("ca", "list", "plant"), [])

    def test_a_request_without_proof_of_the_key_is_refused(self):
        self.refused("badPOP", self.ca(), "ir", "-popo", "-1", *self.wish())

    def test_an_update_under_a_secret_is_refused(self):
        ca = self.ca()
        self.enroll(ca)
        self.refused("wrongIntegrity", ca, "kur", *self.by_secret, "-oldcert", "dev1.pem", "-newkey", self.key("new.key"))
        self.assertEqual(self.state("dev1.pem"), "valid")

    def test_a_certificate_is_updated_once(self):
        ca = self.ca()
        who = self.enroll(ca)
        self.client(ca, "kur", *who, "-newkey", self.key("new.key"))
        self.refused("certRevoked", ca, "kur", *who, "-newkey", self.key("newer.key"))

    def test_a_device_does_not_revoke_another_one(self):
        ca = self.ca()
        self.enroll(ca, "dev2")
        self.refused("notAuthorized", ca, "rr", *self.enroll(ca), "-oldcert", "dev2.pem")
        self.assertEqual(self.state("dev2.pem"), "valid")


if __name__ == "__main__":
    stage.main()
