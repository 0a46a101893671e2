#include "transfer.hpp"

#include "media.hpp"
#include "paths.hpp"
#include "tls.hpp"

#include <sys/socket.h>

namespace cmpkit_http {

namespace {

// CRLs and OCSP responders are where their URL says; nothing of CMP's paths is added.
std::string url_for(const Target& target, const cmpkit_plugin::Request& request) {
    const bool elsewhere = request.kind == CMPKIT_TRANSPORT_CRL || request.kind == CMPKIT_TRANSPORT_OCSP;
    return text_of(target.url, target.url.port,
                   elsewhere ? target.url.path : path_for(target.url.path, request.profile, request.operation, target.options.paths));
}

/// Messages of CMP may go under a name that they had in drafts.
const char* type_for(const Target& target, std::int32_t kind) {
    return kind == CMPKIT_TRANSPORT_CMP || kind == CMPKIT_TRANSPORT_ANNOUNCEMENT ? target.options.media_type.data() : request_type(kind);
}

Transfer::Headers make_headers(const char* type) {
    Transfer::Headers list(nullptr, &curl_slist_free_all);
    // Without the empty Expect, libcurl waits a second for a 100 that many servers never send.
    for (const std::string& line : {type ? "Content-Type: " + std::string(type) : std::string(), std::string("Accept:"), std::string("Expect:")}) {
        if (line.empty()) continue;
        curl_slist* longer = curl_slist_append(list.get(), line.c_str());
        if (!longer) throw std::bad_alloc();
        (void)list.release();
        list.reset(longer);
    }
    return list;
}

std::size_t take_body(char* data, std::size_t, std::size_t size, void* user) {
    auto& transfer = *static_cast<Transfer*>(user);
    if (size > frame_limit(transfer.target.options.max_message) - transfer.answer.size()) return transfer.too_large = true, 0;
    const auto rc = guarded([&] { return transfer.answer.append(data, size), CMPKIT_TRANSPORT_OK; });
    return rc == CMPKIT_TRANSPORT_OK ? size : 0;
}

/// Who the peer is can be asked for only while the connection belongs to the transfer.
void note_peer(Transfer& transfer) {
    curl_tlssessioninfo* session = nullptr;
    if (curl_easy_getinfo(transfer.easy.get(), CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK || !session || !session->internals) return;
    take_identity(transfer.peer, transfer.target.host, static_cast<SSL*>(session->internals));
}

std::size_t take_header(char* data, std::size_t, std::size_t size, void* user) {
    auto&                  transfer = *static_cast<Transfer*>(user);
    const std::string_view line(data, size);
    if (!line.starts_with("HTTP/")) return size;
    const auto rc = guarded([&] {
        transfer.status_line.assign(line.substr(0, std::min<std::size_t>(line.find_first_of("\r\n"), 200)));
        if (transfer.target.url.is_tls()) note_peer(transfer);
        return CMPKIT_TRANSPORT_OK;
    });
    return rc == CMPKIT_TRANSPORT_OK ? size : 0;
}

CURLcode fill_tls(CURL*, void* ssl_ctx, void* user) {
    auto& transfer      = *static_cast<Transfer*>(user);
    transfer.tls_failed = !fill_client(transfer.target.host, transfer.target.tls, ssl_ctx);
    return transfer.tls_failed ? CURLE_SSL_CERTPROBLEM : CURLE_OK;
}

// A proxy's address is the operator's own choice.
curl_socket_t open_socket(void* user, curlsocktype, curl_sockaddr* address) {
    auto& transfer = *static_cast<Transfer*>(user);
    const Options& options = transfer.target.options;
    if (options.proxy.empty() && !is_within(address->addr, options.addresses)) return transfer.out_of_reach = true, CURL_SOCKET_BAD;
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

template <class T> T info(CURL* easy, CURLINFO what) {
    T value{};
    curl_easy_getinfo(easy, what, &value);
    return value;
}

std::string or_none(const char* text) { return text ? text : "none"; }

std::string address_of(CURL* easy) {
    const std::string host = or_none(info<char*>(easy, CURLINFO_PRIMARY_IP));
    const bool        v6   = host.find(':') != std::string::npos;
    return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(info<long>(easy, CURLINFO_PRIMARY_PORT));
}

}  // namespace

Transfer::Transfer(const Target& to, const cmpkit_transport_message& message, std::uint32_t ms, std::uint64_t number, cmpkit_transport_done callback, void* of)
    : target(to), request(message), url(url_for(to, request)), id(number), timeout_ms(ms), done(callback), user(of),
      deadline(ms ? Clock::now() + std::chrono::milliseconds(ms) : Clock::time_point::max()), headers(make_headers(type_for(to, message.kind))), easy(curl_easy_init(), &curl_easy_cleanup) {
    if (!easy) throw std::bad_alloc();
    const bool is_cmp = request.kind == CMPKIT_TRANSPORT_CMP || request.kind == CMPKIT_TRANSPORT_ANNOUNCEMENT;
    body              = request_body(is_cmp ? target.options.tcp_header : TcpHeader::none, request.data);
    set_up();
}

void Transfer::set_up() {
    bool       complete = true;
    const auto set      = [&](CURLoption option, auto value) { complete = curl_easy_setopt(easy.get(), option, value) == CURLE_OK && complete; };
    set(CURLOPT_PRIVATE, this);
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_PROTOCOLS_STR, target.url.scheme.c_str());
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    if (request_type(request.kind)) {
        set(CURLOPT_POST, 1L);
        set(CURLOPT_POSTFIELDS, body.data());
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    }
    set(CURLOPT_HTTPHEADER, headers.get());
    set(CURLOPT_PROXY, target.options.proxy.c_str());  // "" also keeps the environment out
    set(CURLOPT_OPENSOCKETFUNCTION, &open_socket);
    set(CURLOPT_OPENSOCKETDATA, this);
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_QUICK_EXIT, 1L);  // a cancelled name look-up is left behind, not waited for
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(target.options.connect_timeout.count()));
    set(CURLOPT_MAXAGE_CONN, static_cast<long>(target.options.idle_timeout.count() / 1000 + 1));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout_ms));
    set(CURLOPT_ERRORBUFFER, static_cast<char*>(error));
    set(CURLOPT_WRITEFUNCTION, &take_body);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_HEADERFUNCTION, &take_header);
    set(CURLOPT_HEADERDATA, this);
    // The host brings the trust anchors: without these two libcurl would add the system's.
    set(CURLOPT_CAINFO, static_cast<const char*>(nullptr));
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    // By a shared secret there is no certificate to verify, and libcurl would insist on one; what the host fills in refuses one that comes all the same.
    const bool by_secret = target.tls && target.host.tls_by_secret && target.host.tls_by_secret(target.host.context, target.tls);
    set(CURLOPT_SSL_VERIFYPEER, by_secret ? 0L : 1L);
    set(CURLOPT_SSL_VERIFYHOST, by_secret ? 0L : 2L);
    if (by_secret) set(CURLOPT_SSL_SESSIONID_CACHE, 0L);
    set(CURLOPT_SSL_CTX_FUNCTION, &fill_tls);
    set(CURLOPT_SSL_CTX_DATA, this);
    if (!complete) throw std::bad_alloc();
}

Outcome Transfer::outcome(CURLcode result, cmpkit_transport_message& message) {
    if (result == CURLE_ABORTED_BY_CALLBACK) return {CMPKIT_TRANSPORT_CANCELLED, ""};
    if (too_large) return too_large_answer();
    if (out_of_reach && result == CURLE_COULDNT_CONNECT) return {CMPKIT_TRANSPORT_CONNECT, "its address is none that may be connected to: " + url};
    if (tls_failed) return {CMPKIT_TRANSPORT_TLS, "the keys and trust for TLS could not be set up"};
    const std::string why = (*error ? error : curl_easy_strerror(result)) + std::string(": ") + url;
    switch (result) {
        case CURLE_OK: return answered(message);
        case CURLE_OPERATION_TIMEDOUT: return timed_out();
        case CURLE_URL_MALFORMAT: return {CMPKIT_TRANSPORT_BAD_URL, why};
        case CURLE_COULDNT_RESOLVE_PROXY:
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_CONNECT: return {CMPKIT_TRANSPORT_CONNECT, why};
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_CLIENTCERT:
        case CURLE_PEER_FAILED_VERIFICATION: return {CMPKIT_TRANSPORT_TLS, why};
        case CURLE_GOT_NOTHING:
        case CURLE_PARTIAL_FILE:
        case CURLE_SEND_ERROR:
        case CURLE_RECV_ERROR: return {has_tls_alert() ? CMPKIT_TRANSPORT_TLS : CMPKIT_TRANSPORT_GONE, why};
        case CURLE_WRITE_ERROR:
        case CURLE_OUT_OF_MEMORY: return {CMPKIT_TRANSPORT_NO_MEMORY, why};
        default: return {CMPKIT_TRANSPORT_FAILED, why};
    }
}

// In TLS 1.3 the server judges our certificate when we have begun to speak: it refuses by an alert, of which libcurl knows that reading failed.
bool Transfer::has_tls_alert() const { return target.url.is_tls() && std::strstr(error, " alert "); }

// RFC 9811 3.1: a PKIMessage in an answer of 2xx, 4xx or 5xx is handed up; so the content is judged first, the status second.
bool Transfer::may_carry(long status) const {
    const long hundreds = status / 100;
    return hundreds == 2 || (request.kind == CMPKIT_TRANSPORT_CMP && (hundreds == 4 || hundreds == 5));
}

Outcome Transfer::answered(cmpkit_transport_message& message) {
    const auto        status = info<long>(easy.get(), CURLINFO_RESPONSE_CODE);
    const char* const type   = info<char*>(easy.get(), CURLINFO_CONTENT_TYPE);
    const std::string what   = status_line + " from " + url;
    if (is_wrapped() && may_carry(status) && kind_of_answer(type)) return unwrapped(message);
    if (answer.size() > target.options.max_message) return too_large_answer();
    if (request.kind == CMPKIT_TRANSPORT_ANNOUNCEMENT && status / 100 == 2) return announced(status, message);
    if (const auto kind = kind_of_answer(type); kind && may_carry(status) && !answer.empty()) return message.kind = *kind, Outcome{CMPKIT_TRANSPORT_OK, ""};
    if (status / 100 == 3) return {CMPKIT_TRANSPORT_STATUS, what + ", a redirect that is not followed, to " + or_none(info<char*>(easy.get(), CURLINFO_REDIRECT_URL))};
    if (status / 100 != 2) return {CMPKIT_TRANSPORT_STATUS, what};
    if (answer.empty()) return {CMPKIT_TRANSPORT_CONTENT, what + " brought no message"};
    return {CMPKIT_TRANSPORT_CONTENT, what + " brought content type " + or_none(type) + " where " + expected_types(request.kind) + " is expected"};
}

// RFC 9811 3.5: 201 says that it is stored, 202 that it will be looked at later; no body comes with either.
Outcome Transfer::announced(long status, cmpkit_transport_message& message) const {
    if (status != 201 && status != 202) return {CMPKIT_TRANSPORT_STATUS, status_line + " from " + url + " where 201 or 202 is expected"};
    message.data_size = 0;
    message.status    = status == 201 ? CMPKIT_TRANSPORT_STORED : CMPKIT_TRANSPORT_ACCEPTED;
    return {CMPKIT_TRANSPORT_OK, ""};
}

Outcome Transfer::too_large_answer() const { return {CMPKIT_TRANSPORT_TOO_LARGE, "the answer is larger than " + std::to_string(target.options.max_message) + " octets"}; }

Outcome Transfer::unwrapped(cmpkit_transport_message& message) {
    using What        = Unframed::What;
    Unframed came     = unframed(answer, target.options.max_message);
    const bool is_news = request.kind == CMPKIT_TRANSPORT_ANNOUNCEMENT;
    switch (came.what) {
        case What::message:
            if (is_news) break;
            inner   = std::move(came.value);
            message = view_of(CMPKIT_TRANSPORT_CMP, inner, *message.peer);
            return {CMPKIT_TRANSPORT_OK, ""};
        case What::nothing:
            if (!is_news) break;
            message.data_size = 0;
            message.status    = CMPKIT_TRANSPORT_STORED;
            return {CMPKIT_TRANSPORT_OK, ""};
        case What::too_large: return too_large_answer();
        case What::refusal: return {CMPKIT_TRANSPORT_STATUS, came.value + " from " + url};
        default: break;
    }
    return {CMPKIT_TRANSPORT_CONTENT, status_line + " from " + url + " brought a TCP message that is no answer"};
}

// The server may have closed meanwhile, which libcurl heeds by itself.
bool Transfer::is_to_poll(CURLcode result) {
    if (result != CURLE_OK || !is_wrapped() || info<long>(easy.get(), CURLINFO_RESPONSE_CODE) / 100 != 2) return false;
    const Unframed came = unframed(answer, target.options.max_message);
    reference           = came.reference;
    due                 = std::min(Clock::now() + came.pause, deadline);
    return came.what == Unframed::What::later;
}

void Transfer::poll() {
    const auto left = deadline == Clock::time_point::max() ? std::chrono::milliseconds(0) : std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    body            = poll_body(target.options.tcp_header, reference);
    answer.clear();
    curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDS, body.data());
    curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    if (timeout_ms > 0) curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(left.count(), 1)));
}

std::optional<std::int32_t> Transfer::kind_of_answer(const char* type) const {
    const ContentType wanted = target.options.content_type;
    if (request.kind == CMPKIT_TRANSPORT_CMP && !type) return wanted == ContentType::optional ? std::optional(request.kind) : std::nullopt;
    if (request.kind == CMPKIT_TRANSPORT_CMP && wanted == ContentType::exact && !is_pkixcmp(type)) return std::nullopt;
    return answer_kind(request.kind, type ? type : "");
}

Outcome Transfer::timed_out() const {
    const auto connect_ms = target.options.connect_timeout.count();
    const bool connected  = info<curl_off_t>(easy.get(), CURLINFO_PRETRANSFER_TIME_T) > 0;
    if (!connected && (timeout_ms == 0 || connect_ms < timeout_ms))
        return {CMPKIT_TRANSPORT_CONNECT, "no connection within " + std::to_string(connect_ms) + " ms: " + url};
    return {CMPKIT_TRANSPORT_DEADLINE, "no answer within " + std::to_string(timeout_ms) + " ms: " + url};
}

Transfer& Transfer::of(CURL* easy) { return *static_cast<Transfer*>(info<void*>(easy, CURLINFO_PRIVATE)); }

void Transfer::end(CURLcode result) {
    Outcome                  ended{CMPKIT_TRANSPORT_NO_MEMORY, {}};
    cmpkit_transport_peer    who{};
    cmpkit_transport_message message = view_of(request.kind, answer, who);
    (void)guarded([&] {
        peer.address = address_of(easy.get());
        who          = view_of(peer);
        ended        = outcome(result, message);
        return CMPKIT_TRANSPORT_OK;
    });
    cmpkit_plugin::end(done, user, ended, &message);
}

}  // namespace cmpkit_http
