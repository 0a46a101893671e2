"""kill -9 of the RA and of the CA at each message of an enrollment, in each mode: the device gets its certificate, and the CA has issued one."""
import concurrent.futures
import json
import threading

import stage
from ra_stage import RaStage
from resume_test import Way

modes = {"unchanged": 'action = "unchanged"', "reprotect": 'action = "reprotect"', "modify": 'action = "modify"\nforced_subject = "O=Plant"', "nest": 'action = "nest"', "batch": 'action = "reprotect"'}
messages = {"batch": 8}  # with a poll for each answer; else ir, ip, certConf, pkiconf


class Gate(Way):
    """A way on which something happens at a message, again and again."""

    def arm(self, number, deed):
        self._count, self._at = 0, {number: deed}


class Crash(RaStage):
    def setUp(self):
        super().setUp()
        self.found(more='[audit]\nfile = "audit.jsonl"\n')
        self.certify("ra", "RA")
        self.one_at_a_time = threading.Lock()
        self.nodes, self.above, self.before = {}, {}, {}

    def gate(self, address):
        gate = Gate(address, {})
        self.addCleanup(gate.close)
        return gate

    def set_up_mode(self, mode):
        self.above[mode] = self.gate(self.ca.address)
        upstream = self.upstream(self.above[mode].url, more='exchange = "1s"\nretry = "1s"\npatience = "30s"\n')
        more = '[upstream.batch]\ncount = 2\nafter = "1s"\n' if mode == "batch" else ""
        self.set_up(mode, [upstream], signer="ra", own='poll_after = "1s"\n', more=more, rules=f'[[rule]]\nname = "all"\nbodies = ["ir"]\n{modes[mode]}\n')
        self.nodes[mode] = self.serve(mode)
        self.before[mode] = self.gate(self.nodes[mode].address)

    def kill_ra(self, mode):
        self.nodes[mode].kill()
        self.nodes[mode] = self.come_back(mode, self.nodes[mode])

    def kill_ca(self):
        with self.one_at_a_time:
            self.ca.kill()
            self.ca = self.come_back("plant", self.ca)

    def enroll_while(self, mode, name, gate, number, deed):
        """An enrollment at whose n-th message on that way something happens, before the message is passed on."""
        has_happened = threading.Event()

        def happen():
            deed()
            has_happened.set()

        gate.arm(number, happen)
        done = self.enroll(self.before[mode].url, name, more=["--timeout", "100"])
        self.assertTrue(has_happened.is_set(), f"{name}: the enrollment did not come that far\n{done}")
        self.assert_verified(f"{name}.pem", f"{name}-chain.pem")
        self.assert_key_of(f"{name}.pem", f"{name}.key")

    def walk(self, mode, places):
        """Each (a word for it, a way, how many messages to walk through, what happens at each)."""
        for word, gate, count, deed in places:
            for number in range(1, count + 1):
                self.enroll_while(mode, f"{mode}-{word}-{number}", gate, number, deed)
        return sum(count for _, _, count, _ in places)

    def walk_all(self, places_of):
        for mode in modes:
            self.set_up_mode(mode)
        with concurrent.futures.ThreadPoolExecutor(len(modes)) as pool:
            walks = [pool.submit(self.walk, mode, places_of(mode)) for mode in modes]
            enrolled = sum(each.result() for each in walks)
        issued = [row["state"] for row in self.json_of("ca", "list", "plant", "--subject", "CN=device-4711")]
        self.assertEqual(issued, ["valid"] * enrolled)
        audit = [json.loads(line) for line in self.path("plant/audit.jsonl").read_text().splitlines()]
        granted = [line["serial"] for line in audit if line["body"] == "ir" and line["outcome"] == "ip" and "device-4711" in line["subject"]]
        self.assertEqual(len(granted), len(set(granted)), "a request was decided upon twice")

    def test_an_ra_that_is_killed_at_any_message_loses_nothing(self):
        self.walk_all(lambda mode: [("before", self.before[mode], messages.get(mode, 4), lambda: self.kill_ra(mode)), ("above", self.above[mode], 4, lambda: self.kill_ra(mode))])

    def test_a_ca_that_is_killed_at_any_message_loses_nothing(self):
        self.walk_all(lambda mode: [("above", self.above[mode], 4, self.kill_ca)])


if __name__ == "__main__":
    stage.main()
