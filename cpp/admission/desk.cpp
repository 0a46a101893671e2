#include "admission/desk.hpp"

#include "der/encode.hpp"

template struct cmpkit::der::Described<cmpkit::admission::PendingRequest>;

namespace cmpkit::admission {

using store::Table;

std::string_view name_of(Verdict verdict) {
    switch (verdict) {
    case Verdict::undecided: return "undecided";
    case Verdict::approved: return "approved";
    case Verdict::rejected: return "rejected";
    }
    return "unknown";
}

bool Desk::has(const PendingRequest& request) const { return request.authority ? text_of(request.authority->content) == authority_ : is_first_; }

Octets Desk::index_of(std::string_view requester) const {
    Octets index = copy_of(bytes_of(authority_));
    if (!authority_.empty()) index.push_back(0);
    index.insert(index.end(), requester.begin(), requester.end());
    return index;
}

Result<std::optional<Desk::Read>> Desk::find(Bytes id) const {
    auto record = store_->get(Table::requests, id);
    if (!record) return record.error();
    if (!*record) return std::optional<Read>();
    auto request = der::parse<PendingRequest>(std::move((*record)->value));
    if (!request) return failure(Code::store_failed, "a request on the desk", request.error());
    return std::optional<Read>(Read{std::move(*request), (*record)->version, std::move((*record)->index)});
}

Result<Desk::Answer> Desk::ask(const Application& application, std::int64_t now) const {
    auto read = find(application.id);
    if (!read) return read.error();
    if (*read) {
        const PendingRequest& request = *(*read)->request;
        Answer answer{.verdict = request.verdict, .reason = request.reason ? std::string(text_of(request.reason->content)) : std::string(), .write = {}};
        if (request.verdict != Verdict::undecided) answer.write = store::Write{Table::requests, copy_of(application.id), (*read)->version, std::nullopt};
        return answer;
    }
    const Octets index = index_of(application.requester);
    auto         others = store_->find(Table::requests, index, most_of_one);
    if (!others) return others.error();
    if (others->size() == most_of_one) return refusal(FailInfo::notAuthorized, "too many requests of this requester wait already");
    der::Arena           arena;
    const PendingRequest request{.verdict = Verdict::undecided, .type = der::utf8_string(application.type), .requester = der::utf8_string(application.requester),
                                 .subject = der::utf8_string(application.subject), .details = der::utf8_string(application.details),
                                 .askedAt = der::generalized_time(now, arena), .reason = {},
                                 .authority = authority_.empty() ? std::nullopt : std::optional(der::utf8_string(authority_))};
    return Answer{Verdict::undecided, {}, store::Write{Table::requests, copy_of(application.id), 0, der::encode(request), index}};
}

Result<std::vector<store::Write>> Desk::abandon(Bytes id) const {
    auto read = find(id);
    if (!read) return read.error();
    std::vector<store::Write> writes;
    if (*read) writes.push_back({Table::requests, copy_of(id), (*read)->version, std::nullopt});
    return writes;
}

Result<std::vector<Desk::Listed>> Desk::list() const {
    std::vector<Listed> all;
    for (Octets after;;) {
        auto page = store_->scan(Table::requests, after, 500);
        if (!page) return page.error();
        if (page->empty()) return all;
        after = page->back().key;
        for (store::Record& record : *page) {
            auto request = der::parse<PendingRequest>(std::move(record.value));
            if (!request) return failure(Code::store_failed, "a request on the desk", request.error());
            if (has(**request)) all.push_back({std::move(record.key), std::move(*request)});
        }
    }
}

Result<Octets> Desk::complete(std::string_view digits) const {
    auto waiting = list();
    if (!waiting) return waiting.error();
    std::optional<Octets> found;
    for (const Listed& listed : *waiting) {
        if (!to_hex(listed.id).starts_with(digits)) continue;
        if (found) return Error{.code = Code::bad_argument, .detail = "more than one request begins with these digits"};
        found = listed.id;
    }
    if (!found) return Error{.code = Code::not_found, .detail = "no request of this identifier waits"};
    return *found;
}

Result<void> Desk::decide(Bytes id, Verdict verdict, std::string_view reason) const {
    auto read = find(id);
    if (!read) return read.error();
    if (!*read) return Error{.code = Code::not_found, .detail = "no request of this identifier waits"};
    PendingRequest request = *(*read)->request;
    if (request.verdict != Verdict::undecided) return Error{.code = Code::bad_state, .detail = "it is " + std::string(name_of(request.verdict)) + " already"};
    request.verdict = verdict;
    if (!reason.empty()) request.reason = der::utf8_string(reason);
    return store_->commit({{{Table::requests, copy_of(id), (*read)->version, der::encode(request), (*read)->index}}});
}

}  // namespace cmpkit::admission
