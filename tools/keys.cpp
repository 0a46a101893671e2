#include "keys.hpp"

#include "files.hpp"
#include "secret_source.hpp"

#include <algorithm>
#include <cctype>

namespace tool {

bool is_uri(const std::string& place) {
    // RFC 3986 3.1; a scheme of one letter would be a drive.
    const std::string scheme    = place.substr(0, place.find(':'));
    const auto        is_letter = [](unsigned char c) { return std::isalnum(c) || c == '+' || c == '-' || c == '.'; };
    const bool        has_scheme = scheme.size() < place.size() && scheme.size() > 1 && std::isalpha(static_cast<unsigned char>(scheme[0]));
    return has_scheme && std::all_of(scheme.begin(), scheme.end(), is_letter) && !exists(place);
}

std::string shown(const std::string& place) { return is_uri(place) ? place.substr(0, place.find(':') + 1) + "…" : place; }

Key load_key(const std::string& place, const Secret& passphrase) {
    if (is_uri(place)) return make<Key>(cmpkit_key_open, place.c_str(), passphrase.data(), passphrase.size());
    const Secret octets = read_private_file(place);
    return make<Key>(cmpkit_key_load, octets.data(), octets.size(), passphrase.data(), passphrase.size());
}

Key load_key(const std::string& place, const std::string& source) { return load_key(place, passphrase_of(place, source)); }

std::string load_certificates(const std::string& place, const Secret& passphrase) {
    if (is_uri(place)) return std::string(text_of(make<Buffer>(cmpkit_certificates_open, place.c_str(), passphrase.data(), passphrase.size())));
    const Secret octets = read_private_file(place);
    return std::string(text_of(make<Buffer>(cmpkit_certificates_load, octets.data(), octets.size(), passphrase.data(), passphrase.size())));
}

Secret passphrase_of(const std::string& place, const std::string& source) {
    return source.empty() ? Secret() : read_secret(source, "passphrase of " + shown(place));
}

}  // namespace tool
