#!/usr/bin/env python3
"""Two nodes of one CA on one PostgreSQL: what one has begun the other ends, and either may go at any moment, as may the database."""
import concurrent.futures
import http.client
import http.server
import shutil
import socketserver
import threading

import postgres
import stage


class Front:
    """Stands before the nodes, which take turns; `answers` are the answers to each request, of all nodes if `asks_all`.

    The last one begins. A node that does not answer is passed over: the same octets go to the next one. `at` says what happens after the n-th answer.
    """

    def __init__(self, nodes, asks_all=False, at=()):
        self.nodes, self.asks_all, self.at, self.answers = [node.address for node in nodes], asks_all, dict(at), []
        self._lock, self._turn = threading.Lock(), 0
        front = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                status, octets = front.answer(self.path, self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(status)
                self.send_header("Content-Type", "application/pkixcmp")
                self.send_header("Content-Length", str(len(octets)))
                self.end_headers()
                self.wfile.write(octets)

            def log_message(self, *_):
                pass

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = "http://127.0.0.1:%d" % self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path, request):
        with self._lock:
            self._turn += 1
            turn = self._turn % len(self.nodes)
        answers = []
        for node in self.nodes[turn:] + self.nodes[:turn]:
            if not answers or self.asks_all:
                answers += self._ask(node, path, request)
        with self._lock:
            self.answers.append(answers)
            count = len(self.answers)
        self.at.pop(count, lambda: None)()
        return answers[0] if answers else (503, b"")

    @staticmethod
    def _ask(node, path, request):
        """The answer, or nothing."""
        connection = http.client.HTTPConnection(node, timeout=stage.patience)
        try:
            connection.request("POST", path, request, {"Content-Type": "application/pkixcmp"})
            response = connection.getresponse()
            return [(response.status, response.read())]
        except (OSError, http.client.HTTPException):
            return []
        finally:
            connection.close()


class Nodes(stage.Stage):
    by_secret = ("--ref", "shared", "--secret", "file:shared.secret", "--trust", "plant/root.pem")
    by_hand = [("[[profile]]\n", '[[profile]]\napprove_by_hand = true\npoll_after = "1s"\n')]

    def setUp(self):
        super().setUp()
        self.postgres = postgres.Postgres()
        self.addCleanup(self.postgres.close)

    def found(self, changes=(), store=None):
        """The same CA for two nodes, each with its own folder."""
        store = store or f'url = "{self.postgres.url}"'
        self.found_ca(changes=[('file = "store.db"', store), *changes])
        shutil.copytree(self.path("plant"), self.path("other"))

    def serve_both(self):
        return self.serve("plant"), self.serve("other")

    def front(self, *nodes, **how):
        front = Front(nodes, **how)
        self.addCleanup(front.close)
        return front

    def enrolled(self, url, number="", *options):
        return self.run_it(stage.program, "enroll", url, *self.by_secret, "--gen-key", "ec:P-256", "--new-key", f"new{number}.key", "--force", "--subject", f"/CN=dev{number}", "--out",
                           f"new{number}.pem", "--chain-out", f"chain{number}.pem", *options)

    def enroll(self, url, number="", *options, expect=0):
        done = self.enrolled(url, number, *options)
        self.assertEqual(done.code, expect, str(done))
        return done

    def test_each_message_may_go_to_either_node_and_again_to_the_other(self):
        self.found()
        front = self.front(*self.serve_both(), asks_all=True)
        self.enroll(front.url)
        self.assertEqual(len(front.answers), 2)  # ip, pkiconf
        for one, other in front.answers:
            self.assertEqual(one, other)
        self.assert_verified("new.pem")
        for name in ("plant", "other"):
            self.assertEqual(self.state("new.pem", name), "valid")

    def test_a_request_that_waits_is_approved_from_elsewhere_and_polled_at_either_node(self):
        self.found(self.by_hand)
        front = self.front(*self.serve_both())
        with concurrent.futures.ThreadPoolExecutor() as pool:
            client = pool.submit(self.enrolled, front.url)
            self.eventually(lambda: client.done() or self.json_of("ca", "pending", "other"), "no request came to the desk")
            self.assertFalse(client.done(), "it ended before anybody approved it")
            self.cmpkit("ca", "approve", "plant", self.json_of("ca", "pending", "plant")[0]["id"])
            self.assertEqual(client.result().code, 0, str(client.result()))
        self.assert_verified("new.pem")
        self.assertEqual(self.state("new.pem"), "valid")

    def test_a_node_that_is_killed_between_two_messages_is_not_missed(self):
        self.found()
        first, second = self.serve_both()
        front = self.front(second, first, at={1: first.kill})
        self.enroll(front.url)
        self.assertEqual(self.state("new.pem", "other"), "valid")

    def test_devices_that_come_while_nodes_are_killed_lose_nothing(self):
        self.found()
        nodes = self.serve_both()
        front = self.front(*nodes, at={15: nodes[0].kill})
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            ended = list(pool.map(lambda number: self.enrolled(front.url, number), range(24)))
        for number, done in enumerate(ended):
            self.assertEqual(done.code, 0, str(done))
            self.assertEqual(self.state(f"new{number}.pem", "other"), "valid")

    def test_a_database_that_went_down_and_came_back_has_everything_and_the_nodes_go_on(self):
        self.found()
        nodes = self.serve_both()
        self.enroll(nodes[0].url, 1)
        self.postgres.stop()
        self.assertNotEqual(self.enrolled(nodes[0].url, 2).code, 0)
        self.assertIn("PostgreSQL cannot be reached", self.cmpkit("ca", "list", "plant", expect=1).err)
        self.assert_absent("new2.pem")
        self.postgres.start()
        for number, node in enumerate(nodes, 3):
            self.eventually(lambda: self.enrolled(node.url, number).code == 0, "the node does not come back")
            self.assertEqual(self.state(f"new{number}.pem"), "valid")
        self.assertEqual(self.state("new1.pem"), "valid")
        self.assertEqual([node.stop() for node in nodes], [0, 0])

    def test_the_commands_of_the_operator_work_on_it(self):
        self.found()
        ca = self.serve()
        self.enroll(ca.url)
        self.cmpkit("ca", "revoke", "plant", self.json_of("ca", "list", "plant")[0]["serial"])
        self.assertEqual(self.state("new.pem", "other"), "revoked")
        self.cmpkit("ca", "crl", "plant")
        self.assertEqual(ca.stop(), 0)
        self.assertEqual(self.state("new.pem", "other"), "revoked")

    def test_a_password_opens_the_database_and_is_told_to_nobody(self):
        self.postgres.run("CREATE ROLE keyed LOGIN PASSWORD 'Open-Sesame'; GRANT CREATE ON SCHEMA public TO keyed")
        self.found(store=f'url = "{self.postgres.url.replace("//postgres@", "//keyed@")}"\npassword = "file:store.secret"')
        self.write("plant/store.secret", "Open-Sesame\n")
        self.write("other/store.secret", "Shut-Sesame\n")
        ca = self.serve()
        self.enroll(ca.url)
        done = self.run_it(stage.program, "serve", "-c", "other/cmpkit.toml")
        self.assertNotEqual(done.code, 0)
        self.assertIn("password authentication failed", done.err)
        self.assertNotIn("Sesame", done.said + ca.log.read_text())


if __name__ == "__main__":
    stage.main()
