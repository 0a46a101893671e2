// What the codec costs: each input is walked bare, parsed into its type and encoded from the members, then decoded and encoded by OpenSSL. Under callgrind each of
// them leaves its own count of instructions, which codec.sh makes a table of; the allocations are counted here.
#include "der/encode.hpp"
#include "der/parse.hpp"
#include "heap.hpp"
#include "messages/body.hpp"
#include "openssl_ca.hpp"
#include "walk.hpp"

#include <fstream>
#include <iterator>

namespace {

using namespace cmpkit;
using namespace cmpkit::bench;

Octets read_file(const std::string& name) {
    std::ifstream file(CMPKIT_TEST_DATA "/openssl/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The certificates of the test data, four times over, as one SEQUENCE OF.
Octets long_chain() {
    der::Writer out;
    for (int i = 0; i < 4; ++i)
        for (const char* name : {"ca", "ec", "ec384", "ed", "rsa", "srv"}) out.octets(read_file(name + std::string(".cert")));
    out.header(der::tag::sequence, out.size());
    return out.finish();
}

/// The third run is counted: by then the arena and the writer have the memory they need.
template <class Run> std::size_t counted(const std::string& label, Run run) {
    run(), run();
    const std::size_t before = allocations;
    CALLGRIND_ZERO_STATS;
    run();
    CALLGRIND_DUMP_STATS_AT(label.c_str());
    return allocations - before;
}

/// What OpenSSL makes of a message: certificates with their keys, values of extensions as octets.
struct OpensslMessage {
    CmpMsg message;
    void   decode(Bytes octets) { message = openssl_message(octets); }
    Octets encode() const { return octets_of(message.get()); }
};

/// What it makes of a row of certificates, with the values of the extensions, which our parse looks into, too.
struct OpensslChain {
    std::vector<X509Ptr> certificates;

    void decode(Bytes octets) {
        certificates.clear();
        der::Tlv row;
        require(!der::take(octets, row), "no row of certificates");
        for (const unsigned char *at = row.content.data(), *end = at + row.content.size(); at != end;) {
            certificates.emplace_back(d2i_X509(nullptr, &at, end - at));
            require(certificates.back() != nullptr, "OpenSSL does not read a certificate");
            look_into_extensions(*certificates.back());
        }
    }
    Octets encode() const {
        Octets octets;
        for (const X509Ptr& certificate : certificates) {
            unsigned char* der  = nullptr;
            const int      size = i2d_X509(certificate.get(), &der);
            octets.insert(octets.end(), der, der + size);
            OPENSSL_free(der);
        }
        return octets;
    }

private:
    static void look_into_extensions(const X509& certificate) {
        for (int i = 0; i < X509_get_ext_count(&certificate); ++i) {
            X509_EXTENSION*       extension = X509_get_ext(&certificate, i);
            const X509V3_EXT_METHOD* method = X509V3_EXT_get(extension);
            if (void* value = method ? X509V3_EXT_d2i(extension) : nullptr) {
                if (method->it) ASN1_item_free(static_cast<ASN1_VALUE*>(value), method->it());
                else method->ext_free(value);
            }
        }
    }
};

template <class T, class Openssl> void measure(const std::string& name, const Octets& octets) {
    der::Arena  arena;
    der::Writer out;
    T           value;
    Openssl     theirs;
    std::size_t count = 0;
    counted(name + " walk", [&] { count = elements(octets.data(), octets.data() + octets.size()); });
    std::size_t heap = counted(name + " parse", [&] {
        arena.reset();
        value = T();
        require(static_cast<bool>(der::parse(der::describe<T>(), octets, &value, arena)), "parse failed");
    });
    heap += counted(name + " encode", [&] {
        out.clear();
        der::rebuild(der::describe<T>(), &value, out);
    });
    require(equal(out.written(), octets), "the encoding differs from what was parsed");
    counted(name + " d2i", [&] { theirs.decode(octets); });
    counted(name + " i2d", [&] { (void)theirs.encode(); });
    std::printf("%s %zu %zu %zu\n", name.c_str(), octets.size(), count, heap);
}

}  // namespace

int main() {
    for (const char* name : {"ir", "ec384-ip", "rsa-cr", "genp"}) measure<PKIMessage, OpensslMessage>(name, read_file(name + std::string(".der")));
    measure<CMPCertificates, OpensslChain>("24-certificates", long_chain());
}
