// Messages of CoAP made of an input: its octets as they are, or behind a header and options that get them past the first checks.
#pragma once
#include "input.hpp"
#include "transport/datagram.hpp"

#include <set>

namespace cmpkit::fuzz {

namespace test = transport::test;
using test::Coap;

/// A form, what it asks for, and up to 255 octets behind a length. @param like  what the form may keep of; its body is empty
inline std::string next_datagram(Input& input, Coap like) {
    const std::uint8_t form = input.octet();
    if (form & 1) like.code = input.octet();
    if (form & 2) like.type = static_cast<test::Type>(input.octet() & 3);
    if (form & 4) like.options.clear();
    const std::string head = form & 8 ? std::string() : octets_of(like);
    return head + std::string(text_of(input.octets(input.octet())));
}

/// Whether `body` is the ends of some of the datagrams, in their order: a payload is the end of its message, and blocks follow each other.
inline bool is_made_of(const std::vector<std::string>& datagrams, std::string_view body) {
    std::set<std::size_t> reached{0};
    for (const std::string_view datagram : datagrams)
        for (const std::size_t begin : std::set(reached))
            for (std::size_t size = 1; size <= std::min(datagram.size(), body.size() - begin); ++size)
                if (datagram.ends_with(body.substr(begin, size))) reached.insert(begin + size);
    return reached.contains(body.size());
}

}  // namespace cmpkit::fuzz
