"""The trackside case: an LRA without a line to its PKI tells devices to wait, and a technician carries files or mails there and back."""
import email
import email.policy

import stage
from ra_stage import TracksideStage


class Carried:
    """What goes by files goes by mails as well."""

    def wait_for_something(self, place, kind, count=1):
        self.eventually(lambda: len(self.lying(place, kind)) >= count, f"nothing comes to {place}/spool/{kind}")

    def begin(self, name):
        """An enrollment whose device went to sleep."""
        self.enroll(self.track.url, name, expect=4, more=["--state", f"{name}.state", "--timeout", "2"])

    def end(self, name, **how):
        with self.technician():
            self.cmpkit("resume", f"{name}.state", "--timeout", "100", **how)

    def issued(self):
        return [row["state"] for row in self.json_of("ca", "list", "plant", "--subject", "CN=device-4711")]

    def assert_ended_well(self, *names):
        for name in names:
            self.assert_verified(f"{name}.pem", f"{name}-chain.pem")
            self.assert_key_of(f"{name}.pem", f"{name}.key")
        self.assertEqual(self.issued(), ["valid"] * len(names))
        self.assertEqual(self.lying("track", "failed") + self.lying("office", "failed"), [])

    def test_a_device_enrolls_while_a_technician_goes_to_and_fro(self):
        self.found_trackside()
        self.begin("dev1")
        self.wait_for_something("track", "requests")
        self.assertEqual(self.issued(), [])
        self.end("dev1")
        self.assert_ended_well("dev1")
        self.assertIn("unchanged to ra by rule all", self.track.log.read_text())

    def test_openssl_waits_at_the_track_too(self):
        self.found_trackside(track='final_nonce = "last_poll"\n')  # its version 3.0 wants the nonce of its last pollReq
        with self.technician():
            self.openssl("cmp", "-config", "", "-cmd", "ir", "-server", self.track.address, "-path", ".well-known/cmp", "-cert", "device.pem", "-key", "device.key", "-trusted", "plant/root.pem",
                         "-newkey", self.key("dev1.key"), "-subject", "/CN=device-4711", "-implicit_confirm", "-certout", "dev1.pem", "-chainout", "dev1-chain.pem")
        self.assert_ended_well("dev1")

    def test_whoever_is_killed_on_the_way_goes_on(self):
        self.found_trackside()
        self.begin("dev1")
        self.track.kill()
        self.wait_for_something("track", "requests")
        self.carry("requests")
        self.wait_for_something("office", "replies")
        self.office.kill()
        self.office, self.track = self.serve("office"), self.come_back("track", self.track)
        self.end("dev1")
        self.assert_ended_well("dev1")

    def test_an_answer_in_anothers_envelope_ends_nothing(self):
        self.found_trackside()
        for name in ("dev1", "dev2"):
            self.begin(name)
        self.wait_for_something("track", "requests", 2)
        self.carry("requests")
        self.wait_for_something("office", "replies", 2)
        self.swap(*self.lying("office", "replies"))
        self.carry("replies")
        self.eventually(lambda: self.track.log.read_text().count("not believed") >= 2, "the swapped answers are not refused")
        for name in ("dev1", "dev2"):
            self.end(name)
        self.assert_ended_well("dev1", "dev2")

    def swap(self, one, other):
        octets = one.read_bytes()
        one.write_bytes(other.read_bytes())
        other.write_bytes(octets)


class Files(Carried, TracksideStage):
    pass


class Mails(Carried, TracksideStage):
    scheme = "mime+file"

    def swap(self, one, other):
        """What is in the mails: which request a mail answers, its header says too."""
        mails = [email.message_from_bytes(file.read_bytes(), policy=email.policy.SMTP) for file in (one, other)]
        inside = [mail.get_payload() for mail in mails]
        for mail, octets, file in zip(mails, reversed(inside), (one, other)):
            mail.set_payload(octets)
            file.write_bytes(mail.as_bytes())


if __name__ == "__main__":
    stage.main()
