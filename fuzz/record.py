#!/usr/bin/env python3
"""Writes the record in docs/fuzzing.md anew: what each target reaches, and the hours that it ever ran.

    record.py PROGRAMS WORK     PROGRAMS is built by the preset coverage; WORK/hours.tsv, of fuzz.py, is added to the record and emptied
"""
import collections
import pathlib
import re
import sys

from coverage import Survey, here

page = here.parent / "docs" / "fuzzing.md"
heading = "## Record\n"


def hours_of(record, added):
    hours = collections.Counter({name: float(value) for name, value in re.findall(r"^\| `(\w+)` \|.*\| ([\d.]+) \|$", record, re.M)})
    for line in added.splitlines():
        name, value = line.split("\t")
        hours[name] += float(value)
    return hours


def main(programs, work):
    text, before = page.read_text().split(heading)
    counted = pathlib.Path(work) / "hours.tsv"
    hours = hours_of(before, counted.read_text() if counted.exists() else "")
    survey = Survey(programs, pathlib.Path(work) / "profiles")
    lines = ["", "`./run fuzz record` writes this.", "", "| target | committed inputs | lines reached | hours |", "|---|---|---|---|"]
    lines += [f"| `{name}` | {len(survey.inputs[name])} | {reach.reached():,} | {hours[name]:.2f} |" for name, reach in survey.targets.items()]
    lines += ["", f"In all {sum(hours.values()):.1f} hours of one core.", "", "| room | lines | reached by fuzzing | with the tests of " + "four rooms |", "|---|---|---|---|"]
    lines += [f"| `{room}` | {count:,} | {fuzzed} | {both} |" for room, count, fuzzed, both in survey.rows_of_rooms()]
    page.write_text(text + heading + "\n".join(lines) + "\n")
    counted.write_text("")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
