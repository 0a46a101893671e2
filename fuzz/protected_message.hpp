// A message that is taken apart to be protected anew: header, body and extraCerts stay octet for octet.
#pragma once
#include "known_peer.hpp"

namespace cmpkit::fuzz {

struct ProtectedMessage {
    Octets header, body, rest;  // rest: what stands behind the protection

    /// @param octets  a PKIMessage
    static ProtectedMessage of(Bytes octets) {
        der::Tlv message, header, body, next;
        hold(!der::take(octets, message));
        Bytes row = message.content;
        hold(!der::take(row, header) && !der::take(row, body));
        if (const Bytes rest = row; !der::take(row, next) && next.tag != 0xa0) row = rest;
        return {copy_of(header.whole), copy_of(body.whole), copy_of(row)};
    }
    Octets protected_part() const {
        der::Writer out;
        out.octets(body);
        out.octets(header);
        out.header(der::tag::sequence, out.size());
        return out.finish();
    }
    Octets under(Bytes protection) const {
        der::Writer out;
        out.octets(rest);
        const std::size_t mark = out.size();
        out.octets(protection);
        out.octet(0);
        out.header(der::tag::bit_string, out.size() - mark);
        out.header(0xa0, out.size() - mark);
        out.octets(body);
        out.octets(header);
        out.header(der::tag::sequence, out.size());
        return out.finish();
    }
    /// One octet of what is protected is another. @param where  in 256ths
    void change(std::uint8_t where, std::uint8_t by) {
        const std::size_t at = where * (header.size() + body.size()) / 256;
        (at < header.size() ? header[at] : body[at - header.size()]) ^= by ? by : 1;
    }
};

}  // namespace cmpkit::fuzz
