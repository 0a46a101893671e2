"""First corpora, from the messages that OpenSSL and we ourselves made (tests/data/openssl and cmpkit, with the commands beside them)."""
import base64
import pathlib
import re

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


def relayed(exchange):
    """The bodies of an exchange as the target responder_ra takes them: what the upstream says in a SEQUENCE."""
    bodies = [body(name) for name in exchange.split()]
    return b"".join(request + minute + wrapped(0x30, answer) for request, answer in zip(bodies[::2], bodies[1::2]))


def http(*lines, body=b""):
    return "\r\n".join([*lines, "", ""]).encode() + body


def http_requests(message):
    post, cmp = ("POST /.well-known/cmp/p/plant/initialization HTTP/1.1", "Host: localhost"), "Content-Type: application/pkixcmp"
    whole = http(*post, cmp, f"Content-Length: {len(message)}", body=message)
    chunked = http(*post, cmp, "Transfer-Encoding: chunked", body=b"3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: x\r\n\r\n")
    expecting = http(*post, cmp, "Content-Length: 3", "Expect: 100-continue", body=b"abc")
    old = http("POST /pkix HTTP/1.0", cmp, "Connection: keep-alive", "Content-Length: 3", body=b"abc")
    links = http("GET /.well-known/cmp HTTP/1.1", "Host: localhost")
    return [whole, chunked, expecting, old, links + whole, http("HEAD / HTTP/1.1", "Host: localhost")]


def http_answers(message):
    status, cmp = "HTTP/1.1 200 OK", "Content-Type: application/pkixcmp"
    answers = [http(status, cmp, f"Content-Length: {len(message)}", body=message), http(status, cmp, "Transfer-Encoding: chunked", body=b"3\r\nabc\r\n0\r\n\r\n"),
               http("HTTP/1.1 100 Continue") + http("HTTP/1.0 500 Failed", cmp, body=b"abc"), http("HTTP/1.1 302 Found", "Location: http://there/"), http("HTTP/1.1 201 Created"),
               http(status, "Content-Type: application/link-format", "Content-Length: 24", body=b"</.well-known/cmp/i>;x=1")]
    return [bytes([kind]) + answer for answer in answers for kind in range(5)]


def tcp_frames(message):
    def frame(form, kind, value):
        header = bytes([kind]) if form == 0 else bytes([10, 0, kind])
        return (len(header) + len(value)).to_bytes(4, "big") + header + value

    values = {0: message, 1: bytes(8), 2: bytes(4), 3: b"\0", 4: bytes(8) + message, 5: message, 6: b"\2\0\0\0no message"}
    return [frame(form, kind, value[:300]) for form in (0, 10) for kind, value in values.items()] + [frame(10, 0, b"abc") + frame(0, 2, bytes(4)) + frame(10, 6, b"\1\1\0\2\x0a\x0a")]


def mails(message):
    part = http("Content-Type: application/pkixcmp; name=a.pki", "Content-Transfer-Encoding: base64", 'Content-Disposition: attachment; filename*0="a"; filename*1*=%2epki',
                body=base64.encodebytes(message))
    head = ("From: Device <dev1@plant.example>", "Message-ID: <1@plant.example>", "References: <0@plant.example> (old)", "MIME-Version: 1.0")
    mixed = http(*head, 'Content-Type: multipart/mixed; boundary="b"', body=b"--b\r\n\r\nHello\r\n--b\r\n" + part + b"\r\n--b--\r\n")
    return [http(*head)[:-2] + part, mixed, http(*head, "X-CMP-Status: busy", body=b"busy")]


def api_programs():
    """An enrollment by steps, one that is saved and goes on, one by a run, and what the desk of the CA says."""
    listed = (pathlib.Path(__file__).parent / "api_calls.hpp").read_text().split("calls[]")[1]
    number = {name: index for index, name in enumerate(re.findall(r"of<(\w+)>", listed))}

    def program(*calls):
        return b"".join(bytes([number[name] if name in number else number["cmpkit_" + name], 0, *arguments]) for name, *arguments in calls)

    now, null = 100, 255
    people = program(("new_responder", 0, 0), ("credentials_new_secret", 0, 5, 0), ("credentials_set_mac", 0, 0, 100), ("trust_new", 0), ("trust_add_anchors", 0, 3),
                     ("generate_key", 0, 0), ("operation_new_enroll", 0, 0, 0, 1, 0, 0, 0))
    exchange = program(("operation_message", 0, 0), ("responder_answer", 0, 0, null, null, now, 1), ("operation_receive", 0, 1, now))
    decided = program(("operation_decide", 0, 1, null, now), ("operation_kept", 0, now))
    saved = program(("operation_save", 0, 2), ("saved_memo", 2, 1), ("operation_new_saved", 2, 0, 0, 0, 0), ("operation_begin", 0, now))
    results = program(("operation_certificate_pem", 0, 1), ("operation_chain_pem", 0, 2), ("certificate_summary", 1, 0), ("operation_certificate", 0, 0), ("show_json", 0, 1))
    desk = program(("ca_list", 0, 1), ("ca_pending", 0, 1), ("ca_crl", 0, now, 1), ("show_text", 1, 2), ("responder_tick", 0, now), ("reload", 0, 1, 0))
    begin = program(("operation_begin", 0, now))
    return [people + begin + exchange + decided + exchange + results + desk, people + begin + saved + exchange + saved + decided + saved + exchange,
            people + program(("operation_set_exchange", 0), ("run", 0, 0, 0)) + results, people + program(("operation_set_save", 0), ("run", 0, 1, 0)) + results,
            people + program(("operation_new_get", 0, 0, 0, 0, 0)) + begin + exchange + program(("operation_information", 0, 1), ("show_text", 1, 2))]


def of_all_targets():
    """{target: inputs}"""
    certificates = files(".cert")
    messages = files(".der")
    bodies = [list(children(message))[1] for message in messages]
    batch = wrapped(0x31, body("mac-rsa-cr") + body("rr"))
    inside = {body[0] & 0x1f: next(children(body)) for body in bodies}  # by the number of the body
    return {
        "der_reader": messages, "pkimessage": messages, "openssl_message": messages,
        "certreqmessages": [inside[number] for number in (0, 2, 7) if number in inside],
        "pkcs10": [*files(".p10"), inside[4]],
        "certificate": [certificate for message in messages for certificate in extra_certs(message)] + certificates + files(".crl"),
        "openssl_certificate": [*certificates, *files(".crl"), *files(".p10")],
        "responder_ca": [*bodies, b"".join(bodies[:4]), batch, wrapped(0x31, body("ir"))],
        "responder_sqlite": [*bodies, b"".join(bodies[:4]), batch],
        "responder_ra": [bytes([way]) + row for way in range(8) for row in [
            *map(relayed, exchanges), batch, wrapped(0x31, body("ir")), body("ir") + approval + relayed("wait-pollReq-1 wait-ip-final"), body("ir") + impatience + minute,
            body("ir") + another + body("cr") + minute + wrapped(0x30, body("wait-ip-final"))]],
        "protection": [bytes([key, 128, 1]) + message for key, message in enumerate(messages)] +
                      [bytes([key, 200, 1]) + with_protection(messages[0], each) for each in protections for key in range(10)],
        "spki": [list(children(next(children(certificate))))[6] for certificate in certificates],
        "narrow_path": issued_seeds.for_the_narrow_path(certificates),
        "end_entity": [bytes([kind]) + body for body in bodies for kind in range(4)],
        "capi": api_programs(),
        "tcp": tcp_frames(min(messages, key=len)), "mime": mails(min(messages, key=len)),
        "http_server": http_requests(min(messages, key=len)), "http_client": http_answers(min(messages, key=len)),
    }
