#!/usr/bin/env python3
"""A server that is told by SIGHUP to read its configuration anew, while it runs."""
import stage


class Reload(stage.Stage):
    by_secret = ("--ref", "shared", "--secret", "file:shared.secret")

    def change(self, old, new, name="plant"):
        configuration = self.path(name) / "cmpkit.toml"
        text = configuration.read_text()
        self.assertIn(old, text)
        configuration.write_text(text.replace(old, new))

    def enroll(self, ca, path="", tls=(), **how):
        return self.cmpkit("enroll", ca.url + path, *self.by_secret, "--trust", "plant/root.pem", "--gen-key", "ec:P-256", "--new-key", "new.key", "--force", "--subject", "/CN=dev1",
                           "--out", "new.pem", *tls, **how)

    later = "/.well-known/cmp/p/later"
    done, kept = "read anew", "stays as it was"

    def test_a_profile_and_a_secret_count_when_the_server_was_told(self):
        self.found_ca()
        ca = self.serve()
        self.enroll(ca, self.later, expect=3)
        self.change("[[profile]]\n", '[[profile]]\nname = "later"\nsecret_subjects = ["*"]\n\n[[profile]]\n')
        self.hang_up(ca, self.done)
        self.enroll(ca, self.later)
        self.write("plant/first.secret", "Another-Horse-43\n")
        self.hang_up(ca, self.done)
        self.enroll(ca, expect=5)
        self.write("shared.secret", "Another-Horse-43\n")
        self.enroll(ca)
        self.assertEqual(ca.stop(), 0)

    def test_a_file_with_a_mistake_changes_nothing(self):
        self.found_ca()
        ca = self.serve()
        self.change("time_window ", "time_windows ")
        self.hang_up(ca, self.kept)
        self.assertIn("time_windows: no such key", ca.log.read_text())
        self.enroll(ca)

    def test_what_needs_a_restart_is_named(self):
        self.found_ca()
        ca = self.serve()
        self.change("http://127.0.0.1:0", "http://127.0.0.1:1")
        self.hang_up(ca, "need a restart")
        self.assertIn('["listen"]', ca.log.read_text())
        self.enroll(ca)

    def test_the_certificate_for_tls_is_changed_under_its_listener(self):
        self.found_tls_ca()
        ca = self.serve()
        tls = lambda root: ("--tls-trust", root, "--tls-cert", "client.pem", "--tls-key", "client.key")
        self.enroll(ca, tls=tls("tls.pem"))
        self.root("new-tls", "/CN=New TLS Root")
        self.issue("new-server", "/CN=server", "new-tls", extensions="subjectAltName=IP:127.0.0.1")
        self.change(f'{self.path("server.pem")}', f'{self.path("new-server.pem")}')
        self.change(f'{self.path("server.key")}', f'{self.path("new-server.key")}')
        self.hang_up(ca, self.done)
        self.enroll(ca, tls=tls("tls.pem"), expect=4)
        self.enroll(ca, tls=tls("new-tls.pem"))


if __name__ == "__main__":
    stage.main()
