// The one unit that includes Beast.
#include "request.hpp"

#include "media.hpp"

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace cmpkit_http {

namespace http = boost::beast::http;
using Failure  = boost::system::error_code;
using Parser   = http::request_parser<http::string_body>;

struct Request::Parts {
    Parser                  parser;
    std::string             own_path;
    bool                    discovery = true;
    std::optional<unsigned> refusal{};
    std::size_t             header_size = 0;
    bool                    judged = false;  // the header was
    std::optional<Route>    route{};
    std::int32_t            kind = CMPKIT_TRANSPORT_CMP;
};

namespace {

unsigned status_of(const Failure& failure) {
    if (failure == http::error::header_limit) return 431;
    if (failure == http::error::body_limit) return 413;
    if (failure == http::error::bad_version) return 505;
    return 400;
}

/// RFC 9112 6.1 and 6.3: a length that two parties may read differently is how requests are smuggled, so only plain chunked passes.
std::optional<unsigned> coding_refusal(const Parser& parser) {
    const auto& fields = parser.get();
    const auto  count  = fields.count(http::field::transfer_encoding);
    if (count == 0) return std::nullopt;
    if (fields.version() == 10 || count > 1 || parser.content_length()) return 400;
    if (!boost::beast::iequals(fields[http::field::transfer_encoding], "chunked")) return 501;
    return std::nullopt;
}

std::optional<unsigned> header_refusal(const Parser& parser, bool on_a_path) {
    const auto& fields = parser.get();
    // RFC 9112 3.2: a server MUST respond with 400 to an HTTP/1.1 request that lacks Host, or has more than one.
    const auto hosts = fields.count(http::field::host);
    if (hosts > 1 || (hosts == 0 && fields.version() == 11)) return 400;
    if (const auto refusal = coding_refusal(parser)) return refusal;
    if (!on_a_path) return 404;
    return std::nullopt;
}

/// The one GET: what is offered (draft-ietf-lamps-lightweight-cmp-profile-04 6.1).
bool asks_for_links(const Parser& parser, const Route& route) {
    const auto target = parser.get().target();
    return parser.get().method() == http::verb::get && route.operation.empty() && route.profile.empty() && target.substr(0, target.find('?')).ends_with(well_known);
}

}  // namespace

Request::Request(const Options& options, std::string_view own_path) : parts_(new Parts{.parser = {}, .own_path = std::string(own_path), .discovery = options.discovery}) {
    parts_->parser.header_limit(header_limit);
    parts_->parser.body_limit(options.drafts ? frame_limit(options.max_message) : options.max_message);
}

Request::~Request() = default;

std::size_t Request::feed(std::span<const char> octets) {
    std::size_t taken = 0;
    if (!parts_->judged) taken = feed_header(octets);
    if (parts_->judged) taken += put(octets.subspan(taken));
    if (!parts_->refusal && is_complete() && body().empty() != (parts_->kind == CMPKIT_TRANSPORT_LINKS)) parts_->refusal = 400;
    return taken;
}

std::size_t Request::put(std::span<const char> octets) {
    if (octets.empty() || parts_->refusal || is_complete()) return 0;
    Failure    failure;
    const auto taken = parts_->parser.put({octets.data(), octets.size()}, failure);
    if (failure && failure != http::error::need_more) parts_->refusal = status_of(failure);
    return taken;
}

// Not eagerly: so the parser stops where the header ends, and its size is known. Beast's own limit is for what it is given at a time.
std::size_t Request::feed_header(std::span<const char> octets) {
    parts_->parser.eager(false);
    const auto taken = put(octets);
    parts_->header_size += taken;
    if (!parts_->refusal && parts_->header_size > header_limit) parts_->refusal = 431;
    if (parts_->refusal || !parts_->parser.is_header_done()) return taken;
    parts_->judged  = true;
    parts_->route   = route_of(parts_->parser.get().target(), parts_->own_path);
    parts_->refusal = header_refusal(parts_->parser, parts_->route.has_value());
    if (!parts_->refusal) judge_content();
    parts_->parser.eager(true);
    return taken;
}

void Request::judge_content() {
    const auto& fields = parts_->parser.get();
    if (parts_->discovery && asks_for_links(parts_->parser, *parts_->route)) {
        parts_->kind = CMPKIT_TRANSPORT_LINKS;
        return;
    }
    const auto kind = fields.count(http::field::content_type) == 1 ? request_kind(fields[http::field::content_type]) : std::nullopt;
    if (fields.method() != http::verb::post) parts_->refusal = 405;
    else if (!kind) parts_->refusal = 415;
    else parts_->kind = *kind;
}

std::optional<unsigned> Request::refusal() const { return parts_->refusal; }
bool Request::is_complete() const { return parts_->parser.is_done(); }
bool Request::is_head() const { return parts_->judged && parts_->parser.get().method() == http::verb::head; }

bool Request::wants_continue() const {
    const auto& fields = parts_->parser.get();
    return parts_->judged && !is_complete() && fields.version() == 11 && boost::beast::iequals(fields[http::field::expect], "100-continue");
}

bool Request::keeps_alive() const { return parts_->parser.keep_alive(); }
bool Request::is_1_0() const { return parts_->parser.get().version() == 10; }
std::int32_t Request::kind() const { return parts_->kind; }
const Route& Request::route() const { return *parts_->route; }
void Request::replace_body(std::string body) { parts_->parser.get().body() = std::move(body); }

std::string_view Request::draft_type() const {
    const auto type = parts_->parser.get()[http::field::content_type];
    return parts_->kind == CMPKIT_TRANSPORT_CMP && !is_pkixcmp(type) ? std::string_view(type) : std::string_view();
}

const std::string& Request::body() const { return parts_->parser.get().body(); }

}  // namespace cmpkit_http
