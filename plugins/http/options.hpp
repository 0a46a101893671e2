// The options of an instance.
#pragma once
#include "draft.hpp"
#include "kit/options.hpp"
#include "reach.hpp"

#include <utility>

namespace cmpkit_http {

using namespace cmpkit_plugin;

/// Which content type an answer must have (RFC 9811 3.4).
enum class ContentType {
    exact,     // application/pkixcmp
    known,     // or a name that it had in drafts
    optional,  // or none at all
};

/// How the path names operation and profile where the URL has none of its own.
enum class Paths {
    rfc,    // RFC 9483 6.1: /.well-known/cmp[/p/<profile>]/<operation>
    draft,  // draft-ietf-lamps-lightweight-cmp-profile-04 6.1: [/cmp/<profile>]/<operation>
};

struct Options {
    std::size_t               max_message;
    std::size_t               max_connections;
    std::chrono::milliseconds connect_timeout;
    std::chrono::milliseconds idle_timeout;
    ContentType               content_type;  // of an answer
    Paths                     paths;
    std::string               proxy;  // empty: none, whatever the environment says
    Reach                     addresses;
    bool                      discovery;   // GET /.well-known/cmp
    std::string_view          media_type;  // of a client's messages of CMP
    TcpHeader                 tcp_header;  // the same
    bool                      drafts;      // server: whether it takes them so
};

inline constexpr std::pair<std::string_view, ContentType> content_types[] = {{"exact", ContentType::exact}, {"known", ContentType::known}, {"optional", ContentType::optional}};
inline constexpr std::pair<std::string_view, Paths>       path_layouts[]  = {{"rfc", Paths::rfc}, {"draft", Paths::draft}};

inline constexpr std::pair<std::string_view, bool>        switches[]      = {{"on", true}, {"off", false}};

inline constexpr std::pair<std::string_view, std::string_view> media_types[] = {{"pkixcmp", "application/pkixcmp"}, {"pkixcmp-poll", "application/pkixcmp-poll"},
                                                                                 {"x-pkixcmp", "application/x-pkixcmp"}, {"x-pkixcmp-poll", "application/x-pkixcmp-poll"}};
inline constexpr std::pair<std::string_view, TcpHeader>        tcp_headers[] = {{"none", TcpHeader::none}, {"version10", TcpHeader::version10}, {"rfc2510", TcpHeader::rfc2510}};

inline constexpr Option<Options> known_options[] = {
    {"max-message", "1048576", "octets of a message, either way", octets<&Options::max_message>},
    {"connect-timeout", "10000", "client: ms until the connection stands, with TLS", milliseconds<&Options::connect_timeout>},
    {"idle-timeout", "60000", "ms; server: for a request to begin, to come in whole, for an answer to be taken; client: how long a connection is kept", milliseconds<&Options::idle_timeout>},
    {"max-connections", "1024", "server: a new one replaces the one silent longest, or waits; client: open at a time", count<&Options::max_connections>},
    {"addresses", "any", "client: any; remote: not this machine, link-local or multicast; internet: nor private ones", word<&Options::addresses, reaches>},
    {"content-type", "known", "client, of an answer: exact: application/pkixcmp; known: also its names in drafts; optional: also none", word<&Options::content_type, content_types>},
    {"paths", "rfc", "client, where the URL has no path: rfc: /.well-known/cmp[/p/<profile>][/<operation>]; draft: [/cmp/<profile>]/<operation>", word<&Options::paths, path_layouts>},
    {"discovery", "on", "server: whether GET /.well-known/cmp tells what is offered", word<&Options::discovery, switches>},
    {"media-type", "pkixcmp", "client, as drafts had it: pkixcmp, pkixcmp-poll, x-pkixcmp, x-pkixcmp-poll", word<&Options::media_type, media_types>},
    {"tcp-header", "none", "client, as drafts had it, before each message: none, version10, rfc2510", word<&Options::tcp_header, tcp_headers>},
    {"drafts", "off", "server: whether it also takes messages behind such a header, and answers in their form", word<&Options::drafts, switches>},
    {"proxy", "", "client: http://host:port", text<&Options::proxy>},
};

}  // namespace cmpkit_http
