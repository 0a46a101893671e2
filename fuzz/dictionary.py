#!/usr/bin/env python3
"""Dictionaries for the fuzzers, made of what the sources declare; libFuzzer and AFL++ read them alike.

    dictionary.py TARGET FILE    writes the one for that target

DER: the OIDs of oids.inc, and the tags that schemas use. Configurations: the words that their readers look for.
"""
import pathlib
import re
import sys

from issued_seeds import oid

rooms = pathlib.Path(__file__).resolve().parent.parent / "cpp"


def entry(octets):
    return '"' + "".join(f"\\x{octet:02x}" for octet in octets) + '"'


def oids():
    """{name: element}"""
    declared = (rooms / "messages" / "oids.inc").read_text()
    return {name: oid(dotted) for name, dotted in re.findall(r'CMPKIT_OID\((\w+), "([0-9.]+)"', declared)}


def tags():
    """Identifier octets, of the context's and of all."""
    schemas = "".join(file.read_text() for file in sorted(rooms.glob("*/*.hpp")))
    numbers = {int(number) for number in re.findall(r'(?:(?:im|ex)plicit_tag\(|(?:Im|Ex)plicit<"\w+", )(\d+)', schemas)}
    universal = re.findall(r"(\w+) = (0x[0-9a-f]{2})[,;]", (rooms / "der" / "reader.hpp").read_text().split("namespace tag {")[1].split("}")[0])
    return sorted({form | number for number in numbers for form in (0x80, 0xa0)} | {int(tag, 16) for _, tag in universal})


def config_words():
    """What stands in quotes where configurations are read."""
    readers = [file for pattern in ("*config*.cpp", "profile.cpp", "own_enrollment.cpp", "peer.cpp") for file in sorted((rooms / "service").glob(pattern))]
    return sorted({word for file in readers for word in re.findall(r'"([a-z][\w:.-]*)"', file.read_text())})


def lines(target):
    if target == "config":
        return [f'"{word}"' for word in config_words()] + ['"[["', '"]]\\x0a"', '" = "', '"\\x22\\x22"', '"\\x0a"']
    return [f"{name}={entry(element)}" for name, element in oids().items()] + [entry([tag, 0]) for tag in tags()]


def write(target, path):
    pathlib.Path(path).write_text("\n".join(lines(target)) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    write(*sys.argv[1:])
