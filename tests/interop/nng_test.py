#!/usr/bin/env python3
"""The bus: cmpkit against cmpkit over TCP, TLS and the file system, and nngcat, a stranger that knows NNG and no CMP."""
import concurrent.futures
import subprocess

import stage


class Bus(stage.Stage):
    by_secret = ("--ref", "shared", "--secret", "file:shared.secret")
    made = ("--gen-key", "ec:P-256")
    to_ca = ("--trust", "plant/root.pem")
    client_of_tls = ("--tls-trust", "tls.pem", "--tls-cert", "client.pem", "--tls-key", "client.key")

    def serve_at(self, listen, *changes, tls=False):
        if tls:
            self.found_tls_ca(changes=[('"https://127.0.0.1:0"', f'"{listen}"'), *changes])
        else:
            self.found_ca(listen=listen, changes=changes)
        return self.serve()

    def file_url(self):
        return f"nng+ipc://{self.path('bus')}"

    def enroll(self, ca, *options, name="dev1", **how):
        return self.cmpkit("enroll", ca.url, *self.to_ca, *self.by_secret, *self.made, "--new-key", f"{name}.key", "--subject", f"/CN={name}", "--out", f"{name}.pem",
                           "--chain-out", "chain.pem", *options, **how)

    # -- cmpkit against cmpkit

    def live(self, ca, *options):
        """The life of a certificate."""
        self.enroll(ca, *options)
        self.assert_verified("dev1.pem")
        who = ("--cert", "dev1.pem", "--key", "dev1.key")
        self.cmpkit("update", ca.url, *self.to_ca, *who, *self.made, "--new-key", "new.key", "--out", "new.pem", *options)
        self.cmpkit("revoke", ca.url, *self.to_ca, "--cert", "new.pem", "--key", "new.key", "--reason", "superseded", *options)
        self.assertEqual([self.state("dev1.pem"), self.state("new.pem")], ["updated", "revoked"])
        self.cmpkit("get", ca.url, "ca-certs", *self.to_ca, *self.by_secret, "--out", "cas.pem", *options)
        self.assertEqual(ca.stop(), 0, ca.told())

    def test_a_certificate_lives_over_tcp(self):
        self.live(self.serve_at("nng+tcp://127.0.0.1:0"))

    def test_a_certificate_lives_over_the_file_system(self):
        self.live(self.serve_at(self.file_url()))
        self.assert_absent("bus")

    def test_a_certificate_lives_over_tls(self):
        self.live(self.serve_at("nng+tls://127.0.0.1:0", tls=True), *self.client_of_tls)

    def wait_and_approve(self, ca, *options):
        with concurrent.futures.ThreadPoolExecutor() as pool:
            waiting = pool.submit(self.enroll, ca, *options)
            self.eventually(lambda: waiting.done() or self.json_of("ca", "pending", "plant"), "no request came to the desk")
            if not waiting.done():
                self.cmpkit("ca", "approve", "plant", self.json_of("ca", "pending", "plant")[0]["id"])
            self.assertIn("The CA has not decided", waiting.result().err)
        self.assert_verified("dev1.pem")

    by_hand = ("[[profile]]\n", '[[profile]]\napprove_by_hand = true\npoll_after = "1s"\n')

    def test_a_client_waits_over_tcp(self):
        self.wait_and_approve(self.serve_at("nng+tcp://127.0.0.1:0", self.by_hand))

    def test_a_client_waits_over_the_file_system(self):
        self.wait_and_approve(self.serve_at(self.file_url(), self.by_hand))

    def test_a_client_waits_over_tls(self):
        self.wait_and_approve(self.serve_at("nng+tls://127.0.0.1:0", self.by_hand, tls=True), *self.client_of_tls)

    def test_the_ca_comes_back_while_a_client_waits(self):
        ca = self.serve_at(self.file_url())
        self.assertEqual(ca.stop(), 0, ca.told())
        with concurrent.futures.ThreadPoolExecutor() as pool:
            waiting = pool.submit(self.enroll, ca)
            self.serve()
            waiting.result()
        self.assert_verified("dev1.pem")

    def test_a_client_that_tls_does_not_let_in_is_refused(self):
        ca = self.serve_at("nng+tls://127.0.0.1:0", tls=True)
        self.enroll(ca, "--tls-trust", "tls.pem", expect=4)
        self.enroll(ca, "--tls-trust", "plant/root.pem", *self.client_of_tls[2:], "--force", expect=4)
        self.assertEqual(self.json_of("ca", "list", "plant"), [])

    def test_tls_by_a_pre_shared_key_lets_in_who_has_it(self):
        for name in ("psk", "other"):
            self.write(name, f"{name}-0123456789abcdef0123456789abcdef")
        self.found_ca(listen="nng+tls://127.0.0.1:0", more=f'\n[[tls.secret]]\nidentity = "dev1"\nsecret = "file:{self.path("psk")}"\n')
        ca = self.serve()
        self.enroll(ca, "--tls-psk", "dev1", "--tls-secret", "file:other", expect=4)
        self.enroll(ca, "--tls-trust", "plant/root.pem", "--force", expect=4)
        self.enroll(ca, "--tls-psk", "dev1", "--tls-secret", "file:psk", "--force")
        self.assert_verified("dev1.pem")

    # -- strangers

    def request(self):
        """An ir of openssl's, protected by the secret."""
        self.key("dev2.key")
        self.openssl("cmp", "-config", "", "-cmd", "ir", "-server", "127.0.0.1:1", "-ref", "shared", "-secret", "file:shared.secret", "-newkey", "dev2.key", "-subject", "/CN=dev2",
                     "-certout", "dev2.pem", "-reqout", "request.der", expect=1)  # it is written before nobody is found to take it
        return "request.der"

    def nngcat(self, *words):
        """What came, as octets."""
        done = subprocess.run(["nngcat", *words, "--raw"], cwd=self.folder, capture_output=True, timeout=stage.patience, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def place(self, ca):
        return ca.url.removeprefix("nng+")

    def ask_bare(self, ca):
        answer = self.nngcat("--req", "--dial", self.place(ca), "--file", self.request())
        self.path("answer.der").write_bytes(answer)
        shown = self.cmpkit("show", "answer.der").out
        self.assertIn("CN=dev2", shown)
        self.assertEqual(answer[:1], b"\x30")
        return answer

    def test_nngcat_sends_a_bare_message_over_tcp_and_again(self):
        ca = self.serve_at("nng+tcp://127.0.0.1:0")
        answer = self.ask_bare(ca)
        # What a bus sends again has the same reply.
        self.assertEqual(self.nngcat("--req", "--dial", self.place(ca), "--file", "request.der"), answer)

    def test_nngcat_sends_a_bare_message_over_the_file_system(self):
        self.ask_bare(self.serve_at(self.file_url()))

    def test_nngcat_sends_what_is_no_message(self):
        ca = self.serve_at("nng+tcp://127.0.0.1:0")
        self.nngcat("--req", "--dial", self.place(ca), "--data", "hello")
        self.assertTrue(self.nngcat("--req", "--dial", self.place(ca), "--data", "CMP/7 hello\n").startswith(b"CMP/1 status=bad kind=cmp\n"))
        self.enroll(ca)

    def test_our_client_takes_the_bare_answer_of_nngcat(self):
        self.ask_bare(self.serve_at("nng+tcp://127.0.0.1:0"))
        server = self.started(stage.Server(["nngcat", "--rep", "--listen", f"ipc://{self.path('cat')}", "--file", self.path("answer.der"), "--quoted"], self.folder, self.path("cat.log")))
        server.url = f"nng+ipc://{self.path('cat')}"
        # It is an answer to somebody else, and that is what is wrong with it.
        done = self.enroll(server, name="dev3", expect=1)
        self.assertIn("transactionID", done.err)


if __name__ == "__main__":
    stage.main()
