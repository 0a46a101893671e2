#!/usr/bin/env python3
"""What the fuzz targets reach with the committed corpora, by llvm-cov. Functions that the compiler alone runs, as those that make the tables of the schemas, do not count.

    coverage.py PROGRAMS WORK ROOM     the lines of a room that no target reaches: file:line

PROGRAMS is built by the preset coverage; WORK keeps the profiles. `./run fuzz record` makes tables of it (record.py).
"""
import collections
import os
import pathlib
import re
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
root = here.parent
rooms = ("der", "messages", "crypto", "protection", "operations", "admission", "ca", "ra", "responder", "store", "transport", "service")
tested = ("der", "messages", "protection", "operations")  # rooms whose own tests are counted beside the fuzzers


def room_of(file):
    parts = file.relative_to(root).parts
    return parts[1] if parts[0] == "cpp" and len(parts) > 2 else "/".join(parts[:2]) if parts[0] == "plugins" else parts[0]


class Reach:
    """{file: {line: whether it ran}}, of the library's files"""

    def __init__(self):
        self.files = collections.defaultdict(dict)

    def add(self, lcov, compiled):
        """@param compiled  the functions that the program has code of, without their files"""
        for line in lcov.splitlines():
            if line.startswith("SF:"):
                file, in_program = pathlib.Path(line[3:]), {}  # whether it has the function that begins in a line
            elif line.startswith("FN:"):
                number, name = line[3:].split(",", 1)
                in_program[int(number)] = in_program.get(int(number), False) or name.rsplit(":", 1)[-1] in compiled
            elif line.startswith("DA:") and file.is_relative_to(root) and file.relative_to(root).parts[0] in ("cpp", "plugins", "capi"):
                number, times = map(int, line[3:].split(",")[:2])
                if times or in_program.get(max((begin for begin in in_program if begin <= number), default=0), True):
                    self.files[file][number] = self.files[file].get(number, False) or times > 0

    def merge(self, other):
        for file, lines in other.files.items():
            for number, ran in lines.items():
                self.files[file][number] = self.files[file].get(number, False) or ran
        return self

    def of(self, room):
        """(lines that ran, lines)"""
        lines = [ran for file, each in self.files.items() if room_of(file) == room for ran in each.values()]
        return sum(lines), len(lines)

    def reached(self):
        return sum(sum(lines.values()) for lines in self.files.values())

    def missed(self, room):
        for file, lines in sorted(self.files.items()):
            if room_of(file) == room:
                yield from (f"{file.relative_to(root)}:{number}" for number, ran in sorted(lines.items()) if not ran)


def functions_in(profile):
    """The names of those that the program counts, which are those that it has code of."""
    shown = subprocess.run(["llvm-profdata-16", "show", "--all-functions", profile], check=True, capture_output=True, text=True).stdout
    return {name.rsplit(":", 1)[-1] for name in re.findall(r"^  (\S+):$", shown, re.M)}


def reach_of(program, work, *arguments):
    raw, profile = work / f"{program.name}.profraw", work / f"{program.name}.profdata"
    subprocess.run([program, *arguments], env=os.environ | {"LLVM_PROFILE_FILE": str(raw)}, check=True, capture_output=True, cwd=work)
    subprocess.run(["llvm-profdata-16", "merge", raw, "-o", profile], check=True)
    lcov = subprocess.run(["llvm-cov-16", "export", "-format=lcov", f"-instr-profile={profile}", program], check=True, capture_output=True, text=True).stdout
    reach = Reach()
    reach.add(lcov, functions_in(profile))
    return reach


def corpus_of(target):
    folder = here / "corpus" / target
    return sorted(folder.iterdir()) if folder.is_dir() else []


def percent(part):
    ran, lines = part
    return f"{100 * ran / lines:.1f} %" if lines else ""


class Survey:
    """What each target reaches, and what all of them together."""

    def __init__(self, programs, work):
        self.programs, self.work = pathlib.Path(programs).resolve(), pathlib.Path(work).resolve()
        self.work.mkdir(parents=True, exist_ok=True)
        names = [program.name.removeprefix("fuzz_") for program in sorted(self.programs.glob("fuzz_*"))]
        self.inputs = {name: corpus_of(name) for name in names}
        self.targets = {name: reach_of(self.programs / f"fuzz_{name}", self.work, "-runs=0", *self.inputs[name]) for name in names}
        self.fuzzed = Reach()
        for reach in self.targets.values():
            self.fuzzed.merge(reach)

    def with_tests(self):
        both = Reach().merge(self.fuzzed)
        for room in tested:
            both.merge(reach_of(self.programs / f"test_{room}", self.work))
        return both

    def rows_of_rooms(self):
        """(room, lines, share by fuzzing, share by fuzzing and tests)"""
        both = self.with_tests()
        others = sorted({room_of(file) for file in self.fuzzed.files} - set(rooms) - {"cpp"})
        for room in (*rooms, *others):
            yield room, self.fuzzed.of(room)[1], percent(self.fuzzed.of(room)), percent(both.of(room)) if room in tested else ""


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    print("\n".join(Survey(*sys.argv[1:3]).fuzzed.missed(sys.argv[3])))
