#!/usr/bin/env python3
"""cmpkit doctor: each fault of a set-up is found at its layer, and a good one is healthy."""
import http.server
import socket
import threading

import stage


class Doctor(stage.Stage):
    by_secret = ("--ref", "shared", "--secret", "file:shared.secret")
    trusting = ("--trust", "plant/root.pem")

    def ca(self, **how):
        self.found_ca(**how)
        return self.serve()

    def examine(self, url, *options, expect=0, problem=None):
        """The steps by name; `problem` is the first of them that must be one, and None: there is none."""
        report = self.json_of("doctor", url, *options, expect=expect)
        problems = [step for step in report["steps"] if step["state"] == "problem"]
        self.assertEqual(problems[0]["step"] if problems else None, problem, report)
        self.assertEqual(report["healthy"], not problems)
        self.assertEqual(report["url"], url)
        for step in problems:
            self.assertTrue(step["detail"] and step["hint"], step)
        return {step["step"]: step for step in report["steps"]}

    def states(self, steps):
        return {name: step["state"] for name, step in steps.items()}

    # -- our server

    def test_a_healthy_set_up_with_a_secret(self):
        steps = self.examine(self.ca().url, *self.by_secret, *self.trusting)
        self.assertEqual(set(self.states(steps).values()), {"ok"}, steps)
        self.assertEqual(list(steps), ["url", "dns", "tcp", "http", "content-type", "der", "header", "clock", "protection", "ca-certs", "template"])

    def test_a_healthy_set_up_with_a_certificate(self):
        ca = self.ca()
        self.cmpkit("enroll", ca.url, *self.by_secret, *self.trusting, "--gen-key", "ec:P-256", "--new-key", "dev1.key", "--subject", "/CN=dev1", "--out", "dev1.pem")
        steps = self.examine(ca.url, "--cert", "dev1.pem", "--key", "dev1.key", *self.trusting)
        self.assertEqual(steps["protection"]["state"], "ok")

    def test_without_credentials_a_server_is_known_to_speak_cmp_and_its_log_knows_of_no_reference(self):
        ca = self.ca()
        steps = self.examine(ca.url)
        self.assertIn("badMessageCheck", steps["der"]["detail"])
        self.assertEqual(steps["protection"]["state"], "unknown")
        self.assertNotIn("shared", ca.told())

    def test_a_wrong_secret_is_found_by_one_try(self):
        ca = self.ca()
        self.write("wrong.secret", "wrong")
        steps = self.examine(ca.url, "--ref", "shared", "--secret", "file:wrong.secret", *self.trusting, expect=5, problem="protection")
        self.assertEqual(self.states(steps)["clock"], "ok")
        self.assertEqual(ca.log.read_text().count('"body":"genm"'), 2, "the question without protection, and one try")

    def test_a_root_that_did_not_sign_is_found(self):
        ca = self.ca()
        self.cmpkit("enroll", ca.url, *self.by_secret, *self.trusting, "--gen-key", "ec:P-256", "--new-key", "dev1.key", "--subject", "/CN=dev1", "--out", "dev1.pem")
        self.root("other", "/CN=Other Root")
        steps = self.examine(ca.url, "--cert", "dev1.pem", "--key", "dev1.key", "--trust", "other.pem", expect=5, problem="protection")
        self.assertIn("--trust", steps["protection"]["hint"])

    def test_nobody_to_trust_is_a_fault_of_the_set_up(self):
        self.root("own", "/CN=own")
        self.examine(self.ca().url, "--cert", "own.pem", "--key", "own.key", expect=2, problem="protection")

    def test_a_file_that_is_not_there_is_a_fault_of_the_set_up(self):
        self.assertIn("gone.pem", self.cmpkit("doctor", "http://127.0.0.1:1", "--trust", "gone.pem", expect=1).out)

    def test_people_read_lines_and_the_next_thing_to_try(self):
        said = self.cmpkit("doctor", self.ca().url + "/nowhere", expect=4).out
        self.assertRegex(said, r"(?m)^problem  http +.*404")
        self.assertRegex(said, r"(?m)^ok       paths ")
        self.assertRegex(said, r"(?m)^ +try: use http://127\.0\.0\.1:\d+/\.well-known/cmp$")
        self.assertRegex(said, r"(?m)^unknown  protection +not reached$")

    # -- below CMP

    def free_port(self):
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            return one.getsockname()[1]

    def test_a_closed_port(self):
        steps = self.examine(f"http://127.0.0.1:{self.free_port()}", expect=4, problem="tcp")
        self.assertEqual([steps["dns"]["state"], steps["http"]["state"]], ["ok", "unknown"])

    def test_a_name_that_no_server_knows(self):
        self.examine("http://nowhere.invalid", "--timeout", "5", expect=4, problem="dns")

    def test_a_url_that_is_none_and_a_scheme_that_nobody_serves(self):
        self.examine("ca.plant", expect=4, problem="url")
        self.examine("http://user:word@127.0.0.1/", expect=4, problem="url")
        self.examine("http://[::1", expect=4, problem="url")
        self.examine("gopher://127.0.0.1/", expect=4, problem="url")

    # -- HTTP servers that are no CMP servers

    def page(self, status, content_type, body):
        class Answer(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(status)
                if content_type:
                    self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"http://127.0.0.1:{server.server_port}/cmp"

    def test_a_page_that_is_not_there(self):
        steps = self.examine(self.page(404, "text/html", b"no"), expect=4, problem="http")
        self.assertEqual(steps["paths"]["state"], "problem")

    def test_a_page_for_people(self):
        steps = self.examine(self.page(200, "text/html", b"<html>welcome"), expect=4, problem="content-type")
        self.assertEqual(steps["http"]["state"], "ok")
        self.assertIn("text/html", steps["content-type"]["detail"])

    def test_what_is_not_der(self):
        steps = self.examine(self.page(200, "application/pkixcmp", b"\x30\x82garbage\x1b[31m"), expect=4, problem="der")
        self.assertEqual(steps["content-type"]["state"], "ok")
        self.assertNotIn("\x1b", str(steps))

    def test_der_that_is_no_message(self):
        self.root("some", "/CN=Some Root")
        self.openssl("x509", "-in", "some.pem", "-outform", "DER", "-out", "some.der")
        self.examine(self.page(200, "application/pkixcmp", self.path("some.der").read_bytes()), expect=4, problem="der")

    def test_an_answer_of_another_transaction_and_another_day(self):
        """An error message of a server that answers everybody the same."""
        header = bytes.fromhex("020102a4023000a4023000a011180f32303230303130313030303030305a") + b"\xa4\x04\x04\x02ab"
        body = bytes.fromhex("b70730053003020102")
        self.write("shared.secret", "Correct-Horse-42\n")
        inner = b"\x30" + bytes([len(header)]) + header + body
        steps = self.examine(self.page(200, "application/pkixcmp", b"\x30" + bytes([len(inner)]) + inner), *self.by_secret, expect=1, problem="header")
        self.assertEqual(steps["protection"]["state"], "unknown", "no secret is shown to it")
        self.assertEqual(steps["clock"]["state"], "problem")
        self.assertIn("behind", steps["clock"]["detail"])

    def test_a_server_that_names_no_content_type_is_reached_by_a_profile_that_lets_it(self):
        page = self.page(200, "", b"<html></html>")
        self.examine(page, expect=4, problem="content-type")
        self.assertEqual(self.states(self.examine(page, "--peer", "rsa-cm", expect=4, problem="der"))["content-type"], "ok")

    def test_a_profile_that_nobody_knows_is_found_before_anything_is_sent(self):
        self.assertIn("openssl-mock", self.examine("http://127.0.0.1:1", "--peer", "acme", expect=2, problem="set-up")["set-up"]["detail"])

    # -- TLS

    client_of_tls = ("--tls-cert", "client.pem", "--tls-key", "client.key")

    def test_https_is_judged_by_the_anchors_for_tls(self):
        self.found_tls_ca()
        ca = self.serve()
        self.assertEqual(self.examine(ca.url, "--tls-trust", "tls.pem", *self.client_of_tls)["tls"]["state"], "ok")
        self.examine(ca.url, "--tls-trust", "plant/root.pem", *self.client_of_tls, expect=4, problem="tls")
        self.examine(ca.url, "--tls-trust", "tls.pem", expect=4, problem="tls")

    # -- openssl

    def test_openssl_s_mock_server(self):
        self.root("root", "/CN=Mock Root")
        self.issue("issued", "/CN=dev1", "root")
        self.write("shared.secret", "Correct-Horse-42\n")
        mock = self.mock("-rsp_cert", "issued.pem", "-srv_ref", "shared", "-srv_secret", "pass:Correct-Horse-42")
        steps = self.examine(mock.url, *self.by_secret)
        self.assertEqual(steps["protection"]["state"], "ok")


if __name__ == "__main__":
    stage.main()
