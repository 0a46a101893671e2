#include "admission/given_names.hpp"

#include "der/encode.hpp"

namespace cmpkit::admission {
namespace {

constexpr std::size_t most_sans = 100;

Error wrong(const char* what, std::string_view text) { return {.code = Code::bad_value, .detail = std::string(what) + ": \"" + escaped(text.substr(0, 80)) + "\""}; }

}  // namespace

void Namer::set(Answer answer) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
}

Namer::Answer Namer::find() const {
    const std::lock_guard lock(mutex_);
    return answer_;
}

Result<Names> read_names(const GivenNames& given, der::Arena& arena) {
    auto subject = name_from_text(given.subject, arena);
    if (!subject) return subject.error();
    if (!is_text(*subject)) return wrong("a value of the subject cannot stand in a certificate", given.subject);
    if (given.sans.size() > most_sans) return Error{.code = Code::bad_value, .detail = "there are more than 100 alternative names"};
    Names names{*subject, {}, {}};
    for (const std::string& text : given.sans) {
        auto name = general_name_from_text(text, arena);
        if (!name) return name.error();
        if (!is_writable(*name)) return wrong("this name cannot stand in a certificate", text);
        names.subjectAltName.push_back(*name);
    }
    if (subject->is_null_dn() && names.subjectAltName.empty()) return Error{.code = Code::bad_value, .detail = "there is neither a subject nor an alternative name"};
    return names;
}

}  // namespace cmpkit::admission
