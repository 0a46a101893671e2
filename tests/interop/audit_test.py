#!/usr/bin/env python3
"""What a server tells of each message and each word of its operator, and how certificates are found again."""
import json
import signal

import stage


class Audit(stage.Stage):
    by_secret = ("--ref", "shared", "--secret", "file:shared.secret")

    def setUp(self):
        super().setUp()
        self.found_ca(more='\n[audit]\nfile = "audit.jsonl"\n')
        self.ca = self.serve()

    def enroll(self, name, **how):
        self.cmpkit("enroll", self.ca.url, *self.by_secret, "--trust", "plant/root.pem", "--gen-key", "ec:P-256", "--new-key", f"{name}.key", "--subject", f"/CN={name}",
                    "--out", f"{name}.pem", **how)

    def lines(self, name="audit.jsonl"):
        return [json.loads(line) for line in self.path(f"plant/{name}").read_text().splitlines()]

    def test_each_message_and_each_word_of_the_operator_is_told(self):
        self.enroll("dev1")
        self.cmpkit("revoke", self.ca.url, "--cert", "dev1.pem", "--key", "dev1.key", "--trust", "plant/root.pem", "--reason", "superseded")
        self.enroll("dev2")
        self.cmpkit("ca", "revoke", "plant", hex(self.serial("dev2.pem")), "--reason", "keyCompromise")
        told = self.lines()
        self.assertEqual([(line["body"], line["outcome"]) for line in told],
                         [("ir", "ip"), ("certConf", "pkiconf"), ("rr", "rp"), ("ir", "ip"), ("certConf", "pkiconf"), ("revoke", "revoked")])
        self.assertEqual([int(told[i]["serial"], 16) for i in (0, 1, 2, 5)], [self.serial(f"dev{n}.pem") for n in (1, 1, 1, 2)])
        self.assertEqual([told[0]["requester"], told[2]["kind"], told[2]["reason"], told[5]["kind"], told[5]["reason"]],
                         ["secret:shared", "own", "superseded", "operator", "keyCompromise"])
        self.assertEqual(told[0]["subject"], "CN=dev1")

    def test_a_file_that_was_moved_away_is_begun_anew(self):
        self.enroll("dev1")
        self.path("plant/audit.jsonl").rename(self.path("plant/audit.1"))
        self.ca.process.send_signal(signal.SIGHUP)
        self.eventually(lambda: "read anew" in self.ca.log.read_text(), "the log does not say that the configuration was read")
        self.enroll("dev2")
        self.assertEqual([len(self.lines("audit.1")), len(self.lines())], [2, 2])

    def test_certificates_are_found_by_what_is_known_of_them(self):
        for name in ("dev1", "dev2"):
            self.enroll(name)
        self.cmpkit("ca", "revoke", "plant", hex(self.serial("dev2.pem")))
        found = lambda *options: sorted(row["subject"] for row in self.json_of("ca", "list", "plant", *options))
        self.assertEqual(found(), ["CN=dev1", "CN=dev2"])
        self.assertEqual(found("--state", "revoked"), ["CN=dev2"])
        self.assertEqual(found("--subject", "dev1"), ["CN=dev1"])
        self.assertEqual(found("--serial", hex(self.serial("dev1.pem")), "--state", "valid"), ["CN=dev1"])
        self.assertEqual(found("--requester", "secret:nobody"), [])
        self.assertEqual(found("--expires-before", "2000-01-01"), [])
        self.assertEqual(found("--expires-before", "2999-01-01T00:00:00Z"), ["CN=dev1", "CN=dev2"])
        self.cmpkit("ca", "list", "plant", "--expires-before", "soon", expect=2)
        self.cmpkit("ca", "list", "plant", "--state", "lost", expect=2)


if __name__ == "__main__":
    stage.main()
