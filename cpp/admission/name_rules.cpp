#include "admission/name_rules.hpp"

namespace cmpkit::admission {
namespace {

template <class Pattern> Result<std::vector<Pattern>> patterns(std::span<const std::string> texts, Proof proof) {
    std::vector<Pattern> all;
    for (const std::string& text : texts) {
        auto pattern = Pattern::parse(text, proof);
        if (!pattern) return pattern.error();
        all.push_back(std::move(*pattern));
    }
    return all;
}

}  // namespace

Result<NameRules> NameRules::read(std::span<const std::string> subjects, std::span<const std::string> sans, Proof proof) {
    auto names         = patterns<NamePattern>(subjects, proof);
    auto general_names = patterns<GeneralNamePattern>(sans, proof);
    if (!names) return names.error();
    if (!general_names) return general_names.error();
    return NameRules{std::move(*names), std::move(*general_names)};
}

}  // namespace cmpkit::admission
