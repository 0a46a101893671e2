#include "pem.hpp"

namespace tool {
namespace {

std::string base64(const std::uint8_t* data, std::size_t size) {
    constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string    text;
    for (std::size_t i = 0; i < size; i += 3) {
        const auto octet = [&](std::size_t at) { return at < size ? static_cast<unsigned>(data[at]) : 0u; };
        const unsigned group = octet(i) << 16 | octet(i + 1) << 8 | octet(i + 2);
        for (int shift = 18; shift >= 0; shift -= 6) text += alphabet[group >> shift & 63];
    }
    const std::size_t padding = (3 - size % 3) % 3;
    return text.replace(text.size() - padding, padding, padding, '=');
}

std::string block(const std::string& label, const std::uint8_t* der, std::size_t size) {
    const std::string text = base64(der, size);
    std::string       pem  = "-----BEGIN " + label + "-----\n";
    for (std::size_t i = 0; i < text.size(); i += 64) pem.append(text, i, 64).append("\n");
    return pem + "-----END " + label + "-----\n";
}

}  // namespace

std::string certificate_pem(const std::uint8_t* der, std::size_t size) { return block("CERTIFICATE", der, size); }

std::string as_pem(const Octets& file, const std::string& label) {
    const bool is_der = !file.empty() && file.front() == 0x30;
    return is_der ? block(label, file.data(), file.size()) : std::string(text_of(file));
}

}  // namespace tool
