#!/usr/bin/env python3
"""A CA whose devices are named by an inventory, and whose CRL tells since when: openssl asks, and openssl reads."""
import stage

inventory = """device,reference,subject,sans,not_after
SN-4711,,"CN=press 4,O=Plant",dns:press4.plant ip:192.0.2.4,
,shared,"CN=gateway,O=Plant",,
"""
profile = """name               = "device"
inventory          = "devices.csv"
policies           = ["1.3.6.1.4.1.32473.7"]
[[profile.extension]]
oid = "1.3.6.1.4.1.32473.1"
hex = "0c026869"
[[profile]]
name               = "free"
"""


class Inventory(stage.Stage):
    def setUp(self):
        super().setUp()
        self.root("maker", "/CN=Maker Root")
        for name, serial in (("listed", "SN-4711"), ("stranger", "SN-4712")):
            self.issue(name, f"/O=Maker/serialNumber={serial}", "maker")
        self.found_ca(external=["maker.pem"])
        configuration = self.path("plant/cmpkit.toml")
        configuration.write_text(configuration.read_text().replace('name               = "device"\n', profile))
        self.write("plant/devices.csv", inventory)
        self.ca = self.serve()

    def ask(self, name, out, expect=0):
        """A first request by openssl, signed with the maker's certificate."""
        if not self.path("new.key").exists():
            self.key("new.key")
        return self.openssl("cmp", "-config", "", "-cmd", "ir", "-server", self.ca.address, "-path", ".well-known/cmp", "-cert", f"{name}.pem", "-key", f"{name}.key",
                            "-trusted", "plant/root.pem", "-newkey", "new.key", "-subject", "/CN=whatever", "-sans", "wrong.example",
                            "-certout", out, expect=expect)

    def shown(self, certificate):
        return self.openssl("x509", "-in", certificate, "-noout", "-text").out

    def test_openssl_gets_the_name_of_its_row_and_no_other(self):
        self.ask("listed", "press4.pem")
        self.assertEqual(self.subject("press4.pem"), "CN=press 4,O=Plant")
        text = self.shown("press4.pem")
        for part in ("DNS:press4.plant, IP Address:192.0.2.4", "Policy: 1.3.6.1.4.1.32473.7", "1.3.6.1.4.1.32473.1"):
            self.assertIn(part, text)
        self.assertNotIn("wrong.example", text)

    def test_who_is_not_listed_is_told_little_and_the_operator_why(self):
        refused = self.ask("stranger", "none.pem", expect=1)
        self.assertIn("notAuthorized", refused.said)
        self.assertNotIn("inventory", refused.said)
        self.eventually(lambda: "the inventory has no device for" in self.ca.log.read_text(), "the log does not say why")
        self.assert_absent("none.pem")

    def test_a_changed_inventory_counts_from_sighup_on_and_a_bad_one_changes_nothing(self):
        self.ask("stranger", "none.pem", expect=1)
        self.write("plant/devices.csv", inventory + "SN-4712,,CN=press 5,,tomorrow\n")
        self.hang_up(self.ca, "devices.csv:4: not_after is no date")
        self.ask("stranger", "none.pem", expect=1)
        self.write("plant/devices.csv", inventory + "SN-4712,,CN=press 5,,2099-12-31\n")
        self.hang_up(self.ca)
        self.ask("stranger", "press5.pem")
        self.assertEqual(self.subject("press5.pem"), "CN=press 5")

    def test_the_crl_tells_since_when(self):
        self.ask("listed", "press4.pem")
        self.cmpkit("revoke", self.ca.url, "--cert", "press4.pem", "--key", "new.key", "--trust", "plant/root.pem", "--reason", "certificateHold", "--invalid-since", "2001-01-31")
        listed = self.json_of("ca", "list", "plant", "--state", "revoked")
        begins = self.openssl("x509", "-in", "press4.pem", "-noout", "-startdate").out.strip().removeprefix("notBefore=")
        self.cmpkit("ca", "crl", "plant", "--out", "crl.pem")
        crl = self.openssl("crl", "-in", "crl.pem", "-noout", "-text").out
        self.assertRegex(crl, f"Invalidity Date: *\\n *{begins}")  # no certificate is bad before it is one
        self.assertIn("invalidSince", listed[0])
        self.cmpkit("ca", "revoke", "plant", hex(self.serial("press4.pem")), "--reason", "keyCompromise", "--invalid-since", "2999-01-01", expect=1)
        self.cmpkit("ca", "revoke", "plant", hex(self.serial("press4.pem")), "--invalid-since", "yesterday", expect=2)


if __name__ == "__main__":
    stage.main()
