// One request for one certificate on its way to a decision: who asks, by which profile, for what, until when. A value of one call; what it
// decides is in the store only after its writes are committed.
#pragma once
#include "ca/known_names.hpp"
#include "ca/state.hpp"

namespace cmpkit::ca {

class Enrollment {
public:
    /// Borrows its arguments.
    Enrollment(const Core& core, const operations::EnrollmentRequest& request, const operations::Requester& requester, std::int64_t now)
        : core_(core), request_(request), requester_(requester), now_(now) {}

    /// @error a refusal has failInfo; store_failed, signing_failed, crypto_failed
    Result<operations::Decision<operations::Issued>> decide();

private:
    // The steps, in this order; each refuses or goes on.
    Result<void> check_right();
    Result<void> find_requester();
    Result<void> find_continued();
    Result<void> find_updated_for_other();
    Result<void> take_continued(std::optional<Stored> record);
    Result<void> check_update();
    Result<void> choose_profile();
    Result<void> check_key();
    Result<void> grant_names();
    Result<void> grant_extensions();
    Result<void> set_validity();
    Result<void> await_approval();
    Result<void> spend_secret();

    Result<operations::Decision<operations::Issued>> issue();
    Desk::Application                                application() const;
    Result<Names>                                    names();
    Result<Names>                                    names_by_patterns();
    void                                             note_passed_over();
    bool                                             is_update() const { return request_.type == BodyType::kur; }
    bool                                             is_of_ra() const { return requester_.kind == operations::RequesterKind::ra; }
    bool                                             is_for_itself() const;
    store::Write                                     record_of(const operations::Issued& issued);
    std::string                                      words_for_changes() const;

    const Core&                          core_;
    const operations::EnrollmentRequest& request_;
    const operations::Requester&         requester_;
    std::int64_t                         now_;

    der::Arena                   arena_;
    const Secrets::Entry*        secret_ = nullptr;  // of a requester with a secret
    std::optional<Stored>        old_;               // the record of the certificate that is continued: its names are kept
    crypto::Cert                 continued_;         // that certificate
    const Rules*                 rules_ = nullptr;
    Wishes                       wishes_;
    Statement                    statement_;
    std::vector<std::string>     changes_;
    std::optional<GivenNames>    given_;             // names that are not the request's to say
    std::vector<store::Write>    writes_;
    std::optional<Desk::Answer>  word_;              // of the operator, where the profile asks for it
};

}  // namespace cmpkit::ca
