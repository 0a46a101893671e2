"""An RA that looks after its own CMP signer: it gets one with a secret, renews it while devices enroll, and is killed in the middle. The CA is our own."""
import os
import stat

import stage
from ra_stage import OwnStage, enroll_signer


class Renewal(OwnStage):
    def check_signer(self):
        self.assert_key_of("node/signer.pem", "node/signer.pem")

    def test_an_ra_that_has_nothing_but_a_secret_gets_its_signer_and_forwards(self):
        self.found_for("30d")
        ra = self.serve_ra()
        self.wait_for(ra, "enrolled until")
        self.enroll(ra.url)
        self.assert_verified("dev1.pem", "dev1-chain.pem")
        self.assertRegex(ra.log.read_text(), r"reprotected to ca as [0-9a-f]{8} by rule approved")
        self.assertEqual(stat.S_IMODE(os.stat(self.path("node/signer.pem")).st_mode), 0o600)
        self.check_signer()
        ra.stop()
        ra = self.serve("node")
        self.enroll(ra.url, "dev2")
        self.assertEqual(len(self.lines(ra, "enrolled until")), 1)

    def test_a_makers_certificate_is_as_good_as_a_secret(self):
        self.found_for("30d")
        self.issue("box", "/O=Maker/CN=ra-box-1", "maker")
        text = self.path("plant/cmpkit.toml").read_text().replace('requesters = ["secret", "own"]', 'requesters = ["external", "own"]\nsubjects = ["CN={subject.CN},O=Plant"]')
        self.write("plant/cmpkit.toml", text.replace('secret    = "file:ra.secret"\nprofile   = "ra"\n', 'secret    = "file:ra.secret"\n'))
        self.hang_up(self.ca)
        by_maker = enroll_signer.replace('reference = "RA"\nsecret    = "file:../ra.secret"', 'certificate = "../box.pem"\nkey = "../box.key"').replace("CN=RA", "CN=ra-box-1")
        self.set_up("node", [self.upstream(self.ca.url)], own=by_maker)
        ra = self.serve("node")
        self.wait_for(ra, "enrolled until")
        self.enroll(ra.url)
        self.assertIn("CN=ra-box-1", self.subject("node/signer.pem"))

    def test_no_request_is_lost_while_the_signer_is_renewed(self):
        self.found_for("30s")
        ra = self.serve_ra('renew_before = "25s"\n')
        self.wait_for(ra, "enrolled until")
        failures = self.traffic_until(lambda: self.wait_for(ra, "renewed until", 2), ra.url)
        self.assertEqual(failures, [])
        self.check_signer()

    def test_what_began_under_one_signer_ends_under_it(self):
        """Also where another process has it in hand by then: the device waits for its CA while the RA is renewed and started again."""
        approved = '\n[[profile]]\nname = "looked-at"\napprove_by_hand = true\npoll_after = "1s"\n'
        self.found(more=approved, changes=[('requesters         = ["secret"]', 'requesters = ["secret", "own"]\nvalidity = "1h"\nbackdate = "0s"')])
        ra = self.serve_ra('renew_before = "1h"\n', own='poll_after = "1s"\n')
        self.wait_for(ra, "enrolled until")
        self.enroll(ra.url, expect=4, more=["--profile", "looked-at", "--state", "dev.state", "--timeout", "2"])
        first = self.serial("node/signer.pem")
        ra.kill()
        ra = self.serve("node")  # renewed at once: the next one is always due
        self.wait_for(ra, "renewed until")
        self.assertNotEqual(self.serial("node/signer.pem"), first)
        ra.kill()
        text = self.path("node/cmpkit.toml").read_text().replace('renew_before = "1h"\n', "")
        self.write("node/cmpkit.toml", text)
        ra = self.serve("node")
        waiting = self.json_of("ca", "pending", "plant")
        self.cmpkit("ca", "approve", "plant", waiting[0]["id"][:8])
        self.cmpkit("resume", "dev.state", "--url", ra.url)
        self.assert_verified("dev1.pem", "dev1-chain.pem")
        self.assertEqual(self.state("dev1.pem"), "valid")

    def test_an_update_takes_the_signer_before_out_of_use(self):
        self.found_for("1h")
        ra = self.serve_ra('renew_by = "kur"\n')
        self.wait_for(ra, "enrolled until")
        first = self.path("node/signer.pem").read_text()
        self.write("first.pem", first)
        ra.stop()
        self.write("node/cmpkit.toml", self.path("node/cmpkit.toml").read_text().replace('renew_by = "kur"', 'renew_by = "kur"\nrenew_before = "1h"'))
        ra = self.serve("node")
        self.wait_for(ra, "renewed until")
        self.assertEqual([self.state("first.pem"), self.state("node/signer.pem")], ["updated", "valid"])
        self.enroll(ra.url)

    def test_an_ra_that_is_killed_in_every_step_goes_on(self):
        self.found_for("1h")
        look = self.inodes_of("signer.pem")
        for steps in range(1, 10):
            ra = self.serve_ra('renew_before = "1h"\n')  # due at each start
            self.watch(look, steps, lambda: self.lines(ra, "next try"))
            ra.kill()
            if look()[0]:
                self.check_signer()
        before = len(self.lines(ra, "until"))
        ra = self.serve("node")
        self.wait_for(ra, "until", before + 1)
        self.check_signer()
        self.assertEqual(self.state("node/signer.pem"), "valid")
        self.assertEqual(self.lines(ra, "next try"), [])
        self.enroll(ra.url)

    def test_a_wrong_secret_is_told_and_a_right_one_mends_it(self):
        self.found_for("30d")
        self.write("node.secret", "Wrong-Horse-1\n")
        self.set_up("node", [self.upstream(self.ca.url)], own=enroll_signer.replace("../ra.secret", "../node.secret"))
        ra = self.serve("node")
        self.wait_for(ra, "not enrolled, next try in 1 s")
        self.wait_for(ra, "not enrolled, next try in 2 s")
        refused = self.run_it(stage.program, "enroll", ra.url, "--cert", "device.pem", "--key", "device.key", "--trust", "plant/root.pem", "--gen-key", "ec:P-256", "--new-key", "dev1.key",
                              "--subject", "/CN=device-4711", "--out", "dev1.pem")
        self.assertNotEqual(refused.code, 0, str(refused))
        self.assertIn("systemUnavail", refused.said)
        self.assertIn("no certificate yet", ra.log.read_text())
        self.write("node.secret", "Staple-Battery-17\n")
        self.hang_up(ra)
        self.wait_for(ra, "enrolled until")
        self.enroll(ra.url, "dev2")

    def test_who_let_its_signer_expire_begins_anew_only_where_it_may(self):
        self.found_for("6s")
        ra = self.serve_ra('renew_before = "1s"\n')
        self.wait_for(ra, "enrolled until")
        ra.kill()
        before = len(self.lines(ra, "until"))
        self.eventually(lambda: self.is_expired("node/signer.pem"), "the signer does not expire")
        ra = self.serve("node")
        self.wait_for(ra, "has expired")
        self.assertEqual(len(self.lines(ra, "until")), before)
        ra.stop()
        ra = self.serve_ra('when_expired = "enroll"\n')
        self.wait_for(ra, "until", before + 1)
        self.check_signer()


if __name__ == "__main__":
    stage.main()
