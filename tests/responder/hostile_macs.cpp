// Protection by a MAC: parameters that would cost us much or the peer nothing, and MACs that are not theirs.
#include "hostile.hpp"

namespace cmpkit::responder {
namespace {

using BendPbm = std::function<void(PBMParameter&)>;
using BendKdf = std::function<void(PBKDF2_params&, PBMAC1_params&)>;

const std::string mismatch = "error badMessageCheck: protection_mismatch at protection";
std::string       bad_alg(const std::string& member) { return "error badAlg: algorithm_refused at header.protectionAlg" + member; }
const std::string counted = bad_alg(".parameters.iterationCount"), kdf = bad_alg(".parameters.keyDerivationFunc"), scheme = bad_alg(".parameters.messageAuthScheme");

PBMParameter* good_pbm(Stage& stage) {
    auto* parameters = stage.arena.make<PBMParameter>();
    *parameters      = {der::octet_string(stage.kept(stage.fresh(16))), crypto::algorithm_of(oids::id_sha256), 500, crypto::algorithm_of(oids::hmacWithSHA256)};
    return parameters;
}
std::function<Octets(Stage&)> pbm(BendPbm bend) {
    return [bend](Stage& stage) {
        auto* parameters = good_pbm(stage);
        bend(*parameters);
        return Draft(stage, {oids::id_PasswordBasedMac, der::Open::of(*parameters)}, "many", "shared").octets();
    };
}
std::function<Octets(Stage&)> pbmac1(BendKdf bend) {
    return [bend](Stage& stage) {
        auto* derivation = stage.arena.make<PBKDF2_params>();
        auto* parameters = stage.arena.make<PBMAC1_params>();
        derivation->salt.emplace<"specified">().content = stage.kept(stage.fresh(16));
        derivation->iterationCount = 500;
        derivation->keyLength      = 32;
        derivation->prf            = crypto::algorithm_with_null(oids::hmacWithSHA256);
        *parameters = {{oids::id_PBKDF2, der::Open::of(*derivation)}, crypto::algorithm_with_null(oids::hmacWithSHA256)};
        bend(*derivation, *parameters);
        return Draft(stage, {oids::id_PBMAC1, der::Open::of(*parameters)}, "many", "shared").octets();
    };
}
std::function<Octets(Stage&)> iterations(std::int64_t count) {
    return pbm([count](PBMParameter& parameters) { parameters.iterationCount = count; });
}
std::function<Octets(Stage&)> salt(std::size_t size) {
    return pbm([size](PBMParameter& parameters) {
        static const Octets zeros(64 << 10);
        parameters.salt.content = Bytes(zeros).first(size);
    });
}
/// A message under good parameters whose sender and MAC are bent.
std::function<Octets(Stage&)> mac(std::string reference, std::string secret, std::function<void(Draft&)> bend = {}) {
    return [=](Stage& stage) {
        Draft draft(stage, {oids::id_PasswordBasedMac, der::Open::of(*good_pbm(stage))}, reference, secret);
        if (bend) bend(draft);
        return draft.octets();
    };
}
std::function<Octets(Stage&)> value(Octets octets) {
    return mac("guessed", "", [octets](Draft& draft) { draft.lock = [octets](Bytes) { return octets; }; });
}
std::function<void(Draft&)> resized(std::size_t size) {  // of the right MAC
    return [size](Draft& draft) {
        draft.lock = [right = draft.lock, size](Bytes part) {
            Octets octets = right(part);
            octets.resize(size);
            return octets;
        };
    };
}
Octets of_a_spent_secret(Stage& stage) {
    (void)stage.enrolled(World::wanted(BodyType::ir, "CN=dev1", stage.key), stage.by_secret("spent", "spent"));
    return mac("spent", "spent")(stage);
}

const Hostiles rows = {
    {"2^31 iterations", iterations(std::int64_t{1} << 31), counted},
    {"2^63 - 1 iterations", iterations(INT64_MAX), counted},
    {"one iteration more than the server does", iterations(10'001), counted},
    {"99 iterations", iterations(99), counted},
    {"one iteration", iterations(1), counted},
    {"no iteration", iterations(0), counted},
    {"-1 iterations", iterations(-1), counted},
    {"a salt of no octets", salt(0), counted},
    {"a salt of seven octets", salt(7), counted},
    {"a salt of 64 kilobytes", salt(64 << 10), counted},
    {"an owf that is a MAC", pbm([](PBMParameter& p) { p.owf = crypto::algorithm_of(oids::hmacWithSHA256); }), bad_alg(".parameters.owf")},
    {"an owf that nobody knows", pbm([](PBMParameter& p) { p.owf = crypto::algorithm_of(oids::id_data); }), bad_alg(".parameters.owf")},
    {"a MAC that is a digest", pbm([](PBMParameter& p) { p.mac = crypto::algorithm_of(oids::id_sha256); }), bad_alg(".parameters.mac")},
    {"a MAC that nobody knows", pbm([](PBMParameter& p) { p.mac = crypto::algorithm_of(oids::id_data); }), bad_alg(".parameters.mac")},
    {"id-PasswordBasedMac without parameters", [](Stage& stage) { return Draft(stage, {oids::id_PasswordBasedMac, {}}, "many", "shared").octets(); }, bad_alg(".parameters")},
    {"PBMAC1 without keyLength", pbmac1([](PBKDF2_params& d, PBMAC1_params&) { d.keyLength.reset(); }), kdf},
    {"PBMAC1 with a keyLength of 2^31", pbmac1([](PBKDF2_params& d, PBMAC1_params&) { d.keyLength = std::int64_t{1} << 31; }), kdf},
    {"PBMAC1 with a keyLength of 0", pbmac1([](PBKDF2_params& d, PBMAC1_params&) { d.keyLength = 0; }), kdf},
    {"PBMAC1 with 2^31 iterations", pbmac1([](PBKDF2_params& d, PBMAC1_params&) { d.iterationCount = std::int64_t{1} << 31; }), kdf},
    {"PBMAC1 with a salt from elsewhere", pbmac1([](PBKDF2_params& d, PBMAC1_params&) { d.salt.emplace<"otherSource">() = crypto::algorithm_of(oids::id_sha256); }), kdf},
    {"PBMAC1 with a prf that is left out, which is HMAC with SHA-1", pbmac1([](PBKDF2_params& d, PBMAC1_params&) { d.prf.reset(); }), scheme},
    {"PBMAC1 with HMAC of SHA-1", pbmac1([](PBKDF2_params&, PBMAC1_params& p) { p.messageAuthScheme = crypto::algorithm_of(oids::hmacWithSHA1); }), scheme},
    {"PBMAC1 with another key derivation", pbmac1([](PBKDF2_params&, PBMAC1_params& p) { p.keyDerivationFunc.algorithm = oids::id_PBMAC1; }), bad_alg(".parameters")},
    {"an empty MAC", value({}), mismatch},
    {"a MAC of zeros", value(Octets(32)), mismatch},
    {"a MAC of 64 octets", value(Octets(64, 1)), mismatch},
    {"the right MAC without its last octet", mac("many", "shared", resized(31)), mismatch},
    {"the right MAC with an octet more", mac("many", "shared", resized(33)), mismatch},
    {"the right MAC under the reference of another", mac("guessed", "shared"), mismatch},
    {"a reference that nobody has", mac("nobody", "shared"), mismatch},
    {"an empty reference", mac("", "shared"), mismatch},
    {"a reference with the escapes of a terminal", mac("\x1b]0;owned\x07\x1b[2J", "shared"), mismatch},
    {"a reference of a megabyte", mac(std::string(1 << 20, 'a'), "shared"), mismatch},
    {"a reference with a NUL behind the name of another", mac(std::string("many\0", 5), "shared"), mismatch},
    {"a secret that is spent", of_a_spent_secret, "error notAuthorized: not_authorized"},
    {"a kur under a secret", mac("many", "shared", [](Draft& draft) { draft.type = BodyType::kur; }), "kup wrongIntegrity: wrong_protection"},
};

}  // namespace

Hostiles hostile_macs() { return rows; }

}  // namespace cmpkit::responder
