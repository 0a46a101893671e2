#!/usr/bin/env python3
"""Operations that outlive their process: killed at every point of the way, with the server or without it, they go on with «cmpkit resume»."""
import os
import signal
import socket
import stat
import subprocess
import threading

import stage


class Way:
    """Stands before a server and carries HTTP messages; `at` says what happens when the n-th has come, before it is passed on.

    Messages of both directions count. What nobody is there to receive is lost.
    """

    def __init__(self, server, at):
        host, port = server.rsplit(":", 1)
        self._server, self._at, self._count = (host, int(port)), at, 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self._listener.getsockname()[1]
        threading.Thread(target=self._carry_each, daemon=True).start()

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _carry_each(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client):
        with client:
            try:
                while request := self._message(client):
                    self._note()
                    with socket.create_connection(self._server) as server:
                        server.sendall(request)
                        answer = self._message(server)
                    if not answer:  # the server is gone, and so does the connection of whoever waits
                        return
                    self._note()
                    client.sendall(answer)
            except OSError:  # one of them is gone
                return

    def _note(self):
        self._count += 1
        self._at.pop(self._count, lambda: None)()

    @staticmethod
    def _message(source):
        """One HTTP message with a Content-Length; empty at the end."""
        octets, size = b"", None
        while size is None or len(octets) < size:
            part = source.recv(65536)
            if not part:
                return b""
            octets += part
            head, end, _ = octets.partition(b"\r\n\r\n")
            if end:
                lines = head.lower().split(b"\r\n")
                size = len(head + end) + next(int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:"))
        return octets


class Resume(stage.Stage):
    by_hand = [("[[profile]]\n", '[[profile]]\napprove_by_hand = true\npoll_after = "1s"\n'), ("[ca]\n", '[ca]\napprove_revocations = true\npoll_after = "1s"\n')]

    def found(self, changes=()):
        self.found_ca(changes=changes)
        self.ca = self.serve()
        configuration = self.path("plant") / "cmpkit.toml"
        configuration.write_text(configuration.read_text().replace('"http://127.0.0.1:0"', f'"{self.ca.url}"'))

    def restart(self):
        """The server dies without a word and comes back at the same place."""
        self.ca.kill()
        self.ca = self.serve()

    def words(self, url, name, *options, secret="file:shared.secret"):
        return [stage.program, "enroll", url, "--ref", "shared", "--secret", secret, "--trust", "plant/root.pem", "--gen-key", "ec:P-256", "--new-key", f"{name}.key",
                "--subject", f"/CN={name}", "--out", f"{name}.pem", "--chain-out", "chain.pem", "--state", f"{name}.state", *options]

    def waiting(self, name, *options, **how):
        """An enrollment that its time limit ended while the operator had not decided."""
        return self.command(*self.words(self.ca.url, name, "--timeout", "2", *options), expect=4, **how)

    def begin(self, words):
        client = subprocess.Popen([str(word) for word in words], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(lambda: (client.kill(), client.communicate()))
        return client

    def approve(self):
        self.cmpkit("ca", "approve", "plant", self.json_of("ca", "pending", "plant")[0]["id"])

    def assert_one_certificate(self, name):
        self.assert_verified(f"{name}.pem")
        self.assert_key_of(f"{name}.pem", f"{name}.key")
        states = [row["state"] for row in self.json_of("ca", "list", "plant") if row["subject"] == f"CN={name}"]
        self.assertEqual(states, ["valid"])
        self.assert_absent(f"{name}.state")

    # -- every gap

    def kill_and_go_on(self, name, number, with_server, approve_at=None):
        clients, has_begun, was_killed = [], threading.Event(), threading.Event()

        def kill():
            has_begun.wait(stage.patience)
            clients[0].kill()
            clients[0].wait(stage.patience)
            if with_server:
                self.restart()
            was_killed.set()

        def both():
            self.approve()
            kill()

        at = {number: kill}
        if approve_at:
            at[approve_at] = both if number == approve_at else self.approve
        way = Way(self.ca.address, at)
        self.addCleanup(way.close)
        clients.append(self.begin(self.words(way.url, name, "--timeout", "60")))
        has_begun.set()
        self.assertTrue(was_killed.wait(stage.patience), "the operation did not come that far")
        self.cmpkit("resume", f"{name}.state", "--timeout", "60")
        self.assert_one_certificate(name)

    def walk(self, messages, **how):
        for with_server in (False, True):
            for number in range(1, messages + 1):
                with self.subTest(message=number, with_server=with_server):
                    self.kill_and_go_on(f"dev{number}{'s' if with_server else ''}", number, with_server, **how)

    def test_an_enrollment_goes_on_from_every_message(self):
        self.found()
        self.walk(4)  # ir, ip, certConf, pkiconf

    def test_an_enrollment_that_waits_goes_on_from_every_message(self):
        self.found(self.by_hand)
        self.walk(8, approve_at=4)  # ir, ip, pollReq, pollRep; pollReq, ip, certConf, pkiconf

    # -- the program

    def test_a_long_wait_ends_with_the_words_that_go_on(self):
        self.found(self.by_hand)
        self.assertIn("«cmpkit resume dev1.state» goes on with it", self.waiting("dev1").err)
        self.assertIn("«cmpkit resume dev1.state»", self.command(*self.words(self.ca.url, "dev1"), expect=2).err)
        self.assertIn("has not decided", self.cmpkit("resume", "dev1.state", "--timeout", "1", expect=4).err)
        self.approve()
        told = self.json_of("resume", "dev1.state")
        self.assertEqual([told["result"], told["certificateFile"], told["keyFile"], told["chainFile"]], ["issued", "dev1.pem", "dev1.key", "chain.pem"])
        self.assert_one_certificate("dev1")

    def test_ctrl_c_leaves_the_state_and_says_how_to_go_on(self):
        self.found(self.by_hand)
        client = self.begin(self.words(self.ca.url, "dev1", "--timeout", "600"))
        self.eventually(lambda: self.json_of("ca", "pending", "plant"), "no request came to the desk")
        client.send_signal(signal.SIGINT)
        _, said = client.communicate(timeout=stage.patience)
        self.assertEqual(client.returncode, 1, said)
        self.assertIn("«cmpkit resume dev1.state» goes on with it", said)
        self.approve()
        self.cmpkit("resume", "dev1.state")
        self.assert_one_certificate("dev1")

    def test_the_state_is_for_its_owner_alone_and_without_the_secret(self):
        self.found(self.by_hand)
        self.command(*self.words(self.ca.url, "dev1", "--timeout", "2", secret="Correct-Horse-42"), expect=4)
        self.assertEqual(stat.S_IMODE(self.path("dev1.state").stat().st_mode), 0o600)
        self.assertNotIn(b"Correct-Horse-42", self.path("dev1.state").read_bytes())
        self.approve()
        self.cmpkit("resume", "dev1.state", "--secret", "file:shared.secret")
        self.assert_one_certificate("dev1")

    def test_another_secret_does_not_go_on(self):
        self.found(self.by_hand)
        self.waiting("dev1")
        self.write("wrong.secret", "wrong")
        self.cmpkit("resume", "dev1.state", "--secret", "file:wrong.secret", expect=5)
        self.approve()
        self.cmpkit("resume", "dev1.state")

    def test_a_refusal_ends_the_operation_and_its_state(self):
        self.found(self.by_hand)
        self.waiting("dev1")
        self.cmpkit("ca", "reject", "plant", self.json_of("ca", "pending", "plant")[0]["id"], "--reason", "ask the technician first")
        self.assertIn("ask the technician first", self.cmpkit("resume", "dev1.state", expect=3).err)
        for name in ("dev1.state", "dev1.pem", "dev1.key"):
            self.assert_absent(name)

    def test_it_goes_on_in_another_folder_with_nothing_but_the_file_and_the_secret(self):
        self.found(self.by_hand)
        self.write("state.pass", "carried")
        self.waiting("dev1", "--state-with-key", "file:state.pass")
        self.approve()
        elsewhere = self.path("elsewhere")
        elsewhere.mkdir()
        for name in ("dev1.state", "shared.secret", "state.pass"):
            os.rename(self.path(name), elsewhere / name)
        os.unlink(self.path("dev1.key"))
        os.rename(self.path("plant/root.pem"), self.path("root.pem"))
        sources = ["--secret", f"file:{elsewhere}/shared.secret", "--state-pass", f"file:{elsewhere}/state.pass"]
        self.cmpkit("resume", elsewhere / "dev1.state", *sources)
        self.assert_key_of("dev1.pem", "dev1.key")
        self.assertFalse((elsewhere / "dev1.state").exists())

    def test_a_key_that_takes_another_s_place_waits_until_it_is_certified(self):
        self.found(self.by_hand)
        older = self.path(self.key("dev1.key")).read_text()
        self.waiting("dev1", "--force")
        self.assertEqual(self.path("dev1.key").read_text(), older)
        self.approve()
        self.cmpkit("resume", "dev1.state")
        self.assertNotEqual(self.path("dev1.key").read_text(), older)
        self.assert_one_certificate("dev1")

    def test_an_update_in_place_and_a_revocation_go_on(self):
        self.found(self.by_hand)
        self.waiting("dev1")
        self.approve()
        self.cmpkit("resume", "dev1.state")
        us = ("--cert", "dev1.pem", "--key", "dev1.key", "--trust", "plant/root.pem", "--state", "next.state", "--timeout", "2")
        self.cmpkit("update", self.ca.url, *us, "--gen-key", "ec:P-256", "--new-key", "new.key", "--out", "new.pem", expect=4)
        self.approve()
        self.cmpkit("resume", "next.state")
        self.assertEqual([self.state("dev1.pem"), self.state("new.pem")], ["updated", "valid"])
        them = ("--cert", "new.pem", "--key", "new.key", *us[4:])
        self.cmpkit("revoke", self.ca.url, *them, "--reason", "superseded", expect=4)
        self.approve()
        told = self.json_of("resume", "next.state")
        self.assertEqual([told["result"], told["subject"], told["reason"]], ["revoked", "CN=dev1", "superseded"])
        self.assertEqual(self.state("new.pem"), "revoked")
        self.assert_absent("next.state")

    def test_octets_that_are_no_state_are_refused(self):
        self.write("op.state", "nothing of ours")
        self.cmpkit("resume", "op.state", expect=1)
        self.cmpkit("resume", "nowhere.state", expect=1)


if __name__ == "__main__":
    stage.main()
