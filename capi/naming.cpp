// How an application names those who want a certificate.
#include "messages/names.hpp"
#include "responder.hpp"

using namespace cmpkit;
using namespace cmpkit::capi;

namespace {

/// A question in the words of the C ABI.
class Asked {
public:
    explicit Asked(const admission::NamingQuestion& question) : profile_(question.profile), kind_(name_of(question.requester.kind)), id_(question.requester.id) {
        if (question.subject) subject_ = to_text(*question.subject);
        if (question.sans)
            for (const GeneralName& name : *question.sans) texts_.push_back(to_text(name));
        for (const std::string& text : texts_) sans_.push_back(text.c_str());
        sans_.push_back(nullptr);
        const crypto::Cert& certificate = question.requester.certificate;
        const Bytes         der         = certificate ? certificate.der() : Bytes();
        view_ = {sizeof view_, id_.c_str(), kind_.c_str(), der.data(), der.size(), profile_.c_str(), question.subject ? subject_.c_str() : nullptr, sans_.data()};
    }
    Asked(const Asked&) = delete;
    Asked& operator=(const Asked&) = delete;

    const cmpkit_name_question& view() const { return view_; }

private:
    std::string              profile_, kind_, id_, subject_;
    std::vector<std::string> texts_;
    std::vector<const char*> sans_;
    cmpkit_name_question     view_{};
};

Error refused(const Error& why, const std::optional<Error>& said) {
    const std::string text = said && !said->detail.empty() ? said->detail : "no certificate may be had here by this requester";
    return Error{.code = Code::not_authorized, .fail_info = FailInfo::notAuthorized, .detail = text}.because_of(why);
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (end) lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

Result<std::optional<admission::GivenNames>> ask(cmpkit_name_fn name, const User& user, const admission::NamingQuestion& question) {
    const Asked asked(question);
    cmpkit_sink subject, sans;
    const auto  rc = name(user.get(), &asked.view(), &subject, &sans);
    auto subject_text = taken_from(subject, rc);
    if (!subject_text) return refused(subject_text.error(), subject.error);
    auto sans_text = taken_from(sans, rc);
    if (!sans_text) return refused(sans_text.error(), sans.error);
    if (subject_text->empty() && sans_text->empty()) return std::optional<admission::GivenNames>();
    if (!der::valid_utf8(*subject_text) || !der::valid_utf8(*sans_text)) return Error{.code = Code::callback_failed, .detail = "the names that it gave are not UTF-8"};
    return std::optional(admission::GivenNames{std::string(text_of(*subject_text)), lines_of(text_of(*sans_text)), 0});
}

}  // namespace

extern "C" cmpkit_rc cmpkit_responder_set_naming(cmpkit_responder* responder, cmpkit_name_fn name, void* user, cmpkit_destroy_fn destroy, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        const User held(user, destroy);
        if (!responder) return no_handle;
        admission::Namer::Answer answer;
        if (name) answer = [name, held](const admission::NamingQuestion& question) { return ask(name, held, question); };
        responder->server->namer().set(std::move(answer));
        return {};
    });
}
