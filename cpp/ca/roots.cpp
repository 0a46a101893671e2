#include "ca/roots.hpp"

#include "admission/refusal.hpp"
#include "ca/rollover.hpp"
#include "ca/state.hpp"

namespace cmpkit::ca {
namespace {

Result<crypto::Cert> stored(const der::OctetString& certificate) {
    auto read = crypto::Cert::parse(certificate.content);
    return read ? read : failure(Code::store_failed, "a root in the store cannot be read", read.error());
}

}  // namespace

Result<Roots> Roots::load(store::Store& store, Bytes issuer_id) {
    Roots roots;
    auto  record = store.get(store::Table::roots, issuer_id);
    if (!record) return record.error();
    if (!*record) return roots;
    roots.version = (*record)->version;
    auto read     = der::parse<RootRecord>(std::move((*record)->value));
    if (!read) return failure(Code::store_failed, "the record of the roots cannot be read", read.error());
    for (const RootRecord::Step& step : (*read)->steps) {
        auto old_root = stored(step.oldRoot), new_root = stored(step.newWithNew), up = stored(step.newWithOld), down = stored(step.oldWithNew);
        for (const auto* each : {&old_root, &new_root, &up, &down})
            if (!*each) return each->error();
        roots.steps.push_back({std::move(*old_root), std::move(*new_root), std::move(*up), std::move(*down)});
    }
    auto issuing = stored((*read)->issuing);
    if (!issuing) return issuing.error();
    roots.issuing = std::move(*issuing);
    return roots;
}

const RootStep* Roots::after(const crypto::Cert& root) const {
    const auto found = std::ranges::find_if(steps, [&](const RootStep& step) { return step.old_root == root; });
    return found == steps.end() ? nullptr : &*found;
}

Result<crypto::Cert> follow_rollovers(Settings& settings, store::Store& store, Bytes issuer_id) {
    auto roots = Roots::load(store, issuer_id);
    if (!roots) return roots.error();
    if (roots->steps.empty() || settings.chain.empty()) return crypto::Cert();
    const RootStep&     newest = roots->steps.back();
    const crypto::Cert& root   = settings.chain.back();
    if (root != newest.new_with_new && !roots->after(root)) return crypto::Cert();  // the configuration went its own way
    crypto::Cert& below = settings.chain.size() > 1 ? settings.chain[settings.chain.size() - 2] : settings.issuing_certificate;
    if (!equal(below->subjectPublicKeyInfo.received, roots->issuing->subjectPublicKeyInfo.received)) return crypto::Cert();
    below                 = roots->issuing;
    settings.chain.back() = newest.new_with_new;
    return newest.new_with_old;
}

namespace {

RootRecord::Step step_of(const RootStep& step) {
    return {der::octet_string(step.old_root.der()), der::octet_string(step.new_with_new.der()), der::octet_string(step.new_with_old.der()), der::octet_string(step.old_with_new.der())};
}

}  // namespace

Result<Rollover> CertificationAuthority::roll_over(const crypto::Signer& old_key, const crypto::Signer& new_key, std::int64_t validity_seconds, std::int64_t now) {
    const Core& core  = *state_;
    auto        roots = Roots::load(core.store, core.records.issuer_id());
    if (!roots) return roots.error();
    const bool    is_first = roots->steps.empty();
    const auto&   chain    = core.settings.chain;
    RolloverOrder order{.old_root = is_first ? core.root : roots->steps.back().new_with_new, .issuing = {}, .old_key = old_key, .new_key = new_key, .validity_seconds = validity_seconds};
    order.issuing = !is_first ? roots->issuing : chain.size() > 1 ? chain[chain.size() - 2] : core.settings.issuing_certificate;
    auto rollover = ca::roll_over(order, core.random, now);
    if (!rollover) return rollover;
    roots->steps.push_back({rollover->old_root, rollover->new_with_new, rollover->new_with_old, rollover->old_with_new});
    std::vector<RootRecord::Step> steps;
    std::ranges::transform(roots->steps, std::back_inserter(steps), step_of);
    const RootRecord record{steps, der::octet_string(rollover->issuing.der())};
    auto done = core.store.commit({{{store::Table::roots, copy_of(core.records.issuer_id()), roots->version, der::encode(record)}}});
    return done ? rollover : done.error();
}

}  // namespace cmpkit::ca

template struct cmpkit::der::Described<cmpkit::ca::RootRecord>;
