// Names and contents of files in a spool: what is looked at lies in its folder, what a name tells is told again by the name we make of it, a claim leads back to
// its request, and a file is refused in words of one line or is a message whole.
#include "file/der_file.hpp"
#include "schema.hpp"
#include "spool/names.hpp"

using namespace cmpkit_spool;
using cmpkit::fuzz::hold;

namespace {

bool is_line(std::string_view text) { return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; }); }

void hold_hints(const Hints& hints, std::string_view content) {
    const std::string stem  = fresh_stem({}, 1, digest_of(content), hints);
    const Hints       again = hints_in(stem);
    hold(is_plain(stem + ".PKI") && is_line(stem) && digest_in(stem) == digest_of(content) && stem_of(stem + ".PKI") == stem);
    hold(again.operation == hints.operation && again.label == hints.label && (again.profile.empty() || again.profile == hints.profile));
}

void hold_claim(const std::string& name) {
    const auto claim = claim_in(claim_name(name, "0123456789abcdef"));
    hold(claim && claim->name == name && claim->claimant == "0123456789abcdef");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view        rest = cmpkit::text_of({data, size});
    const std::string       name(rest.substr(0, rest.find('\n')));
    const std::string_view  content = rest.substr(std::min(rest.size(), name.size() + 1));
    static const cmpkit_file::DerFile form(1000, true);
    if (is_plain(name)) hold(name.find('/') == name.npos && name.find('\0') == name.npos && name.front() != '.' && claim_name(name, "0123456789abcdef").size() < 256);
    hold_hints(hints_in(stem_of(name)), content);
    hold_claim(name);
    const Letter letter = form.read_request(name, content);
    hold(is_line(letter.refusal) && (letter.refusal.empty() ? letter.data == content && why_not_one_value(content).empty() : letter.data.empty()));
    return 0;
}
