"""What a registration authority knows of its devices by inventory, and what it tells of them by events: as processes, by HTTP."""
import json

import stage
from ra_stage import RaStage

listed = """
[[rule]]
name      = "listed"
bodies    = ["ir"]
action    = "modify"
inventory = "devices.json"
inventory_key = "{subject.CN}"
[[rule]]
name   = "own"
bodies = ["kur", "genm"]
action = "unchanged"
[[rule]]
name   = "revocations"
bodies = ["rr"]
action = "reprotect"
"""
by_hand = """
[[rule]]
name            = "by hand"
action          = "reprotect"
bodies          = ["ir"]
approve_by_hand = true
poll_after      = "1s"
"""
events = '\n[events]\nfile = "events.jsonl"\n'


class Hooks(RaStage):
    def set_up_ra(self, rules, devices=None):
        self.found()
        self.certify("ra", "RA")
        self.path("node").mkdir()
        if devices is not None:
            self.write("node/devices.json", json.dumps(devices))
        self.set_up("node", [self.upstream(self.ca.url)], rules=rules, signer="ra", more=events)
        self.ra = self.serve("node")

    def told(self):
        return [json.loads(line) for line in self.path("node/events.jsonl").read_text().splitlines()]

    def test_the_life_of_a_certificate_is_told(self):
        self.set_up_ra(listed, [{"device": "device-4711", "subject": "CN=press 4,O=Plant", "sans": ["dns:press4.plant"]}])
        self.enroll(self.ra.url)
        self.cmpkit("update", self.ra.url, "--cert", "dev1.pem", "--key", "dev1.key", "--trust", "plant/root.pem", "--gen-key", "ec:P-256", "--new-key", "dev2.key",
                    "--out", "dev2.pem")
        self.cmpkit("revoke", self.ra.url, "--cert", "dev2.pem", "--key", "dev2.key", "--trust", "plant/root.pem", "--reason", "superseded")
        told = self.told()
        self.assertEqual([line["event"] for line in told], ["enrolled", "updated", "revoked"])
        self.assertEqual([int(line["serial"], 16) for line in told], [self.serial("dev1.pem"), self.serial("dev2.pem"), self.serial("dev2.pem")])
        self.assertEqual([line["rule"] for line in told], ["listed", "own", "revocations"])
        self.assertEqual({line["upstream"] for line in told}, {"ca"})
        self.assertEqual([told[0]["device"], told[0]["subject"], told[1]["device"], told[2]["reason"]],
                         ["CN=device-4711,O=Maker", "CN=press 4,O=Plant", "CN=press 4,O=Plant", "superseded"])
        self.assertIn("notAfter", told[0])

    def test_who_is_not_in_the_inventory_is_refused_and_told_of(self):
        self.set_up_ra(listed, [{"device": "device-4712", "subject": "CN=press 5"}])
        self.enroll(self.ra.url, expect=3)
        line, = self.told()
        self.assertEqual([line["event"], line["asked"], line["device"]], ["refused", "ir", "CN=device-4711,O=Maker"])
        self.assertIn("the inventory has no device", line["reason"])
        self.assertEqual(self.json_of("ca", "list", "plant", "--subject", "press"), [])

    def test_an_inventory_with_a_mistake_stops_the_start_and_no_server_that_runs(self):
        self.set_up_ra(listed, [{"device": "device-4711", "subject": "CN=press 4"}])
        self.write("node/devices.json", '[{"device": "device-4711",\n "sans": "dns:a"}]')
        self.hang_up(self.ra, "stays as it was")
        self.assertRegex(self.ra.log.read_text(), r"devices\.json:2: \[0\]\.sans: an array is expected")
        self.enroll(self.ra.url)
        done = self.cmpkit("serve", "-c", "node/cmpkit.toml", expect=1)
        self.assertIn("[0].sans", done.err)

    def test_an_officers_words_are_told_by_the_process_of_the_officer(self):
        self.set_up_ra(by_hand)
        for name, word in (("dev1", "approve"), ("dev2", "reject")):
            self.enroll(self.ra.url, name=name, expect=4, more=["--state", f"{name}.state", "--timeout", "2"])
            request, = self.json_of("ra", "pending", "node")
            self.cmpkit("ra", word, "node", request["id"], *(["--reason", "no such machine"] if word == "reject" else []))
            self.cmpkit("resume", f"{name}.state", expect=0 if word == "approve" else 3)
        told = self.told()
        self.assertEqual([line["event"] for line in told], ["waiting", "approved", "enrolled", "waiting", "rejected", "refused"])
        self.assertEqual(len({line["requester"] for line in told}), 1)
        self.assertRegex(told[1]["by"], "officer, user")
        self.assertEqual([told[4]["reason"], told[4]["subject"]], ["no such machine", "CN=device-4711"])
        self.assertIn("no such machine", told[5]["reason"])

    def test_a_stranger_is_told_of_without_a_name_that_it_did_not_prove(self):
        self.set_up_ra(listed, [])
        self.root("stranger", "/CN=Stranger Root")
        self.issue("device", "/O=Maker/CN=device-4711", "stranger")
        self.enroll(self.ra.url, expect=3)
        line, = self.told()
        self.assertEqual(line["event"], "refused")
        self.assertNotIn("device", line)
        self.assertTrue(line["requester"].startswith("certificate:"))  # the hash of what signed, which is all that was proven

    def test_the_ra_answers_questions_from_its_own_data(self):
        answers = '''
[support]
ca_certificates = ["../plant/issuing.pem"]
crls            = ["../plant/ca.crl.pem"]
[[support.information]]
type = "1.3.6.1.4.1.32473.1"
text = "gateway=192.0.2.1"
[[rule]]
name        = "known here"
action      = "answer"
bodies      = ["genm"]
information = ["id-it-caCerts", "id-it-crlStatusList", "1.3.6.1.4.1.32473.1"]
[[rule]]
name   = "all else"
action = "unchanged"
bodies = ["genm"]
'''
        self.set_up_ra(answers)
        by_maker = ["--cert", "device.pem", "--key", "device.key", "--trust", "plant/root.pem"]
        told = lambda what, *options: self.json_of("get", self.ra.url, what, *by_maker, *options)
        told("template")  # by the CA, which is asked no more
        self.ca.kill()
        self.assertEqual(told("ca-certs")["count"], 1)
        self.cmpkit("get", self.ra.url, "crl", *by_maker, "--issuer", self.subject("plant/issuing.pem"), "--out", "ca.crl")
        self.openssl("crl", "-in", "ca.crl", "-CAfile", "plant/ca-chain.pem", "-noout")
        self.cmpkit("get", self.ra.url, "info", "--type", "1.3.6.1.4.1.32473.1", *by_maker)


if __name__ == "__main__":
    stage.main()
