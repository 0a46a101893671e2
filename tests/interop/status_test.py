#!/usr/bin/env python3
"""Whether certificates are revoked: CRLs that openssl made over HTTP, answers of openssl's OCSP responder, for CMP signers and for TLS, on both sides."""
import datetime
import http.server
import shutil
import threading

import stage


class Shelf:
    """An HTTP server that has `files` by path, and remembers what it was asked for."""

    def __init__(self):
        self.files, self.asked = {}, []
        shelf = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                shelf.asked.append(self.path)
                octets = shelf.files.get(self.path)
                self.send_response(200 if octets else 404)
                self.send_header("Content-Length", str(len(octets or b"")))
                self.end_headers()
                self.wfile.write(octets or b"")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Status(stage.Stage):
    by_secret = ("--ref", "shared", "--secret", "file:shared.secret")

    def setUp(self):
        super().setUp()
        self.shelf = Shelf()
        self.addCleanup(self.shelf.close)

    # -- a CA of openssl's

    def index(self, name, revoked=(), good=()):
        """NAME.index as openssl's CA keeps it, of certificates that it issued."""
        line = lambda state, date, certificate: f"{state}\t350101000000Z\t{date}\t{self.serial(certificate):X}\tunknown\t/CN=x\n"
        rows = [line("R", "250101000000Z", certificate) for certificate in revoked] + [line("V", "", certificate) for certificate in good]
        # Serial numbers have a whole number of octets there.
        rows = ["\t".join([*row.split("\t")[:3], row.split("\t")[3].rjust((len(row.split("\t")[3]) + 1) // 2 * 2, "0"), *row.split("\t")[4:]]) for row in rows]
        return self.write(f"{name}.index", "".join(rows))

    def crl(self, name, revoked=()):
        """DER of the CRL of NAME.pem."""
        self.index(name, revoked)
        self.write(f"{name}.crlnumber", f"{len(self.shelf.asked) + 1:04X}\n")
        self.write(f"{name}.ca.cnf", f"[ca]\ndefault_ca=x\n[x]\ndatabase={name}.index\ncrlnumber={name}.crlnumber\ndefault_md=sha256\ndefault_crl_days=7\n")
        self.openssl("ca", "-gencrl", "-config", f"{name}.ca.cnf", "-keyfile", f"{name}.key", "-cert", f"{name}.pem", "-out", f"{name}.crl.pem")
        self.openssl("crl", "-in", f"{name}.crl.pem", "-outform", "DER", "-out", f"{name}.crl")
        return self.path(f"{name}.crl").read_bytes()

    def responder(self, name, **index):
        """openssl's OCSP responder for NAME.pem, with a certificate that NAME issued for it; its URL."""
        self.issue("responder", "/CN=Responder", name, extensions="keyUsage=critical,digitalSignature\nextendedKeyUsage=OCSPSigning\nnoCheck=ignored")
        self.index(name, **index)
        server = self.started(stage.Server(["openssl", "ocsp", "-index", f"{name}.index", "-port", "0", "-rsigner", "responder.pem", "-rkey", "responder.key", "-CA", f"{name}.pem",
                                            "-ndays", "1"], self.folder, self.path("ocsp.log"), r"ACCEPT \S*:(\d+) PID="))
        return f"http://127.0.0.1:{server.first_line[1]}/"

    # -- the device asks about the CA's signer

    def enroll(self, url, *more, name="dev1", **how):
        return self.cmpkit("enroll", url, *more, "--gen-key", "ec:P-256", "--new-key", f"{name}.new.key", "--subject", f"/CN={name}", "--out", f"{name}.new.pem", "--force", **how)

    def factory_device(self, extensions="keyUsage=critical,digitalSignature"):
        self.root("maker", "/CN=Maker")
        self.issue("dev1", "/CN=dev1", "maker", extensions=extensions)
        return ("--cert", "dev1.pem", "--key", "dev1.key")

    def plant(self, **how):
        """A CA that lets factory devices in; its issuing CA is at hand as issuing.pem, issuing.key."""
        self.found_ca(external=["maker.pem"], **how)
        shutil.copy(self.path("plant/issuing.pem"), self.path("issuing.pem"))
        shutil.copy(self.path("plant/issuing.key.pem"), self.path("issuing.key"))
        return self.serve()

    trusting = ("--trust", "issuing.pem", "--verify-new", "plant/root.pem")

    def test_a_device_fetches_the_crl_of_the_signer(self):
        device = self.factory_device()
        ca = self.plant()
        hard = (*device, *self.trusting, "--revocation", "hard")
        refused = self.enroll(ca.url, *hard, expect=5)
        self.assertIn("RFC 5280 6.3", refused.err)
        self.shelf.files["/ca.crl"] = self.crl("issuing")
        self.enroll(ca.url, *hard, "--crl-url", f"{self.shelf.url}/ca.crl")
        self.assertEqual(self.shelf.asked, ["/ca.crl"])
        self.shelf.files["/ca.crl"] = self.crl("issuing", revoked=["plant/cmp-signer.pem"])
        refused = self.enroll(ca.url, *device, *self.trusting, "--crl-url", f"{self.shelf.url}/ca.crl", name="dev2", expect=5)
        self.assertIn("revoked", refused.err)
        self.assert_absent("dev2.new.pem")

    def test_a_device_asks_openssls_ocsp_responder(self):
        device = self.factory_device()
        ca = self.plant()
        url = self.responder("issuing", good=["plant/cmp-signer.pem"])
        self.enroll(ca.url, *device, *self.trusting, "--revocation", "hard", "--ocsp-url", url)
        self.openssl("ocsp", "-issuer", "issuing.pem", "-cert", "plant/cmp-signer.pem", "-url", url, "-no_nonce", "-noverify", "-respout", "answer.der")
        self.enroll(ca.url, *device, *self.trusting, "--revocation", "hard", "--ocsp", "answer.der")

    def test_a_device_believes_openssls_ocsp_responder_that_the_signer_is_revoked(self):
        device = self.factory_device()
        ca = self.plant()
        url = self.responder("issuing", revoked=["plant/cmp-signer.pem"])
        refused = self.enroll(ca.url, *device, *self.trusting, "--ocsp-url", url, expect=5)
        self.assertIn("RFC 6960", refused.err)

    # -- the CA asks about the device

    def test_a_ca_that_is_told_nothing_about_it_wants_to_know(self):
        device = self.factory_device()
        self.found_ca(external=["maker.pem"], changes=[('revocation = "soft"', "")])
        ca = self.serve()
        self.enroll(ca.url, *device, "--trust", "plant/root.pem", expect=3)
        self.assertIn("whether the certificate is revoked", ca.log.read_text())

    def test_a_ca_fetches_the_crl_of_its_devices_ahead(self):
        device = self.factory_device()
        self.shelf.files["/maker.crl"] = self.crl("maker")
        ca = self.plant(changes=[('revocation = "soft"', f'revocation = "hard"\ncrl_urls = ["{self.shelf.url}/maker.crl"]')])
        self.eventually(lambda: self.shelf.asked, "the CA does not fetch the CRL")
        self.enroll(ca.url, *device, "--trust", "plant/root.pem")
        self.assertEqual(self.shelf.asked, ["/maker.crl"])

    def test_a_ca_refuses_a_device_that_openssls_ocsp_responder_says_is_revoked(self):
        device = self.factory_device()
        url = self.responder("maker", revoked=["dev1.pem"])
        ca = self.plant(changes=[('revocation = "soft"', f'revocation = "hard"\nocsp_urls = ["{url}"]')])
        refused = self.enroll(ca.url, *device, "--trust", "plant/root.pem", expect=3)
        self.assertIn("certRevoked", refused.err)

    def test_a_url_in_a_certificate_is_asked_where_it_is_allowed_alone(self):
        device = self.factory_device(f"keyUsage=critical,digitalSignature\ncrlDistributionPoints=URI:{self.shelf.url}/maker.crl")
        self.shelf.files["/maker.crl"] = self.crl("maker")
        hard = ('revocation = "soft"', 'revocation = "hard"')
        ca = self.plant(changes=[hard])
        self.enroll(ca.url, *device, "--trust", "plant/root.pem", expect=3)
        self.assertEqual(self.shelf.asked, [])
        configuration = self.path("plant/cmpkit.toml")
        allowed = configuration.read_text().replace('revocation = "hard"', f'revocation = "hard"\nallowed_urls = ["{self.shelf.url}/"]')
        configuration.write_text(allowed)
        self.hang_up(ca)
        self.enroll(ca.url, *device, "--trust", "plant/root.pem", expect=3)
        self.assertIn("may be connected to", ca.log.read_text())
        self.assertEqual(self.shelf.asked, [])
        configuration.write_text(allowed + '\n[fetch]\nnamed_addresses = "any"\n')
        self.hang_up(ca)
        self.enroll(ca.url, *device, "--trust", "plant/root.pem")
        self.assertEqual(self.shelf.asked, ["/maker.crl"])

    # -- TLS

    def test_a_device_asks_whether_the_servers_tls_certificate_is_revoked(self):
        self.found_tls_ca()
        ca = self.serve()
        tls = ("--tls-trust", "tls.pem", "--tls-cert", "client.pem", "--tls-key", "client.key", *self.by_secret, "--trust", "plant/root.pem")
        self.enroll(ca.url, *tls, "--tls-revocation", "hard", expect=4)
        self.shelf.files["/tls.crl"] = self.crl("tls")
        url = ("--tls-crl-url", f"{self.shelf.url}/tls.crl")
        self.enroll(ca.url, *tls, "--tls-revocation", "hard", *url)
        self.assertEqual(self.shelf.asked, ["/tls.crl"])
        self.shelf.files["/tls.crl"] = self.crl("tls", revoked=["server.pem"])
        refused = self.enroll(ca.url, *tls, *url, name="dev2", expect=4)
        self.assertIn("revoked", refused.err)

    def test_a_server_asks_whether_its_clients_tls_certificates_are_revoked(self):
        self.found_tls_ca(changes=[('require_client = true\nrevocation = "soft"', f'require_client = true\nrevocation = "hard"\ncrl_urls = ["{self.shelf.url}/tls.crl"]')])
        self.issue("other", "/CN=other", "tls")
        self.shelf.files["/tls.crl"] = self.crl("tls", revoked=["other.pem"])
        ca = self.serve()
        self.eventually(lambda: self.shelf.asked, "the server does not fetch the CRL")
        tls = lambda name: ("--tls-trust", "tls.pem", "--tls-cert", f"{name}.pem", "--tls-key", f"{name}.key", *self.by_secret, "--trust", "plant/root.pem")
        self.enroll(ca.url, *tls("client"))
        self.enroll(ca.url, *tls("other"), name="dev2", expect=4)


if __name__ == "__main__":
    stage.main()
