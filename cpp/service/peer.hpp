// Profiles of peers: data files in TOML, one for each server that is known, which are part of the library; and a site's own. What the keys mean is
// said in operations/peer.hpp; docs/peers.md tells it to users.
//
//     auto profile = peer_named("ejbca");
//     auto own     = read_peer("name = \"ours\"\nbase = \"ejbca\"\n[takes]\nunprotected_pkiconf = false\n");
#pragma once
#include "operations/peer.hpp"
#include "transport/registry.hpp"

namespace cmpkit::service {

struct PeerProfile {
    operations::Peer           peer;
    transport::OptionsByPlugin transport;
};

/// The files that are part of the library, by name.
struct PeerFile {
    std::string_view name, text;
};
std::span<const PeerFile> peer_files();

/// @error bad_argument  no such profile; detail names those there are
Result<PeerProfile> peer_named(std::string_view name);
/// @param text  TOML; `base` names the profile that it begins with  @error bad_configuration  with the line and the key
Result<PeerProfile> read_peer(std::string_view text);

/// As JSON: name, comment, and by its table each key that is not as without a profile.
std::string to_json(const PeerProfile& profile);

}  // namespace cmpkit::service
