"""An RA before a CA that knows PKCS#10 alone: a shell script around openssl. The device is our own client or openssl's; everything runs as processes, by HTTP."""
import stage
from ra_stage import RaStage

# What an operator would write: one certificate for one request, however often it is asked for; the lock is for an RA that was killed and began again.
ask_ca = """#!/bin/sh
cd "{folder}" || exit 75
kept="issued/$CMPKIT_REQUEST_ID"
echo "$CMPKIT_REQUEST_ID $CMPKIT_TRANSACTION_ID $CMPKIT_UPSTREAM $CMPKIT_PROFILE" >> asked
exec 9> lock
flock 9
[ -f "$kept.pem" ] && exec cat "$kept.pem"
{before}
cat > "$kept.csr"
openssl x509 -req -in "$kept.csr" -CA legacy.pem -CAkey legacy.key -days 30 -out "$kept.new" 2> "$kept.log" || exit 1
echo issued >> count
{after}
mv "$kept.new" "$kept.pem"
cat "$kept.pem" legacy.pem
"""

adapter = '''
[[upstream]]
name       = "legacy"
command    = ["../ask-ca"]
trust      = ["../legacy.pem"]
revocation = "none"
exchange   = "{exchange}"
retry      = "1s"
patience   = "{patience}"
'''
to_legacy = '''
[[rule]]
name     = "requests"
bodies   = ["p10cr"]
action   = "reprotect"
upstream = "legacy"
{more}
'''


class Adapter(RaStage):
    def set_up_ra(self, before="", after="", exchange="60s", patience="60s", more="", script=None):
        """The RA, a signer for it, and the CA of a script."""
        self.found()
        self.certify("ra", "RA")
        self.root("legacy", "/O=Legacy/CN=Legacy CA")
        self.path("issued").mkdir()
        self.write("ask-ca", script or ask_ca.format(folder=self.folder, before=before, after=after))
        self.path("ask-ca").chmod(0o700)
        self.set_up("node", [], signer="ra", rules=adapter.format(exchange=exchange, patience=patience) + to_legacy.format(more=more), own='poll_after = "1s"\n')
        self.ra = self.serve("node")
        self.openssl("req", "-new", "-key", self.key("dev1.key"), "-subj", "/CN=device-4711", "-out", "dev1.csr")

    def ask(self, *more, **how):
        return self.cmpkit("enroll", self.ra.url, "--csr", "dev1.csr", "--cert", "device.pem", "--key", "device.key", "--trust", "plant/root.pem", "--verify-new", "legacy.pem", "--out", "dev1.pem",
                           *more, **how)

    def resume(self):
        self.cmpkit("resume", "dev1.state", "--url", self.ra.url, "--timeout", "110")

    def lines(self, name):
        return self.path(name).read_text().splitlines() if self.path(name).exists() else []

    def assert_enrolled(self):
        self.assert_key_of("dev1.pem", "dev1.key")
        self.openssl("verify", "-CAfile", "legacy.pem", "dev1.pem")
        self.assertEqual(len(self.lines("count")), 1)

    def test_our_own_client_gets_a_certificate_of_a_ca_that_knows_no_cmp(self):
        self.set_up_ra()
        self.ask("--profile", "press", "--trace-dir", "trace")
        self.assert_enrolled()
        self.assertRegex(self.lines("asked")[0], r"^[0-9a-f]{32} [0-9a-f]{32} legacy press$")
        self.assertRegex(self.ra.log.read_text(), "converted to legacy by rule requests")
        self.assertEqual(len(self.lines("asked")), 1)

    def test_openssl_as_the_device(self):
        self.set_up_ra()
        words = ["cmp", "-config", "", "-cmd", "p10cr", "-server", self.ra.address, "-path", ".well-known/cmp", "-trusted", "plant/root.pem", "-out_trusted", "legacy.pem", "-csr", "dev1.csr",
                 "-cert", "device.pem", "-key", "device.key", "-certout", "dev1.pem", "-chainout", "chain.pem"]
        self.openssl(*words)
        self.assert_enrolled()

    def test_a_device_waits_for_a_ca_that_is_closed_and_gets_one_certificate(self):
        self.set_up_ra(before='[ -f open ] || { echo "closed until Monday" >&2; exit 75; }', exchange="10s")
        self.ask("--state", "dev1.state", "--timeout", "2", expect=4)
        self.assertIn("closed until Monday", self.ra.log.read_text())
        self.write("open", "")
        self.resume()
        self.assert_enrolled()
        self.assertEqual(len(set(self.lines("asked"))), 1)
        self.assertGreater(len(self.lines("asked")), 1)

    def test_a_refusal_reaches_the_device_in_the_words_of_the_command(self):
        self.set_up_ra(before='echo "no such machine" >&2; exit 1')
        done = self.ask(expect=3)
        self.assertIn("no such machine", done.said)
        self.assertIn("the command ended with status 1", self.ra.log.read_text())
        self.assert_absent("dev1.pem")

    def test_a_certificate_for_another_key_never_reaches_the_device(self):
        self.set_up_ra(script="#!/bin/sh\ncat \"${0%/*}/legacy.pem\"\n")
        done = self.ask(expect=3)
        self.assertNotIn("Legacy", done.said)
        self.assertIn("not for the key that was sent", self.ra.log.read_text())
        self.assert_absent("dev1.pem")

    def test_only_requests_of_pkcs10_go_there(self):
        self.set_up_ra()
        self.enroll(self.ra.url, "dev2", expect=3)
        self.assertEqual(self.lines("asked"), [])

    hold = "touch held; while [ ! -f go ]; do sleep 0.1; done"

    def go_on_after_a_kill(self, **hold):
        # The command that the dead server has left behind goes on; the one of the next server waits for its lock.
        self.set_up_ra(exchange="10s", patience="1s", **hold)
        self.ask("--state", "dev1.state", "--timeout", "3", expect=4)
        self.eventually(lambda: self.path("held").exists(), "the command does not run")
        self.ra.kill()
        self.ra = self.serve("node")
        self.write("go", "")
        self.resume()
        self.assert_enrolled()
        self.assertEqual(len(set(self.lines("asked"))), 1)

    def test_an_ra_that_is_killed_before_the_ca_has_issued_leads_to_one_certificate(self):
        self.go_on_after_a_kill(before=self.hold)

    def test_an_ra_that_is_killed_after_the_ca_has_issued_leads_to_one_certificate(self):
        self.go_on_after_a_kill(after=self.hold)

    def test_a_command_that_hangs_is_killed_and_asked_again(self):
        self.set_up_ra(before="[ -f go ] || { touch held; sleep 1000; }", exchange="2s", patience="1s")
        self.ask("--state", "dev1.state", "--timeout", "3", expect=4)
        self.eventually(lambda: "did not end in time" in self.ra.log.read_text(), "the command is not killed")
        self.write("go", "")
        self.resume()
        self.assert_enrolled()

    def test_an_ra_that_is_told_to_end_ends_its_command(self):
        self.set_up_ra(before="echo $$ > self.new; mv self.new self; sleep 1000", patience="1s")
        self.ask("--state", "dev1.state", "--timeout", "3", expect=4)
        self.eventually(lambda: self.path("self").exists(), "the command does not run")
        process = self.path("self").read_text().strip()
        self.assertEqual(self.ra.stop(), 0)
        self.eventually(lambda: not stage.pathlib.Path(f"/proc/{process}").exists(), "the command still runs")

    def test_an_officer_approves_before_the_command_is_asked(self):
        self.set_up_ra(more='approve_by_hand = true\npoll_after = "1s"\n')
        self.ask("--state", "dev1.state", "--timeout", "2", expect=4)
        self.assertEqual(self.lines("asked"), [])
        request, = self.json_of("ra", "pending", "node")
        self.assertIn("goes converted to legacy", request["details"])
        self.cmpkit("ra", "approve", "node", request["id"])
        self.resume()
        self.assert_enrolled()

    def test_a_program_that_is_not_there_stops_the_start(self):
        self.set_up_ra()
        self.path("ask-ca").rename(self.path("elsewhere"))
        done = self.cmpkit("serve", "-c", "node/cmpkit.toml", expect=1)
        self.assertIn("upstream.command", done.err)


if __name__ == "__main__":
    stage.main()
