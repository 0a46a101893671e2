"""Registration authorities for tests: a maker's devices, a CA whose RAs have certificates of it, and RAs and LRAs in front of it."""
import contextlib
import threading
import time

import stage

ra_profile = """
[[profile]]
name               = "ra"
requesters         = ["secret"]
secret_subjects    = ["CN={reference},O=Plant"]
extended_key_usage = ["id-kp-cmcRA"]

[[secret]]
reference = "RA"
secret    = "file:ra.secret"
profile   = "ra"
uses      = 0

[[secret]]
reference = "LRA"
secret    = "file:ra.secret"
profile   = "ra"
uses      = 0
"""


class RaStage(stage.Stage):
    def found(self, more="", changes=()):
        """The CA `plant`, running as self.ca, that lets devices of the maker in and knows the references RA and LRA."""
        self.root("maker", "/O=Maker/CN=Maker Root")
        self.issue("device", "/O=Maker/CN=device-4711", "maker")
        self.found_ca(external=["maker.pem"], more=ra_profile + more, changes=changes)
        self.write("plant/ra.secret", "Staple-Battery-17\n")
        self.write("ra.secret", "Staple-Battery-17\n")
        self.ca = self.serve()

    def certify(self, name, reference):
        """NAME.key and NAME.pem: a CMP signer with id-kp-cmcRA."""
        self.cmpkit("enroll", self.ca.url, "--ref", reference, "--secret", "file:ra.secret", "--trust", "plant/root.pem", "--gen-key", "ec:P-256", "--new-key", f"{name}.key",
                    "--subject", f"/O=Plant/CN={reference}", "--out", f"{name}.pem", "--chain-out", f"{name}-chain.pem")

    def set_up(self, name, upstreams, rules="", signer=None, more="", own="", external="maker.pem", listen="http://127.0.0.1:0"):
        """The configuration of an RA in the folder NAME."""
        self.path(name).mkdir(exist_ok=True)
        text = f'listen = ["{listen}"]\n[store]\nfile = "store.db"\n[ra]\n'
        if signer:
            text += f'certificate = ["../{signer}.pem"]\nkey = "../{signer}.key"\nchain = ["../plant/issuing.pem"]\n'
        text += own + '\n[pki]\ntrust = ["../plant/root.pem"]\nintermediates = ["../plant/issuing.pem"]\nrevocation = "none"\n'
        if external:
            text += f'[external]\ntrust = ["../{external}"]\nrevocation = "none"\n'
        for upstream in upstreams:
            text += "[[upstream]]\n" + upstream + 'trust = ["../plant/root.pem"]\nrevocation = "none"\n'
        self.write(f"{name}/cmpkit.toml", text + more + rules)

    def come_back(self, folder, server):
        """Another process in the place of one that is gone."""
        configuration = self.path(f"{folder}/cmpkit.toml")
        configuration.write_text(configuration.read_text().replace('listen = ["http://127.0.0.1:0"]', f'listen = ["{server.url}"]'))
        return self.serve(folder)

    def upstream(self, url, name="ca", more=""):
        return f'name = "{name}"\nurl = "{url}"\n{more}'

    def enroll(self, url, name="dev1", expect=0, more=(), subject="/CN=device-4711"):
        return self.cmpkit("enroll", url, "--cert", "device.pem", "--key", "device.key", "--trust", "plant/root.pem", "--gen-key", "ec:P-256", "--new-key", f"{name}.key", "--subject",
                           subject, "--out", f"{name}.pem", "--chain-out", f"{name}-chain.pem", *more, expect=expect)


class TracksideStage(RaStage):
    """No line leads from the LRA at the track to the RA in the office: what they write into their folders is carried by hand."""

    scheme = "file"

    def found_trackside(self, more="", rules="", track=""):
        """A device's LRA at the track, the RA in the office before the CA; `track` is more of the LRA's own table, `rules` are the office's."""
        self.found(more=more)
        self.carried = set()
        self.certify("ra", "RA")
        self.certify("lra", "LRA")
        for place in ("office", "track"):
            self.path(place).mkdir()
        entities = 'entities = ["CN=*,O=Plant"]\n'
        self.set_up("office", [self.upstream(self.ca.url, more='retry = "1s"\nexchange = "2s"\n')], rules=rules, signer="ra", own=entities, listen=f"{self.scheme}:{self.path('office/spool')}")
        self.set_up("track", [self.upstream(f"{self.scheme}:{self.path('track/spool')}", "ra", 'exchange = "1s"\nretry = "1s"\n')], signer="lra", own=entities + 'poll_after = "1s"\n' + track,
                    rules='[[rule]]\nname = "all"\naction = "unchanged"\n')
        self.office, self.track = self.serve("office"), self.serve("track")

    def lying(self, place, kind):
        """What lies in a folder for somebody to carry: `kind` is requests or replies."""
        folder = self.path(f"{place}/spool/{kind}")
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith(".")) if folder.exists() else []

    def carry(self, kind):
        """The technician brings copies of what was not brought before."""
        start, end = ("track", "office") if kind == "requests" else ("office", "track")
        for file in self.lying(start, kind):
            if file not in self.carried:
                hidden = self.path(f"{end}/spool/{kind}/.{file.name}")
                hidden.write_bytes(file.read_bytes())
                hidden.rename(hidden.with_name(file.name))
                self.carried.add(file)

    def technician(self):
        """Goes to and fro until the `with` ends."""
        return Technician(self)


class Technician:
    def __init__(self, place):
        self._place, self._ends = place, threading.Event()
        self._thread = threading.Thread(target=self._go)

    def _go(self):
        while not self._ends.wait(0.1):
            for kind in ("requests", "replies"):
                self._place.carry(kind)

    def __enter__(self):
        self._thread.start()

    def __exit__(self, *_):
        self._ends.set()
        self._thread.join()


enroll_signer = """
[ra.enroll]
file      = "signer.pem"
reference = "RA"
secret    = "file:../ra.secret"
subject   = "CN=RA,O=Plant"
profile   = "ra"
retry     = "1s"
"""


class OwnStage(RaStage):
    """An RA, `node`, that gets certificates for itself; `told_as` is how its log calls the one that a test is about."""

    told_as = "own certificate"

    def found_for(self, validity, more=""):
        """A CA whose RAs get certificates that are valid that long, and renew them."""
        self.found(more=more, changes=[('requesters         = ["secret"]', f'requesters = ["secret", "own"]\nvalidity = "{validity}"\nbackdate = "0s"')])

    def serve_ra(self, more="", own=""):
        self.set_up("node", [self.upstream(self.ca.url)], own=own + enroll_signer + more)
        return self.serve("node")

    def lines(self, ra, word):
        return [line for line in ra.log.read_text(errors="replace").splitlines() if self.told_as in line and word in line]

    def wait_for(self, ra, word, count=1):
        self.eventually(lambda: len(self.lines(ra, word)) >= count, f"the log does not say {count} times: {word}")

    def is_expired(self, certificate):
        return self.run_it("openssl", "x509", "-in", certificate, "-noout", "-checkend", "0").code == 1

    def traffic_until(self, claim, url, *options):
        """Two devices that enroll again and again while `claim` is waited for; what went wrong with them."""
        failures, ends = [], threading.Event()

        def enroll_on(name):
            while not ends.is_set():
                done = self.run_it(stage.program, "enroll", url, "--cert", "device.pem", "--key", "device.key", "--trust", "plant/root.pem", "--gen-key", "ec:P-256", "--force", "--new-key",
                                   f"{name}.key", "--subject", "/CN=device-4711", "--out", f"{name}.pem", *options)
                if done.code:
                    failures.append(str(done))

        devices = [threading.Thread(target=enroll_on, args=(f"dev{i}",)) for i in range(2)]
        for device in devices:
            device.start()
        try:
            claim()
        finally:
            ends.set()
            for device in devices:
                device.join()
        return failures

    def inodes_of(self, file):
        """What changes on the disk in each step of an enrollment."""
        def inode(end):
            with contextlib.suppress(FileNotFoundError):
                return (self.path("node") / (file + end)).stat().st_ino
            return 0

        return lambda: tuple(inode(end) for end in ("", ".new", ".before"))

    def watch(self, look, steps, failures):
        """Until what `look` gives has changed that often, or the renewal is over."""
        seen, changes, deadline = look(), 0, time.monotonic() + stage.patience
        is_over = False
        while changes < steps and not is_over:
            now = look()
            is_over = changes > 0 and now == seen and now[1] == 0 and now[0] != 0
            changes, seen = (changes + 1, now) if now != seen else (changes, seen)
            self.assertLess(time.monotonic(), deadline, "nothing happens")
        self.assertEqual(failures(), [])
