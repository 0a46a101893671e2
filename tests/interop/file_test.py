#!/usr/bin/env python3
"""Certificates over spool folders: cmpkit's client and server between files and mails, and strangers (openssl, python's email) at either end."""
import concurrent.futures
import email
import email.policy

import stage


class Spooled(stage.Stage):
    by_secret = ("--ref", "shared", "--secret", "file:shared.secret")
    made = ("--gen-key", "ec:P-256")
    scheme = "file"

    def setUp(self):
        super().setUp()
        self.pool = concurrent.futures.ThreadPoolExecutor()
        self.addCleanup(self.pool.shutdown)

    def spool(self, name="spool"):
        return self.path(name)

    def ca(self, *changes):
        self.found_ca(changes=changes, listen=f"{self.scheme}://{self.spool()}")
        return self.serve()

    def client(self, command, *options, **how):
        return self.cmpkit(command, f"{self.scheme}://{self.spool()}", "--trust", "plant/root.pem", *options, **how)

    def enroll(self, *options, who=by_secret, name="dev1", **how):
        return self.client("enroll", *who, *self.made, "--new-key", f"{name}.key", "--subject", f"/CN={name}", "--out", f"{name}.pem", *options, **how)

    def names(self, folder):
        return sorted(entry.name for entry in (self.spool() / folder).iterdir() if not entry.name.startswith("."))

    def put(self, name, octets):
        hidden = self.spool() / "requests" / f".tmp-{name}"
        hidden.write_bytes(octets)
        hidden.rename(self.spool() / "requests" / name)

    def reply(self, name):
        file = self.spool() / "replies" / name
        self.eventually(file.exists, f"no answer {name} comes; there are {self.names('replies')}, failed {self.names('failed')}")
        return file.read_bytes()

    def request_of_openssl(self):
        """request.der: an ir that openssl made."""
        self.key("dev9.key")
        self.openssl_ir("-reqout", "request.der", "-server", "127.0.0.1:1", expect=1)  # nobody is there: it is written all the same
        return self.path("request.der").read_bytes()

    def openssl_ir(self, *options, **how):
        return self.openssl("cmp", "-config", "", "-cmd", "ir", "-ref", "shared", "-secret", "pass:Correct-Horse-42", "-newkey", "dev9.key", "-subject", "/CN=dev9",
                            "-recipient", "/CN=Plant Issuing CA", "-certout", "dev9.pem", "-implicit_confirm", *options, **how)


class OverTheFolder:
    """What goes over files goes over mails as well."""

    def test_a_certificate_is_enrolled_updated_and_revoked(self):
        self.ca()
        self.enroll("--chain-out", "chain.pem")
        self.assert_verified("dev1.pem")
        self.client("update", "--cert", "dev1.pem", "--key", "dev1.key", *self.made, "--new-key", "new.key", "--out", "new.pem")
        self.client("revoke", "--cert", "new.pem", "--key", "new.key", "--reason", "superseded")
        self.assertEqual([self.state("dev1.pem"), self.state("new.pem")], ["updated", "revoked"])
        self.assertEqual([self.names(folder) for folder in ("requests", "replies", "failed")], [[], [], []])

    waiting = [("[[profile]]\n", '[[profile]]\napprove_by_hand = true\npoll_after = "1s"\n')]

    def test_an_enrolment_that_waits_for_the_officer_is_polled_for_over_the_folder(self):
        self.ca(*self.waiting)
        client = self.pool.submit(self.enroll, "--chain-out", "chain.pem")
        self.eventually(lambda: client.done() or self.json_of("ca", "pending", "plant"), "nothing is pending")
        self.cmpkit("ca", "approve", "plant", self.json_of("ca", "pending", "plant")[0]["id"])
        self.assertIn("The CA has not decided", client.result().err)
        self.assert_verified("dev1.pem")

    def test_requests_wait_in_the_folder_until_a_server_starts(self):
        self.ca().stop()
        client = self.pool.submit(self.enroll)
        self.eventually(lambda: client.done() or self.names("requests"), "no request comes")
        self.assertIn("waiting", self.told_by_manifest("waiting"))
        self.serve()
        client.result()
        self.assertEqual(self.state("dev1.pem"), "valid")

    def test_what_does_not_come_in_time_is_told_to_the_ca_by_an_error_message(self):
        ca = self.ca()
        ca.stop()
        self.enroll("--timeout", "1", expect=4)
        self.assertEqual([name for name in self.names("requests") if "-error" not in name], [], "the request was not withdrawn")
        self.assertEqual(len(self.names("requests")), 1)
        self.serve()
        self.eventually(lambda: self.names("requests") == [], "the report is not taken")
        self.assertIn('"body":"error"', ca.log.read_text())

    def test_a_server_that_is_killed_answers_when_it_is_started_again(self):
        ca = self.ca()
        for number in range(5):
            client = self.pool.submit(self.enroll, name=f"dev{number}")
            self.eventually(lambda: client.done() or self.names("requests"), "no request comes")
            ca.kill()
            ca = self.serve()
            client.result()
            self.assertEqual(self.state(f"dev{number}.pem"), "valid")
        self.eventually(lambda: self.names("requests") == [], "a request is left")

    def test_a_client_that_was_killed_is_answered_when_it_resumes(self):
        ca = self.ca()
        ca.stop()
        words = [stage.program, "enroll", ca.url, "--trust", "plant/root.pem", *self.by_secret, *self.made, "--new-key", "dev1.key", "--subject", "/CN=dev1", "--out", "dev1.pem",
                 "--state", "dev1.state", "--option", "rescan=200"]
        client = self.started(stage.Server(words, self.folder, self.path("client.log")))
        self.eventually(lambda: self.names("requests"), "no request comes")
        client.kill()
        asked = self.names("requests")
        self.serve()
        self.eventually(lambda: self.names("replies") == asked, "no answer comes")
        self.cmpkit("resume", "dev1.state")
        self.assertEqual(self.state("dev1.pem"), "valid")

    def told_by_manifest(self, word):
        manifest = self.spool() / "MANIFEST.txt"
        self.eventually(lambda: manifest.exists() and word in manifest.read_text(), f"the manifest does not say: {word}")
        return manifest.read_text()


class Files(OverTheFolder, Spooled):
    def test_a_request_of_openssl_is_answered_and_openssl_reads_the_answer(self):
        self.ca()
        self.put("openssl.PKI", self.request_of_openssl())
        self.path("answer.der").write_bytes(self.reply("openssl.PKI"))
        self.openssl_ir("-reqin", "request.der", "-rspin", "answer.der", expect=0)
        self.assertEqual(self.subject("dev9.pem"), "CN=dev9")

    def test_what_is_no_message_is_put_aside(self):
        self.ca()
        self.put("junk.PKI", b"\x30\x03abcd")
        self.eventually(lambda: "junk.PKI" in self.names("failed"), "it is not put aside")
        self.assertIn("behind the message", (self.spool() / "failed/junk.PKI.reason.txt").read_text())


class Mails(OverTheFolder, Spooled):
    scheme = "mime+file"

    def mail_around(self, octets, maintype="application", subtype="pkixcmp", filename="order.PKI"):
        mail = email.message.EmailMessage(policy=email.policy.SMTP)
        mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = "Ülle <desk@plant.example>", "ca@plant.example", "Bestellung für Presse 4", "<one@plant.example>"
        mail.set_content("Please find the request attached.\n")
        mail.add_attachment(octets, maintype=maintype, subtype=subtype, filename=filename)
        return mail

    def test_a_mail_of_python_is_answered_with_one_that_python_reads(self):
        self.ca()
        self.put("python.eml", self.mail_around(self.request_of_openssl(), filename="Auftrag für Presse.PKI").as_bytes())
        answer = email.message_from_bytes(self.reply("python.eml"), policy=email.policy.default)
        self.assertEqual(answer.defects, [])
        self.assertEqual(answer.get_content_type(), "application/pkixcmp")
        self.assertEqual(answer["In-Reply-To"], "<one@plant.example>")
        self.assertEqual(answer["To"], "desk@plant.example")
        self.assertEqual(answer["Content-Transfer-Encoding"], "base64")
        self.assertEqual(answer.get_filename(), "python.PKI")
        self.path("answer.der").write_bytes(answer.get_content())
        self.assertIn("ip", self.cmpkit("show", "answer.der").out)

    def test_a_mail_of_another_type_is_put_aside_with_the_reason(self):
        self.ca()
        self.put("octets.eml", self.mail_around(self.request_of_openssl(), subtype="octet-stream").as_bytes())
        self.eventually(lambda: "octets.eml" in self.names("failed"), "it is not put aside")
        self.assertIn("application/pkixcmp", (self.spool() / "failed/octets.eml.reason.txt").read_text())


if __name__ == "__main__":
    stage.main()
