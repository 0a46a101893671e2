// Asking the CA before a request is made: its certificate request template.
#pragma once
#include "options.hpp"

namespace tool {

/// One question, run to its end.
Operation ask(const cmpkit_get_options& want, const Common& common, const Peer& peer, const Context& context, const Presented& who, const TrustOptions& trusted);

/// The template that the CA has for us under this profile, DER; empty: it asks for nothing in particular.
Octets fetch_template(const Common& common, const Peer& peer, const Context& context, const Presented& who, const TrustOptions& trust, const std::string& profile);

/// The first kind of key that a template allows, as --gen-key takes it; empty: any is good.
std::string first_key_kind(const Octets& content);

}  // namespace tool
