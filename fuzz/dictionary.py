"""Dictionaries in the form that libFuzzer and AFL++ read: the OIDs of cpp/messages/oids.inc as elements of DER."""
import pathlib
import re

oids = pathlib.Path(__file__).resolve().parent.parent / "cpp" / "messages" / "oids.inc"


def octets_of_arc(arc):
    octets = [arc & 0x7f]
    while arc := arc >> 7:
        octets.insert(0, arc & 0x7f | 0x80)
    return bytes(octets)


def element(dotted):
    first, second, *arcs = map(int, dotted.split("."))
    content = b"".join(map(octets_of_arc, [40 * first + second, *arcs]))
    return bytes([6, len(content)]) + content


def write(target, path):
    """Whether there is a dictionary for that target; then it is written."""
    words = [element(dotted) for dotted in re.findall(r'^CMPKIT_OID\(\w+, "([\d.]+)"', oids.read_text(), re.M)]
    path.write_text("".join(f'"{"".join(f"{chr(92)}x{octet:02x}" for octet in word)}"\n' for word in words))
    return True
