#!/usr/bin/env python3
"""The TCP messages of RFC 2510 and its drafts, and the HTTP of the drafts: a certificate's life over each, and what tshark reads."""
import concurrent.futures

import recorder
import stage


class OldWays(stage.Stage):
    by_secret = ("--ref", "shared", "--secret", "file:shared.secret")
    made = ("--gen-key", "ec:P-256")

    def setUp(self):
        super().setUp()
        self.pool = concurrent.futures.ThreadPoolExecutor()
        self.addCleanup(self.pool.shutdown)

    def client(self, command, url, *options, **how):
        return self.cmpkit(command, url, "--trust", "plant/root.pem", *options, **how)

    def enroll(self, url, *options, **how):
        return self.client("enroll", url, *self.by_secret, *self.made, "--force", "--new-key", "dev1.key", "--subject", "/CN=dev1", "--out", "dev1.pem", "--chain-out", "chain.pem", *options, **how)

    def live(self, url, *options):
        """From the first certificate to the end of the second."""
        self.enroll(url, *options)
        self.assert_verified("dev1.pem")
        self.client("update", url, "--cert", "dev1.pem", "--key", "dev1.key", *self.made, "--new-key", "new.key", "--out", "new.pem", *options)
        self.client("revoke", url, "--cert", "new.pem", "--key", "new.key", *options)
        self.assertEqual([self.state("dev1.pem"), self.state("new.pem")], ["updated", "revoked"])

    def wait(self, url, *options):
        client = self.pool.submit(self.enroll, url, *options)
        self.eventually(lambda: client.done() or self.json_of("ca", "pending", "plant"), "nothing is pending")
        self.cmpkit("ca", "approve", "plant", self.json_of("ca", "pending", "plant")[0]["id"])
        self.assertIn("The CA has not decided", client.result().err)
        self.assert_verified("dev1.pem")

    waiting = [("[[profile]]\n", '[[profile]]\napprove_by_hand = true\npoll_after = "1s"\n')]


class Tcp(OldWays):
    def ca(self, **how):
        self.found_ca(listen="tcp://127.0.0.1:0", **how)
        return self.serve()

    def test_a_certificate_lives_over_version_10(self):
        ca = self.ca()
        self.assertIn("deprecated", ca.log.read_text())
        self.live(ca.url)

    def test_a_certificate_lives_over_rfc_2510(self):
        self.live(self.ca().url, "--option", "form=rfc2510")

    def test_an_enrollment_that_waits_for_the_officer_is_polled_for(self):
        self.wait(self.ca(changes=self.waiting).url)

    def test_tshark_reads_both_forms(self):
        ca        = self.ca()
        recording = recorder.Recorder(ca.address)
        self.addCleanup(recording.close)
        for form, field in (("version10", "cmp.tcptrans10.version"), ("rfc2510", "cmp.tcptrans.type")):
            self.enroll(f"tcp://{recording.address}", "--option", f"form={form}", "--implicit-confirm")
            self.write("dump.txt", recording.hex_dump())
            self.command("text2pcap", "-q", "-D", "-T", "40000,829", "dump.txt", "wire.pcap")
            read = self.command("tshark", "-r", "wire.pcap", "-Y", "cmp", "-T", "fields", "-e", field, "-e", "_ws.malformed", "-e", "_ws.col.Info").out.splitlines()
            bodies = [line.rpartition("Body=")[2] for line in read if line.split("\t")[0]]
            self.assertEqual(bodies[-2:], ["ir", "ip"], read)
            self.assertNotIn("alformed", "".join(read))


class Drafts(OldWays):
    def ca(self):
        self.found_ca(more='\n[transport.http]\ndrafts = "on"\n')
        return self.serve()

    def test_a_certificate_lives_behind_a_tcp_header_in_http(self):
        self.live(self.ca().url, "--option", "tcp-header=version10", "--option", "media-type=x-pkixcmp-poll")

    def test_a_server_that_does_not_know_the_header_refuses_it(self):
        self.found_ca()
        self.enroll(self.serve().url, "--option", "tcp-header=version10", expect=5)  # it answers by an error that it cannot protect

    def test_tshark_reads_the_header_under_the_type_of_the_drafts(self):
        recording = recorder.Recorder(self.ca().address)
        self.addCleanup(recording.close)
        self.enroll(f"http://{recording.address}", "--option", "tcp-header=version10", "--option", "media-type=pkixcmp-poll", "--implicit-confirm")
        self.write("dump.txt", recording.hex_dump())
        self.command("text2pcap", "-q", "-D", "-T", "40000,80", "dump.txt", "wire.pcap")
        read = self.command("tshark", "-r", "wire.pcap", "-Y", "cmp", "-T", "fields", "-e", "cmp.tcptrans10.version", "-e", "http.content_type", "-e", "_ws.malformed").out.splitlines()
        self.assertEqual(read, ["10\tapplication/pkixcmp-poll\t"] * 2)

    def test_an_option_that_is_none_is_told(self):
        self.found_ca()
        url = self.serve().url
        self.assertIn("no-such = 1", self.enroll(url, "--option", "no-such=1", expect=2).err)
        self.assertIn("NAME=VALUE", self.enroll(url, "--option", "no-value", expect=2).err)


if __name__ == "__main__":
    stage.main()
