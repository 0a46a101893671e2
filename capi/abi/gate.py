#!/usr/bin/env python3
"""Holds the library against the recorded ABI: functions and types by libabigail, constants by static asserts. Additions pass: functions, fields at the
end of structs that tell their size, constants. All else fails.

    gate.py check LIBRARY INCLUDE           LIBRARY has debug information; INCLUDE holds cmpkit/cmpkit.h and cmpkit/transport.h
    gate.py record LIBRARY INCLUDE WORDS    makes both the baseline, and says WORDS in CHANGELOG.md
"""
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

here = pathlib.Path(__file__).resolve().parent
baseline, constants, private = here / "baseline.abi", here / "constants.c", here / "private.ini"
changelog = here.parent.parent / "CHANGELOG.md"
headers = ("cmpkit.h", "transport.h")


def constants_in(include):
    """The constants of both headers, (name, value as written); versions may grow, so their minor parts are none."""
    for header in headers:
        text = re.sub(r"/\*.*?\*/", "", (pathlib.Path(include) / "cmpkit" / header).read_text(), flags=re.S)
        for body in re.findall(r"enum\s*\{(.*?)\}", text, re.S):
            yield from re.findall(r"(\w+)\s*=\s*(-?\w+)", body)
        yield from (found for found in re.findall(r"^#define (\w+) +(\w+)", text, re.M) if not found[0].endswith("_MINOR") and found[1][0].isdigit())


def growing_structs():
    """Of the baseline, those that begin with their size, each with its last field: (struct, field). libabigail would not see through the table of a plugin."""
    for struct in xml.parse(baseline).iter("class-decl"):
        fields = [member.find("var-decl").get("name") for member in struct.findall("data-member")]
        if fields and fields[0] in ("size", "struct_size"):
            yield struct.get("name"), fields[-1]


def suppressions():
    text = private.read_text()
    for struct, last in growing_structs():
        text += f"[suppress_type]\n  type_kind = struct\n  name = {struct}\n  has_data_member_inserted_between = {{offset_after({last}), end}}\n"
    return text


def check(library, include):
    with tempfile.TemporaryDirectory() as folder:
        ini = pathlib.Path(folder, "suppressions.ini")
        ini.write_text(suppressions())
        types = subprocess.run(["abidiff", "--exported-interfaces-only", "--no-added-syms", "--suppressions", ini, baseline, library]).returncode
        values = subprocess.run(["cc", "-std=c11", "-fsyntax-only", "-I", include, constants]).returncode
    if types or values:
        print("The ABI is not the recorded one. What is meant so is recorded by ./run abi --record \"what has changed\".")
    return types or values


def record(library, include, words):
    dump = ["abidw", "--exported-interfaces-only", "--no-corpus-path", "--no-comp-dir-path", "--no-show-locs", "--suppressions", private, library]
    text = subprocess.run(dump, check=True, capture_output=True, text=True).stdout
    asserts = [f'_Static_assert({name} == {value}, "{name}");\n' for name, value in constants_in(include)]
    log = changelog.read_text()
    if "(unreleased)\n" not in log:
        sys.exit("CHANGELOG.md has no part for what is not released")
    baseline.write_text(text)
    constants.write_text("/* Made by ./run abi --record: no constant is renumbered. */\n#include <cmpkit/cmpkit.h>\n#include <cmpkit/transport.h>\n" + "".join(asserts))
    changelog.write_text(log.replace("(unreleased)\n", f"(unreleased)\n\n- The ABI is recorded anew: {words}", 1))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["check", library, include]:
            sys.exit(check(library, include))
        case ["record", library, include, words] if words.strip():
            record(library, include, words.strip())
        case _:
            sys.exit(__doc__)
