#!/usr/bin/env python3
"""HTTPS: what a client shows, and TLS by shared secrets; openssl's s_client and s_server, and curl, as strangers. Discovery, too."""
import concurrent.futures

import stage


class Https(stage.Stage):
    by_secret = ("--ref", "shared", "--secret", "file:shared.secret")

    def enroll(self, url, *options, name="dev1", **how):
        return self.cmpkit("enroll", url, *self.by_secret, "--gen-key", "ec:P-256", "--force", "--new-key", f"{name}.key", "--subject", f"/CN={name}", "--out", f"{name}.pem", "--chain-out", "chain.pem",
                           "--trust", "plant/root.pem", *options, **how)

    def update(self, url, *options, **how):
        return self.cmpkit("update", url, "--cert", "dev1.pem", "--key", "dev1.key", "--gen-key", "ec:P-256", "--new-key", "new.key", "--out", "new.pem", "--trust", "plant/root.pem", *options, **how)


class ByCertificates(Https):
    def test_a_client_without_a_certificate_for_tls_shows_the_one_that_protects_its_messages(self):
        """The server asks TLS clients for certificates of the plant itself."""
        self.found_tls_ca()
        configuration = self.path("plant/cmpkit.toml")
        configuration.write_text(configuration.read_text().replace(f'trust = ["{self.path("tls.pem")}"]', f'trust = ["{self.path("tls.pem")}", "{self.path("plant/root.pem")}"]')
                                 .replace("require_client = true\n", f'require_client = true\nintermediates = ["{self.path("plant/issuing.pem")}"]\n'))
        url = self.serve().url
        self.enroll(url, "--tls-trust", "tls.pem", expect=4)  # no certificate yet, and none is shown
        self.enroll(url, "--tls-trust", "tls.pem", "--tls-cert", "client.pem", "--tls-key", "client.key")
        self.update(url, "--tls-trust", "tls.pem")
        self.assertEqual(self.state("dev1.pem"), "updated")


    def test_an_enrollment_that_waits_for_the_officer_is_polled_for(self):
        self.found_tls_ca(changes=[("[[profile]]\n", '[[profile]]\napprove_by_hand = true\npoll_after = "1s"\n')])
        url = self.serve().url
        with concurrent.futures.ThreadPoolExecutor() as pool:
            client = pool.submit(self.enroll, url, "--tls-trust", "tls.pem", "--tls-cert", "client.pem", "--tls-key", "client.key")
            self.eventually(lambda: client.done() or self.json_of("ca", "pending", "plant"), "nothing is pending")
            self.cmpkit("ca", "approve", "plant", self.json_of("ca", "pending", "plant")[0]["id"])
            self.assertIn("The CA has not decided", client.result().err)
        self.assert_verified("dev1.pem")


class BySecrets(Https):
    def ca(self, more=""):
        self.write("psk", "0123456789abcdef0123456789abcdef")
        self.write("other", "fedcba9876543210fedcba9876543210")
        self.found_ca(listen="https://127.0.0.1:0", more=f'\n[[tls.secret]]\nidentity = "dev1"\nsecret = "file:{self.path("psk")}"\n' + more)
        return self.serve()

    by_psk = ("--tls-psk", "dev1", "--tls-secret", "file:psk")

    def test_a_certificate_lives_over_tls_by_a_pre_shared_key(self):
        url = self.ca().url
        self.enroll(url, *self.by_psk)
        self.assert_verified("dev1.pem")
        self.update(url, *self.by_psk)
        self.cmpkit("revoke", url, "--cert", "new.pem", "--key", "new.key", "--trust", "plant/root.pem", *self.by_psk)
        self.assertEqual([self.state("dev1.pem"), self.state("new.pem")], ["updated", "revoked"])

    def test_nobody_gets_in_without_the_key(self):
        url = self.ca().url
        self.enroll(url, "--tls-psk", "dev1", "--tls-secret", "file:other", expect=4)
        self.enroll(url, "--tls-psk", "dev2", "--tls-secret", "file:psk", expect=4)
        self.enroll(url, "--tls-trust", "plant/root.pem", expect=4)
        self.assertEqual(self.json_of("ca", "list", "plant"), [])

    def test_a_server_that_answers_with_a_certificate_is_refused(self):
        """Although it is the CA itself, under a certificate that the client would trust."""
        self.found_tls_ca(changes=[("require_client = true", "require_client = false")])
        self.write("psk", "0123456789abcdef0123456789abcdef")
        said = self.enroll(self.serve().url, *self.by_psk, "--tls-trust", "tls.pem", expect=4).err
        self.assertIn("TLS", said)
        self.assertEqual(self.json_of("ca", "list", "plant"), [])

    def test_the_secret_of_messages_is_none_for_tls(self):
        url = self.ca().url
        self.write("same", "Correct-Horse-42")
        self.assertIn("protects messages", self.enroll(url, "--tls-psk", "dev1", "--tls-secret", "file:same", expect=2).err)
        configuration = self.path("plant/cmpkit.toml")
        configuration.write_text(configuration.read_text().replace(str(self.path("psk")), str(self.path("same"))))
        self.assertIn("protects CMP messages too", self.run_it(stage.program, "serve", "-c", configuration).err)

    def test_openssl_gets_in_by_the_key_with_both_versions(self):
        address = self.ca().address
        key     = self.path("psk").read_bytes().hex()
        for version, suite in (("-tls1_3", "TLS_AES_128_GCM_SHA256"), ("-tls1_2", "ECDHE-PSK-CHACHA20-POLY1305")):
            said = self.run_it("openssl", "s_client", "-connect", address, version, "-psk_identity", "dev1", "-psk", key, "-ciphersuites", "TLS_AES_128_GCM_SHA256").said
            self.assertIn(suite, said)
            self.assertNotIn("Server certificate\n-----", said)

    def test_a_client_by_a_key_gets_into_a_server_of_openssl(self):
        """It speaks no CMP; the answer is HTTP's, and TLS stands."""
        self.write("psk", "0123456789abcdef0123456789abcdef")
        key = self.path("psk").read_bytes().hex()
        for version in ("-tls1_3", "-tls1_2"):
            server = self.started(stage.Server(["openssl", "s_server", "-accept", "127.0.0.1:0", "-nocert", "-psk_identity", "dev1", "-psk", key, version, "-www"], self.folder, self.path("s_server.log"),
                                               r"ACCEPT 127.0.0.1:(\d+)"))
            self.assertIn("text/html", self.cmpkit("discover", f"https://127.0.0.1:{server.first_line[1]}", *self.by_psk, expect=4).err)

    def test_srp_is_a_switch_of_the_build(self):
        ca = self.ca()
        self.write("password", "a password of dev2")
        if "no SRP" in self.run_it(stage.program, "discover", ca.url, "--tls-srp", "dev2", "--tls-secret", "file:password").err:
            return
        ca.stop()
        configuration = self.path("plant/cmpkit.toml")
        configuration.write_text(configuration.read_text() + f'\n[[tls.secret]]\nkind = "srp"\nidentity = "dev2"\nsecret = "file:{self.path("password")}"\n')
        url = self.serve().url
        self.enroll(url, "--tls-srp", "dev2", "--tls-secret", "file:password")
        self.assert_verified("dev1.pem")
        self.enroll(url, "--tls-srp", "dev2", "--tls-secret", "file:other", name="dev3", expect=4)


class Discovery(stage.Stage):
    def test_a_server_tells_curl_and_our_client_what_it_offers(self):
        self.found_ca(more='\n[[profile]]\nname = "pump 7"\n')
        ca   = self.serve()
        told = self.command("curl", "-s", "-i", f"{ca.url}/.well-known/cmp").out
        self.assertIn("application/link-format", told)
        self.assertIn("</.well-known/cmp/p/pump%207/initialization>;ct=259", told)
        links = self.json_of("discover", ca.url)
        self.assertIn({"path": "/.well-known/cmp/p/pump%207/keyupdate", "profile": "pump 7", "operation": "keyupdate"}, links)
        self.assertIn({"path": "/.well-known/cmp/getcacerts", "profile": "", "operation": "getcacerts"}, links)
        self.assertIn("initialization for pump 7", self.cmpkit("discover", ca.url).out)

    def test_a_path_that_was_told_enrolls_for_its_profile(self):
        self.found_ca(more='\n[[profile]]\nname = "pump 7"\nvalidity = "2d"\n')
        url  = self.serve().url
        link = next(link for link in self.json_of("discover", url) if link["operation"] == "initialization" and link["profile"] == "pump 7")
        self.cmpkit("enroll", url + link["path"], "--ref", "shared", "--secret", "file:shared.secret", "--gen-key", "ec:P-256", "--new-key", "dev1.key", "--subject", "/CN=dev1", "--out", "dev1.pem",
                    "--trust", "plant/root.pem")
        self.openssl("x509", "-in", "dev1.pem", "-noout", "-checkend", str(3 * 86400), expect=1)

    def test_a_server_that_does_not_tell_is_no_crash(self):
        self.found_ca(more='\n[transport.http]\ndiscovery = "off"\n')
        self.assertIn("405", self.cmpkit("discover", self.serve().url, expect=4).err)

    def test_the_transports_tell_their_options(self):
        http = next(plugin for plugin in self.json_of("transports") if plugin["name"] == "http")
        self.assertEqual([http["client"], http["server"], http["offline"]], [True, True, False])
        self.assertIn({"name": "proxy", "default": "", "meaning": "client: http://host:port"}, http["options"])
        self.assertIn("max-message [1048576]", self.cmpkit("transports", "-v").out)


if __name__ == "__main__":
    stage.main()
