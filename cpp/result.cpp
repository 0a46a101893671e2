#include "result.hpp"

#include <algorithm>

namespace cmpkit {

bool equal(Bytes a, Bytes b) { return std::ranges::equal(a, b); }

std::string to_hex(Bytes octets) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(2 * octets.size());
    for (const std::uint8_t octet : octets) {
        text += digits[octet >> 4];
        text += digits[octet & 15];
    }
    return text;
}

namespace {

struct Decoded {
    std::uint32_t point;
    std::size_t   size;  // octets taken; 0: not UTF-8
};

Decoded decode_utf8(std::string_view text) {
    const auto lead = static_cast<std::uint8_t>(text[0]);
    if (lead < 0x80) return {lead, 1};
    const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return {0, 0};
    std::uint32_t point = lead & (0xffu >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        const auto octet = static_cast<std::uint8_t>(text[i]);
        if ((octet & 0xc0) != 0x80) return {0, 0};
        point = point << 6 | (octet & 0x3f);
    }
    static constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool valid = point >= least[size] && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
    return valid ? Decoded{point, size} : Decoded{0, 0};
}

bool is_harmless(std::uint32_t point) {
    if (point < 0x20 || point == '\\' || (point >= 0x7f && point < 0xa0)) return false;
    const bool bidi = point == 0x61c || (point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
                      (point >= 0x2060 && point <= 0x206f) || point == 0xfeff;
    return !bidi;
}

}  // namespace

std::string escaped(std::string_view peer_text) {
    std::string safe;
    while (!peer_text.empty()) {
        const Decoded next = decode_utf8(peer_text);
        const std::size_t size = std::max<std::size_t>(next.size, 1);
        if (next.size && is_harmless(next.point)) {
            safe += peer_text.substr(0, size);
        } else {
            for (const char c : peer_text.substr(0, size)) safe += "\\x" + to_hex({reinterpret_cast<const std::uint8_t*>(&c), 1});
        }
        peer_text.remove_prefix(size);
    }
    return safe;
}

namespace {

struct CodeText {
    Code             code;
    std::string_view name, layer, text;
};
constexpr CodeText code_texts[] = {
#define CMPKIT_CODE(name, number, layer, text) {Code::name, #name, #layer, text},
#include "codes.inc"
#undef CMPKIT_CODE
};

const CodeText& find(Code code) {
    for (const CodeText& entry : code_texts)
        if (entry.code == code) return entry;
    return code_texts[std::size(code_texts) - 1];
}

}  // namespace

std::string_view name_of(Code code) { return find(code).name; }
std::string_view layer_of(Code code) { return find(code).layer; }
std::string_view text_of(Code code) { return find(code).text; }

std::string_view name_of(FailInfo info) {
    switch (info) {
#define CMPKIT_FAIL_INFO(bit, name) case FailInfo::name: return #name;
#include "fail_info.inc"
#undef CMPKIT_FAIL_INFO
    }
    return "unknown";
}

void Path::push_front(std::string_view name) {
    if (name.empty()) return;
    if (count_ < max_steps) steps_[count_++] = {name.data(), static_cast<std::uint32_t>(name.size())};
}

void Path::push_front(std::size_t index) {
    if (count_ < max_steps) steps_[count_++] = {nullptr, static_cast<std::uint32_t>(index)};
}

Path Path::below(Path prefix) const {
    Path joined = *this;
    for (std::size_t i = 0; i < prefix.count_ && joined.count_ < max_steps; ++i) joined.steps_[joined.count_++] = prefix.steps_[i];
    return joined;
}

std::string Path::text() const {
    std::string text;
    for (std::size_t i = count_; i--;) {
        const Step& step = steps_[i];
        if (!step.name) text += "[" + std::to_string(step.value) + "]";
        else text.append(text.empty() ? "" : ".").append(step.name, step.value);
    }
    return text;
}

std::string Error::text() const {
    std::string line = std::string(layer_of(code)) + ": " + std::string(text_of(code));
    if (!path.empty()) line += " at " + path.text();
    if (offset) line += " (offset " + std::to_string(offset) + ")";
    if (!detail.empty()) line += ": " + detail;
    if (fail_info) line += " [" + std::string(name_of(*fail_info)) + "]";
    if (*clause) line += std::string(" (") + clause + ")";
    if (cause) line += "; because " + cause->text();
    return line;
}

Error Error::because_of(Error inner) const {
    Error outer = *this;
    if (!outer.fail_info) outer.fail_info = inner.fail_info;
    outer.cause = std::make_shared<const Error>(std::move(inner));
    return outer;
}

}  // namespace cmpkit
