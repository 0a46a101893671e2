"""Revocation on behalf (RFC 9483 5.3.2): an RA has certificates of devices revoked, at the CA and by way of an LRA without a line to it; nobody else may."""
import stage
from ra_stage import TracksideStage

short = """
[[profile]]
name       = "short"
requesters = ["external"]
validity   = "8s"
backdate   = "0s"
"""

plain = """
[[profile]]
name            = "plain"
requesters      = ["secret"]
secret_subjects = ["CN={reference},O=Plant"]
[[secret]]
reference = "desk"
secret    = "file:ra.secret"
profile   = "plain"
"""


class OnBehalf(TracksideStage):
    def revoke(self, url, who, target="dev1.pem", more=(), **how):
        return self.cmpkit("revoke", url, "--cert", f"{who}.pem", "--key", f"{who}.key", "--trust", "plant/root.pem", "--target", target, "--reason", "cessationOfOperation", *more, **how)

    def found_with_ra(self, **how):
        self.found(**how)
        self.certify("ra", "RA")
        self.enroll(self.ca.url)

    def wait_until_expired(self, certificate):
        self.eventually(lambda: self.run_it("openssl", "x509", "-in", certificate, "-noout", "-checkend", "0").code == 1, f"{certificate} does not expire")

    def on_the_crl(self):
        self.cmpkit("ca", "crl", "plant", "--out", "crl.pem")
        self.openssl("crl", "-in", "crl.pem", "-CAfile", "plant/ca-chain.pem", "-noout")
        text = self.openssl("crl", "-in", "crl.pem", "-noout", "-text").out
        return {int(line.split(":")[1], 16) for line in text.splitlines() if "Serial Number:" in line}

    def assert_on_the_crl(self, certificate):
        self.assertEqual(self.on_the_crl(), {self.serial(certificate)})

    # -- at the CA

    def test_an_ra_has_a_devices_certificate_revoked(self):
        self.found_with_ra()
        told = self.revoke(self.ca.url, "ra", more=["--json"]).out
        self.assertIn("cessationOfOperation", told)
        self.assertEqual([self.state("dev1.pem"), self.state("ra.pem")], ["revoked", "valid"])
        self.assert_on_the_crl("dev1.pem")

    def test_an_ra_names_a_certificate_that_it_does_not_have(self):
        self.found_with_ra()
        self.cmpkit("revoke", self.ca.url, "--cert", "ra.pem", "--key", "ra.key", "--trust", "plant/root.pem", "--target-issuer", self.subject("plant/issuing.pem"), "--target-serial",
                    hex(self.serial("dev1.pem")), "--reason", "keyCompromise")
        self.assert_on_the_crl("dev1.pem")

    def test_openssl_with_an_ras_certificate_has_a_devices_certificate_revoked(self):
        self.found_with_ra()
        self.openssl("cmp", "-config", "", "-cmd", "rr", "-server", self.ca.address, "-path", ".well-known/cmp", "-cert", "ra.pem", "-key", "ra.key", "-untrusted", "plant/ca-chain.pem",
                     "-trusted", "plant/root.pem", "-oldcert", "dev1.pem", "-revreason", "5")
        self.assert_on_the_crl("dev1.pem")

    def test_a_certificate_that_has_expired_is_revoked_too(self):
        self.found_with_ra(more=short)
        self.enroll(self.ca.url, "brief", more=["--profile", "short"])
        self.wait_until_expired("brief.pem")
        self.revoke(self.ca.url, "ra", "brief.pem")
        row, = self.json_of("ca", "list", "plant", "--state", "revoked")
        self.assertEqual([int(row["serial"], 16), row["reason"]], [self.serial("brief.pem"), "cessationOfOperation"])

    # -- who may not

    def test_nobody_but_an_ra_of_this_pki_revokes_for_others(self):
        self.found(more=plain)
        self.enroll(self.ca.url)
        self.certify("desk", "desk")  # of the PKI, and named like one, but without id-kp-cmcRA
        self.certify("gone", "RA")
        self.certify("ra", "RA")
        self.revoke(self.ca.url, "ra", "gone.pem")
        self.issue("foreign", "/O=Plant/CN=RA", "maker", extensions="keyUsage=critical,digitalSignature\nextendedKeyUsage=1.3.6.1.5.5.7.3.28")
        self.issue("device", "/O=Maker/CN=device-4712", "maker")
        self.enroll(self.ca.url, "neighbour", subject="/CN=device-4712")
        others, strangers = "not this requester's to revoke", "signed with a certificate of this CA"
        for who, words in (("neighbour", others), ("desk", others), ("device", strangers), ("foreign", strangers), ("gone", "certRevoked")):
            with self.subTest(who):
                done = self.run_it(stage.program, "revoke", self.ca.url, "--cert", f"{who}.pem", "--key", f"{who}.key", "--trust", "plant/root.pem", "--target", "dev1.pem")
                self.assertNotEqual(done.code, 0, str(done))
                self.assertIn(words, done.said)
                self.assertEqual(self.state("dev1.pem"), "valid")

    def test_a_device_revokes_no_neighbour_by_way_of_an_ra(self):
        """Under the RA's protection the CA would not see who asked."""
        self.found_with_ra()
        self.issue("device", "/O=Maker/CN=device-4712", "maker")
        self.enroll(self.ca.url, "neighbour", subject="/CN=device-4712")
        for action in ("reprotect", "nest", "unchanged"):
            with self.subTest(action):
                self.set_up(f"node-{action}", [self.upstream(self.ca.url)], signer="ra", rules=f'[[rule]]\nname = "revocations"\naction = "{action}"\nbodies = ["rr"]\n')
                ra = self.serve(f"node-{action}")
                done = self.run_it(stage.program, "revoke", ra.url, "--cert", "neighbour.pem", "--key", "neighbour.key", "--trust", "plant/root.pem", "--target", "dev1.pem")
                self.assertIn("notAuthorized", done.said)
                self.assertEqual(self.state("dev1.pem"), "valid")
                self.assertEqual("forwarded" in ra.log.read_text(), action == "unchanged")

    # -- by way of an LRA that has no line

    rules = '[[rule]]\nname = "revocations"\naction = "unchanged"\nbodies = ["rr"]\nrequesters = ["ra"]\n'

    def test_an_rr_waits_at_the_track_until_it_was_carried(self):
        self.found_trackside(more=short, rules=self.rules)
        self.enroll(self.ca.url, "dev1")
        self.enroll(self.ca.url, "brief", more=["--profile", "short"])
        for name in ("dev1", "brief"):
            self.revoke(self.track.url, "lra", f"{name}.pem", more=["--state", f"{name}.state", "--timeout", "2"], expect=4)
        self.wait_until_expired("brief.pem")
        self.assertEqual([self.state("dev1.pem"), self.state("brief.pem")], ["valid", "valid"])  # not revoked, the CA means
        self.track.kill()
        self.track = self.come_back("track", self.track)
        with self.technician():
            for name in ("dev1", "brief"):
                self.assertEqual(self.json_of("resume", f"{name}.state", "--timeout", "100")["result"], "revoked")
        self.assertEqual([self.state("dev1.pem"), self.state("brief.pem")], ["revoked", "revoked"])
        self.assertIn(self.serial("dev1.pem"), self.on_the_crl())  # the other was on one of them, which is enough after its expiry (RFC 5280 3.3)

    def test_what_the_office_refuses_is_told_at_the_track(self):
        self.found_trackside(rules=self.rules)
        self.enroll(self.ca.url, "dev1")
        self.issue("device", "/O=Maker/CN=device-4712", "maker")
        self.enroll(self.ca.url, "neighbour", subject="/CN=device-4712")
        with self.technician():
            done = self.revoke(self.track.url, "neighbour", more=["--timeout", "100"], expect=3)
        self.assertIn("does not go on from here", done.said)
        self.assertEqual(self.state("dev1.pem"), "valid")


if __name__ == "__main__":
    stage.main()
