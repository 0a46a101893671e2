#!/usr/bin/env python3
"""Many clients at once while the server is killed without warning, again and again: nothing that was promised is lost."""
import concurrent.futures
import random
import re
import socket
import threading

import stage

total, clients, enrollments_a_kill = 200, 4, 20


class Storm(stage.Stage):
    def setUp(self):
        super().setUp()
        self.found_ca(listen=f"http://127.0.0.1:{self.free_port()}")  # it comes back at the same one
        self.key("dev.key")
        self.ended = threading.Semaphore(0)

    def free_port(self):
        """Below those that the system hands out by itself: nobody else takes it while the server is gone."""
        while True:
            try:
                with socket.create_server(("127.0.0.1", random.randrange(20000, 32000))) as probe:
                    return probe.getsockname()[1]
            except OSError:
                continue

    def enroll(self, number):
        """One of the devices, every second one with implicit confirmation."""
        implicit = ["--implicit-confirm"] if number % 2 else []
        try:
            return self.run_it(stage.program, "enroll", self.url, "--ref", "shared", "--secret", "file:shared.secret", "--trust", "plant/root.pem", "--new-key", "dev.key",
                               "--subject", f"/CN=dev{number}", "--out", f"got-{number}.pem", "--timeout", "60", *implicit)
        finally:
            self.ended.release()

    def serve_and_kill(self):
        """Until all have ended: each kill comes when some more have, so in the middle of others."""
        for _ in range(total // enrollments_a_kill):
            server = self.serve()
            for _ in range(enrollments_a_kill):
                self.ended.acquire()
            server.kill()

    def storm(self):
        """How each enrollment ended."""
        first = self.serve()
        self.url = first.url
        first.kill()
        pool = concurrent.futures.ThreadPoolExecutor(clients)
        try:
            enrollments = [pool.submit(self.enroll, number) for number in range(total)]
            self.serve_and_kill()
            return [enrollment.result() for enrollment in enrollments]
        finally:
            pool.shutdown(cancel_futures=True)

    def held(self):
        """The serial numbers of the clients' certificates, as openssl reads them: all in one go."""
        self.write("all.pem", "".join(file.read_text() for file in self.folder.glob("got-*.pem")))
        text = self.openssl("storeutl", "-certs", "-noout", "-text", "all.pem").out
        return [int(octets.replace(":", ""), 16) for octets in re.findall(r"Serial Number:\s+([0-9a-f:]+)\n", text)]

    def test_a_server_that_is_killed_again_and_again_keeps_its_promises(self):
        ends = self.storm()
        held = self.held()
        known = [int(row["serial"], 16) for row in self.json_of("ca", "list", "plant")]
        for end in ends:
            self.assertTrue(end.code == 0 or end.err, f"it ended without a word: {end}")
        self.assertEqual(len(held), sum(end.code == 0 for end in ends), "a client has a certificate if, and only if, it ended well")
        self.assertEqual(len(held), len(set(held)), "two clients hold the same serial number")
        self.assertEqual(len(known), len(set(known)), "the CA knows a serial number twice")
        self.assertLessEqual(set(held), set(known), "a client holds a certificate that the CA does not know")


if __name__ == "__main__":
    stage.main()
