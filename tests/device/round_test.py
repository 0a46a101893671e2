#!/usr/bin/env python3
"""The program of a build without CA against the CA of one that has it, over HTTP on loopback."""
import os
import pathlib

import stage

device = pathlib.Path(os.environ["CMPKIT_DEVICE"])
library = device.parent.parent / "lib" / "libcmpkit.so"


class Device(stage.Stage):
    def ask(self, word, *options, **how):
        return self.command(device, word, *options, **how)

    def test_a_device_enrolls_updates_and_revokes(self):
        self.found_ca()
        url, trusted = self.serve().url, ("--trust", "plant/root.pem")
        self.ask("enroll", url, *trusted, "--ref", "shared", "--secret", "file:shared.secret", "--gen-key", "ec:P-256", "--new-key", "dev1.key",
                 "--subject", "/CN=dev1", "--out", "dev1.pem", "--chain-out", "chain.pem")
        self.assert_verified("dev1.pem")
        self.ask("update", url, *trusted, "--cert", "dev1.pem", "--key", "dev1.key", "--gen-key", "ec:P-256", "--new-key", "dev2.key", "--out", "dev2.pem")
        self.assert_key_of("dev2.pem", "dev2.key")
        self.ask("revoke", url, *trusted, "--cert", "dev2.pem", "--key", "dev2.key")
        self.assertEqual([self.state("dev1.pem"), self.state("dev2.pem")], ["updated", "revoked"])

    def test_words_of_a_server_say_that_this_build_lacks_them(self):
        for words in (["serve", "-c", "plant/cmpkit.toml"], ["ca", "init", "plant", "--subject", "/CN=Plant"], ["ra", "pending", "plant"]):
            with self.subTest(words[0]):
                self.assertIn("CMPKIT_WITH_CA", self.ask(*words, expect=1).err)
        self.assertNotRegex(self.ask("--help").out, "\n  (serve|ca|ra) ")

    def test_neither_a_database_nor_what_keeps_records_is_there(self):
        self.assertNotRegex(self.command("ldd", library).out, "sqlite|libpq")
        self.assertNotRegex(self.command("nm", "-C", library).out, r"cmpkit::(ca|ra|responder|store|admission)::")


if __name__ == "__main__":
    stage.main()
