#!/usr/bin/env python3
"""CMP over CoAP and CoAP over DTLS: our client and server with each other, with libcoap's client and server, and as tshark reads it."""
import concurrent.futures
import json
import re
import selectors
import socket
import threading

import stage

by_secret = ("--ref", "shared", "--secret", "file:shared.secret")


class Relay:
    """Stands between one client at a time and a server, and keeps the datagrams of both directions in their order."""

    def __init__(self, server):
        host, port = server.rsplit(":", 1)
        self._near = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._near.bind(("127.0.0.1", 0))
        self._far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._far.connect((host, int(port)))
        self._wake, self._woken = socket.socketpair()
        self._datagrams = []
        self.address = "127.0.0.1:%d" % self._near.getsockname()[1]
        self._thread = threading.Thread(target=self._relay)
        self._thread.start()

    def close(self):
        self._wake.close()
        self._thread.join()
        for each in (self._near, self._far, self._woken):
            each.close()

    def hex_dump(self):
        return "".join(f"{'O' if is_of_client else 'I'}\n0000 {octets.hex(' ')}\n" for is_of_client, octets in list(self._datagrams))

    def _relay(self):
        client = None
        with selectors.DefaultSelector() as ready:
            for each in (self._near, self._far, self._woken):
                ready.register(each, selectors.EVENT_READ)
            while True:
                for source, _ in ready.select():
                    if source.fileobj is self._woken:
                        return
                    octets, sender = source.fileobj.recvfrom(4096)
                    client = sender if source.fileobj is self._near else client
                    self._datagrams.append((source.fileobj is self._near, octets))
                    if source.fileobj is self._near:
                        self._far.send(octets)
                    else:
                        self._near.sendto(octets, client)


def free_port():
    """A UDP port where nobody listens, nor at the next one."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as first, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


class Coap(stage.Stage):
    def ca(self, *changes, **how):
        self.found_ca(changes=changes, listen="coap://127.0.0.1:0", **how)
        return self.serve()

    def coaps_ca(self, **how):
        self.found_tls_ca(**how)
        configuration = self.path("plant") / "cmpkit.toml"
        configuration.write_text(configuration.read_text().replace("https://127.0.0.1:0", "coaps://127.0.0.1:0"))
        return self.serve()

    client_of_tls = ("--tls-cert", "client.pem", "--tls-key", "client.key", "--tls-trust", "tls.pem")

    def words(self, command, url, *options):
        return (stage.program, command, url, "--trust", "plant/root.pem", *options)

    def enroll(self, url, *options, name="dev1", **how):
        """NAME.key and NAME.pem."""
        new = ("--gen-key", "ec:P-256", "--new-key", f"{name}.key", "--subject", f"/CN={name}", "--out", f"{name}.pem", "--chain-out", "chain.pem")
        return self.command(*self.words("enroll", url, *by_secret, *new, *options), **how)

    def update_then_revoke(self, url, *options):
        who = ("--cert", "dev1.pem", "--key", "dev1.key", *options)
        self.command(*self.words("update", url, *who, "--gen-key", "rsa:2048", "--new-key", "new.key", "--out", "new.pem"))
        self.command(*self.words("revoke", url, "--cert", "new.pem", "--key", "new.key", *options))

    # -- our client and our server

    def test_a_certificate_is_enrolled_updated_and_revoked(self):
        ca = self.ca()
        self.assertTrue(ca.url.startswith("coap://"), ca.url)
        self.enroll(ca.url)
        self.assert_verified("dev1.pem")
        self.update_then_revoke(ca.url)
        self.assertEqual([self.state("dev1.pem"), self.state("new.pem")], ["updated", "revoked"])

    def test_the_same_under_dtls(self):
        ca = self.coaps_ca()
        self.assertTrue(ca.url.startswith("coaps://"), ca.url)
        self.enroll(ca.url, *self.client_of_tls)
        self.assert_verified("dev1.pem")
        self.update_then_revoke(ca.url, *self.client_of_tls)
        self.assertEqual([self.state("dev1.pem"), self.state("new.pem")], ["updated", "revoked"])

    def test_a_client_without_the_certificate_that_dtls_needs_is_refused(self):
        self.enroll(self.coaps_ca().url, "--tls-trust", "tls.pem", expect=4)
        self.assertEqual(self.json_of("ca", "list", "plant"), [])

    def test_a_server_of_another_root_of_dtls_is_refused(self):
        self.enroll(self.coaps_ca().url, "--tls-cert", "client.pem", "--tls-key", "client.key", "--tls-trust", "plant/root.pem", expect=4)
        self.assertEqual(self.json_of("ca", "list", "plant"), [])

    approved_by_hand = ("[[profile]]\n", '[[profile]]\napprove_by_hand = true\npoll_after = "1s"\n')

    def test_a_certificate_comes_when_the_operator_has_approved_it(self):
        self.wait_for_approval(self.ca(self.approved_by_hand))

    def test_the_same_wait_under_dtls(self):
        self.wait_for_approval(self.coaps_ca(changes=[self.approved_by_hand]), *self.client_of_tls)

    def wait_for_approval(self, ca, *options):
        with concurrent.futures.ThreadPoolExecutor() as pool:
            client = pool.submit(self.enroll, ca.url, *options)
            self.eventually(lambda: client.done() or self.json_of("ca", "pending", "plant"), "no request came to the desk")
            self.cmpkit("ca", "approve", "plant", self.json_of("ca", "pending", "plant")[0]["id"][:8])
            client.result()
        self.assert_verified("dev1.pem")

    def test_what_is_offered_is_discovered(self):
        told = self.json_of("discover", self.ca().url)
        self.assertIn(("initialization", ""), {(link["operation"], link["profile"]) for link in told})
        self.assertIn("getcacerts", {link["operation"] for link in told})

    # -- DTLS by a shared secret

    def psk_ca(self):
        self.write("psk", "0123456789abcdef0123456789abcdef\n")
        self.found_ca(listen="coaps://127.0.0.1:0", more=f'\n[[tls.secret]]\nidentity = "dev1"\nsecret = "file:{self.path("psk")}"\n')
        return self.serve()

    def test_dtls_goes_by_a_shared_secret_too(self):
        ca = self.psk_ca()
        self.enroll(ca.url, "--tls-psk", "dev1", "--tls-secret", "file:psk")
        self.assert_verified("dev1.pem")

    def test_dtls_does_not_go_by_another_secret_or_name(self):
        ca = self.psk_ca()
        self.write("other", "another one of 32 octets, or so.\n")
        self.enroll(ca.url, "--tls-psk", "dev1", "--tls-secret", "file:other", "--timeout", "2", expect=4)
        self.enroll(ca.url, "--tls-psk", "dev2", "--tls-secret", "file:psk", "--timeout", "2", name="dev2", expect=4)
        self.assertEqual(self.json_of("ca", "list", "plant"), [])

    # -- libcoap's client and our server

    def coap_client(self, *arguments, **how):
        return self.command("coap-client-openssl", "-v", "4", "-B", "20", *arguments, **how)

    def request(self):
        """request.der: an ir that openssl made."""
        self.openssl("cmp", "-config", "", "-cmd", "ir", "-server", "127.0.0.1:9", "-ref", "shared", "-secret", "file:shared.secret", "-newkey", self.key("strange.key"), "-subject",
                     "/CN=strange", "-recipient", "/CN=CA", "-reqout", "request.der", "-rspin", self.write("none.der", ""), "-certout", "none.pem", "-msg_timeout", "1", expect=1)
        return "request.der"

    def assert_answered(self, file):
        self.assertTrue(self.cmpkit("show", "--brief", file).out.startswith("ip: "))

    def test_the_client_of_libcoap_gets_an_answer(self):
        self.write("shared.secret", "Correct-Horse-42\n")
        request = self.request()
        ca = self.ca()
        for place, blocks in (("/.well-known/cmp", ()), ("/.well-known/cmp/ir", ("-b", "64")), ("/.well-known/cmp/initialization", ("-L", "3"))):
            with self.subTest(place):
                self.coap_client("-m", "post", "-t", "259", "-f", request, "-o", "answer.der", *blocks, ca.url + place)
                self.assert_answered("answer.der")

    def test_the_client_of_libcoap_gets_an_answer_under_dtls(self):
        self.write("shared.secret", "Correct-Horse-42\n")
        request = self.request()
        ca = self.coaps_ca()
        self.coap_client("-m", "post", "-t", "259", "-f", request, "-o", "answer.der", "-c", "client.pem", "-j", "client.key", "-C", "tls.pem", ca.url + "/.well-known/cmp/ir")
        self.assert_answered("answer.der")

    def test_the_client_of_libcoap_gets_an_answer_under_a_shared_secret(self):
        ca = self.psk_ca()
        said = self.coap_client("-m", "get", "-u", "dev1", "-k", "0123456789abcdef0123456789abcdef", ca.url + "/.well-known/core").out
        self.assertIn("</.well-known/cmp/ir>;ct=259", said)

    def test_the_client_of_libcoap_sees_what_is_offered(self):
        ca = self.ca()
        for query in ("", "?ct=259"):
            said = self.coap_client("-m", "get", ca.url + "/.well-known/core" + query).out
            self.assertIn("</.well-known/cmp/ir>;ct=259", said)
            self.assertIn("</.well-known/cmp/crts>;ct=259", said)

    def test_the_client_of_libcoap_is_told_what_is_wrong(self):
        ca = self.ca()
        for arguments, code in ((("-m", "post", "-e", "x", "-t", "259", "/nowhere"), "4.04"), (("-m", "post", "-e", "x", "-t", "0", "/.well-known/cmp"), "4.15"),
                                (("-m", "get", "/.well-known/cmp/ir"), "4.05"), (("-m", "delete", "/.well-known/cmp"), "4.05")):
            with self.subTest(code):
                self.assertIn(code, self.coap_client(*arguments[:-1], ca.url + arguments[-1]).said)

    # -- our client and libcoap's server

    def coap_server(self):
        port = free_port()
        self.started(stage.Server(["coap-server-openssl", "-A", "127.0.0.1", "-p", str(port)], self.folder, self.path("coap-server.log")))
        url = f"coap://127.0.0.1:{port}"
        self.eventually(lambda: "</time>" in self.run_it("coap-client-openssl", "-B", "2", "-m", "get", f"{url}/.well-known/core").out, "the server of libcoap is not ready")
        return url

    def test_a_server_of_libcoap_that_knows_no_cmp_is_told_apart(self):
        url = self.coap_server()
        self.ca()
        self.assertIn("4.04", self.enroll(url, "--timeout", "2", expect=4).err)
        self.assertIn("nothing of CMP", self.cmpkit("discover", url, expect=1).err)
        self.assertIn("CoAP", self.enroll(url + "/example_data", "--timeout", "2", name="dev2", expect=4).err)

    # -- tshark

    def test_an_enrollment_is_read_by_tshark(self):
        relay = Relay(self.ca().address)
        self.addCleanup(relay.close)
        self.enroll(f"coap://{relay.address}")
        self.write("dump.txt", relay.hex_dump())
        self.command("text2pcap", "-q", "-D", "-u", "40000,5683", "dump.txt", "wire.pcap")
        fields = [word for name in ("coap.type", "coap.code", "coap.opt.ctype", "coap.opt.uri_path_recon", "_ws.malformed") for word in ("-e", name)]
        read = [line.split("\t") for line in self.command("tshark", "-r", "wire.pcap", "-T", "fields", *fields).out.splitlines()]
        self.assertTrue(read)
        self.assertEqual([row for row in read if row[4]], [])
        posts = [row for row in read if row[1] == "2"]
        self.assertEqual({row[3] for row in posts}, {"/.well-known/cmp/ir"})
        kinds, codes = ({row[column] for row in read} for column in (0, 1))
        self.assertEqual((kinds, codes), ({"0", "2"}, {"2", "68"}))  # confirmable and acknowledgement; POST and 2.04
        # This tshark knows the number, and no name for it.
        self.assertTrue(all("259" in row[2] or "pkixcmp" in row[2] for row in read if row[2]), read)


if __name__ == "__main__":
    stage.main()
