// What the languages make their exceptions and errors of. See cmpkit.i for what such classes are for.
#pragma once
#include "call.hpp"

namespace cmpkit {

/// What went wrong, part by part; as cmpkit_error.
class Failure {
public:
    explicit Failure(const Failed& failed) : Failure(failed, failed.error.get()) {}
    int          code() const { return at_ ? cmpkit_error_code(at_) : whole_.code; }
    std::string  text() const { return at_ ? cmpkit_error_text(at_) : whole_.words; }
    std::string  name() const { return cmpkit_rc_name(code()); }
    std::string  layer() const { return at_ ? cmpkit_error_layer(at_) : "api"; }
    std::string  path() const { return cmpkit_error_path(at_); }
    std::string  clause() const { return cmpkit_error_clause(at_); }
    std::string  detail() const { return at_ ? cmpkit_error_detail(at_) : whole_.words; }
    std::int64_t offset() const { return cmpkit_error_offset(at_); }
    int          fail_info() const { return cmpkit_error_fail_info(at_); }
    std::string  fail_info_name() const { return cmpkit_error_fail_info_name(at_); }
    /// Null: there is none.
    Failure* cause() const {
        const cmpkit_error* cause = cmpkit_error_cause(at_);
        return cause ? new Failure(whole_, cause) : nullptr;
    }

private:
    Failure(const Failed& whole, const cmpkit_error* at) : whole_(whole), at_(at) {}
    Failed              whole_;  // keeps alive:
    const cmpkit_error* at_;
};

}  // namespace cmpkit
