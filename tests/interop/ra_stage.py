"""Registration authorities for tests: a maker's devices, a CA whose RAs have certificates of it, and RAs and LRAs in front of it."""
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

    def set_up(self, name, upstreams, rules="", signer=None, more="", own="", external="maker.pem"):
        """The configuration of an RA in the folder NAME."""
        self.path(name).mkdir(exist_ok=True)
        text = 'listen = ["http://127.0.0.1:0"]\n[store]\nfile = "store.db"\n[ra]\n'
        if signer:
            text += f'certificate = ["../{signer}.pem"]\nkey = "../{signer}.key"\nchain = ["../plant/issuing.pem"]\n'
        text += own + '\n[pki]\ntrust = ["../plant/root.pem"]\nintermediates = ["../plant/issuing.pem"]\nrevocation = "none"\n'
        if external:
            text += f'[external]\ntrust = ["../{external}"]\nrevocation = "none"\n'
        for upstream in upstreams:
            text += "[[upstream]]\n" + upstream + 'trust = ["../plant/root.pem"]\nrevocation = "none"\n'
        self.write(f"{name}/cmpkit.toml", text + more + rules)

    def upstream(self, url, name="ca", more=""):
        return f'name = "{name}"\nurl = "{url}"\n{more}'

    def enroll(self, url, name="dev1", expect=0, more=(), subject="/CN=device-4711"):
        return self.cmpkit("enroll", url, "--cert", "device.pem", "--key", "device.key", "--trust", "plant/root.pem", "--gen-key", "ec:P-256", "--new-key", f"{name}.key", "--subject",
                           subject, "--out", f"{name}.pem", "--chain-out", f"{name}-chain.pem", *more, expect=expect)
