#include "crypto/pem.hpp"

#include "crypto/certificate.hpp"
#include "crypto/openssl.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

namespace cmpkit::crypto {
namespace {

struct ReadBlock {
    TextPtr   label, header;
    OctetsPtr data;
    long      size = 0;
};

/// The next block of the text; nothing: there is none, or it is broken, as the error queue says.
std::optional<ReadBlock> next_block(BIO* bio) {
    char *         label = nullptr, *header = nullptr;
    unsigned char* data = nullptr;
    long           size = 0;
    if (PEM_read_bio(bio, &label, &header, &data, &size) != 1) return std::nullopt;
    return ReadBlock{TextPtr(label), TextPtr(header), OctetsPtr(data), size};
}

bool is_end_of_text() { return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE; }

}  // namespace

bool is_pem(Bytes octets) {
    Bytes    rest = octets;
    der::Tlv element;
    if (!der::take(rest, element) && rest.empty()) return false;
    return text_of(octets).find("-----BEGIN ") != std::string_view::npos;
}

Result<std::vector<PemBlock>> read_pem(Bytes text) {
    const OpensslCall     call;
    const BioPtr          bio = reader_of(text);
    std::vector<PemBlock> blocks;
    if (!bio) return Error{.code = Code::bad_value, .detail = "too large for PEM"};
    while (auto block = next_block(bio.get())) {
        if (*block->header) return Error{.code = Code::bad_value, .detail = "an encrypted PEM block: " + escaped(block->label.get())};
        blocks.push_back({block->label.get(), Octets(block->data.get(), block->data.get() + block->size)});
    }
    if (!is_end_of_text()) return openssl_error(Code::bad_value, "PEM block " + std::to_string(blocks.size()));
    return blocks;
}

std::string write_pem(std::string_view label, Bytes octets) {
    const OpensslCall call;
    const BioPtr      bio(BIO_new(BIO_s_mem()));
    if (!bio || PEM_write_bio(bio.get(), std::string(label).c_str(), "", octets.data(), static_cast<long>(octets.size())) <= 0) throw std::bad_alloc();
    return std::string(text_of(written_to(bio)));
}

Result<Octets> pem_or_der(Bytes input, std::initializer_list<std::string_view> labels) {
    if (!is_pem(input)) return copy_of(input);
    auto blocks = read_pem(input);
    if (!blocks) return blocks.error();
    const auto wanted = [&](const PemBlock& block) { return std::ranges::find(labels, block.label) != labels.end(); };
    const auto found  = std::ranges::find_if(*blocks, wanted);
    if (found != blocks->end()) return std::move(found->octets);
    std::string names;
    for (const std::string_view label : labels) names.append(names.empty() ? "" : " or ").append(label);
    return Error{.code = Code::not_found, .detail = "the PEM text has no block " + names};
}

}  // namespace cmpkit::crypto
