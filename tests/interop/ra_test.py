"""Through registration authorities: devices, LRA, RA and CA as processes, by HTTP. The device is our own client or openssl's, the CA our own or openssl's mock server."""
import concurrent.futures

import stage
from ra_stage import RaStage

everything = """
[[rule]]
name   = "everything"
action = "{action}"
bodies = [{bodies}]
{more}
"""


def rule(action, bodies='"ir", "cr", "p10cr", "rr"', more=""):
    return everything.format(action=action, bodies=bodies, more=more)


updates = '\n[[rule]]\nname = "updates"\naction = "unchanged"\nbodies = ["kur", "genm"]\n'


class Chain(RaStage):
    def set_up_ra(self, rules="", **how):
        """The RA before the CA, with a signer of its own."""
        self.certify("ra", "RA")
        self.set_up("node", [self.upstream(self.ca.url)], rules=rules, signer="ra", **how)
        return self.serve("node")

    def openssl_cmp(self, server, command, *options, out="new.pem", **how):
        results = [] if command == "rr" else ["-certout", out, "-chainout", "chain.pem"]
        return self.openssl("cmp", "-config", "", "-cmd", command, "-server", server.address, "-path", ".well-known/cmp", "-trusted", "plant/root.pem", *results, *options, **how)

    def assert_routed(self, server, words):
        self.assertRegex(server.log.read_text(), words)

    def test_a_device_enrolls_through_an_lra_that_changes_nothing(self):
        self.found()
        self.set_up("lra", [self.upstream(self.ca.url)])
        lra = self.serve("lra")
        self.enroll(lra.url)
        self.assert_verified("dev1.pem", "dev1-chain.pem")
        self.assertEqual(self.state("dev1.pem"), "valid")
        self.assert_routed(lra, "unchanged to ca by rule unchanged")

    def test_the_figure_of_the_slides(self):
        self.found()
        ra = self.set_up_ra()
        self.set_up("lra", [self.upstream(ra.url, "ra")])
        lra = self.serve("lra")
        self.enroll(lra.url)
        self.assert_verified("dev1.pem", "dev1-chain.pem")
        self.assertEqual(self.state("dev1.pem"), "valid")
        self.assert_routed(lra, "unchanged to ra")
        self.assert_routed(ra, "reprotected to ca by rule approved")
        self.cmpkit("update", lra.url, "--cert", "dev1.pem", "--key", "dev1.key", "--trust", "plant/root.pem", "--gen-key", "ec:P-256", "--new-key", "dev2.key",
                    "--out", "dev2.pem")
        self.assertEqual([self.state("dev1.pem"), self.state("dev2.pem")], ["updated", "valid"])
        self.cmpkit("revoke", lra.url, "--cert", "dev2.pem", "--key", "dev2.key", "--trust", "plant/root.pem", "--reason", "superseded")
        self.assertEqual(self.state("dev2.pem"), "revoked")

    def test_openssl_as_the_device_in_every_mode(self):
        self.found()
        self.certify("ra", "RA")
        for action in ("unchanged", "reprotect", "nest"):
            with self.subTest(action):
                self.set_up(f"node-{action}", [self.upstream(self.ca.url)], rules=rule(action) + updates, signer="ra")
                ra = self.serve(f"node-{action}")
                self.openssl_cmp(ra, "ir", "-cert", "device.pem", "-key", "device.key", "-newkey", self.key(f"{action}.key"), "-subject", "/CN=device-4711", out=f"{action}.pem")
                self.assert_verified(f"{action}.pem")
                self.assertEqual(self.state(f"{action}.pem"), "valid")
                own = ["-cert", f"{action}.pem", "-key", f"{action}.key", "-untrusted", "plant/ca-chain.pem"]
                self.openssl_cmp(ra, "kur", *own, "-newkey", self.key("next.key"), out="next.pem")
                self.assertEqual(self.state("next.pem"), "valid")

    def test_a_secret_at_the_ra_and_a_signature_before_the_ca(self):
        self.found()
        self.write("device.secret", "Correct-Horse-42\n")
        secret = '[[secret]]\nreference = "press-4"\nsecret = "file:../device.secret"\nuses = 0\n'
        ra = self.set_up_ra(more=secret)
        self.cmpkit("enroll", ra.url, "--ref", "press-4", "--secret", "file:device.secret", "--trust", "plant/root.pem", "--gen-key", "ec:P-256", "--new-key", "press.key",
                    "--subject", "/CN=press-4", "--out", "press.pem", "--chain-out", "chain.pem")
        self.assert_verified("press.pem")
        self.openssl_cmp(ra, "ir", "-ref", "press-4", "-secret", "file:device.secret", "-newkey", self.key("other.key"), "-subject", "/CN=press-4", out="other.pem")
        self.assert_verified("other.pem")
        refused = self.openssl_cmp(ra, "ir", "-ref", "press-4", "-secret", "file:device.secret", "-newkey", "other.key", "-subject", "/CN=press-5", out="none.pem", expect=1)
        self.assertRegex(refused.said, r"PKIFailureInfo: notAuthorized\b")
        self.assert_absent("none.pem")

    def test_openssls_mock_server_as_the_ca(self):
        self.found()
        self.certify("ra", "RA")
        self.issue("issued", "/CN=device-4711", "maker")
        self.issue("signer", "/O=Mock/CN=Mock Signer", "maker")
        for name, protection, server in (("signature", "", ["-srv_cert", "signer.pem", "-srv_key", "signer.key", "-srv_trusted", "plant/root.pem"]),
                                         ("mac", 'reference = "at-the-ca"\nsecret = "Correct-Horse-42"\n', ["-srv_ref", "at-the-ca", "-srv_secret", "pass:Correct-Horse-42"])):
            with self.subTest(name):
                mock = self.mock("-rsp_cert", "issued.pem", *server)
                upstream = self.upstream(mock.url, "ca", protection + 'peer = "openssl-mock"\npinned = ["../signer.pem"]\n')
                self.set_up(f"node-{name}", [upstream], signer="ra")
                ra = self.serve(f"node-{name}")
                done = self.cmpkit("enroll", ra.url, "--cert", "device.pem", "--key", "device.key", "--trust", "maker.pem", "--trust", "plant/root.pem", "--new-key", "issued.key", "--subject",
                                   "/CN=device-4711", "--out", f"by-{name}.pem")
                self.assertEqual(self.serial(f"by-{name}.pem"), self.serial("issued.pem"), str(done))

    def test_an_officer_lets_a_request_go_on(self):
        self.found()
        ra = self.set_up_ra(rules=rule("reprotect", more='approve_by_hand = true\npoll_after = "1s"'))
        state = ["--state", "dev.state", "--timeout", "2"]
        self.enroll(ra.url, expect=4, more=state)
        waiting = self.json_of("ra", "pending", "node")
        self.assertEqual([row["type"] for row in waiting], ["ir"])
        told = self.cmpkit("ra", "pending", "node").out
        self.assertIn("CN=device-4711", told)
        self.assertIn("O=Maker", told)
        self.cmpkit("ra", "approve", "node", waiting[0]["id"][:8])
        self.cmpkit("resume", "dev.state")
        self.assert_verified("dev1.pem", "dev1-chain.pem")
        self.assertEqual(self.json_of("ra", "pending", "node"), [])

    def test_an_officer_refuses_a_request(self):
        self.found()
        ra = self.set_up_ra(rules=rule("reprotect", more='approve_by_hand = true\npoll_after = "1s"'))
        self.enroll(ra.url, expect=4, more=["--state", "dev.state", "--timeout", "2"])
        waiting = self.json_of("ra", "pending", "node")
        self.cmpkit("ra", "reject", "node", waiting[0]["id"], "--reason", "no such machine")
        done = self.cmpkit("resume", "dev.state", expect=3)
        self.assertIn("no such machine", done.err)
        self.assert_absent("dev1.pem")

    def test_devices_share_a_batch(self):
        self.found()
        ra = self.set_up_ra(more='[upstream.batch]\ncount = 3\nafter = "2s"\n', own='poll_after = "1s"\n')
        with concurrent.futures.ThreadPoolExecutor(3) as devices:
            list(devices.map(lambda number: self.enroll(ra.url, f"dev{number}", more=["--timeout", "100"]), range(3)))
        for number in range(3):
            self.assert_verified(f"dev{number}.pem", f"dev{number}-chain.pem")
        self.assertIn('"body":"nested"', self.ca.log.read_text())

    def test_an_lra_bundles_and_the_ra_unpacks(self):
        self.found()
        self.certify("lra", "LRA")
        ra = self.set_up_ra(own='poll_after = "1s"\nentities = ["CN=LRA,O=Plant"]\n')
        for action in ("unchanged", "reprotect"):
            with self.subTest(action):
                name = f"lra-{action}"
                self.set_up(name, [self.upstream(ra.url, "ra")], rules=rule(action), signer="lra", more='[upstream.batch]\ncount = 3\nafter = "1s"\n', own='poll_after = "1s"\n')
                lra = self.serve(name)
                with concurrent.futures.ThreadPoolExecutor(3) as devices:
                    list(devices.map(lambda number: self.enroll(lra.url, f"{name}{number}", more=["--timeout", "100"]), range(3)))
                for number in range(3):
                    self.assert_verified(f"{name}{number}.pem", f"{name}{number}-chain.pem")
                self.assert_routed(ra, '"body":"nested"')

    def test_a_rule_that_breaks_the_protocol_is_refused_at_the_start(self):
        self.found()
        self.certify("ra", "RA")
        self.set_up("node", [self.upstream(self.ca.url)], rules=rule("reprotect", '"ir", "kur"'), signer="ra")
        done = self.cmpkit("serve", "-c", "node/cmpkit.toml", expect=1)
        self.assertIn("oldCertID", done.err)

    def test_an_ra_and_a_ca_that_are_killed_lose_nothing(self):
        self.found()
        self.certify("ra", "RA")
        for action in ("unchanged", "reprotect", "nest"):
            with self.subTest(action):
                upstream = self.upstream(self.ca.url, more='exchange = "2s"\nretry = "1s"\npatience = "1s"\n')
                self.set_up(f"node-{action}", [upstream], rules=rule(action), signer="ra", own='poll_after = "1s"\n')
                ra = self.serve(f"node-{action}")
                self.ca.kill()
                name = f"dev-{action}"
                self.enroll(ra.url, name, expect=4, more=["--state", f"{name}.state", "--timeout", "2"])
                ra.kill()
                self.ca = self.come_back("plant", self.ca)
                ra = self.come_back(f"node-{action}", ra)
                self.cmpkit("resume", f"{name}.state", "--timeout", "90")
                self.assert_verified(f"{name}.pem", f"{name}-chain.pem")
                issued = [row for row in self.json_of("ca", "list", "plant", "--subject", "CN=device-4711") if row["state"] == "valid"]
                self.assertEqual(len(issued), ("unchanged", "reprotect", "nest").index(action) + 1, issued)
                ra.stop()


if __name__ == "__main__":
    stage.main()
