"""Each way of going on between each two protections: a device by openssl or by our client, an RA with a route for each way, our CA or openssl's mock server behind it."""
import concurrent.futures
import dataclasses
import hashlib
import json
import ssl

import stage
from ra_stage import RaStage

device_secret = '[[secret]]\nreference = "device-4711"\nsecret = "file:../device.secret"\nuses = 0\n'
line_secret = '[[secret]]\nreference = "line"\nsecret = "file:../line.secret"\nuses = 0\nsubjects = ["*"]\n'
by_mac = 'reference = "line"\nsecret = "file:../line.secret"\n'

# How messages go on, and what protects them before the CA. «unchanged» has no protection of the RA's; «nest» by MAC is refused at the start.
ways = [("unchanged", "signature"), ("reprotect", "signature"), ("reprotect", "mac"), ("modify", "signature"), ("modify", "mac"), ("nest", "signature")]

# By what a device proves who it is, and what it asks for; kur and rr come last: they are about what the others brought.
asked = [("secret", "ir"), ("secret", "p10cr"), ("maker", "ir"), ("maker", "p10cr"), ("own", "cr"), ("own", "p10cr"), ("own", "kur"), ("own", "rr")]
modified = [("secret", "ir"), ("maker", "ir"), ("own", "cr")]  # the proof of possession of others cannot be replaced (RFC 9483 5.2.3.2)

# Our CA takes a MAC for an end entity's, whatever it is told: no raVerified, no update and no revocation under it (RFC 9483 5.2.3, 5.3.2).
refused = {("modify", "mac", body): "an end entity proves possession itself" for _, body in modified}
refused |= {("reprotect", "mac", "kur"): "a kur is signed with the certificate that is updated", ("reprotect", "mac", "rr"): "a revocation is signed"}


@dataclasses.dataclass
class Case:
    mode: str
    upstream: str
    client: str
    proof: str
    body: str
    done: stage.Done = None

    @property
    def name(self):
        return f"{self.mode}-{self.upstream}-{self.client}-{self.proof}-{self.body}"

    @property
    def signer(self):
        """What it is signed with: an update and a revocation with what this client got on this way before."""
        if before := {"kur": ("maker", "ir"), "rr": ("own", "cr")}.get(self.body):
            return Case(self.mode, self.upstream, self.client, *before).name
        return "device" if self.proof == "maker" else "own"


def route_rule(mode, upstream):
    bodies = '"ir", "cr"]\nforced_subject = "O=Plant"' if mode == "modify" else '"ir", "cr", "p10cr", "kur", "rr"]\nwith_old_cert_id = true'
    return f'[[rule]]\nname = "{mode}-{upstream}"\naction = "{mode}"\nroutes = ["{mode}-{upstream}"]\nbodies = [{bodies}\n'


class Matrix(RaStage):
    trusted = "plant/root.pem"

    def found_all(self):
        self.write("device.secret", "Trusty-Bolt-9\n")
        self.write("line.secret", "Loud-Pipe-3\n")
        self.found(more=device_secret + line_secret + '[audit]\nfile = "audit.jsonl"\n')
        self.certify("ra", "RA")
        self.enroll(self.ca.url, "own")

    def serve_routes(self, places, secrets=device_secret):
        """An RA with a route for each (way, URL and further lines of the upstream)."""
        upstreams = [self.upstream(url, f"{mode}-{upstream}", (by_mac if upstream == "mac" else "") + more) for (mode, upstream), url, more in places]
        self.set_up("node", upstreams, rules="".join(route_rule(*way) for way, _, _ in places), signer="ra", more=secrets)
        self.ra = self.serve("node")

    # -- the device

    def ask(self, case):
        """In a thread of its own: nothing is claimed here."""
        case.done = self.run_it(*self.words_of(case))
        return case

    def words_of(self, case):
        return [str(word) for word in (self.words_of_openssl if case.client == "openssl" else self.words_of_ours)(case)]

    def words_of_openssl(self, case):
        who = ["-ref", "device-4711", "-secret", "file:device.secret"] if case.proof == "secret" else ["-cert", f"{case.signer}.pem", "-key", f"{case.signer}.key", "-untrusted", "plant/ca-chain.pem"]
        what = {"rr": ["-oldcert", f"{case.signer}.pem"], "p10cr": ["-csr", "request.csr"], "kur": ["-newkey", f"{case.name}.key"]}.get(
            case.body, ["-newkey", f"{case.name}.key", "-subject", "/CN=device-4711"])
        out = [] if case.body == "rr" else ["-certout", f"{case.name}.pem", "-chainout", f"{case.name}-chain.pem"]
        return ["openssl", "cmp", "-config", "", "-cmd", case.body, "-server", self.ra.address, "-path", f".well-known/cmp/p/{case.mode}-{case.upstream}", "-trusted", self.trusted, *who, *what, *out]

    def words_of_ours(self, case):
        who = ["--ref", "device-4711", "--secret", "file:device.secret"] if case.proof == "secret" else ["--cert", f"{case.signer}.pem", "--key", f"{case.signer}.key"]
        key = ["--new-key", f"{case.name}.key"]
        what = {"rr": [], "p10cr": ["--csr", "request.csr"], "kur": key}.get(case.body, [*key, "--op", case.body, "--subject", "/CN=device-4711"])
        out = [] if case.body == "rr" else ["--out", f"{case.name}.pem", "--chain-out", f"{case.name}-chain.pem"]
        command = {"kur": "update", "rr": "revoke"}.get(case.body, "enroll")
        return [stage.program, command, f"{self.ra.url}/.well-known/cmp/p/{case.mode}-{case.upstream}", "--trust", self.trusted, *who, *what, *out]

    def lives(self, ways, asked_in):
        """All cases, those of one way and client one after the other, in their order."""
        def live(mode, upstream, client):
            cases = [Case(mode, upstream, client, *each) for each in asked_in(mode)]
            for case in cases:
                if case.body not in ("p10cr", "rr"):
                    self.key(f"{case.name}.key")
            return [self.ask(case) for case in cases]

        with concurrent.futures.ThreadPoolExecutor(4) as devices:
            begun = [devices.submit(live, *way, client) for way in ways for client in ("openssl", "ours")]
            return [case for each in begun for case in each.result()]

    # -- our CA

    def fingerprint(self, certificate):
        return "certificate:" + hashlib.sha256(ssl.PEM_cert_to_DER_cert(self.path(certificate).read_text())).hexdigest()

    def as_seen(self, case):
        """What the CA's audit log says of who asked, by which proof, and for whom."""
        device = {"secret": "secret:device-4711"}.get(case.proof) or self.fingerprint(f"{case.signer}.pem")
        kind = {"maker": "external"}.get(case.proof, case.proof)
        ra = self.fingerprint("ra.pem")
        if case.mode == "unchanged":
            return {"requester": device, "kind": kind}
        if case.mode == "nest":
            return {"requester": device, "kind": kind, "through": ra, "approvedBy": ra}
        if case.upstream == "mac":
            return {"requester": "secret:line", "kind": "secret"}
        return {"requester": ra, "kind": "ra"} | ({"vouched": "raVerified"} if case.mode == "modify" else {})

    def check_at_our_ca(self, case, audit, states):
        if words := refused.get((case.mode, case.upstream, case.body)):
            self.assertNotEqual(case.done.code, 0, str(case.done))
            self.assertIn(words, case.done.said)
            return self.assertFalse(self.path(f"{case.name}.pem").exists() and case.body != "rr", str(case.done))
        self.assertEqual(case.done.code, 0, str(case.done))
        certificate = f"{case.signer}.pem" if case.body == "rr" else f"{case.name}.pem"
        if case.body != "rr":
            self.openssl("verify", "-x509_strict", "-CAfile", "plant/root.pem", "-untrusted", f"{case.name}-chain.pem", certificate)
            self.assert_key_of(certificate, "request.key" if case.body == "p10cr" else f"{case.name}.key")
            self.assertEqual(self.subject(certificate), "CN=device-4711,O=Plant" if case.mode == "modify" else "CN=device-4711")
        serial = self.serial(certificate)
        self.assertIn(states[serial], ["revoked"] if case.body == "rr" else ["valid", "updated", "revoked"])
        lines = [line for line in audit if line["body"] == case.body and int(line.get("serial", "0"), 16) == serial]
        self.assertEqual([{name: line[name] for name in ("requester", "kind", "through", "approvedBy", "vouched") if name in line} for line in lines], [self.as_seen(case)])

    def test_every_way_between_every_two_protections_before_our_ca(self):
        self.found_all()
        self.openssl("req", "-new", "-key", self.key("request.key"), "-subj", "/CN=device-4711", "-out", "request.csr")
        self.serve_routes([(way, self.ca.url, "") for way in ways])
        cases = self.lives(ways, lambda mode: modified if mode == "modify" else asked)
        audit = [json.loads(line) for line in self.path("plant/audit.jsonl").read_text().splitlines()]
        states = {int(row["serial"], 16): row["state"] for row in self.json_of("ca", "list", "plant")}
        for case in cases:
            with self.subTest(case.name):
                self.check_at_our_ca(case, audit, states)

    # -- openssl's mock server

    def mock_cas(self):
        """One for each protection that messages arrive under: each takes this one alone. They hand out a certificate for issued.key."""
        self.root("other", "/O=Other/CN=Other Root")
        self.issue("issued", "/CN=device-4711", "other")
        self.issue("signer", "/O=Other/CN=Other Signer", "other")
        self.write("trust.pem", self.path("other.pem").read_text() + self.path("plant/root.pem").read_text())
        self.trusted = "trust.pem"
        signer = ["-srv_cert", "signer.pem", "-srv_key", "signer.key"]
        by_protection = {"mac": ["-srv_ref", "line", "-srv_secret", "file:line.secret"], "secret": ["-srv_ref", "device-4711", "-srv_secret", "file:device.secret"],
                         "signature": [*signer, "-srv_trusted", "plant/root.pem", "-srv_untrusted", "plant/issuing.pem"], "maker": [*signer, "-srv_trusted", "maker.pem"]}
        return {name: self.mock("-rsp_cert", "issued.pem", "-accept_raverified", *words).url for name, words in by_protection.items()}

    def ask_mock(self, case):
        if case.body != "kur":
            self.path(f"{case.name}.key").write_text(self.path("issued.key").read_text())
        return self.ask(case)

    def test_every_way_between_every_two_protections_before_openssls_mock_server(self):
        self.found_all()
        mocks = self.mock_cas()
        more = 'peer = "openssl-mock"\npinned = ["../signer.pem"]\n'
        unchanged = {"secret": "secret", "maker": "maker", "own": "signature"}
        ways = {("unchanged", mock): [proof] for proof, mock in unchanged.items()} | {(mode, mock): list(unchanged) for mode in ("reprotect", "modify") for mock in ("signature", "mac")}
        ways[("nest", "signature")] = list(unchanged)
        self.serve_routes([(way, mocks[way[1]], more) for way in ways])
        bodies = {"secret": "ir", "maker": "ir", "own": "cr"}
        for way, proofs in ways.items():
            for case in [Case(*way, client, proof, bodies[proof]) for proof in proofs for client in ("openssl", "ours")]:
                with self.subTest(case.name):
                    self.ask_mock(case)  # one after the other: it knows one transaction at a time
                    self.check_at_mock(case)

    def check_at_mock(self, case):
        if case.mode == "nest":  # which it does not know: the device is told at once
            self.assertIn("unexpected pkibody", case.done.said)
            return self.assert_absent(f"{case.name}.pem")
        self.assertEqual(case.done.code, 0, str(case.done))
        self.assertEqual(self.serial(f"{case.name}.pem"), self.serial("issued.pem"))
        self.openssl("verify", "-CAfile", "other.pem", f"{case.name}.pem")

    # -- who is unknown at the RA, and what no RA does

    def test_a_device_whose_secret_the_ca_alone_has(self):
        self.found_all()
        self.set_up("node", [self.upstream(self.ca.url, "unchanged-mac")], rules='[[rule]]\nname = "strangers"\naction = "unchanged"\nunverified = true\nkey_generation = true\n')
        self.ra = self.serve("node")
        self.write("wrong.secret", "Loose-Bolt-9\n")
        for client in ("openssl", "ours"):
            with self.subTest(client):
                case = Case("unchanged", "mac", client, "secret", "ir")
                self.key(f"{case.name}.key")
                self.assertEqual(self.ask(case).done.code, 0, str(case.done))
                self.openssl("verify", "-x509_strict", "-CAfile", "plant/root.pem", "-untrusted", f"{case.name}-chain.pem", f"{case.name}.pem")
                words = [word.replace("device.secret", "wrong.secret") for word in self.words_of(case)]
                self.assertNotEqual(self.run_it(*words).code, 0)
                self.assertRegex(self.ca.log.read_text(), "badMessageCheck|wrongIntegrity")
        self.assertEqual(len(self.json_of("ca", "list", "plant", "--subject", "CN=device-4711")), 3)  # and «own»

    def test_what_no_ra_does_is_refused_at_the_start(self):
        self.found_all()
        line = self.upstream(self.ca.url, more=by_mac)
        batch = "[upstream.batch]\ncount = 2\n"
        rule = lambda action, bodies, more="": f'[[rule]]\nname = "this"\naction = "{action}"\nbodies = {bodies}\n{more}'
        for upstream, more, rules, words in [(line, "", rule("nest", '["ir"]'), "a nested message needs a CMP signer"),
                                             (line, batch, rule("unchanged", '["ir"]'), "a batch needs a CMP signer"),
                                             (self.upstream(self.ca.url), batch, rule("nest", '["ir"]'), "a nested message is not nested again"),
                                             (self.upstream(self.ca.url), "", rule("modify", '["p10cr"]'), "only ir and cr are modified"),
                                             (self.upstream(self.ca.url), "", rule("modify", '["kur"]', "with_old_cert_id = true\n"), "only ir and cr are modified"),
                                             (self.upstream(self.ca.url), "", rule("reprotect", '["ir"]', "key_generation = true\n"), "a request for a generated key keeps its protection"),
                                             (self.upstream(self.ca.url), "", rule("reprotect", '["ir"]', "unverified = true\n"), "what cannot be verified here can only go on unchanged"),
                                             (self.upstream(self.ca.url), "", rule("unchanged", '["ir"]', "implicit_confirm = true\n"), "who grants implicit confirmation")]:
            with self.subTest(words):
                self.set_up("node", [upstream], rules=rules, signer="ra", more=more)
                self.assertIn(words, self.cmpkit("serve", "-c", "node/cmpkit.toml", expect=1).err)


if __name__ == "__main__":
    stage.main()
