// What a requester's names are judged by: patterns of subjects and of alternative names, read together.
#pragma once
#include "admission/pattern.hpp"

namespace cmpkit::admission {

/// The first pattern that fits counts.
struct NameRules {
    std::vector<NamePattern>        subjects;
    std::vector<GeneralNamePattern> sans;

    /// @error bad_value
    static Result<NameRules> read(std::span<const std::string> subjects, std::span<const std::string> sans, Proof proof);
};

}  // namespace cmpkit::admission
