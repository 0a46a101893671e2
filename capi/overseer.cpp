// An application beside a registration authority: what it says of requests that would go on, and what it hears of those that were answered.
#include "given_names.hpp"
#include "responder.hpp"

using namespace cmpkit;
using namespace cmpkit::capi;

namespace {

const Name* subject_in(const ra::Question& question) { return question.enrollment ? question.enrollment->subject : nullptr; }

const GeneralNames* sans_in(const ra::Question& question) {
    const Extensions* wanted = question.enrollment ? question.enrollment->extensions : nullptr;
    return wanted ? extension_value<GeneralNames>(*wanted, oids::id_ce_subjectAltName) : nullptr;
}

/// A proposal in the words of the C ABI.
class Proposed {
public:
    explicit Proposed(const ra::Proposal& proposal)
        : kind_(name_of(proposal.requester.kind)), body_(name_of(proposal.question.type)), names_(subject_in(proposal.question), sans_in(proposal.question)) {
        const ra::Question& question    = proposal.question;
        const crypto::Cert& certificate = proposal.requester.certificate;
        const Bytes         der         = certificate ? certificate.der() : Bytes();
        if (question.revocation) serial_ = der::hex_integer(question.revocation->serialNumber.content);
        view_ = {sizeof view_, proposal.requester.id.c_str(), kind_.c_str(), der.data(), der.size(), body_.c_str(), question.profile.c_str(), names_.subject(), names_.sans(),
                 question.revocation ? serial_.c_str() : nullptr, proposal.rule.c_str(), proposal.upstream.c_str()};
    }

    const cmpkit_overseer_question& view() const { return view_; }

private:
    std::string            kind_, body_, serial_;
    WantedNames            names_;
    cmpkit_overseer_question view_{};
};

Result<ra::Overseer::Word> ask(cmpkit_overseer_fn oversee, const User& user, const ra::Proposal& proposal) {
    const Proposed proposed(proposal);
    cmpkit_sink    subject, sans;
    const auto     rc = oversee(user.get(), &proposed.view(), &subject, &sans);
    if (rc == CMPKIT_OK && !subject.error && subject.later) return ra::Overseer::Word(operations::Waiting{subject.later->check_after, subject.later->reason});
    auto names = names_taken_from(subject, sans, rc);
    if (!names) return names.error();
    return *names ? ra::Overseer::Word(std::move(**names)) : ra::Overseer::Word();
}

}  // namespace

extern "C" {

cmpkit_rc cmpkit_responder_set_overseer(cmpkit_responder* responder, cmpkit_overseer_fn oversee, void* user, cmpkit_destroy_fn destroy, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        const User held(user, destroy);
        if (!responder) return no_handle;
        ra::Overseer::Answer answer;
        if (oversee) answer = [oversee, held](const ra::Proposal& proposal) { return ask(oversee, held, proposal); };
        responder->server->overseer().set(std::move(answer));
        return {};
    });
}

cmpkit_rc cmpkit_responder_set_events(cmpkit_responder* responder, cmpkit_event_fn hear, void* user, cmpkit_destroy_fn destroy, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        const User held(user, destroy);
        if (!responder) return no_handle;
        service::Audience::Hear heard;
        if (hear) heard = [hear, held](const std::string& line) { hear(held.get(), line.c_str()); };
        responder->server->audience().set(std::move(heard));
        return {};
    });
}

}  // extern "C"
