// What a genp tells who asked: the first octet chooses the question, the second whether the rest is a GenRepContent or chooses a root update. What is taken can be read,
// and a new root is taken only where OpenSSL, too, finds that the old one's key certified it.
#include "rolled_over.hpp"

using namespace cmpkit;
using namespace cmpkit::operations;

namespace {

Inquiry question(std::uint8_t number, Bytes octets) {
    const auto    any   = ask(oids::id_it_crls.content(), octets);
    const Inquiry all[] = {{}, ask_ca_certificates(), ask_root_update({}), ask_root_update(fuzz::rolled_over().old_root), ask_request_template("plant"),
                           ask_crl(fuzz::rolled_over().old_root->subject.received, 0), ask_crl_at("http://plant.example/crl", fuzz::now), any ? *any : Inquiry()};
    return all[number % std::size(all)];
}

void hold_readable(Bytes information) {
    const auto update  = root_update(information);
    const auto request = request_template(information);
    fuzz::hold(ca_certificates(information) && certificate_lists(information) && update && (request || request.error().code == Code::not_found));
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) { return fuzz::mutate_der_behind(2, data, size, most, seed); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input   input({data, size});
    const Inquiry asked       = question(input.octet(), {data, size});
    const Octets  information = input.octet() % 2 ? fuzz::drawn_update(input) : copy_of(input.octets(size));
    fuzz::hold(!asked.item.empty() || label_of(asked).empty());
    der::Arena arena(der::arena_budget(information.size()));
    const auto told = der::parse<GenMsgContent>(information, arena);
    if (!told || !check_information(asked, *told, {&fuzz::rolled_over().old_root, 1}, fuzz::now)) return 0;
    hold_readable(information);
    const auto update = root_update(information);
    if (*update && !asked.item.empty()) fuzz::hold(fuzz::is_reached(**update));
    return 0;
}
