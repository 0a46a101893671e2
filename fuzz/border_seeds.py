"""First corpora of what stands at the library's borders: HTTP, frames, mails, configurations, programs of calls into the C ABI."""
import base64
import pathlib
import re

root = pathlib.Path(__file__).resolve().parent.parent


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


def datagrams(*pieces):
    """What coap_pieces.hpp reads: a form with what it asks for, and what stands behind the options that it keeps."""
    return b"".join(bytes([*form, len(rest)]) + rest for form, rest in pieces)


kept, coded, bare, raw = (lambda: [0]), (lambda code: [5, code]), (lambda code, kind: [7, code, kind]), (lambda: [12])  # coded: without options; bare: without them, of another type


def coap_requests(message):
    block1, block2, core = b"\xd1\x02", b"\xb1", b"\xbb.well-known\x04core"
    upload = [(kept(), block1 + b"\x08\xff" + bytes(16)), (kept(), block1 + b"\x18\xff" + bytes(range(16))), (kept(), block1 + b"\x20\xffabc")]
    return [datagrams((kept(), b"\xff" + message[:200])), datagrams(*upload), datagrams(*upload, (kept(), block2 + b"\x10"), (kept(), block2 + b"\x00\xffabc")),
            datagrams((coded(1), core), (coded(1), core + b"\x46rt=cmp")), datagrams((coded(1), b"\x60\x5b.well-known\x03cmp\x03ann"), (bare(0, 2), b""), (bare(0, 3), b"")),
            datagrams((raw(), b"\x51\x02\0\x09t\xbb.well-known\x03cmp\x11\x3c\xd2\x23\xff\xff\xffabc"), (kept(), b"\xd2\x23\xff\xff\xffabc"))]


def coap_answers(message):
    down, goes_on = (lambda value, octets: (kept(), b"\xb1" + value + b"\xff" + octets)), (lambda value: (coded(0x5f), b"\xd1\x0e" + value))
    whole = (kept(), b"\xff" + message[:200])
    answers = [[whole], [goes_on(b"\x08"), goes_on(b"\x18"), whole], [down(b"\x08", bytes(16)), down(b"\x10", b"abc")], [(coded(0x8d), b"\xd1\x0e\x08"), whole],
               [(coded(0x45), b"\xc1\x28\xff</.well-known/cmp/ir>;ct=259")], [(bare(0, 2), b"")], [(coded(0x84), b"")], [(raw(), b"\x60\0\0\x01")]]
    return [bytes([request]) + datagrams(*answer) for answer in answers for request in range(3)]


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


name_texts = [b"/O=Plant/CN=dev1", b"CN=dev1+serialNumber=7,OU=a\\,b\\41,DC=example,C=DE", b"2.5.4.3=#0c0161, emailAddress = a@plant.example ", b"/", b"dns:dev1.plant", b"ip:192.0.2.1",
              b"ip:2001:db8::1", b"::ffff:192.0.2.1", b"uri:http://plant.example/", b"email:a@plant.example", b"dir:/CN=x", b"rid:1.2.3", b"2.999.18446744073709551535", b"id-kp-cmcRA", b"192.0.2.1"]


def configurations():
    """Those of the documentation and of peers, whose files are those of the target's folder."""
    texts = [block for file in sorted(root.glob("docs/*.md")) for block in re.findall(r"```toml\n(.*?)```", file.read_text(), re.S)]
    texts += [file.read_text() for file in sorted(root.glob("cpp/service/peers/*.toml"))]
    for text in [*texts, "\n".join(texts)]:
        text = re.sub(r'(\bkey\s*=\s*)"[^"]*"', r'\1"ra-signer.key.pem"', text)
        text = re.sub(r'(\bcertificate\s*=\s*)\[?"[^"]*"\]?', r'\1"ra-signer.pem"', text)
        text = re.sub(r'"(?!ra-signer)[\w.-]+\.pem"', '"root.pem"', text)
        yield re.sub(r'"file:[^"]*"', '"another secret"', text).encode()


def of_all_targets(message):
    """{target: inputs} @param message  what is carried"""
    return {"capi": api_programs(), "tcp": tcp_frames(message), "mime": mails(message), "http_server": http_requests(message), "http_client": http_answers(message),
            "coap_server": coap_requests(message), "coap_client": coap_answers(message),
            "plugin": [b"\0\0\4fuzz\0010\0\1\4fuzz\1\6volume\0\0\0", b"\4\0\x48\4fuzz\0011\1\2\4fuzz\6fuzz+x\0\0\0"], "config": list(configurations()), "names": name_texts,
            "file": [b"20261121T162325.123Z-000001-3f9c2a1b5d7e8f60-press-4,op=initialization,p=Plant%20A.PKI\n" + message, b"a.p10.0123456789abcdef.work\n0\0"]}
