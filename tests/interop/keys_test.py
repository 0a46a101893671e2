#!/usr/bin/env python3
"""CAs whose keys are Ed448 or of the brainpool curves, against the client of openssl and ours; every such kind of key certified by them."""
import stage


class Keys(stage.Stage):
    kinds = {"ed448": ["ED448"], **{f"ec:{curve}": ["EC", "-pkeyopt", f"ec_paramgen_curve:{curve}"] for curve in ("brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1")}}

    def serve_with(self, kind):
        """A CA whose keys are of that kind, and which certifies all of them and no others."""
        allowed = ", ".join(f'"{each}"' for each in self.kinds)
        plain = '["ec:P-256", "ec:P-384", "ec:P-521", "rsa:2048-8192", "ed25519"]'
        self.found_ca(changes=[(plain, f"[{allowed}]")], key=kind)
        self.ca = self.serve()

    def ask(self, command, name, *options, **how):
        wish = ["--trust", "plant/root.pem", "--new-key", f"{name}.key", "--out", f"{name}.pem", "--chain-out", "chain.pem"]
        return self.cmpkit(command, self.ca.url, *wish, *options, **how)

    by_secret = ("--ref", "shared", "--secret", "file:shared.secret", "--subject", "/CN=dev")

    def assert_good(self, name):
        self.assert_verified(f"{name}.pem")
        self.assert_key_of(f"{name}.pem", f"{name}.key")

    def assert_serves(self, kind):
        self.serve_with(kind)
        self.by_openssl()
        for each in self.kinds:
            with self.subTest(each):
                self.ask("enroll", "first", *self.by_secret, "--gen-key", each, "--force")
                self.assert_good("first")
                self.ask("update", "second", "--cert", "first.pem", "--key", "first.key", "--gen-key", each, "--force")
                self.assert_good("second")

    def by_openssl(self):
        """Before 3.4 it confirms an Ed448 certificate with a short hash."""
        self.openssl("cmp", "-config", "", "-cmd", "ir", "-server", self.ca.address, "-path", ".well-known/cmp", "-trusted", "plant/root.pem", "-untrusted", "plant/issuing.pem",
                     "-ref", "shared", "-secret", "file:shared.secret", "-newkey", self.key("strange.key", "ec:brainpoolP512r1"), "-subject", "/CN=dev", "-certout", "strange.pem",
                     "-chainout", "chain.pem")
        self.assert_good("strange")

    def test_an_ed448_ca_serves_both_clients(self):
        self.assert_serves("ed448")

    def test_a_ca_of_brainpoolP256r1_serves_both_clients(self):
        self.assert_serves("ec:brainpoolP256r1")

    def test_a_ca_of_brainpoolP384r1_serves_both_clients(self):
        self.assert_serves("ec:brainpoolP384r1")

    def test_a_ca_of_brainpoolP512r1_serves_both_clients(self):
        self.assert_serves("ec:brainpoolP512r1")

    def test_a_key_of_another_kind_is_refused(self):
        self.serve_with("ed448")
        done = self.ask("enroll", "none", *self.by_secret, "--gen-key", "ec:P-256", expect=3)
        self.assertIn("badCertTemplate", done.err)
        self.assert_absent("none.pem")


if __name__ == "__main__":
    stage.main()
