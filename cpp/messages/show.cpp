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

struct Recognised {
    const Kind* kind;
    const void* value;
};

Result<Recognised> recognise(Bytes input, der::Arena& arena) {
    Error nearest;
    for (const Kind& kind : kinds) {
        void* value = kind.type().make(arena);
        if (!value) return Error{.code = Code::too_large};
        const auto done = der::parse(kind.type(), input, value, arena);
        if (done) return Recognised{&kind, value};
        if (nearest.code != Code::internal && done.error().offset <= nearest.offset) continue;
        nearest        = done.error();
        nearest.detail = "read as " + std::string(kind.name);
    }
    return nearest;
}

}  // namespace

Result<std::string> show_text(Bytes input) {
    der::Arena arena(std::size(kinds) * der::arena_budget(input.size()));
    const auto found = recognise(input, arena);
    if (!found) return found.error();
    return der::print(found->kind->type(), found->value, input, {.name = found->kind->name, .oid_name = oid_name});
}

Result<std::string> show_json(Bytes input) {
    der::Arena arena(std::size(kinds) * der::arena_budget(input.size()));
    const auto found = recognise(input, arena);
    if (!found) return found.error();
    return "{\"type\":" + der::json_string(found->kind->name) + ",\"size\":" + std::to_string(input.size()) +
           ",\"value\":" + der::print(found->kind->type(), found->value, input, {.json = true, .oid_name = oid_name}) + "}";
}

}  // namespace cmpkit
