#include "service/own_signer.hpp"

#include "service/files.hpp"

#include <algorithm>

namespace cmpkit::service {
namespace {

constexpr std::string_view key_label = "PRIVATE KEY", certificate_label = "CERTIFICATE", operation_label = "CMPKIT OPERATION";

// What a private key was read into is wiped.
struct Blocks {
    std::vector<crypto::PemBlock> all;
    ~Blocks() {
        for (crypto::PemBlock& block : all) crypto::Secret(std::move(block.octets));
    }
    const Octets* first(std::string_view label) const {
        const auto found = std::ranges::find(all, label, &crypto::PemBlock::label);
        return found == all.end() ? nullptr : &found->octets;
    }
};

Result<std::shared_ptr<crypto::PrivateKey>> key_in(const Blocks& blocks) {
    const Octets* octets = blocks.first(key_label);
    if (!octets) return Error{.code = Code::bad_key, .detail = "there is no block PRIVATE KEY"};
    return crypto::PrivateKey::parse(*octets, nullptr);
}

Result<std::vector<crypto::Cert>> certificates_in(const Blocks& blocks) {
    std::vector<crypto::Cert> certificates;
    for (const crypto::PemBlock& block : blocks.all) {
        if (block.label != certificate_label) continue;
        auto certificate = crypto::Cert::parse(block.octets);
        if (!certificate) return certificate.error();
        certificates.push_back(std::move(*certificate));
    }
    return certificates;
}

Error in_file(const std::string& path, const Error& error) { return Error{.code = error.code, .detail = path}.because_of(error); }

// The key comes first: who reads no further has no certificate without it.
Result<void> write_with_key(const std::string& path, const crypto::PrivateKey& key, const std::string& rest) {
    auto pem = key.to_pem(nullptr);
    if (!pem) return pem.error();
    Octets text = copy_of(pem->view());
    text.insert(text.end(), rest.begin(), rest.end());
    const crypto::Secret whole(std::move(text));
    return write_file(path, whole.view(), 0600);
}

}  // namespace

bool same_signer(const OwnSigner& a, const OwnSigner& b) {
    if (!a || !b) return static_cast<bool>(a) == static_cast<bool>(b);
    return a.chain.front() == b.chain.front();
}

Result<OwnSigner> own_signer_in(Bytes pem) {
    auto read = crypto::read_pem(pem);
    if (!read) return read.error();
    const Blocks blocks{std::move(*read)};
    auto key   = key_in(blocks);
    auto chain = certificates_in(blocks);
    if (!key) return key.error();
    if (!chain) return chain.error();
    if (chain->empty()) return Error{.code = Code::bad_certificate, .detail = "there is no certificate"};
    const auto certified = chain->front().key();
    if (!certified) return certified.error();
    if (!equal(certified->spki(), (*key)->public_key().spki())) return Error{.code = Code::bad_key, .detail = "the key is not that of the first certificate"};
    return OwnSigner{std::move(*key), std::move(*chain)};
}

Result<OwnSigner> read_own_signer(const std::string& path) {
    auto octets = read_file(path);
    if (!octets) return octets.error();
    const crypto::Secret text(std::move(*octets));
    auto                 signer = own_signer_in(text.view());
    return signer ? signer : in_file(path, signer.error());
}

Result<void> write_own_signer(const std::string& path, const crypto::PrivateKey& key, std::span<const crypto::Cert> chain) {
    std::string certificates;
    for (const crypto::Cert& certificate : chain) certificates += crypto::write_pem(certificate_label, certificate.der());
    return write_with_key(path, key, certificates);
}

Result<SignerDraft> read_draft(const std::string& path) {
    auto octets = read_file(path);
    if (!octets) return octets.error();
    const crypto::Secret text(std::move(*octets));
    auto                 read = crypto::read_pem(text.view());
    if (!read) return in_file(path, read.error());
    const Blocks blocks{std::move(*read)};
    auto         key = key_in(blocks);
    if (!key) return in_file(path, key.error());
    const Octets* operation = blocks.first(operation_label);
    if (!operation) return Error{.code = Code::bad_value, .detail = path + ": there is no operation in it"};
    return SignerDraft{std::move(*key), *operation};
}

Result<void> write_draft(const std::string& path, const SignerDraft& draft) { return write_with_key(path, *draft.key, crypto::write_pem(operation_label, draft.operation)); }

}  // namespace cmpkit::service
