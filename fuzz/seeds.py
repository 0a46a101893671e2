"""First corpora, from the messages that OpenSSL and we ourselves made (tests/data/openssl and cmpkit, with the commands beside them)."""
import pathlib

data = pathlib.Path(__file__).resolve().parent.parent / "tests" / "data"


def files(ending):
    return [file.read_bytes() for maker in ("openssl", "cmpkit") for file in sorted((data / maker).glob("*" + ending))]


def element(octets, at=0):
    """(tag, begin of the content, end) of the element there."""
    length, content = octets[at + 1], at + 2
    if length >= 0x80:
        content += length - 0x80
        length = int.from_bytes(octets[at + 2:content], "big")
    return octets[at], content, content + length


def children(octets):
    _, at, end = element(octets)
    while at < end:
        _, _, after = element(octets, at)
        yield octets[at:after]
        at = after


def extra_certs(message):
    """The certificates behind header, body and protection."""
    return [certificate for part in children(message) if part[0] == 0xa1 and len(part) > 500 for certificate in children(next(children(part)))]


def of_all_targets():
    """{target: inputs}"""
    messages = files(".der")
    bodies = [list(children(message))[1] for message in messages]
    inside = {body[0] & 0x1f: next(children(body)) for body in bodies}  # by the number of the body
    return {
        "der_reader": messages, "pkimessage": messages, "cmp_like_openssl": messages,
        "certreqmessages": [inside[number] for number in (0, 2, 7) if number in inside],
        "pkcs10": [*files(".p10"), inside[4]],
        "certificate": [certificate for message in messages for certificate in extra_certs(message)] + files(".cert") + files(".crl"),
        "responder_ca": [*bodies, b"".join(bodies[:4])],
        "end_entity": [bytes([kind]) + body for body in bodies for kind in range(4)],
    }
