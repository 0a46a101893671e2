#!/usr/bin/env python3
"""cmpkit's client against cmpkit serve: TLS, the forms of a secret, and what becomes of the files."""
import os
import pty
import stat
import termios

import stage


class OwnClient(stage.Stage):
    by_secret = ("--ref", "shared", "--secret", "file:shared.secret")
    made = ("--gen-key", "ec:P-256")

    def ca(self, *changes, **how):
        self.found_ca(changes=changes, **how)
        return self.serve()

    def client(self, command, ca, *options, **how):
        return self.cmpkit(command, ca.url, "--trust", "plant/root.pem", *options, **how)

    def enroll(self, ca, *options, who=by_secret, new=made, name="dev1", **how):
        """NAME.key and NAME.pem."""
        return self.client("enroll", ca, *who, *new, "--new-key", f"{name}.key", "--subject", f"/CN={name}", "--out", f"{name}.pem", *options, **how)

    # -- TLS

    def tls_ca(self):
        self.found_tls_ca()
        return self.serve()

    client_of_tls = ("--tls-cert", "client.pem", "--tls-key", "client.key")

    def test_https_works_with_a_certificate_for_tls(self):
        self.enroll(self.tls_ca(), "--tls-trust", "tls.pem", *self.client_of_tls, "--chain-out", "chain.pem")
        self.assert_verified("dev1.pem")

    def test_a_server_of_another_tls_root_is_refused(self):
        self.enroll(self.tls_ca(), "--tls-trust", "plant/root.pem", *self.client_of_tls, expect=4)
        self.assert_absent("dev1.pem")

    def test_a_client_without_the_certificate_for_tls_that_the_server_needs_is_refused(self):
        self.enroll(self.tls_ca(), "--tls-trust", "tls.pem", expect=4)
        self.assertEqual(self.json_of("ca", "list", "plant"), [])

    # -- secrets

    def test_a_secret_comes_from_the_environment(self):
        self.enroll(self.ca(), who=("--ref", "shared", "--secret", "env:PLANT_SECRET"), env={"PLANT_SECRET": "Correct-Horse-42"})
        self.assertEqual(self.state("dev1.pem"), "valid")

    def at_a_terminal(self, words, answer):
        """Runs it with a terminal, answers once the terminal shows no echo; its code and what the terminal showed."""
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(self.folder)
            os.execv(words[0], words)
        self.addCleanup(os.close, terminal)
        self.eventually(lambda: not termios.tcgetattr(terminal)[3] & termios.ECHO or self.gone(child), "no secret is asked for")
        os.write(terminal, answer)
        self.eventually(lambda: self.gone(child), "it does not end after the answer")
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), os.read(terminal, 65536).decode()

    def gone(self, child):
        return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def test_a_secret_is_asked_for_at_the_terminal_and_not_shown(self):
        words = [stage.program, "enroll", self.ca().url, "--trust", "plant/root.pem", "--ref", "shared", "--secret", "prompt", *self.made, "--new-key", "dev1.key",
                 "--subject", "/CN=dev1", "--out", "dev1.pem"]
        code, shown = self.at_a_terminal(words, b"Correct-Horse-42\n")
        self.assertEqual(code, 0, shown)
        self.assertNotIn("Correct-Horse-42", shown)
        self.assertEqual(self.state("dev1.pem"), "valid")

    def test_a_prompt_without_a_terminal_tells_what_to_do(self):
        done = self.command("setsid", "-w", stage.program, "enroll", self.ca().url, "--trust", "plant/root.pem", "--ref", "shared", "--secret", "prompt", *self.made,
                            "--new-key", "dev1.key", "--subject", "/CN=dev1", "--out", "dev1.pem", expect=1)
        self.assertIn("there is no terminal", done.err)

    # -- files

    def test_a_key_that_is_made_is_for_its_owner_alone(self):
        self.enroll(self.ca())
        self.assert_key_of("dev1.pem", "dev1.key")
        self.assertEqual(stat.S_IMODE(self.path("dev1.key").stat().st_mode), 0o600)

    def test_a_key_is_not_written_over_without_force(self):
        ca = self.ca()
        older = self.path(self.key("dev1.key")).read_text()
        self.assertIn("--force", self.enroll(ca, expect=1).err)
        self.assertEqual(self.path("dev1.key").read_text(), older)
        self.assertEqual(self.json_of("ca", "list", "plant"), [])

    def test_force_replaces_a_key_once_it_is_certified(self):
        ca = self.ca()
        older = self.path(self.key("dev1.key")).read_text()
        self.write("wrong.secret", "wrong")
        self.enroll(ca, "--force", who=("--ref", "shared", "--secret", "file:wrong.secret"), expect=5)
        self.assertEqual(self.path("dev1.key").read_text(), older)
        self.enroll(ca, "--force")
        self.assertNotEqual(self.path("dev1.key").read_text(), older)
        self.assert_key_of("dev1.pem", "dev1.key")

    # -- operations

    def test_an_update_keeps_the_names(self):
        ca = self.ca()
        self.enroll(ca, "--san", "dns:dev1.plant")
        self.client("update", ca, "--cert", "dev1.pem", "--key", "dev1.key", "--gen-key", "rsa:2048", "--new-key", "new.key", "--out", "new.pem")
        self.assertEqual(self.subject("new.pem"), "CN=dev1")
        self.assertIn("DNS:dev1.plant", self.openssl("x509", "-in", "new.pem", "-noout", "-ext", "subjectAltName").out)
        self.assertEqual([self.state("dev1.pem"), self.state("new.pem")], ["updated", "valid"])

    def test_an_older_certificate_of_the_same_device_is_revoked_by_file_or_by_number(self):
        ca = self.ca()
        self.enroll(ca)
        who = ("--cert", "dev1.pem", "--key", "dev1.key")
        issuer = self.json_of("ca", "list", "plant")[0]["issuer"]
        for kind in ("file", "number"):
            self.client("enroll", ca, *who, "--op", "cr", *self.made, "--new-key", f"{kind}.key", "--subject", "/CN=dev1", "--out", f"{kind}.pem")
        self.client("revoke", ca, *who, "--target", "file.pem", "--reason", "superseded")
        self.client("revoke", ca, *who, "--target-issuer", issuer, "--target-serial", hex(self.serial("number.pem")))
        self.assertEqual([self.state(f"{name}.pem") for name in ("dev1", "file", "number")], ["valid", "revoked", "revoked"])

    def test_a_server_that_is_asked_to_end_ends_well(self):
        ca = self.ca()
        self.enroll(ca)
        self.assertEqual(ca.stop(), 0, ca.told())


if __name__ == "__main__":
    stage.main()
