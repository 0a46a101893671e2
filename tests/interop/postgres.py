#!/usr/bin/env python3
"""A PostgreSQL server of a test's own, in a new folder, reached by a socket there and by no network; it is gone with the test.

    postgres.py COMMAND ...     runs COMMAND with the server's URL in CMPKIT_TEST_POSTGRES, and ends as it does

A test that is written in Python uses Postgres itself. PostgreSQL does not run as root: then it is started as the user `postgres`.
"""
import glob
import os
import pathlib
import pwd
import shutil
import subprocess
import sys
import tempfile
import time

patience = 120  # seconds


def newest_programs():
    folders = glob.glob("/usr/lib/postgresql/*/bin")
    return pathlib.Path(max(folders, key=lambda folder: float(folder.split("/")[4]))) if folders else pathlib.Path("/usr/bin")


class Postgres:
    """The server; `url` is its database, where everybody on this machine is trusted, and the role `keyed` needs a password."""

    user = "postgres"

    def __init__(self):
        self.programs = newest_programs()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cmpkit-pg-", dir="/tmp"))  # the path of a socket is at most 107 octets long
        self.folder.chmod(0o755)
        self.process = None
        self.as_user = []
        if os.geteuid() == 0:
            entry = pwd.getpwnam(self.user)
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
            self.as_user = ["--reuid", self.user, "--regid", str(entry.pw_gid), "--clear-groups"]
        self.url = f"postgresql://{self.user}@/postgres?host={self.folder}"
        try:
            self._make()
            self.start()
        except BaseException:
            self.close()
            raise

    def _command(self, *words):
        """As the server's user, and ended when this process is."""
        return ["setpriv", *self.as_user, "--pdeathsig", "QUIT", "--", *[str(word) for word in words]]

    def _make(self):
        made = subprocess.run(self._command(self.programs / "initdb", "-D", self.folder / "data", "-U", self.user, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"),
                              cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if made.returncode:
            raise RuntimeError(f"initdb failed:\n{made.stdout}{made.stderr}")
        (self.folder / "data/pg_hba.conf").write_text("local all keyed scram-sha-256\nlocal all all trust\n")

    def start(self):
        """Makes it answer. The disk is not waited for: a test's machine may lose a test's data."""
        settings = {"listen_addresses": "", "unix_socket_directories": self.folder, "fsync": "off", "full_page_writes": "off", "max_connections": 200, "shared_buffers": "32MB"}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(self._command(self.programs / "postgres", "-D", self.folder / "data", *options), cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + patience
        while subprocess.run([self.programs / "pg_isready", "-q", "-h", self.folder], cwd=self.folder).returncode:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the server is not ready:\n" + (self.folder / "log").read_text(errors="replace")[-4000:])
            time.sleep(0.05)

    def run(self, text):
        """What psql prints of a query: a line a row."""
        done = subprocess.run([self.programs / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", text, self.url], cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=patience)
        if done.returncode:
            raise RuntimeError(f"{text}\n{done.stderr}")
        return done.stdout.strip()

    def stop(self):
        """At once, as when its power fails: connections break, and its log is played back at the next start."""
        if self.process and self.process.poll() is None:
            os.kill(self.process.pid, 3)  # SIGQUIT
            self.process.wait(patience)

    def close(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    server = Postgres()
    try:
        return subprocess.run(sys.argv[1:], env={**os.environ, "CMPKIT_TEST_POSTGRES": server.url}).returncode
    finally:
        server.close()


if __name__ == "__main__":
    sys.exit(main())
