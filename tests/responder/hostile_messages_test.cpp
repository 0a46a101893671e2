// More than a hundred messages that no honest client sends: each has its refusal, changes nothing that it should not, and the server goes on serving.
#include "hostile.hpp"

using namespace cmpkit;
using namespace cmpkit::responder;

namespace {

using Kept = std::map<Octets, Octets>;  // records by key

Kept records_of(store::Store& store, store::Table table) {
    Kept kept;
    for (auto& record : value_of(store.scan(table, {}, 100'000))) kept.emplace(std::move(record.key), std::move(record.value));
    return kept;
}

std::string told(const Said& said, const Incident& incident) {
    std::string text(name_of(said.type));
    text += said.fail_info ? " " + std::string(name_of(*said.fail_info)) : " without failInfo";
    if (!incident.problem) return text + ": nothing in the log";
    const std::string path = incident.problem->path.text();
    return text + ": " + std::string(name_of(incident.problem->code)) + (path.empty() ? "" : " at " + path);
}

/// Whether everything that was there is there as it was; what is new may stand beside it.
bool stands(const Kept& before, const Kept& after) {
    return std::ranges::all_of(before, [&](const auto& record) { const auto found = after.find(record.first); return found != after.end() && found->second == record.second; });
}

bool says_rejection(const Octets& reply) {
    const auto  parsed = value_of(der::parse<PKIMessage>(reply));
    const auto* error  = parsed->body.get<"error">();
    return !error || error->pKIStatusInfo.status == PKIStatus::rejection;
}

bool is_readable(std::string_view line) {
    return std::ranges::none_of(line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

void check_serving(Stage& stage) {
    const auto certificate = stage.enrolled(World::wanted(BodyType::ir, "CN=honest", stage.key), stage.by_secret("many", "shared"));
    CHECK(stage.state_of(certificate) == ca::CertificateState::valid);
}

void survive(Stage& stage, const Hostile& row) {
    using store::Table;
    INFO(row.name);
    const Octets message      = row.octets(stage);
    const Kept   certificates = records_of(*stage.store, Table::certificates), transactions = records_of(*stage.store, Table::transactions),
                 secrets      = records_of(*stage.store, Table::secrets);
    const Octets reply = stage.answer(message);
    const Incident& incident = stage.incidents.back();
    CHECK(told(said(reply), incident) == row.refusal);
    CHECK(says_rejection(reply));
    CHECK(reply.size() < 6000);  // no amplifier, whatever came
    if (incident.problem) CHECK(is_readable(incident.problem->text()));
    const Kept after = records_of(*stage.store, Table::certificates);
    CHECK(after.size() == certificates.size());
    CHECK((after == certificates) != row.withdraws);
    CHECK((stands(transactions, records_of(*stage.store, Table::transactions)) || row.withdraws));
    // A secret's record changes where a MAC was computed and wrong, so elsewhere nothing was derived.
    CHECK((records_of(*stage.store, Table::secrets) == secrets || incident.problem->code == Code::protection_mismatch));
    check_serving(stage);
}

void survive(const Hostiles& rows) {
    Stage stage;
    for (const Hostile& row : rows) survive(stage, row);
}

}  // namespace

TEST_CASE("octets that are no message are refused, and the server goes on", "[responder]") { survive(hostile_framings()); }
TEST_CASE("hostile headers are refused, and the server goes on", "[responder]") { survive(hostile_headers()); }
TEST_CASE("hostile MACs are refused, and the server goes on", "[responder]") { survive(hostile_macs()); }
TEST_CASE("hostile signatures and signers are refused, and the server goes on", "[responder]") { survive(hostile_signatures()); }
TEST_CASE("hostile templates are refused, and the server goes on", "[responder]") { survive(hostile_templates()); }
TEST_CASE("false proofs of possession are refused, and the server goes on", "[responder]") { survive(hostile_proofs()); }
TEST_CASE("messages that disturb a transaction are refused, and the server goes on", "[responder]") { survive(hostile_transactions()); }
TEST_CASE("hostile revocations are refused, and the server goes on", "[responder]") { survive(hostile_revocations()); }
TEST_CASE("hostile bodies are refused, and the server goes on", "[responder]") { survive(hostile_bodies()); }

TEST_CASE("there are more than a hundred hostile messages, no two of the same name", "[responder]") {
    std::map<std::string, int> names;
    for (const auto table : {hostile_framings, hostile_headers, hostile_macs, hostile_signatures, hostile_templates, hostile_proofs, hostile_transactions,
                             hostile_revocations, hostile_bodies})
        for (const Hostile& row : table()) ++names[row.name];
    CHECK(names.size() >= 100);
    CHECK(std::ranges::all_of(names, [](const auto& name) { return name.second == 1; }));
}
