#!/usr/bin/env python3
"""What goes over the wire, as tshark reads it: every message of every operation is decoded, and none is marked malformed."""
import json
import re

import recorder
import stage


class Wire(stage.Stage):
    def setUp(self):
        super().setUp()
        self.found_ca()
        self.ca = self.serve()
        self.recording = recorder.Recorder(self.ca.address)
        self.addCleanup(self.recording.close)

    by_secret = ("--ref", "shared", "--secret", "file:shared.secret")

    def client(self, command, *options, trace="trace", **how):
        return self.cmpkit(command, f"http://{self.recording.address}", *options, "--trust", "plant/root.pem", "--trace-dir", trace, **how)

    def enroll(self, name, *options, kind="ec:P-256", **how):
        """NAME.key and NAME.pem, for the name «dev1»."""
        return self.client("enroll", *options, "--gen-key", kind, "--new-key", f"{name}.key", "--subject", "/CN=dev1", "--out", f"{name}.pem", **how)

    def enrolled(self):
        """Who has a certificate of a moment ago, that is not in the recording."""
        new = ["--gen-key", "ec:P-256", "--new-key", "dev1.key", "--subject", "/CN=dev1", "--out", "dev1.pem"]
        self.cmpkit("enroll", self.ca.url, *self.by_secret, "--trust", "plant/root.pem", *new)
        return ["--cert", "dev1.pem", "--key", "dev1.key"]

    def messages(self, dump):
        """What tshark tells of each CMP message: its body, its media type, and a mark if it is malformed."""
        self.write("dump.txt", dump)
        self.command("text2pcap", "-q", "-D", "-T", "40000,80", "dump.txt", "wire.pcap")
        fields = ["-e", "_ws.col.Info", "-e", "http.content_type", "-e", "_ws.malformed"]
        read = self.command("tshark", "-r", "wire.pcap", "-Y", "cmp or _ws.malformed or http.file_data", "-T", "fields", *fields)
        return [tuple(re.sub("^.* Body=", "", line).split("\t")) for line in read.out.splitlines()]

    def assert_bodies(self, *bodies):
        """These messages were recorded, with the media type of RFC 9811, well formed, and nothing else."""
        self.assertEqual(self.messages(self.recording.hex_dump()), [(body, "application/pkixcmp", "") for body in bodies])

    confirmation = ("certConf", "pkiconf")

    def test_an_enrollment_under_a_secret_is_read(self):
        self.enroll("new", *self.by_secret, "--san", "dns:a.plant", "--san", "ip:192.0.2.1", "--san", "uri:urn:plant:a")
        self.assert_bodies("ir", "ip", *self.confirmation)

    def test_an_enrollment_under_pbmac1_is_read(self):
        self.enroll("new", *self.by_secret, "--mac", "pbmac1", "--implicit-confirm", kind="ed25519")
        self.assert_bodies("ir", "ip")

    def test_another_certificate_under_a_signature_is_read(self):
        self.enroll("new", *self.enrolled(), "--op", "cr", kind="rsa:2048")
        self.assert_bodies("cr", "cp", *self.confirmation)

    def test_an_update_is_read(self):
        self.client("update", *self.enrolled(), "--gen-key", "ec:P-384", "--new-key", "new.key", "--out", "new.pem")
        self.assert_bodies("kur", "kup", *self.confirmation)

    def test_a_pkcs10_request_is_read(self):
        self.openssl("req", "-new", "-key", self.key("p10.key", "rsa"), "-subj", "/CN=dev1", "-out", "p10.csr")
        self.client("enroll", *self.enrolled(), "--csr", "p10.csr", "--out", "new.pem")
        self.assert_bodies("p10cr", "cp", *self.confirmation)

    def test_a_revocation_is_read(self):
        self.client("revoke", *self.enrolled(), "--reason", "superseded")
        self.assert_bodies("rr", "rp")

    def test_a_refusal_is_read(self):
        who = self.enrolled()
        self.cmpkit("ca", "revoke", "plant", "0x%x" % self.serial("dev1.pem"))
        self.enroll("new", *who, "--op", "cr", expect=3)
        self.assert_bodies("cr", "error")

    def test_a_conversation_with_the_client_of_openssl_is_read(self):
        self.openssl("cmp", "-config", "", "-cmd", "ir", "-server", self.recording.address, "-path", ".well-known/cmp", "-trusted", "plant/root.pem", "-ref", "shared", "-secret",
                     "file:shared.secret", "-newkey", self.key("new.key"), "-subject", "/CN=dev1", "-certout", "new.pem")
        self.assert_bodies("ir", "ip", *self.confirmation)

    def test_what_is_kept_is_what_went_over_the_wire_and_can_be_shown(self):
        self.enroll("new", *self.by_secret)
        self.client("update", "--cert", "new.pem", "--key", "new.key", "--gen-key", "ec:P-256", "--new-key", "newer.key", "--out", "newer.pem")
        self.client("revoke", "--cert", "newer.pem", "--key", "newer.key")
        kept = sorted(self.path("trace").iterdir())
        bodies = ["ir", "ip", *self.confirmation, "kur", "kup", *self.confirmation, "rr", "rp"]
        self.assertEqual([file.name.split("-")[1] for file in kept], bodies)
        for file, body in zip(kept, bodies):
            with self.subTest(file.name):
                self.assertIn(file.read_bytes(), self.recording.octets)
                self.assertIn(body, self.cmpkit("show", file).out)
                shown = json.loads(self.cmpkit("show", "--json", file).out)
                self.assertIn(body, shown["value"]["body"])
                self.assertEqual([finding for finding in shown["findings"] if finding["level"] != "note"], [])
                self.assertEqual(self.cmpkit("show", "--brief", file).out.splitlines()[0], shown["summary"])

    def test_a_message_with_a_wrong_length_would_be_noticed(self):
        self.enroll("new", *self.by_secret)
        marked = [message for message in self.messages(self.recording.hex_dump().replace(" 30 82 ", " 30 8f ")) if "Malformed" in message[0]]
        self.assertEqual(len(marked), 4)


if __name__ == "__main__":
    stage.main()
