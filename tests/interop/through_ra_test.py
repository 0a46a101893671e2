#!/usr/bin/env python3
"""openssl as a registration authority in front of our CA: it asks in the name of devices, with their proof of possession or with its word for it."""
import stage

profile = """
[[profile]]
name               = "registration"
requesters         = ["secret"]
secret_subjects    = ["CN=*"]
extended_key_usage = ["id-kp-cmcRA"]
"""


class ThroughRa(stage.Stage):
    def setUp(self):
        super().setUp()
        self.found_ca(more=profile)
        self.ca = self.serve()
        self.key("dev.key")
        self.key("ra.key")
        self.cmpkit("enroll", self.ca.url, "--ref", "shared", "--secret", "file:shared.secret", "--profile", "registration", "--subject", "/CN=Hall 3 RA", "--new-key", "ra.key",
                    "--out", "ra.pem", "--trust", "plant/root.pem")

    def ask(self, *arguments, signer="ra.pem", key="ra.key", expect=0):
        return self.openssl("cmp", "-config", "", "-server", self.ca.address, "-path", ".well-known/cmp", "-cert", signer, "-key", key, "-extracerts", "plant/issuing.pem",
                            "-trusted", "plant/root.pem", *arguments, expect=expect)

    def enroll(self, out, *arguments, **how):
        return self.ask("-cmd", "ir", "-subject", "/O=Plant/CN=dev7", "-newkey", "dev.key", "-certout", out, *arguments, **how)

    def test_an_ra_gets_certificates_for_devices_with_their_proof_and_with_raverified(self):
        for popo in ("1", "0"):
            self.enroll(f"dev{popo}.pem", "-popo", popo)
            self.assertEqual(self.subject(f"dev{popo}.pem"), "CN=dev7,O=Plant")

    def test_an_ra_updates_a_device_by_its_old_certificate_but_not_with_raverified(self):
        self.enroll("dev.pem")
        self.key("next.key")
        refused = self.ask("-cmd", "kur", "-oldcert", "dev.pem", "-newkey", "next.key", "-certout", "none.pem", "-popo", "0", expect=1)
        self.assertIn("badPOP", refused.said)
        self.ask("-cmd", "kur", "-oldcert", "dev.pem", "-newkey", "next.key", "-certout", "next.pem")
        self.assertEqual(self.subject("next.pem"), "CN=dev7,O=Plant")
        self.ask("-cmd", "kur", "-oldcert", "dev.pem", "-newkey", "next.key", "-certout", "none.pem", expect=1)
        self.assert_absent("none.pem")

    def test_a_device_is_no_ra(self):
        self.enroll("dev.pem")
        refused = self.enroll("none.pem", "-popo", "0", signer="dev.pem", key="dev.key", expect=1)
        self.assertIn("notAuthorized", refused.said)
        self.assert_absent("none.pem")


if __name__ == "__main__":
    stage.main()
