#include "given_names.hpp"

#include "messages/names.hpp"

namespace cmpkit::capi {
namespace {

constexpr const char* not_here = "no certificate may be had here by this requester";

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (end) lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

}  // namespace

WantedNames::WantedNames(const Name* subject, const GeneralNames* sans) {
    if (subject) subject_ = to_text(*subject);
    if (sans)
        for (const GeneralName& name : *sans) texts_.push_back(to_text(name));
    for (const std::string& text : texts_) sans_.push_back(text.c_str());
    sans_.push_back(nullptr);
}

Result<std::optional<admission::GivenNames>> names_taken_from(cmpkit_sink& subject, cmpkit_sink& sans, cmpkit_rc rc) {
    auto subject_text = taken_from(subject, rc);
    if (!subject_text) return refused(subject, subject_text.error(), not_here);
    auto sans_text = taken_from(sans, rc);
    if (!sans_text) return refused(sans, sans_text.error(), not_here);
    if (subject_text->empty() && sans_text->empty()) return std::optional<admission::GivenNames>();
    if (!der::valid_utf8(*subject_text) || !der::valid_utf8(*sans_text)) return Error{.code = Code::callback_failed, .detail = "the names that it gave are not UTF-8"};
    return std::optional(admission::GivenNames{std::string(text_of(*subject_text)), lines_of(text_of(*sans_text)), 0});
}

}  // namespace cmpkit::capi
