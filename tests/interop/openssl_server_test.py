#!/usr/bin/env python3
"""cmpkit against the mock server of openssl. That server hands out a certificate it was given, so each case makes the certificate first; it is
started anew for each, since it does not survive a change of the client's protection."""
import stage


class OpensslServer(stage.Stage):
    def setUp(self):
        super().setUp()
        self.root("root", "/O=Mock/CN=Mock Root")
        self.issue("signer", "/O=Mock/CN=Mock Signer", "root")
        self.root("maker", "/O=Maker/CN=Maker Root")
        self.issue("factory", "/O=Maker/CN=dev1", "maker")
        self.issue("issued", "/CN=dev1", "root")
        self.write("shared.secret", "Correct-Horse-42\n")

    secret = ("-srv_ref", "shared", "-srv_secret", "pass:Correct-Horse-42")
    signer = ("-srv_cert", "signer.pem", "-srv_key", "signer.key")
    signature = (*signer, "-srv_trusted", "maker.pem")
    for_its_own = (*signer, "-srv_trusted", "root.pem")
    by_secret = ("--ref", "shared", "--secret", "file:shared.secret", "--trust", "root.pem")
    by_key = ("--cert", "factory.pem", "--key", "factory.key")
    by_factory = (*by_key, "--trust", "root.pem")
    by_itself = ("--cert", "issued.pem", "--key", "issued.key", "--trust", "root.pem")

    def server(self, *options, certificate="issued.pem"):
        return self.mock("-rsp_cert", certificate, *options)

    def enroll(self, server, *options, key="issued.key", **how):
        return self.cmpkit("enroll", server.url, "--new-key", key, "--subject", "/CN=dev1", "--out", "new.pem", *options, **how)

    def refused(self, expect, server, *options, **how):
        """What it says on the standard error."""
        done = self.enroll(server, *options, expect=expect, **how)
        self.assert_absent("new.pem")
        return done.err

    def assert_new(self, certificate="issued.pem"):
        self.assertEqual(self.serial("new.pem"), self.serial(certificate))

    def bodies(self, folder):
        """Of the messages kept there, in order: «01-ir-sent.der» is an ir."""
        return [file.name.split("-")[1] for file in sorted(self.path(folder).iterdir())]

    # -- what is granted

    def test_a_secret_enrolls_with_ir_and_cr(self):
        for op, answer in (("ir", "ip"), ("cr", "cp")):
            with self.subTest(op):
                self.enroll(self.server(*self.secret), *self.by_secret, "--op", op, "--trace-dir", f"trace-{op}")
                self.assert_new()
                self.assert_key_of("new.pem", "issued.key")
                self.assertEqual(self.bodies(f"trace-{op}"), [op, answer, "certConf", "pkiconf"])

    def test_implicit_confirmation_needs_two_messages(self):
        self.enroll(self.server(*self.secret, "-grant_implicitconf"), *self.by_secret, "--implicit-confirm", "--trace-dir", "trace")
        self.assert_new()
        self.assertEqual(self.bodies("trace"), ["ir", "ip"])

    def test_a_server_that_does_not_grant_implicit_confirmation_gets_a_certConf(self):
        done = self.enroll(self.server(*self.signature), *self.by_factory, "--implicit-confirm", "-v")
        self.assert_new()
        self.assertIn("certConf", done.err)

    def test_a_signature_of_each_kind_of_key_enrolls(self):
        for kind in ("rsa", "p256", "p384", "ed25519"):
            with self.subTest(kind):
                self.issue(f"of-{kind}", "/O=Maker/CN=dev1", "maker", kind)
                self.enroll(self.server(*self.signature), "--cert", f"of-{kind}.pem", "--key", f"of-{kind}.key", "--trust", "root.pem")
                self.assert_new()

    def test_each_kind_of_key_is_certified(self):
        for kind in ("rsa", "p256", "p384", "ed25519"):
            with self.subTest(kind):
                self.issue(f"of-{kind}", "/CN=dev1", "root", kind)
                self.enroll(self.server(*self.signature, certificate=f"of-{kind}.pem"), *self.by_factory, key=f"of-{kind}.key")
                self.assert_new(f"of-{kind}.pem")
                self.openssl("verify", "-CAfile", "root.pem", "new.pem")

    def test_a_server_that_signs_with_each_kind_of_key_is_trusted(self):
        for kind in ("rsa", "p384"):
            with self.subTest(kind):
                self.issue(f"signs-{kind}", "/O=Mock/CN=Mock Signer", "root", kind)
                self.enroll(self.mock("-rsp_cert", "issued.pem", "-srv_cert", f"signs-{kind}.pem", "-srv_key", f"signs-{kind}.key", "-srv_trusted", "maker.pem"), *self.by_factory)
                self.assert_new()

    def test_a_pkcs10_request_of_another_program_is_answered(self):
        self.cmpkit("enroll", self.server(*self.signature).url, *self.by_factory, "--csr", "issued.csr", "--out", "new.pem", "--trace-dir", "trace")
        self.assert_new()
        self.assertEqual(self.bodies("trace"), ["p10cr", "cp", "certConf", "pkiconf"])

    def test_a_certificate_is_updated(self):
        # The mock server updates no other certificate than the one that it hands out.
        self.cmpkit("update", self.server(*self.for_its_own).url, *self.by_itself, "--new-key", "issued.key", "--out", "new.pem", "--trace-dir", "trace")
        self.assert_new()
        self.assertEqual(self.bodies("trace"), ["kur", "kup", "certConf", "pkiconf"])

    def test_a_revocation_is_confirmed(self):
        done = self.cmpkit("revoke", self.server(*self.for_its_own).url, *self.by_itself, "--reason", "keyCompromise")
        self.assertIn("The CA revoked CN=dev1", done.out)

    def test_a_revocation_by_issuer_and_serial_is_confirmed(self):
        serial = self.serial("issued.pem")
        for number in (hex(serial), serial):
            with self.subTest(number):
                self.cmpkit("revoke", self.server(*self.for_its_own).url, *self.by_itself, "--target-issuer", "/O=Mock/CN=Mock Root", "--target-serial", number)

    # -- whom it trusts

    def test_a_pinned_signer_is_trusted_without_a_root(self):
        self.enroll(self.server(*self.signature), *self.by_key, "--pin", "signer.pem", "--verify-new", "root.pem")
        self.assert_new()

    def test_another_signer_than_the_pinned_one_is_refused(self):
        self.refused(5, self.server(*self.signature), *self.by_factory, "--pin", "issued.pem")
        self.refused(5, self.server(*self.signature), *self.by_key, "--pin", "maker.pem", "--verify-new", "root.pem")

    def test_a_server_that_is_not_trusted_is_refused(self):
        self.root("other-root", "/O=Mock/CN=Mock Root")
        for roots in ("other-root.pem", "maker.pem"):
            with self.subTest(roots):
                self.assertRegex(self.refused(5, self.server(*self.signature), *self.by_key, "--trust", roots), "not trusted|no trusted path")

    def test_a_new_certificate_must_come_from_the_roots_of_verify_new(self):
        self.root("new-root", "/CN=New Root")
        self.issue("from-new", "/CN=dev1", "new-root")
        err = self.refused(1, self.server(*self.signature, certificate="from-new.pem"), *self.by_factory, key="from-new.key")
        self.assertIn("no path leads from the new certificate to a trusted root", err)
        self.enroll(self.server(*self.signature, certificate="from-new.pem"), *self.by_factory, "--verify-new", "new-root.pem", key="from-new.key")
        self.assert_new("from-new.pem")

    # -- what it refuses, and what it tells of a refusal

    def test_a_rejection_tells_the_server_s_reason(self):
        err = self.refused(3, self.server(*self.secret, "-pkistatus", "2", "-failure", "19", "-statusstring", "no such name"), *self.by_secret)
        self.assertIn("badCertTemplate", err)
        self.assertIn("no such name", err)

    def test_an_error_message_is_a_refusal(self):
        self.assertIn("badRequest", self.refused(3, self.server(*self.signature, "-send_error", "-failure", "2"), *self.by_factory))

    def test_a_wrong_secret_is_refused(self):
        self.write("wrong.secret", "wrong")
        self.refused(5, self.server(*self.secret), "--ref", "shared", "--secret", "file:wrong.secret", "--trust", "root.pem")

    def test_a_mac_that_the_server_does_not_know_is_refused(self):
        # PBMAC1 came to openssl after 3.0.
        self.refused(3, self.server(*self.secret), *self.by_secret, "--mac", "pbmac1")

    def test_an_unprotected_refusal_is_told_as_not_verified(self):
        for who, answers in ((self.by_factory, self.signature), (self.by_secret, self.secret)):
            self.assertIn("not verified", self.refused(5, self.server(*answers, "-send_error", "-send_unprot_err"), *who))

    def test_an_unprotected_certificate_is_not_taken(self):
        self.refused(5, self.server(*self.signature, "-send_unprotected"), *self.by_factory)

    def test_a_certificate_for_another_key_is_rejected(self):
        self.key("other.key")
        server = self.server(*self.signature)
        self.assertIn("the certificate issued is not the one asked for", self.refused(1, server, *self.by_factory, key="other.key"))
        self.assertIn("certificate rejected by client", server.told())

    def test_an_older_certificate_survives_a_refusal(self):
        self.write("new.pem", "an older one\n")
        self.enroll(self.server(*self.signature, "-pkistatus", "2"), *self.by_factory, expect=3)
        self.assertEqual(self.path("new.pem").read_text(), "an older one\n")

    def test_a_revocation_of_what_the_server_does_not_know_is_refused(self):
        self.issue("other", "/CN=other", "root")
        self.cmpkit("revoke", self.server(*self.for_its_own).url, *self.by_itself, "--target", "other.pem", expect=3)

    def test_a_server_that_is_gone_is_told_as_a_failure_of_the_network(self):
        server = self.server(*self.signature)
        server.kill()
        self.refused(4, server, *self.by_factory, "--timeout", "2")


if __name__ == "__main__":
    stage.main()
