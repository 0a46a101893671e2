// Names of files in a spool: they sort in the order of writing, tell what the DER does not (the path's hints), and find the answer of a request again.
// They are hints: a file of any other name is a request too, as long as its extension says so. What a name may not be is refused here.
//
//     20261121T162325.123Z-000001-3f9c2a1b5d7e8f60-press-4,op=initialization,p=Plant%20A.PKI
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace cmpkit_spool {

struct Hints {
    std::string operation, profile, label;  // empty: none
};

/// 16 hexadecimal digits by which the same octets are found again. Not a protection against anybody: whoever writes to the folder needs no collision.
std::string digest_of(std::string_view octets);

/// The name without its extension.
std::string fresh_stem(std::chrono::system_clock::time_point now, unsigned sequence, std::string_view digest, const Hints& hints);

std::string_view stem_of(std::string_view name);
std::string_view extension_of(std::string_view name);  // with its dot; empty: none
bool             has_extension(std::string_view name, std::string_view extension);  // whatever the case
/// Of a stem in our form; empty: it is in another.
std::string_view digest_in(std::string_view stem);
Hints            hints_in(std::string_view stem);

/// Not hidden, not too long for the suffixes we append, without control characters.
bool is_plain(std::string_view name);

/// "<name>.<claimant>.work"
struct Claim {
    std::string name, claimant;
};
std::string          claim_name(std::string_view name, std::string_view claimant);
std::optional<Claim> claim_in(std::string_view name);

/// `text` as one line of plain ASCII.
std::string one_line(std::string_view text, std::size_t most);

}  // namespace cmpkit_spool
