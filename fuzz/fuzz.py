#!/usr/bin/env python3
"""Runs the fuzz targets of a build, keeps what they learn, and tells what they find.

    fuzz.py PROGRAMS WORK smoke                  a short round of each target, on the committed corpora alone
    fuzz.py PROGRAMS WORK run [TARGET] [SECONDS] one target, or all of them in turn; 60 seconds each unless said otherwise
    fuzz.py PROGRAMS WORK forever                all targets in turn, until it is stopped
    fuzz.py PROGRAMS WORK minimise               makes the committed corpora of what WORK holds: the least that reaches as much

PROGRAMS holds fuzz_<target>. WORK keeps corpora between runs, findings/ with each reproducer, and hours.tsv. Exit code 1: there is a finding.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

import seeds

here = pathlib.Path(__file__).resolve().parent
environment = os.environ | {
    # The runtime of LLVM 16 takes some thread-local blocks for those of an older glibc.
    "ASAN_OPTIONS": "intercept_tls_get_addr=0:detect_leaks=1",
    "LSAN_OPTIONS": f"print_suppressions=0:suppressions={here.parent / 'tests' / 'leaks.supp'}",
}
limits = ["-timeout=10", "-rss_limit_mb=2048", "-max_len=16384", "-print_final_stats=1"]


class Target:
    def __init__(self, program, work, corpora):
        self.name = program.name.removeprefix("fuzz_")
        self.program, self.committed, self.corpus = program, here / "corpus" / self.name, corpora / self.name
        self.findings, self.hours = work / "findings", work / "hours.tsv"

    def begin_corpus(self):
        if self.corpus.is_dir():
            return
        self.corpus.mkdir(parents=True)
        for number, octets in enumerate(seeds.of_all_targets().get(self.name, [])):
            (self.corpus / f"seed-{number:03}").write_bytes(octets)

    def folders(self):
        return [self.corpus] + ([self.committed] if self.committed.is_dir() else [])

    def run(self, seconds):
        """Whether nothing was found."""
        self.begin_corpus()
        self.findings.mkdir(exist_ok=True)
        command = [self.program, f"-max_total_time={seconds}", f"-artifact_prefix={self.findings}/{self.name}-", *limits, *self.folders()]
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace")
        with self.hours.open("a") as hours:
            hours.write(f"{self.name}\t{seconds / 3600:.4f}\n")
        runs = next((line.split()[-1] for line in ran.stderr.splitlines() if line.startswith("stat::number_of_executed_units")), "no")
        print(f"{self.name}: {runs} runs in {seconds} s, {len(list(self.corpus.iterdir()))} inputs kept", flush=True)
        if ran.returncode:
            print("\n".join(line for line in ran.stderr.splitlines() if "ERROR" in line or "SUMMARY" in line or "Test unit" in line or "    #" in line))
            print(f"A finding: {self.program} {self.findings}/{self.name}-…  runs it again", flush=True)
        return ran.returncode == 0

    def minimise(self):
        """Makes the committed corpus anew: the least of all that is kept which reaches as much."""
        self.begin_corpus()
        with tempfile.TemporaryDirectory() as least:
            subprocess.run([self.program, "-merge=1", *limits, least, *self.folders()], env=environment, check=True, capture_output=True)
            self.committed.mkdir(parents=True, exist_ok=True)
            for old in self.committed.iterdir():
                old.unlink()
            for kept in pathlib.Path(least).iterdir():
                (self.committed / kept.name).write_bytes(kept.read_bytes())
        print(f"{self.name}: {len(list(self.committed.iterdir()))} inputs")


def main(programs, work, word, *more):
    work = pathlib.Path(work)
    work.mkdir(parents=True, exist_ok=True)
    targets = [Target(program, work, work) for program in sorted(pathlib.Path(programs).glob("fuzz_*"))]
    if not targets:
        sys.exit(f"no fuzz targets in {programs}")
    if word == "smoke":
        with tempfile.TemporaryDirectory() as alone:
            sys.exit(not all([Target(target.program, work, pathlib.Path(alone)).run(3) for target in targets]))
    if word == "minimise":
        for target in targets:
            target.minimise()
        return
    chosen = [target for target in targets if target.name in more] or targets
    seconds = next((int(each) for each in more if each.isdigit()), 600 if word == "forever" else 60)
    well = True
    while True:
        well = all([target.run(seconds) for target in chosen]) and well
        if word != "forever":
            sys.exit(not well)


if __name__ == "__main__":
    if len(sys.argv) < 4 or sys.argv[3] not in ("smoke", "run", "forever", "minimise"):
        sys.exit(__doc__)
    main(*sys.argv[1:])
