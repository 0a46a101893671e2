#!/usr/bin/env python3
"""cmpkit with a profile of its peer: the mock server of openssl, our own CA under the strictest one and under the draft's; and the path that --profile sets."""
import re

import openssl_server_test
import recorder
import stage


class OpensslMock(openssl_server_test.OpensslServer):
    """All that holds without a profile holds with that of the mock server, but for what the profile is there for."""

    def cmpkit(self, command, *arguments, **how):
        return super().cmpkit(command, *arguments, "--peer", "openssl-mock", **how)

    def test_an_unprotected_refusal_is_told_as_not_verified(self):
        for who, answers in ((self.by_factory, self.signature), (self.by_secret, self.secret)):
            err = self.refused(3, self.server(*answers, "-send_error", "-send_unprot_err"), *who)
            self.assertNotIn("not verified", err)


class OwnCa(stage.Stage):
    by_secret = ("--ref", "shared", "--secret", "file:shared.secret")
    by_certificate = ("--cert", "dev1.pem", "--key", "dev1.key")
    trust = ("--trust", "plant/root.pem")

    def setUp(self):
        super().setUp()
        self.found_ca(more='\n[[profile]]\nname = "short"\nvalidity = "10d"\n[[profile]]\nname = "hand"\napprove_by_hand = true\npoll_after = "1s"\n')
        self.ca = self.serve()
        self.recording = recorder.Recorder(self.ca.address)
        self.addCleanup(self.recording.close)
        self.url = "http://" + self.recording.address

    def enroll(self, *options, name="dev1", url=None, **how):
        return self.cmpkit("enroll", url or self.url, *self.by_secret, *self.trust, "--gen-key", "ec:P-256", "--new-key", f"{name}.key", "--subject", f"/CN={name}", "--out", f"{name}.pem", *options, **how)

    def paths(self):
        return re.findall(rb"POST (\S+) HTTP", self.recording.octets)

    # -- a profile of the peer

    def go_round(self, *peer):
        """Enrolls, asks, updates and revokes."""
        self.enroll(*peer)
        self.cmpkit("get", self.url, "ca-certs", *self.by_certificate, *self.trust, *peer)
        self.cmpkit("get", self.url, "root-update", *self.by_certificate, *self.trust, "--root", "plant/root.pem", *peer)
        self.cmpkit("get", self.url, "template", *self.by_certificate, *self.trust, *peer)
        self.cmpkit("update", self.url, *self.by_certificate, *self.trust, "--gen-key", "ec:P-256", "--new-key", "next.key", "--out", "next.pem", *peer)
        self.cmpkit("revoke", self.url, "--cert", "next.pem", "--key", "next.key", *self.trust, *peer)
        self.assertEqual(self.state("next.pem"), "revoked")

    def test_the_strictest_profile_finds_nothing_to_refuse_in_our_ca(self):
        self.go_round("--peer", "strict")
        self.key("csr.key")
        self.openssl("req", "-new", "-key", "csr.key", "-subj", "/CN=dev2", "-out", "dev2.csr")
        self.cmpkit("enroll", self.url, *self.by_secret, *self.trust, "--csr", "dev2.csr", "--out", "dev2.pem", "--peer", "strict")

    def test_our_ca_understands_the_draft(self):
        self.go_round("--peer", "lcmpp-04")
        self.assertEqual(self.paths()[0], b"/initialization")
        self.assertIn(b"/getcacert", self.paths())

    def test_the_draft_names_a_profile_in_the_path_alone(self):
        self.enroll("--peer", "lcmpp-04", "--profile", "short")
        self.assertEqual(set(self.paths()), {b"/cmp/short/initialization"})
        self.openssl("x509", "-in", "dev1.pem", "-noout", "-checkend", str(11 * 86400), expect=1)

    def test_a_site_s_own_profile_is_a_file(self):
        self.write("site.toml", 'name = "site"\nbase = "strict"\n[sends]\nmost_iterations = 500\n')
        self.enroll("--peer", "site.toml", "-v")
        self.write("site.toml", 'name = "site"\n[takes]\nanything = true\n')
        self.assertIn("takes.anything: no such key", self.enroll("--peer", "site.toml", name="dev2", expect=1).err)

    def test_a_profile_that_nobody_knows_is_refused_with_those_that_are_known(self):
        self.assertIn("openssl-mock", self.enroll("--peer", "acme", expect=2).err)
        self.assert_absent("dev1.pem")

    def test_an_operation_goes_on_with_the_profile_that_it_began_with_or_another(self):
        self.write("site.toml", 'name = "site"\n[transport.http]\npaths = "draft"\n')
        for name, peer, path in (("dev1", (), b"/cmp/hand/initialization"), ("dev2", ("--peer", "strict"), b"/.well-known/cmp/p/hand/initialization")):
            with self.subTest(name):
                self.enroll("--peer", "site.toml", "--profile", "hand", "--state", "kept.state", "--timeout", "2", name=name, expect=4)
                self.path("site.toml").rename(self.path("elsewhere.toml"))
                self.cmpkit("ca", "approve", "plant", self.json_of("ca", "pending", "plant")[0]["id"])
                before = len(self.paths())
                self.cmpkit("resume", "kept.state", *peer)
                self.assertEqual(set(self.paths()[before:]), {path})
                self.assertEqual(self.state(f"{name}.pem"), "valid")
                self.path("elsewhere.toml").rename(self.path("site.toml"))

    def test_the_profiles_are_listed(self):
        names = [peer["name"] for peer in self.json_of("peers")]
        self.assertEqual(names, ["cryptlib", "ejbca", "insta", "lcmpp-04", "openssl-mock", "rsa-cm", "strict"])
        told = self.cmpkit("peers").out
        for name in names:
            self.assertRegex(told, rf"(?m)^{name}$")

    # -- the path

    def test_a_profile_is_named_in_the_header_and_in_the_path(self):
        self.enroll("--profile", "short", "--trace-dir", "trace")
        self.assertEqual(set(self.paths()), {b"/.well-known/cmp/p/short/initialization"})
        self.assertIn("short", self.cmpkit("show", "trace/01-ir-sent.der").out)
        self.openssl("x509", "-in", "dev1.pem", "-noout", "-checkend", str(11 * 86400), expect=1)
        self.cmpkit("get", self.url, "template", *self.by_secret, *self.trust, "--profile", "short")
        self.assertEqual(self.paths()[-1], b"/.well-known/cmp/p/short/getcertreqtemplate")

    def test_without_a_profile_the_path_names_the_operation_alone(self):
        self.enroll()
        self.assertEqual(set(self.paths()), {b"/.well-known/cmp/initialization"})

    def test_a_path_of_the_url_s_own_stays_as_it_is(self):
        self.enroll("--profile", "short", url=self.url + "/.well-known/cmp/p/short")
        self.assertEqual(set(self.paths()), {b"/.well-known/cmp/p/short"})

    def test_a_profile_that_the_ca_does_not_know_is_refused(self):
        self.assertIn("badCertTemplate", self.enroll("--profile", "acme", expect=3).err)


if __name__ == "__main__":
    stage.main()
