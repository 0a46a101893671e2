#!/usr/bin/env python3
"""First corpora, from the messages that OpenSSL and we ourselves made (tests/data/openssl and cmpkit, with the commands beside them).

    seeds.py TARGET FOLDER      writes those of a target
"""
import pathlib
import sys

import border_seeds
import issued_seeds
from elements import children, wrapped
from issued_seeds import oid, sequence

data = pathlib.Path(__file__).resolve().parent.parent / "tests" / "data"


def files(ending):
    return [file.read_bytes() for maker in ("openssl", "cmpkit") for file in sorted((data / maker).glob("*" + ending))]


def extra_certs(message):
    """The certificates behind header, body and protection."""
    return [certificate for part in children(message) if part[0] == 0xa1 and len(part) > 500 for certificate in children(next(children(part)))]


exchanges = ["wait-ir wait-ip wait-pollReq-1 wait-pollRep wait-pollReq-2 wait-ip-final wait-certConf wait-pkiConf", "mac-rsa-cr mac-rsa-cp mac-rsa-certConf mac-rsa-pkiConf",
             "mac-ed-p10cr mac-ed-p10cr-cp mac-ed-p10cr-certConf mac-ed-p10cr-pkiConf", "ec-kur ec-kup ec-kur-certConf ec-kur-pkiConf", "refused-ir refused-ip", "rr rp", "genm genp"]
minute, another, approval, impatience = bytes.fromhex("020101"), bytes.fromhex("0500"), bytes.fromhex("0101ff"), bytes.fromhex("0a0100")


def body(name):
    return list(children((data / "openssl" / f"{name}.der").read_bytes()))[1]


sha256, hmac256, salt = sequence(oid("2.16.840.1.101.3.4.2.1")), sequence(oid("1.2.840.113549.2.9"), b"\5\0"), wrapped(0x04, bytes(16))
pbkdf2 = sequence(oid("1.2.840.113549.1.5.12"), sequence(salt, b"\2\2\1\0", b"\2\1\x20", hmac256))
pss = sequence(wrapped(0xa0, sha256), wrapped(0xa1, sequence(oid("1.2.840.113549.1.1.8"), sha256)), wrapped(0xa2, b"\2\1\x20"))
protections = [sequence(oid("1.2.840.113549.1.5.14"), sequence(pbkdf2, hmac256)), sequence(oid("1.2.840.113533.7.66.13"), sequence(salt, sha256, b"\2\2\1\0", hmac256)),
               sequence(oid("1.2.840.113549.1.1.10"), pss), sequence(oid("1.3.101.112")), sequence(oid("1.3.101.113")),
               *(sequence(oid(f"1.2.840.10045.4.3.{number}")) for number in range(1, 5)), *(sequence(oid(f"1.2.840.113549.1.1.{number}"), b"\5\0") for number in (5, 11, 12, 13, 14))]


def with_protection(message, algorithm):
    header, *rest = children(message)
    return sequence(sequence(*(wrapped(0xa1, algorithm) if part[0] == 0xa1 else part for part in children(header))), *rest)


number = b"\2\1\0"
recipient = wrapped(0xa2, b"\2\1\4" + sequence(wrapped(0x04, b"id")) + sha256 + wrapped(0x04, bytes(8)))
enveloped = b"\2\1\2" + wrapped(0x31, recipient) + sequence(oid("1.2.840.113549.1.7.1"), sha256, wrapped(0x80, bytes(8)))
pvno3_bodies = {  # RFC 9810 alone has these
    "an encrypted certificate": wrapped(0xa1, sequence(sequence(sequence(number, sequence(number), sequence(wrapped(0xa1, wrapped(0xa0, enveloped))))))),
    "a challenge": wrapped(0xa5, sequence(sequence(wrapped(0x04, b""), wrapped(0x04, b""), wrapped(0xa0, sequence(enveloped))))),
    "an encrypted key": wrapped(0xa0, sequence(sequence(sequence(number, sequence()), wrapped(0xa2, wrapped(0xa4, enveloped))))),
    "a hash algorithm": wrapped(0xb8, sequence(sequence(wrapped(0x04, b""), number, wrapped(0xa0, sha256)))),
}


def with_body(message, body):
    header, _, *rest = children(message)
    return sequence(header, body, *rest)


def relayed(exchange):
    """The bodies of an exchange as the target responder_ra takes them: what the upstream says in a SEQUENCE."""
    bodies = [body(name) for name in exchange.split()]
    return b"".join(request + minute + wrapped(0x30, answer) for request, answer in zip(bodies[::2], bodies[1::2]))


def of_all_targets():
    """{target: inputs}"""
    certificates = files(".cert")
    messages = files(".der")
    bodies = [list(children(message))[1] for message in messages]
    certificate = next(iter(certificates))
    pvno3 = [with_body(messages[0], each) for each in [*pvno3_bodies.values(), wrapped(0xaf, wrapped(0xa0, sequence(certificate)))]]
    batch = wrapped(0x31, body("mac-rsa-cr") + body("rr"))
    inside = {body[0] & 0x1f: next(children(body)) for body in bodies}  # by the number of the body
    return {
        "der_reader": messages, "pkimessage": messages + pvno3, "openssl_message": messages + pvno3,
        "certreqmessages": [inside[number] for number in (0, 2, 7) if number in inside],
        "pkcs10": [*files(".p10"), inside[4]],
        "certificate": [certificate for message in messages for certificate in extra_certs(message)] + certificates + files(".crl"),
        "openssl_certificate": [*certificates, *files(".crl"), *files(".p10")],
        "responder_ca": [*bodies, b"".join(bodies[:4]), batch, wrapped(0x31, body("ir"))],
        "responder_sqlite": [*bodies, b"".join(bodies[:4]), batch],
        "responder_ra": [bytes([way]) + row for way in range(8) for row in [
            *map(relayed, exchanges), batch, wrapped(0x31, body("ir")), body("ir") + approval + relayed("wait-pollReq-1 wait-ip-final"), body("ir") + impatience + minute,
            body("ir") + another + body("cr") + minute + wrapped(0x30, body("wait-ip-final"))]],
        "information": [bytes([question, 0]) + inside[22] for question in range(8)] + [bytes([question, 1, *told]) for question in (0, 2, 3) for told in [(0, 1, 2), (0, 1, 5), (0, 5, 5), (3, 3, 3)]],
        "protection": [bytes([key, 128, 1]) + message for key, message in enumerate(messages)] +
                      [bytes([key, 200, 1]) + with_protection(messages[0], each) for each in protections for key in range(10)],
        "spki": [list(children(next(children(certificate))))[6] for certificate in certificates],
        "seal": [bytes([who, 128, 1]) + messages[who] for who in range(40)],
        "narrow_path": issued_seeds.for_the_narrow_path(certificates),
        "end_entity": [bytes([kind]) + body for body in bodies for kind in range(4)],
        **border_seeds.of_all_targets(min(messages, key=len)),
    }


def write(target, folder):
    for number, octets in enumerate(of_all_targets().get(target, [])):
        (pathlib.Path(folder) / f"seed-{number:03}").write_bytes(octets)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    write(*sys.argv[1:])
