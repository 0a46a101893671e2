"""What the tests of the program play on: a folder of their own, the program, openssl, a CA that serves, openssl's mock server.

A test that fails tells the step, what it printed, and the end of each server's log. Everything that was started is ended by its own id.
Run one file with CMPKIT_PROGRAM=build/bin/cmpkit python3 tests/interop/wire_test.py, and one test of it with its name behind.
"""
import json
import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

program = os.environ["CMPKIT_PROGRAM"]
patience = 120  # seconds for one step: a busy machine is slow


def with_ours(env):
    """The environment of the test, and what `env` changes in it."""
    return {**os.environ, **(env or {})}


class Done:
    """A command that ended."""

    def __init__(self, arguments, code, out, err):
        self.arguments, self.code, self.out, self.err = arguments, code, out, err
        self.said = out + err

    def __str__(self):
        words = " ".join(str(argument) for argument in self.arguments)
        return f"{words}\nended with {self.code}; standard output:\n{self.out}\nstandard error:\n{self.err}"


class Server:
    """A process that says in a line when it is ready (`ready` is empty: it does not say so); `first_line` is the match of that line."""

    def __init__(self, arguments, folder, log, ready="", env=None):
        self.log = log
        with open(log, "ab") as err:
            self.process = subprocess.Popen(arguments, cwd=folder, env=with_ours(env), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=err)
        self.first_line = self._line_that_fits(ready)

    def _line_that_fits(self, ready):
        text, deadline = b"", time.monotonic() + patience
        while time.monotonic() < deadline:
            found = re.search(ready, text.decode())
            if found:
                return found
            readable, _, _ = select.select([self.process.stdout], [], [], 1)
            octets = os.read(self.process.stdout.fileno(), 4096) if readable else b""
            text += octets
            if readable and not octets:
                break
        self.kill()
        raise AssertionError(f"the server is not ready: {text.decode()}\n{self.told()}")

    def told(self):
        return f"the end of {self.log.name}:\n" + self.log.read_text(errors="replace")[-4000:]

    def stop(self):
        """Asks it to end; the code it ends with."""
        self.process.terminate()
        return self._gone()

    def kill(self):
        """Ends it without a word of warning, if it still runs."""
        self.process.kill()
        return self._gone()

    def _gone(self):
        try:
            return self.process.wait(patience)
        finally:
            self.process.stdout.close()


class CA(Server):
    """cmpkit serve; `url` is where, `address` is the same without the scheme."""

    def __init__(self, folder, log, env=None):
        super().__init__([program, "serve", "-c", folder / "cmpkit.toml"], folder, log, r"cmpkit: ready at (\S+)[^\n]*\n", env)
        self.url = self.first_line[1]
        self.address = self.url.partition("://")[2]


class Stage(unittest.TestCase):
    """One test: steps that must end as expected, in a folder that is gone afterwards."""

    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cmpkit-"))
        self.servers = []
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.addCleanup(lambda: [server.kill() for server in self.servers])

    def _formatMessage(self, message, standard):
        logs = {server.log: server for server in self.servers}  # one server, started again and again, has one log
        return "\n".join([super()._formatMessage(message, standard)] + [server.told() for server in logs.values()])

    # -- commands

    def run_it(self, *arguments, env=None):
        words = [str(argument) for argument in arguments]
        try:
            ended = subprocess.run(words, cwd=self.folder, env=with_ours(env), timeout=patience, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        except subprocess.TimeoutExpired:
            self.fail(f"this does not end: {' '.join(words)}")
        return Done(words, ended.returncode, ended.stdout, ended.stderr)

    def command(self, *arguments, expect=0, **how):
        done = self.run_it(*arguments, **how)
        self.assertEqual(done.code, expect, str(done))
        return done

    def cmpkit(self, *arguments, **how):
        return self.command(program, *arguments, **how)

    def openssl(self, *arguments, **how):
        return self.command("openssl", *arguments, **how)

    def json_of(self, *arguments, **how):
        return json.loads(self.cmpkit(*arguments, "--json", **how).out)

    # -- things

    def path(self, name):
        return self.folder / name

    def write(self, name, text):
        self.path(name).write_text(text)
        return name

    kinds = {"rsa": ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"], "p256": ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
             "p384": ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"], "ed25519": ["ED25519"]}

    def key(self, name, kind="p256"):
        self.openssl("genpkey", "-algorithm", *self.kinds[kind], "-out", name)
        return name

    def root(self, name, subject):
        """NAME.key and NAME.pem, self-signed."""
        self.openssl("req", "-x509", "-new", "-key", self.key(f"{name}.key"), "-subj", subject, "-days", "3650", "-out", f"{name}.pem")

    def issue(self, name, subject, issuer, kind="p256", extensions="keyUsage=critical,digitalSignature"):
        """NAME.key (unless it is there), NAME.csr and NAME.pem, issued by openssl."""
        if not self.path(f"{name}.key").exists():
            self.key(f"{name}.key", kind)
        self.openssl("req", "-new", "-key", f"{name}.key", "-subj", subject, "-out", f"{name}.csr")
        self.write(f"{name}.cnf", f"basicConstraints=CA:FALSE\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n{extensions}\n")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key", "-days", "365", "-extfile", f"{name}.cnf", "-out", f"{name}.pem")

    def found_ca(self, name="plant", changes=(), external=(), listen="http://127.0.0.1:0", more="", key="ec:P-256"):
        """A CA that knows the reference «shared», with a secret for any number of uses.

        changes: (old, new) texts of its configuration; external: roots that it lets in; more: what is added to its configuration; key: kind of its keys.
        """
        self.write("shared.secret", "Correct-Horse-42\n")
        trust = [word for file in external for word in ("--trust-external", file)] + ["--external-revocation", "soft"]
        self.cmpkit("ca", "init", name, "--subject", "/O=Plant/CN=Plant Root", "--listen", listen, "--key", key, "--ref", "shared", "--secret", "file:shared.secret", *trust)
        configuration = self.path(name) / "cmpkit.toml"
        text = configuration.read_text() + more
        for old, new in [("uses      = 1 ", "uses      = 0 "), *changes]:
            self.assertIn(old, text)
            text = text.replace(old, new)
        configuration.write_text(text)

    def found_tls_ca(self, **how):
        """The same behind TLS: its certificate is of tls.pem, and the client needs one of tls.pem too: client.pem, client.key."""
        self.root("tls", "/CN=TLS Root")
        self.issue("server", "/CN=server", "tls", extensions="subjectAltName=IP:127.0.0.1")
        self.issue("client", "/CN=client", "tls")
        places = {name: self.path(f"{name}.pem") for name in ("server", "tls")}
        tls = f'\n[tls]\ncertificate = "{places["server"]}"\nkey = "{self.path("server.key")}"\ntrust = ["{places["tls"]}"]\nrequire_client = true\nrevocation = "soft"\n'
        self.found_ca(listen="https://127.0.0.1:0", more=tls, **how)

    def serve(self, name="plant", env=None):
        return self.started(CA(self.path(name), self.path(f"{name}.log"), env))

    def mock(self, *options):
        """openssl's mock server, at a port that the system chose; it hands out one certificate that it was given."""
        words = ["openssl", "cmp", "-config", "", "-port", "0", *[str(option) for option in options]]
        server = self.started(Server(words, self.folder, self.path(f"mock-{len(self.servers)}.log"), r"ACCEPT \S*:(\d+) PID="))
        server.url = f"http://127.0.0.1:{server.first_line[1]}/pkix/"
        return server

    def hang_up(self, ca, word="read anew"):
        """Tells it to read its configuration anew, and waits until its log has one `word` more."""
        before = ca.log.read_text().count(word)
        ca.process.send_signal(signal.SIGHUP)
        self.eventually(lambda: ca.log.read_text().count(word) > before, f"the log does not say: {word}")

    def started(self, server):
        """That server: its log is shown when the test fails, and it is ended with the test."""
        self.servers.append(server)
        return server

    # -- claims

    def assert_verified(self, certificate, chain="chain.pem", root="plant/root.pem"):
        self.openssl("verify", "-x509_strict", "-CAfile", root, "-untrusted", chain, certificate)

    def assert_key_of(self, certificate, key):
        of_certificate = self.openssl("x509", "-in", certificate, "-noout", "-pubkey").out
        self.assertEqual(of_certificate, self.openssl("pkey", "-in", key, "-pubout").out)

    def assert_absent(self, name):
        self.assertFalse(self.path(name).exists(), f"{name} is there although the operation failed")

    def subject(self, certificate):
        return self.openssl("x509", "-in", certificate, "-noout", "-subject", "-nameopt", "RFC2253").out.strip().removeprefix("subject=")

    def serial(self, certificate):
        """As a number: how many leading zeros are printed is each program's own taste."""
        return int(self.openssl("x509", "-in", certificate, "-noout", "-serial").out.strip().removeprefix("serial="), 16)

    def state(self, certificate, ca="plant", **how):
        """What the CA says of a certificate; None: it does not know it."""
        wanted = self.serial(certificate)
        return next((row["state"] for row in self.json_of("ca", "list", ca, **how) if int(row["serial"], 16) == wanted), None)

    def eventually(self, claim, what):
        deadline = time.monotonic() + patience
        while not claim():
            self.assertLess(time.monotonic(), deadline, what)
            time.sleep(0.1)


def main():
    unittest.main(verbosity=2)
