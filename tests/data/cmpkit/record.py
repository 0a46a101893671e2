"""Records what cmpkit's own devices, RA and CA say to one another: one file a message, NN-body.der, in the folder that is named.

    CMPKIT_PROGRAM=build/bin/cmpkit python3 tests/data/cmpkit/record.py FOLDER
"""
import http.client
import http.server
import pathlib
import sys
import threading

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent.parent / "interop"))
sys.dont_write_bytecode = True
import ra_stage  # noqa: E402

bodies = {0: "ir", 1: "ip", 2: "cr", 3: "cp", 4: "p10cr", 7: "kur", 8: "kup", 11: "rr", 12: "rp", 19: "pkiConf", 20: "nested", 21: "genm", 22: "genp", 23: "error", 24: "certConf",
          25: "pollReq", 26: "pollRep"}


def content(octets, at=0):
    """(begin, end) of the content of the element there."""
    size, begin = octets[at + 1], at + 2
    if size >= 0x80:
        begin += size - 0x80
        size = int.from_bytes(octets[at + 2:begin], "big")
    return begin, begin + size


class Tap:
    """A proxy in front of the server at `url`; what passes goes to `keep`."""

    def __init__(self, url, keep):
        host, _, path = url.removeprefix("http://").partition("/")

        class Between(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                asked = self.rfile.read(int(self.headers["Content-Length"]))
                line = http.client.HTTPConnection(host)
                line.request("POST", self.path, asked, {"Content-Type": "application/pkixcmp"})
                answer = line.getresponse()
                told = answer.read()
                keep(asked), keep(told)
                self.send_response(answer.status)
                self.send_header("Content-Type", "application/pkixcmp")
                self.send_header("Content-Length", str(len(told)))
                self.end_headers()
                self.wfile.write(told)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Between)
        self.url = f"http://127.0.0.1:{self.server.server_port}/{path}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Recording(ra_stage.RaStage):
    def keep(self, message):
        with self.lock:
            begin, _ = content(message)
            _, body = content(message, begin)
            name = bodies[message[body] & 0x1f]
            self.kept[name] = self.kept.get(name, 0) + 1
            (self.out / f"{name}-{self.kept[name]:02}.der").write_bytes(message)

    def tapped(self, url):
        tap = Tap(url, self.keep)
        self.addCleanup(tap.server.server_close)
        self.addCleanup(tap.server.shutdown)
        return tap.url

    def by_secret(self, url, word, *more, mac="pbm", expect=0):
        return self.cmpkit(word, url, "--ref", "shared", "--secret", "file:shared.secret", "--mac", mac, "--trust", "plant/root.pem", *more, expect=expect)

    def ask_the_ca(self, url):
        for mac, kind in [("pbm", "ec:P-256"), ("pbmac1", "ed25519")]:
            self.by_secret(url, "enroll", "--gen-key", kind, "--new-key", f"{mac}.key", "--subject", "/CN=device-1", "--san", "dns:one.example", "--out", f"{mac}.pem", mac=mac)
        self.by_secret(url, "enroll", "--op", "cr", "--implicit-confirm", "--gen-key", "rsa:2048", "--new-key", "rsa.key", "--subject", "/CN=device-2", "--out", "rsa.pem")
        self.by_secret(url, "enroll", "--csr", "device.csr", "--out", "csr.pem")
        self.cmpkit("update", url, "--cert", "pbm.pem", "--key", "pbm.key", "--trust", "plant/root.pem", "--gen-key", "ec:P-384", "--new-key", "new.key", "--out", "new.pem")
        for what in ("ca-certs", "template", "all"):
            self.by_secret(url, "get", what)
        self.cmpkit("ca", "crl", "plant", "--out", "plant.crl")
        self.by_secret(url, "get", "crl", "--newer-than", "plant.crl")
        self.cmpkit("get", url, "root-update", "--cert", "new.pem", "--key", "new.key", "--trust", "plant/root.pem", "--root", "plant/root.pem")
        self.cmpkit("revoke", url, "--cert", "new.pem", "--key", "new.key", "--trust", "plant/root.pem", "--reason", "keyCompromise")
        self.write("shared.secret", "no such secret\n")
        self.by_secret(url, "enroll", "--gen-key", "ec:P-256", "--new-key", "no.key", "--subject", "/CN=no", "--out", "no.pem", expect=5)

    def ask_the_ra(self, name, rule, **how):
        upstream = self.upstream(self.tapped(self.ca.url))
        self.set_up(name, [upstream], rules=f'[[rule]]\nname = "this"\nbodies = ["ir"]\n{rule}\n', signer="ra")
        server = self.serve(name)
        self.enroll(self.tapped(server.url), name, **how)

    def test_all(self):
        self.lock, self.kept, self.out = threading.Lock(), {}, pathlib.Path(sys.argv[1]).resolve()
        self.out.mkdir(parents=True, exist_ok=True)
        self.found()
        self.certify("ra", "RA")
        self.ask_the_ca(self.tapped(self.ca.url))
        for action in ("reprotect", "nest"):
            self.ask_the_ra(action, f'action = "{action}"')
        self.ask_the_ra("waiting", 'action = "reprotect"\napprove_by_hand = true\npoll_after = "1s"', more=["--timeout", "3"], expect=4)
        self.openssl("crl", "-in", "plant.crl", "-outform", "DER", "-out", self.out / "ca.crl")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    ra_stage.stage.unittest.TextTestRunner().run(Recording("test_all"))
