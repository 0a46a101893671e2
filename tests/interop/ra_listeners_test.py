"""An RA whose listeners have a certificate that it gets for itself: by its signer, or its secret; renewed under traffic, and killed in the middle."""
import http.client
import ssl

import stage
from ra_stage import OwnStage, enroll_signer

profile = """
[[profile]]
name               = "tls"
requesters         = ["ra", "own"]
ra_subjects        = ["CN=ra,O=Plant"]
ra_sans            = ["ip:127.0.0.1", "dns:ra.plant"]
extended_key_usage = ["id-kp-serverAuth"]
validity           = "{validity}"
backdate           = "0s"
"""

enroll_tls = """
[tls.enroll]
file    = "tls.pem"
subject = "CN=ra,O=Plant"
sans    = ["ip:127.0.0.1", "dns:ra.plant"]
profile = "tls"
retry   = "1s"
"""

listeners = ["http", "https", "nng+tls"]


class Listeners(OwnStage):
    told_as = "own TLS certificate"
    trusting = ("--tls-trust", "plant/root.pem")

    def found_with(self, validity="30d", old="", new=""):
        text = profile.format(validity=validity)
        self.assertIn(old, text)
        self.found_for("30d", more=text.replace(old, new) if old else text)

    def serve_ra(self, more="", schemes=("http", "https")):
        urls = '", "'.join(f"{scheme}://127.0.0.1:0" for scheme in schemes)
        self.set_up("node", [self.upstream(self.ca.url)], own=enroll_signer + enroll_tls + more, listen=urls)
        return self.serve_again()

    def serve_again(self):
        ra = self.serve("node")
        ra.urls = {url.partition("://")[0]: url for url in ra.first_line[0].split() if "://" in url}
        return ra

    def place(self, ra):
        host, _, port = ra.urls["https"].partition("://")[2].partition("/")[0].rpartition(":")
        return host, int(port)

    def shown(self, ra):
        """The serial number of the certificate that a new handshake brings."""
        self.write("shown.pem", ssl.get_server_certificate(self.place(ra)))
        return self.serial("shown.pem")

    def check_file(self):
        self.assert_key_of("node/tls.pem", "node/tls.pem")

    def test_devices_enroll_at_every_listener_under_a_certificate_that_the_ra_asked_for(self):
        self.found_with()
        ra = self.serve_ra(schemes=listeners)
        self.wait_for(ra, "enrolled until")
        for scheme in listeners:
            self.enroll(ra.urls[scheme], scheme.replace("+", "-"), more=() if scheme == "http" else self.trusting)
        self.check_file()
        told = self.openssl("x509", "-in", "node/tls.pem", "-noout", "-text").out
        self.assertIn("DNS:ra.plant", told)
        self.assertNotIn("TLS Web Client", told)
        serial = self.shown(ra)
        ra.stop()
        self.assertEqual(self.shown(self.serve_again()), serial)

    def test_handshakes_are_refused_until_there_is_a_certificate(self):
        self.found_with()
        self.write("ra.secret", "Wrong-Horse-1\n")
        ra = self.serve_ra(schemes=listeners)
        for scheme in listeners[1:]:
            refused = self.run_it(stage.program, "enroll", ra.urls[scheme], "--cert", "device.pem", "--key", "device.key", "--trust", "plant/root.pem", "--gen-key", "ec:P-256", "--force",
                                  "--new-key", "no.key", "--subject", "/CN=device-4711", "--out", "no.pem", "--timeout", "5", *self.trusting)
            self.assertEqual(refused.code, 4, str(refused))
        self.assertEqual(len(self.lines(ra, "there is no certificate for TLS yet")), 1)
        self.write("ra.secret", "Staple-Battery-17\n")
        self.hang_up(ra)
        self.wait_for(ra, "enrolled until")
        self.enroll(ra.urls["https"], more=self.trusting)

    def test_no_request_is_lost_while_the_certificate_changes_and_open_connections_stay(self):
        self.found_with("30s")
        ra = self.serve_ra('renew_before = "25s"\n')
        self.wait_for(ra, "enrolled until")
        first = self.shown(ra)
        kept = http.client.HTTPSConnection(*self.place(ra), context=ssl.create_default_context(cafile=self.path("plant/root.pem")), timeout=stage.patience)
        self.addCleanup(kept.close)
        ask = lambda: (kept.request("POST", "/.well-known/cmp", b"nothing", {"Content-Type": "application/pkixcmp"}), kept.getresponse().read())
        ask()
        socket = kept.sock
        failures = self.traffic_until(lambda: self.wait_for(ra, "renewed until", 2), ra.urls["https"], *self.trusting)
        self.assertEqual(failures, [])
        ask()
        self.assertIs(kept.sock, socket)
        self.assertEqual(int(socket.getpeercert()["serialNumber"], 16), first)
        self.assertNotEqual(self.shown(ra), first)
        self.check_file()

    def test_an_ra_that_is_killed_in_every_step_goes_on(self):
        self.found_with("1h")
        look = self.inodes_of("tls.pem")
        for steps in range(1, 10):
            ra = self.serve_ra('renew_before = "1h"\n')  # due at each start
            self.watch(look, steps, lambda: self.lines(ra, "next try"))
            ra.kill()
            if look()[0]:
                self.check_file()
        before = len(self.lines(ra, "until"))
        ra = self.serve_again()
        self.wait_for(ra, "until", before + 1)
        self.check_file()
        self.assertEqual(self.state("node/tls.pem"), "valid")
        self.assertEqual(self.lines(ra, "next try"), [])
        self.enroll(ra.urls["https"], more=self.trusting)

    def test_a_certificate_for_something_else_is_declined_and_told(self):
        self.found_with(old='extended_key_usage = ["id-kp-serverAuth"]', new='extended_key_usage = ["id-kp-clientAuth"]')
        ra = self.serve_ra()
        self.wait_for(ra, "id-kp-serverAuth is needed")
        self.assert_absent("node/tls.pem")
        self.assertRaises(ssl.SSLError, self.shown, ra)
        self.enroll(ra.urls["http"])

    def test_names_that_the_ca_grants_no_ra_are_told(self):
        self.found_with(old='"ip:127.0.0.1", ', new="")
        ra = self.serve_ra()
        self.wait_for(ra, "notAuthorized")
        self.assert_absent("node/tls.pem")

    def test_a_certificate_that_expired_is_asked_for_again(self):
        """By the RA's signer, whose word was good for the first one."""
        self.found_with("6s")
        ra = self.serve_ra('renew_before = "1s"\n')
        self.wait_for(ra, "enrolled until")
        ra.kill()
        before = len(self.lines(ra, "until"))
        self.eventually(lambda: self.is_expired("node/tls.pem"), "the certificate does not expire")
        ra = self.serve_again()
        self.wait_for(ra, "until", before + 1)
        self.check_file()


if __name__ == "__main__":
    stage.main()
