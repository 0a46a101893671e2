#include "responder/directory.hpp"

#include "messages/names.hpp"
#include "operations/header_checks.hpp"

namespace cmpkit::responder {
namespace {

bool has_profile(const Member& member, std::string_view name) { return std::ranges::find(member.profiles, name) != member.profiles.end(); }

// The CA that a request wants a certificate of, or whose certificate it updates or revokes.
const Name* issuer_in(const PKIBody& body) {
    if (const auto* revocations = body.get<"rr">()) {
        if (revocations->empty() || !revocations->front().certDetails.issuer) return nullptr;
        return &*revocations->front().certDetails.issuer;
    }
    const auto* requests = cert_requests(body);
    if (!requests || requests->empty()) return nullptr;
    const CertRequest& request = requests->front().certReq;
    if (request.certTemplate.issuer) return &*request.certTemplate.issuer;
    const CertId* old = operations::old_cert_id(request);
    return old ? old->issuer.get<"directoryName">() : nullptr;
}

const Name& signer_name(const Member& member) { return member.authority->protector().chain().front()->subject; }

Error unknown_label(const std::string& label) {
    return {.code = Code::not_found, .fail_info = FailInfo::badCertTemplate, .clause = "RFC 9483 6.1", .detail = "no CA and no profile is called \"" + escaped(label.substr(0, 64)) + "\""};
}

}  // namespace

Directory::Directory(std::vector<Member> members, std::size_t standard) : members_(std::move(members)) {
    assert(standard < members_.size());
    standard_ = &members_[standard];
}

Destination Directory::destination_of(const PKIMessage& message, const std::string& label) const {
    if (const Member* member = named(label)) return {member};
    const Member* member = with_profile(label);
    for (const auto rule : {&Directory::by_profile, &Directory::by_issuer, &Directory::by_recipient})
        if (!member) member = (this->*rule)(message);
    Destination destination{member ? member : standard_, label};
    const auto  knows_it = [&](const Member& each) { return has_profile(each, label); };
    if (!label.empty() && std::ranges::none_of(members_, knows_it)) destination.misdirected = unknown_label(label);
    return destination;
}

Destination Directory::destination_of_batch(const PKIMessage& message, const std::string& label) const {
    if (!message.extraCerts || message.extraCerts->empty()) return destination_of(message, label);
    const Name& issuer = message.extraCerts->front().tbsCertificate.issuer;
    const auto  found  = std::ranges::find_if(members_, [&](const Member& member) { return same_name(member.authority->name(), issuer); });
    return found == members_.end() ? destination_of(message, label) : Destination{&*found};
}

const Member* Directory::owner_of(const operations::Transaction& transaction) const {
    return transaction.authority ? named(text_of(transaction.authority->content)) : &members_.front();
}

const Member* Directory::named(std::string_view name) const {
    const auto found = std::ranges::find(members_, name, &Member::name);
    return name.empty() || found == members_.end() ? nullptr : &*found;
}

// A name that several CAs use for a profile of theirs leads to none of them.
const Member* Directory::with_profile(std::string_view name) const {
    const Member* found = nullptr;
    for (const Member& member : members_) {
        if (!has_profile(member, name)) continue;
        if (found) return nullptr;
        found = &member;
    }
    return found;
}

const Member* Directory::by_profile(const PKIMessage& message) const {
    const auto name = operations::profile_named(message.header);
    return name ? with_profile(*name) : nullptr;  // a malformed one is the operation's to refuse
}

const Member* Directory::by_issuer(const PKIMessage& message) const {
    const Name* issuer = issuer_in(message.body);
    if (!issuer) return nullptr;
    const auto found = std::ranges::find_if(members_, [&](const Member& member) { return same_name(member.authority->name(), *issuer); });
    return found == members_.end() ? nullptr : &*found;
}

const Member* Directory::by_recipient(const PKIMessage& message) const {
    const auto* recipient = message.header.recipient.get<"directoryName">();
    if (!recipient || recipient->is_null_dn()) return nullptr;
    const auto is_it = [&](const Member& member) { return same_name(member.authority->name(), *recipient) || same_name(signer_name(member), *recipient); };
    const auto found = std::ranges::find_if(members_, is_it);
    return found == members_.end() ? nullptr : &*found;
}

}  // namespace cmpkit::responder
