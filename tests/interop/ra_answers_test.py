"""What an RA's configuration says of answers: who protects them, who confirms, what is told when the CA is late, and whose answers and whose word count."""
import json

import stage
from ra_stage import RaStage


def rule(action, more="", bodies='["ir"]'):
    return f'[[rule]]\nname = "this"\naction = "{action}"\nbodies = {bodies}\n{more}'


class Answers(RaStage):
    def found_with_ra(self, **how):
        self.found(**how)
        self.certify("ra", "RA")

    def serve_ra(self, name="node", upstream="", **how):
        self.set_up(name, [self.upstream(self.ca.url, more=upstream)], signer="ra", **how)
        return self.serve(name)

    def openssl_ir(self, server, *options, **how):
        if not self.path("dev1.key").exists():
            self.key("dev1.key")
        return self.openssl("cmp", "-config", "", "-cmd", "ir", "-server", server.address, "-path", ".well-known/cmp", "-cert", "device.pem", "-key", "device.key", "-trusted", "plant/root.pem",
                            "-newkey", "dev1.key", "-subject", "/CN=device-4711", "-certout", "dev1.pem", "-chainout", "dev1-chain.pem", *options, **how)

    def audit(self):
        return [json.loads(line) for line in self.path("plant/audit.jsonl").read_text().splitlines()]

    def test_answers_are_the_cas_own_unless_the_ra_is_to_protect_them(self):
        self.found_with_ra()
        for own, signer, other in (("", "plant/cmp-signer.pem", "ra.pem"), ('answers = "own"\n', "ra.pem", "plant/cmp-signer.pem")):
            with self.subTest(own):
                ra = self.serve_ra(f"node-{signer.partition('/')[0]}", own=own)
                name = f"by-{len(own)}"
                self.enroll(ra.url, name, more=["--pin", signer, "--verify-new", "plant/root.pem"])
                self.assert_verified(f"{name}.pem", f"{name}-chain.pem")
                self.enroll(ra.url, f"no-{name}", more=["--pin", other, "--verify-new", "plant/root.pem"], expect=5)

    def test_a_ca_that_is_late_is_waited_for_or_told_of(self):
        self.found_with_ra()
        times = 'exchange = "1s"\nretry = "1s"\npatience = "1s"\n'
        waits, refuses = self.serve_ra("node-waits", times, own='poll_after = "1s"\n'), self.serve_ra("node-refuses", times + 'late = "refuse"\n')
        self.ca.kill()
        self.assertIn("systemUnavail", self.openssl_ir(refuses, expect=1).said)
        self.assertIn("'waiting' PKIStatus", self.openssl_ir(waits, "-total_timeout", "3", expect=1).said)
        self.ca = self.come_back("plant", self.ca)
        self.openssl_ir(refuses)
        self.assert_verified("dev1.pem", "dev1-chain.pem")

    def test_an_ra_confirms_in_the_stead_of_its_devices(self):
        self.found_with_ra(more='[audit]\nfile = "audit.jsonl"\n', changes=[("implicit_confirm   = true", "implicit_confirm   = false")])
        ra = self.serve_ra(rules=rule("reprotect", "implicit_confirm = true\n"))
        self.assertNotIn("CERTCONF", self.openssl_ir(ra, "-implicit_confirm").said)
        confirmed = lambda: [line["outcome"] for line in self.audit() if line["body"] == "certConf" and line.get("kind") == "ra"]
        self.eventually(lambda: confirmed() == ["pkiconf"], "the RA does not confirm")
        self.assertEqual(self.state("dev1.pem"), "valid")
        self.assertIn("CERTCONF", self.openssl_ir(ra).said)  # who does not ask for it confirms itself

    def test_a_changed_request_takes_the_original_along_and_its_device_is_told(self):
        self.found_with_ra(more='[audit]\nfile = "audit.jsonl"\n')
        ra = self.serve_ra(rules=rule("modify", 'forced_subject = "O=Plant"\nkeep_original = true\n'))
        self.assertRegex(self.openssl_ir(ra).said, "grantedWithMods")
        self.assertEqual(self.subject("dev1.pem"), "CN=device-4711,O=Plant")
        line = next(line for line in self.audit() if int(line.get("serial", "0"), 16) == self.serial("dev1.pem"))
        for word in ("raVerified", "origPKIMessage"):
            self.assertIn(word, line["vouched"])

    def test_an_upstream_speaks_the_other_mac(self):
        self.found_with_ra(more='[[secret]]\nreference = "line"\nsecret = "file:ra.secret"\nuses = 0\nsubjects = ["*"]\n')
        ra = self.serve_ra(upstream='reference = "line"\nsecret = "file:../ra.secret"\nmac = "pbmac1"\n')
        self.openssl_ir(ra)
        self.assert_verified("dev1.pem", "dev1-chain.pem")

    # -- whose word counts

    def test_a_rule_refuses_in_its_own_words(self):
        self.found_with_ra()
        ra = self.serve_ra(rules=rule("refuse", 'reason = "this hall is closed"\n'))
        self.assertIn("this hall is closed", self.openssl_ir(ra, expect=1).said)
        self.assertNotIn('"CN=device-4711"', self.cmpkit("ca", "list", "plant", "--json").out)

    def test_an_answer_of_somebody_else_is_as_good_as_none(self):
        self.found_with_ra()
        ra = self.serve_ra(upstream='pinned = ["../device.pem"]\npatience = "2s"\nlate = "refuse"\n')
        self.assertIn("systemUnavail", self.openssl_ir(ra, expect=1).said)
        self.assertIn("not believed", ra.log.read_text())
        self.assert_absent("dev1.pem")

    def test_another_ra_speaks_for_others_only_where_it_is_named(self):
        self.found_with_ra()
        self.certify("lra", "LRA")
        for entities, expect in (("", 1), ('entities = ["CN=LRA,O=Plant"]\n', 0), ('entities = ["CN=Other,O=Plant"]\n', 1)):
            with self.subTest(entities):
                central = self.serve_ra(f"central-{len(entities)}", own=entities)
                self.set_up(f"local-{len(entities)}", [self.upstream(central.url)], signer="lra")
                local = self.serve(f"local-{len(entities)}")
                done = self.openssl_ir(local, expect=expect)
                if expect:
                    self.assertIn("signerNotTrusted", done.said)
                    self.assertIn("this RA is not one whose word counts here", central.log.read_text())


if __name__ == "__main__":
    stage.main()
