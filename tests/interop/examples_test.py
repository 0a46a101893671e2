#!/usr/bin/env python3
"""The examples of docs/, built against an installed cmpkit as their readers would: an OCPP transport, between ourselves and with strangers in Python, and a
transport of C callbacks."""
import asyncio
import base64
import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

import stage

try:
    import websockets
except ImportError:
    debian = "/usr/bin/python3"  # which its packages are for, whatever Python comes first in the path
    if os.path.realpath(sys.executable) == os.path.realpath(debian):
        raise
    os.execv(debian, [debian, "-B", *sys.argv])

build    = pathlib.Path(stage.program).resolve().parent.parent
examples = pathlib.Path(__file__).resolve().parents[2] / "docs" / "examples"
place    = None  # of all tests: the prefix, and what was built against it


def step(*arguments, env=None):
    done = subprocess.run([str(argument) for argument in arguments], capture_output=True, text=True, env=stage.with_ours(env))
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(done.args)} ended with {done.returncode}\n{done.stdout[-8000:]}{done.stderr[-8000:]}")


def built(example, *settings):
    """Out of the tree; with ccache where it is, so that Beast is compiled once only."""
    launcher = [f"-DCMAKE_{language}_COMPILER_LAUNCHER=ccache" for language in ("C", "CXX") if shutil.which("ccache")]
    env = {"CCACHE_BASEDIR": str(place), "CCACHE_NOHASHDIR": "1"}
    step("cmake", "-S", examples / example, "-B", place / example, f"-DCMAKE_PREFIX_PATH={place / 'prefix'}", "-DCMAKE_BUILD_TYPE=None", *launcher, *settings, env=env)
    step("cmake", "--build", place / example, env=env)


def setUpModule():
    global place
    os.umask(0o022)  # a folder that others may write to is none for plugins
    place = pathlib.Path(tempfile.mkdtemp(prefix="cmpkit-examples-"))
    stage.unittest.addModuleCleanup(shutil.rmtree, place, ignore_errors=True)
    step("cmake", "--install", build, "--prefix", place / "prefix")
    built("ocpp-transport", "-DCMAKE_CXX_FLAGS=-O1 -Werror")
    built("callback-transport", "-DCMAKE_C_FLAGS=-Werror")


def plugins():
    return place / "ocpp-transport" / "plugins"


class Csms:
    """A CSMS of strangers: says `answers(id)`, one after the other, to each CALL of a station; keeps the CALLs. A thread with a loop."""

    def __init__(self, answers, protocols=("ocpp2.0.1",)):
        self.answers, self.calls, self.heard, self.ready = answers, [], [], threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.serve(protocols)))
        self.thread.start()
        self.ready.wait(stage.patience)

    async def serve(self, protocols):
        self.loop, self.over = asyncio.get_running_loop(), asyncio.Event()
        async with websockets.serve(self.talk, "127.0.0.1", 0, subprotocols=list(protocols), max_size=None) as server:
            self.url = f"ocpp://127.0.0.1:{server.sockets[0].getsockname()[1]}/csms/dev1"
            self.ready.set()
            await self.over.wait()

    async def talk(self, station, path):
        with contextlib.suppress(websockets.ConnectionClosed):
            await self.converse(station)

    async def converse(self, station):
        async for text in station:
            call = json.loads(text)
            if call[0] != 2:
                self.heard.append(call)
                continue
            self.calls.append(call)
            for answer in self.answers(call[1]):
                await station.send(answer if isinstance(answer, str) else json.dumps(answer))

    def close(self):
        self.loop.call_soon_threadsafe(self.over.set)
        self.thread.join()


class Ocpp(stage.Stage):
    by_secret = ("--ref", "shared", "--secret", "file:shared.secret")
    made      = ("--gen-key", "ec:P-256", "--new-key", "dev1.key", "--force")

    def ca(self, more='vendor-id = "org.plant"\n'):
        self.found_ca(listen="ocpp://127.0.0.1:0/csms", more="\n[transport.ocpp]\n" + more)
        words  = [stage.program, "serve", "-c", "cmpkit.toml", "--plugin-dir", plugins()]
        server = self.started(stage.Server(words, self.path("plant"), self.path("plant.log"), r"cmpkit: ready at (\S+)[^\n]*\n"))
        server.url = server.first_line[1]
        return server

    def client(self, command, url, *options, vendor="org.plant", **how):
        return self.cmpkit(command, url, "--plugin-dir", plugins(), "--option", f"vendor-id={vendor}", *options, **how)

    def enroll(self, url, *options, **how):
        return self.client("enroll", url, "--trust", "plant/root.pem", *self.by_secret, *self.made, "--subject", "/CN=dev1", "--out", "dev1.pem", "--chain-out", "chain.pem", *options, **how)

    def test_it_passes_the_suite_that_all_transports_share(self):
        env = {"CMPKIT_CONFORM_FOLDER": str(plugins()), "CMPKIT_CONFORM_URL": "ocpp://127.0.0.1:0/csms"}
        self.command(build / "bin" / "test_transport", "[.foreign]", env=env)
        one_connection = {"CMPKIT_CONFORM_OPTION": "max-connections=1", "CMPKIT_CONFORM_LACKS": "parallel"}
        self.command(build / "bin" / "test_transport", "[.foreign]", env={**env, **one_connection})

    def test_it_exports_one_symbol(self):
        symbols = self.command("nm", "-D", "--defined-only", plugins() / "cmpkit-transport-ocpp.so").out.split()
        self.assertEqual(symbols[2::3], ["cmpkit_transport_entry"])

    def test_a_certificate_lives_over_it(self):
        url = self.ca().url + "/dev1"
        self.enroll(url)
        self.assert_verified("dev1.pem")
        self.client("update", url, "--trust", "plant/root.pem", "--cert", "dev1.pem", "--key", "dev1.key", "--gen-key", "ec:P-256", "--new-key", "new.key", "--out", "new.pem")
        self.client("revoke", url, "--trust", "plant/root.pem", "--cert", "new.pem", "--key", "new.key")
        self.assertEqual([self.state("dev1.pem"), self.state("new.pem")], ["updated", "revoked"])

    def test_the_wrong_vendor_and_the_wrong_path_are_refused(self):
        url = self.ca().url
        self.assertIn("UnknownVendorId", self.enroll(url, "--timeout", "1", vendor="org.other", expect=4).err)
        self.assertIn("HTTP 404", self.enroll(url.replace("/csms", "/elsewhere"), "--timeout", "1", expect=4).err)
        self.assert_absent("dev1.pem")

    def test_its_options_are_listed(self):
        self.assertIn("vendor-id", self.cmpkit("transports", "-v", "--plugin-dir", plugins()).out)

    # -- a station of strangers

    def request(self):
        """A PKIMessage that openssl made; there is nobody to send it to."""
        self.openssl("cmp", "-config", "", "-cmd", "ir", "-server", "127.0.0.1:1", "-ref", "shared", "-secret", "file:shared.secret", "-newkey", self.key("dev2.key"), "-subject", "/CN=dev2",
                     "-recipient", "/CN=Plant", "-certout", "dev2.pem", "-reqout", "ir.der", "-msg_timeout", "1", expect=1)
        return self.path("ir.der").read_bytes()

    def call(self, der, **changes):
        payload = {"vendorId": "org.plant", "messageId": "cmp/initialization", "data": {"ct": "application/pkixcmp", "b64": base64.b64encode(der).decode()}}
        return json.dumps([2, "a1", "DataTransfer", {**payload, **changes}])

    def said(self, server, *texts):
        """What the server says to each text, on one connection; what ends the connection is told by its code."""
        async def talk():
            said = []
            async with websockets.connect(server.url.replace("ocpp:", "ws:") + "/stranger", subprotocols=["ocpp2.0.1"], max_size=None) as station:
                self.assertEqual(station.subprotocol, "ocpp2.0.1")
                for text in texts:
                    try:
                        await station.send(text)  # a long one is refused while it goes
                        said.append(json.loads(await asyncio.wait_for(station.recv(), stage.patience)))
                    except websockets.ConnectionClosed as closed:
                        return said + [closed.code]
            return said
        return asyncio.run(talk())

    def test_a_station_of_strangers_is_answered(self):
        type_, id_, payload = self.said(self.ca(), self.call(self.request()))[0]
        self.assertEqual((type_, id_, payload["status"], payload["data"]["ct"]), (3, "a1", "Accepted", "application/pkixcmp"))
        self.path("ip.der").write_bytes(base64.b64decode(payload["data"]["b64"], validate=True))
        self.assertIn("ip", self.cmpkit("show", "ip.der").out)

    def test_a_station_of_strangers_that_breaks_the_rules_is_told_so(self):
        server, der = self.ca(), self.request()
        b64 = base64.b64encode(der).decode()
        data = lambda **changes: {"ct": "application/pkixcmp", "b64": b64, **changes}
        rejected = [3, "a1", {"status": "Rejected", "statusInfo": {"reasonCode": "NoMessage"}}]
        said = self.said(server, self.call(der, vendorId="org.other"), self.call(der, messageId="firmware"), self.call(der, messageId="cmpx"), self.call(der, vendorId=7))
        self.assertEqual([answer[2]["status"] for answer in said], ["UnknownVendorId", "UnknownMessageId", "UnknownMessageId", "UnknownVendorId"])
        for wrong in (None, "MII=", data(ct="text/plain"), data(b64=""), data(b64=b64 + "="), data(b64=b64[:-5] + "\n" + b64[-5:]), data(b64="AB=="), data(b64=[b64])):
            self.assertEqual(self.said(server, self.call(der, data=wrong)), [rejected], wrong)
        said = self.said(server, "", "[", "{}", "[2]", '[2,7,"DataTransfer",{}]', "[" * 5000, json.dumps([2, "x" * 37, "DataTransfer", {}]))
        self.assertEqual([answer[:3] for answer in said], [[4, "-1", "RpcFrameworkError"]] * 7)
        said = self.said(server, '[9,"a",{}]', '[2,"a","BootNotification",{}]', '[2,"a","DataTransfer",7]', '[2,"a","DataTransfer"]')
        self.assertEqual([answer[2] for answer in said], ["MessageTypeNotSupported", "NotImplemented", "FormatViolation", "FormatViolation"])
        self.assertEqual(self.said(server, "x" * 2_000_000), [1009])  # beyond max-message
        self.assertEqual(self.said(server, '[3,"a",{"status":"Accepted"}]'), [1006])  # nothing was asked
        self.assertEqual(self.said(server, self.call(der))[0][2]["status"], "Accepted")

    def test_stations_that_say_nothing_make_room_for_others(self):
        server = self.ca('vendor-id = "org.plant"\nmax-connections = "3"\n')
        address = server.url.replace("ocpp:", "ws:")
        async def crowd():
            silent = [await websockets.connect(address, subprotocols=["ocpp2.0.1"]) for _ in range(5)]
            for station in silent[:2]:  # the first to come are the first to go
                await asyncio.wait_for(station.wait_closed(), stage.patience)
            self.assertEqual([station.open for station in silent], [False] * 2 + [True] * 3)
            for station in silent:
                await station.close()
        asyncio.run(crowd())
        self.enroll(server.url)

    def test_stations_that_begin_and_do_not_end_are_left(self):
        server = self.ca('vendor-id = "org.plant"\nidle-timeout = "200"\n')
        port   = int(server.url.removeprefix("ocpp://127.0.0.1:").partition("/")[0])
        upgrade = ("GET /csms HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Version: 13\r\n"
                   "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: ocpp2.0.1\r\n\r\n").encode()
        half = bytes([0x01, 0x81, 0, 0, 0, 0]) + b"["  # a text of one octet that is to go on
        for begun, answer in ((b"", b""), (upgrade[:-2], b""), (upgrade, b"HTTP/1.1 101"), (upgrade + half, b"HTTP/1.1 101"), (b"x" * 9000, b"")):
            with socket.create_connection(("127.0.0.1", port), stage.patience) as station:
                station.sendall(begun)
                said = b""
                with contextlib.suppress(ConnectionResetError):
                    while octets := station.recv(4096):
                        said += octets
                self.assertTrue(said.startswith(answer) and (answer or not said), said)
        self.enroll(server.url)

    # -- a CSMS of strangers

    def refused(self, answers, expect=4, **how):
        """What the client says to the operator."""
        csms = Csms(answers, **how)
        try:
            self.write("shared.secret", "Correct-Horse-42\n")
            self.root("someone", "/CN=Someone")
            err = self.client("enroll", csms.url, "--trust", "someone.pem", *self.by_secret, *self.made, "--subject", "/CN=dev1", "--out", "dev1.pem", "--timeout", "1", expect=expect).err
        finally:
            csms.close()
        self.assert_absent("dev1.pem")
        return err, csms

    def test_a_csms_that_refuses_is_quoted(self):
        err, csms = self.refused(lambda id_: [[3, id_, {"status": "Rejected", "statusInfo": {"reasonCode": "Maintenance"}}]])
        self.assertIn("Rejected: Maintenance", err)
        _, _, action, payload = csms.calls[0]
        self.assertEqual((action, payload["vendorId"], payload["messageId"], payload["data"]["ct"]), ("DataTransfer", "org.plant", "cmp/initialization", "application/pkixcmp"))
        self.path("ir.der").write_bytes(base64.b64decode(payload["data"]["b64"], validate=True))
        self.assertIn("ir", self.cmpkit("show", "ir.der").out)
        err, _ = self.refused(lambda id_: [[4, id_, "SecurityError", "\x1b[31mno", {}]])
        self.assertRegex(err, r"CALLERROR SecurityError: \S*\[31mno")
        self.assertNotIn("\x1b", err)

    def test_a_csms_that_makes_no_sense_is_refused(self):
        data = {"ct": "application/pkixcmp", "b64": "MIIB"}
        for wrong in ("garbage", [3, "other", {"status": "Rejected"}], [3], [1, 2, 3]):
            self.assertIn("no answer to the CALL", self.refused(lambda id_: [wrong])[0], wrong)
        for payload in ({}, {"status": "accepted"}, {"status": "Accepted"}, {"status": "Accepted", "data": {**data, "b64": "!"}}, {"status": "Accepted", "data": "MIIB"}):
            self.assertIn("ocpp://", self.refused(lambda id_: [[3, id_, payload]])[0], payload)
        self.assertIn("max-message", self.refused(lambda id_: ["x" * 2_000_000], expect=1)[0])
        self.assertIn("does not speak ocpp2.0.1", self.refused(lambda id_: [], protocols=["ocpp1.6"])[0])

    def test_a_csms_that_asks_something_meanwhile_is_told_no(self):
        err, csms = self.refused(lambda id_: [[2, "b1", "Reset", {"type": "Immediate"}], [3, id_, {"status": "Rejected"}]])
        self.assertIn("says Rejected", err)
        self.assertEqual(csms.heard[0][:3], [4, "b1", "NotSupported"])


class Callback(stage.Stage):
    def test_a_certificate_comes_over_the_wire_of_a_function(self):
        self.write("dev1.pem", self.command(place / "callback-transport" / "callback-enroll", "ca").out)
        self.openssl("verify", "-CAfile", "ca/root.pem", "-untrusted", "ca/ca-chain.pem", "dev1.pem")


if __name__ == "__main__":
    stage.main()
