#!/usr/bin/env python3
"""Delayed delivery (RFC 9483 4.4): clients, ours and that of openssl, wait while an operator decides; ours waits for openssl's mock server too."""
import concurrent.futures

import stage


class Waiting(stage.Stage):
    by_secret = ("--ref", "shared", "--secret", "file:shared.secret", "--trust", "plant/root.pem")

    def setUp(self):
        super().setUp()
        self.found_ca(changes=[("[[profile]]\n", '[[profile]]\napprove_by_hand = true\npoll_after = "1s"\n'), ("[ca]\n", '[ca]\napprove_revocations = true\npoll_after = "1s"\n')])
        self.ca = self.serve()
        self.pool = concurrent.futures.ThreadPoolExecutor()
        self.addCleanup(self.pool.shutdown)

    def while_it_waits(self, operation, decide, expect=0):
        """Runs a client's command while `decide` deals with its request, given as `pending` shows it."""
        client = self.pool.submit(self.run_it, *operation)
        self.eventually(lambda: client.done() or self.pending(), "no request came to the desk")
        if not client.done():
            decide(self.pending()[0])
        done = client.result()
        self.assertEqual(done.code, expect, str(done))
        return done

    def pending(self):
        return self.json_of("ca", "pending", "plant")

    def approve(self, request):
        self.cmpkit("ca", "approve", "plant", request["id"][:8])

    def reject(self, request):
        self.cmpkit("ca", "reject", "plant", request["id"], "--reason", "ask the technician first")

    def enroll(self, *options):
        return [stage.program, "enroll", self.ca.url, *self.by_secret, "--gen-key", "ec:P-256", "--new-key", "new.key", "--subject", "/CN=dev1", "--out", "new.pem",
                "--chain-out", "chain.pem", *options]

    def openssl_client(self, command, *options):
        return ["openssl", "cmp", "-config", "", "-cmd", command, "-server", self.ca.address, "-path", ".well-known/cmp", "-trusted", "plant/root.pem", *options]

    def test_a_certificate_comes_when_the_operator_has_approved_it(self):
        done = self.while_it_waits(self.enroll(), self.approve)
        self.assertIn("The CA has not decided", done.err)
        self.assert_verified("new.pem")
        self.assertEqual(self.state("new.pem"), "valid")
        self.assertEqual(self.pending(), [])

    def test_the_operator_sees_what_is_asked_and_who_asks(self):
        def look(request):
            self.assertEqual([request[name] for name in ("type", "subject", "requester", "verdict")], ["ir", "CN=dev1", "secret:shared", "undecided"])
            self.assertIn("dns:dev1.plant", request["details"])
            self.assertIn("CN=dev1", self.cmpkit("ca", "pending", "plant").out)
            self.approve(request)
        self.while_it_waits(self.enroll("--san", "dns:dev1.plant"), look)

    def test_a_rejected_request_ends_with_the_operator_s_words(self):
        done = self.while_it_waits(self.enroll(), self.reject, expect=3)
        self.assertIn("ask the technician first", done.err)
        self.assert_absent("new.pem")

    def test_a_revocation_waits_too(self):
        self.while_it_waits(self.enroll(), self.approve)
        self.while_it_waits([stage.program, "revoke", self.ca.url, "--cert", "new.pem", "--key", "new.key", "--trust", "plant/root.pem"], self.approve)
        self.assertEqual(self.state("new.pem"), "revoked")

    def test_a_client_without_the_time_to_wait_is_told_so(self):
        done = self.cmpkit(*self.enroll("--timeout", "1")[1:], expect=4)
        self.assertIn("has not decided", done.err)
        self.assert_absent("new.pem")

    def test_a_server_that_is_killed_goes_on_where_it_was(self):
        def restart_first(request):
            self.ca.kill()
            port = self.ca.url.rsplit(":", 1)[1]
            configuration = self.path("plant") / "cmpkit.toml"
            configuration.write_text(configuration.read_text().replace("127.0.0.1:0", f"127.0.0.1:{port}"))
            self.ca = self.serve()
            self.approve(request)
        self.while_it_waits(self.enroll(), restart_first)
        self.assertEqual(self.state("new.pem"), "valid")

    def test_the_client_of_openssl_waits_for_the_operator(self):
        self.key("new.key")
        wish = ["-ref", "shared", "-secret", "file:shared.secret", "-newkey", "new.key", "-subject", "/CN=dev1", "-certout", "new.pem", "-chainout", "chain.pem"]
        self.while_it_waits(self.openssl_client("ir", *wish), self.approve)
        self.assert_verified("new.pem")

    def test_our_client_waits_for_the_server_of_openssl(self):
        self.root("root", "/O=Mock/CN=Mock Root")
        self.issue("issued", "/CN=dev1", "root")
        server = self.mock("-rsp_cert", "issued.pem", "-srv_ref", "shared", "-srv_secret", "file:shared.secret", "-poll_count", "2", "-check_after", "1")
        self.cmpkit("enroll", server.url, "--ref", "shared", "--secret", "file:shared.secret", "--trust", "root.pem", "--new-key", "issued.key", "--subject", "/CN=dev1",
                    "--out", "new.pem", "--trace-dir", "trace")
        bodies = [file.name.split("-")[1] for file in sorted(self.path("trace").iterdir())]
        self.assertEqual(bodies, ["ir", "ip", "pollReq", "pollRep", "pollReq", "ip", "certConf", "pkiconf"])


if __name__ == "__main__":
    stage.main()
