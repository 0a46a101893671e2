"""What the CA of issuing.hpp may sign: TBSCertificates with all kinds of extensions, and TBSCertLists."""
from elements import children, wrapped

ecdsa = bytes.fromhex("300a06082a8648ce3d040302")
key_identifier, serial = wrapped(0x80, bytes([2]) * 20), bytes.fromhex("02020505")


def oid(text):
    first, second, *rest = map(int, text.split("."))
    content = b""
    for arc in [40 * first + second, *rest]:
        octets = bytes([arc & 0x7f])
        while arc := arc >> 7:
            octets = bytes([0x80 | arc & 0x7f]) + octets
        content += octets
    return wrapped(0x06, content)


def sequence(*parts):
    return wrapped(0x30, b"".join(parts))


def name(text, tag=0x0c):
    return sequence(wrapped(0x31, sequence(oid("2.5.4.3"), wrapped(tag, text.encode()))))


def time(text):
    return wrapped(0x17, text.encode())


issuer, subject, validity = name("Known Issuer"), name("dev1"), sequence(time("260101000000Z"), time("350101000000Z"))


def extension(what, value, critical=False):
    return sequence(oid(what), bytes.fromhex("0101ff") if critical else b"", wrapped(0x04, value))


def tbs(key, extensions, subject=subject):
    said = wrapped(0xa3, sequence(*extensions)) if extensions else b""
    return sequence(bytes.fromhex("a003020102"), serial, ecdsa, issuer, validity, subject, key, said)


def crl(*serials, extensions=()):
    revoked = sequence(*(sequence(each, time("260201000000Z")) for each in serials)) if serials else b""
    said = wrapped(0xa0, sequence(*extensions)) if extensions else b""
    return sequence(bytes.fromhex("020101"), ecdsa, issuer, time("260101000000Z"), time("350101000000Z"), revoked, said)


authority = extension("2.5.29.35", sequence(key_identifier))
place = wrapped(0xa0, wrapped(0xa0, wrapped(0x86, b"http://crl.example/1")))
unusual = [
    authority,
    extension("2.5.29.35", sequence(key_identifier, wrapped(0xa1, wrapped(0xa4, name("Known Root"))), wrapped(0x82, bytes([2])))),
    extension("2.5.29.15", bytes.fromhex("03020780"), True), extension("2.5.29.15", bytes.fromhex("030100")),
    extension("2.5.29.19", sequence(), True), extension("2.5.29.19", sequence(bytes.fromhex("0101ff")), True), extension("2.5.29.19", sequence(bytes.fromhex("020100"))),
    extension("2.5.29.37", sequence(oid("1.3.6.1.5.5.7.3.28"))), extension("2.5.29.17", sequence(wrapped(0x82, b"dev.example"), wrapped(0x87, bytes(4)))),
    extension("2.5.29.32", sequence(sequence(oid("1.2.3.4")))), extension("2.5.29.36", sequence(wrapped(0x80, b"\0")), True),
    extension("2.5.29.31", sequence(sequence(place))), extension("2.5.29.31", sequence(sequence(place, wrapped(0x81, b"\6\x40")))), extension("2.5.29.46", sequence(sequence(place))),
    extension("1.3.6.1.5.5.7.1.1", sequence(sequence(oid("1.3.6.1.5.5.7.48.1"), wrapped(0x86, b"http://ocsp.example")))),
    extension("1.3.6.1.5.5.7.1.14", sequence(sequence(oid("1.3.6.1.5.5.7.21.1"))), True), extension("1.3.6.1.5.5.7.1.7", sequence()), extension("1.3.6.1.5.5.7.1.24", sequence(b"\2\1\5")),
    extension("2.16.840.1.113730.1.1", bytes.fromhex("03020780")), extension("2.16.840.1.113730.1.1", bytes.fromhex("0500")),
    extension("1.3.6.1.4.1.99999.1", bytes.fromhex("0500")), extension("1.3.6.1.4.1.99999.1", bytes.fromhex("0500"), True),
]
scope = extension("2.5.29.28", sequence(wrapped(0x81, b"\xff")), True)
lists = [[], [crl()], [crl(serial)], [crl(bytes.fromhex("020106"))], [crl(extensions=[authority])], [crl(serial, extensions=[scope])], [crl(), crl(serial)]]


def for_the_narrow_path(certificates):
    """@param certificates  whose keys and extensions are taken"""
    parts = [list(children(next(children(certificate)))) for certificate in certificates]
    keys = [each[6] for each in parts if each[0][0] == 0xa0]
    theirs = [list(children(next(children(each[-1])))) for each in parts if each[-1][0] == 0xa3]
    leaves = [tbs(keys[0], [each]) for each in unusual] + [tbs(key, [authority]) for key in keys] + [tbs(keys[0], each[:3] + [authority]) for each in theirs]
    leaves += [tbs(keys[0], [], subject=each) for each in (issuer, sequence(), name("ab", 0x1e), name("abcd", 0x1c))]
    terms = [bytes([2, 2, revocation, days]) for revocation in range(3) for days in (0, 100)]
    return [leaf + terms[0] for leaf in leaves] + [leaves[0] + each + b"".join(them) for each in terms for them in lists]
