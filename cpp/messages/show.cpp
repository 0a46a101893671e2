#include "messages/show.hpp"

#include "der/parse.hpp"
#include "der/print.hpp"
#include "messages/general.hpp"

namespace cmpkit {
namespace {

struct Kind {
    std::string_view name;
    const der::Type& (*type)();
};
constexpr Kind kinds[] = {
    {"PKIMessage", &der::describe<PKIMessage>},
    {"Certificate", &der::describe<Certificate>},
    {"CertificateList", &der::describe<CertificateList>},
    {"CertificationRequest", &der::describe<CertificationRequest>},
    {"CertReqMessages", &der::describe<CertReqMessages>},
    {"ContentInfo", &der::describe<ContentInfo>},
};

}  // namespace

Result<Shown> Shown::from(Bytes octets) {
    Shown shown;
    shown.octets_ = octets;
    shown.arena_  = std::make_unique<der::Arena>(std::size(kinds) * der::arena_budget(octets.size()));
    Error nearest;
    for (const Kind& kind : kinds) {
        void* value = kind.type().make(*shown.arena_);
        if (!value) return Error{.code = Code::too_large};
        const auto done = der::parse(kind.type(), octets, value, *shown.arena_);
        shown.type_     = &kind.type();
        shown.value_    = value;
        if (done) return shown;
        if (nearest.code != Code::internal && done.error().offset <= nearest.offset) continue;
        nearest        = done.error();
        nearest.detail = "read as " + std::string(kind.name);
    }
    return nearest;
}

std::string_view Shown::type() const {
    return std::ranges::find_if(kinds, [this](const Kind& kind) { return &kind.type() == type_; })->name;
}

std::string Shown::text() const { return der::print(*type_, value_, octets_, {.name = type(), .oid_name = oid_name}); }
std::string Shown::json() const { return der::print(*type_, value_, octets_, {.json = true, .oid_name = oid_name}); }

}  // namespace cmpkit
