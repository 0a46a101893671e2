#!/usr/bin/env python3
"""Runs the fuzz targets of a build, keeps what they learn, and tells what they find.

    fuzz.py PROGRAMS WORK smoke                  a short round of each target, from the committed corpora
    fuzz.py PROGRAMS WORK run [TARGET] [SECONDS] one target, or all of them; 60 seconds each unless said otherwise
    fuzz.py PROGRAMS WORK forever                all targets in turn, until it is stopped
    fuzz.py PROGRAMS WORK minimise [TARGET]      makes the committed corpora of what WORK holds: the least that reaches as much

PROGRAMS holds fuzz_<target>. WORK keeps corpora between runs, hours.tsv (of processor time), and a folder in findings/ for each new finding: the input that makes it, what the
sanitizers say of it, and the command that runs it again. As many targets run at a time as there are cores. Exit code 1: there is a finding.
"""
import concurrent.futures
import hashlib
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import dictionary
import seeds

here = pathlib.Path(__file__).resolve().parent
environment = {
    # The runtime of LLVM 16 takes some thread-local blocks for those of an older glibc.
    "ASAN_OPTIONS": "intercept_tls_get_addr=0:detect_leaks=1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "LSAN_OPTIONS": f"print_suppressions=0:suppressions={here.parent / 'tests' / 'leaks.supp'}",
}
# What -entropic does takes longer than it brings where an input takes milliseconds.
limits = ["-timeout=25", "-rss_limit_mb=2048", "-max_len=16384", "-entropic=0"]
largest_committed = 4096  # octets
stopped = 72  # libFuzzer's exit code where somebody stopped it, which is no finding


class Ran:
    """A target that ran: its exit code, what it said, and the seconds of processor time that it took."""

    def __init__(self, program, *options):
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen([program, *limits, *options], env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=said)
            _, status, usage = os.wait4(process.pid, 0)
            self.code = process.returncode = os.waitstatus_to_exitcode(status)
            self.seconds = usage.ru_utime + usage.ru_stime
            said.seek(0)
            self.report = said.read().decode(errors="replace")


class Target:
    def __init__(self, program, work):
        self.name = program.name.removeprefix("fuzz_")
        self.program, self.committed, self.corpus = program, here / "corpus" / self.name, work / self.name
        self.vectors = here.parent / "tests" / "data" / "fuzz" / self.name  # what was found before
        self.findings, self.hours = work / "findings", work / "hours.tsv"

    def begin_corpus(self):
        self.corpus.mkdir(parents=True, exist_ok=True)
        seeds.write(self.name, self.corpus)

    def folders(self):
        return [self.corpus] + [folder for folder in (self.committed, self.vectors) if folder.is_dir()]

    def fuzz(self, seconds, *options):
        """Whether nothing was found."""
        self.begin_corpus()
        with tempfile.TemporaryDirectory() as folder:
            scratch = pathlib.Path(folder)
            dictionary.write(self.name, scratch / "dictionary")
            ran = Ran(self.program, f"-max_total_time={seconds}", f"-artifact_prefix={folder}/finding-", f"-dict={folder}/dictionary", "-print_final_stats=1", *options, *self.folders())
            with self.hours.open("a") as hours:
                hours.write(f"{self.name}\t{ran.seconds / 3600:.4f}\n")
            executed = re.search(r"^stat::number_of_executed_units: *(\d+)", ran.report, re.M)
            print(f"{self.name}: {executed[1] if executed else 'no'} runs, {len(list(self.corpus.iterdir()))} inputs kept", flush=True)
            if ran.code not in (0, stopped):
                self.keep_finding(ran.report, list(scratch.glob("finding-*")))
        return ran.code in (0, stopped)

    def keep_finding(self, report, inputs):
        """What has the same frames of ours on its stack is the same finding, whatever made it."""
        frames = re.findall(r"^ *#\d+ 0x[0-9a-f]+ in (.*?) \S*/(?:cpp|plugins|capi|fuzz)/", report, re.M)[:4]
        folder = self.findings / f"{self.name}-{hashlib.sha256(''.join(frames).encode()).hexdigest()[:12]}"
        if folder.is_dir():
            print(f"{self.name}: again what is in {folder}", flush=True)
            return
        folder.mkdir(parents=True)
        for file in inputs:
            shutil.copyfile(file, folder / "input")
        (folder / "report.txt").write_text(report[-20000:])
        settings = " ".join(f"{name}={shlex.quote(value)}" for name, value in environment.items())
        command = f"{settings} {self.program} {folder / 'input'}"
        (folder / "command.txt").write_text(command + "\n")
        said = [line for line in report.splitlines() if re.search("ERROR|SUMMARY|runtime error|^    #", line)]
        print("\n".join(said or report.splitlines()[-3:]))
        print(f"A finding; this runs it again: {command}", flush=True)

    def merged(self, options, folders, into):
        ran = Ran(self.program, *options, into, *folders)
        if ran.code:
            sys.exit(f"{self.name}: cannot merge\n{ran.report[-2000:]}")

    def merge(self):
        """Leaves of the corpus what reaches as much."""
        with tempfile.TemporaryDirectory(dir=self.corpus.parent) as least:
            self.merged(["-merge=1"], [self.corpus], least)
            shutil.rmtree(self.corpus)
            shutil.copytree(least, self.corpus)

    def minimise(self):
        """Makes the committed corpus anew: the least of all that is kept which reaches as many branches."""
        self.begin_corpus()
        with tempfile.TemporaryDirectory() as least:
            self.merged(["-set_cover_merge=1", "-use_counters=0", f"-max_len={largest_committed}"], self.folders(), least)
            shutil.rmtree(self.committed, ignore_errors=True)
            shutil.copytree(least, self.committed)
        print(f"{self.name}: {len(list(self.committed.iterdir()))} inputs", flush=True)


def at_a_time(count, each, targets):
    """What `each` says of every target."""
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return list(pool.map(each, targets))


def main(programs, work, word, *more):
    work, cores = pathlib.Path(work).resolve(), os.cpu_count() or 1  # a target may go to another folder
    work.mkdir(parents=True, exist_ok=True)
    targets = [Target(program, work) for program in sorted(pathlib.Path(programs).resolve().glob("fuzz_*"))]
    chosen = [target for target in targets if target.name in more] or targets
    if unknown := [each for each in more if not each.isdigit() and each not in [target.name for target in targets]]:
        sys.exit(f"no such target: {unknown[0]}; there are {', '.join(target.name for target in targets) or 'none'}")
    seconds = next((int(each) for each in more if each.isdigit()), 60)
    if word == "smoke":
        with tempfile.TemporaryDirectory() as alone:
            again = [Target(target.program, pathlib.Path(alone)) for target in chosen]
            for target in again:
                target.findings = work / "findings"
            sys.exit(not all(at_a_time(1, lambda target: target.fuzz(3, "-seed=1"), again)))
    if word == "run":
        sys.exit(not all(at_a_time(cores, lambda target: target.fuzz(seconds), chosen)))
    if word == "minimise":
        at_a_time(cores, Target.minimise, chosen)
    while word == "forever":
        at_a_time(cores, lambda target: (target.fuzz(600), target.merge()), chosen)


if __name__ == "__main__":
    if len(sys.argv) < 4 or sys.argv[3] not in ("smoke", "run", "forever", "minimise"):
        sys.exit(__doc__)
    main(*sys.argv[1:])
