// Results in tests: the value, or the test fails and shows why.
#pragma once
#include "result.hpp"

#include <catch2/catch.hpp>

namespace cmpkit::test {

template <class T> T value_of(Result<T> result) {
    INFO((result ? "" : result.error().text()));
    REQUIRE(result);
    return *std::move(result);
}

/// "bad_key at subjectPublicKey.modulus": the code and the path of a refusal; the test fails if there is none.
template <class T> std::string refusal_of(const Result<T>& result) {
    REQUIRE_FALSE(result);
    UNSCOPED_INFO(result.error().text());
    const std::string path = result.error().path.text();
    return std::string(name_of(result.error().code)) + (path.empty() ? "" : " at " + path);
}

}  // namespace cmpkit::test
