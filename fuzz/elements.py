"""DER as far as seeds need it: elements taken apart and put together."""


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


def wrapped(tag, content):
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 + len(length)]) + length + content
