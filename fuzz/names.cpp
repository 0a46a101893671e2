// Names, general names and OIDs from text: what is read is a value of its type, and the text that it is shown as is read as the same; what is refused has words.
#include "messages/ip_address.hpp"
#include "messages/names.hpp"
#include "schema.hpp"

using namespace cmpkit;
using fuzz::hold;

namespace {

/// @tparam read  from text
template <auto read> void hold_shown(std::string_view text) {
    der::Arena arena;
    const auto value = read(text, arena);
    if (!value) return hold(!value.error().text().empty());
    hold(fuzz::is_canonical(*value, der::rebuild(*value)));
    // A value given by its octets may be of another string type than its attribute prescribes, and is shown as its characters.
    if (text.find('#') != text.npos) return;
    const std::string shown = to_text(*value);
    const auto        again = read(shown, arena);
    hold(again && der::rebuild(*again) == der::rebuild(*value) && to_text(*again) == shown);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of({data, size});
    hold_shown<name_from_text>(text);
    if (text.find('\\') == text.npos) hold_shown<general_name_from_text>(text);  // theirs is shown escaped for a display, and is not read so
    if (const auto oid = oid_from_text(text)) hold(*oid_from_text(der::dotted(*oid)) == *oid);
    if (const auto address = ip_from_text(text)) hold(ip_from_text(ip_to_text(*address)) == *address);
    return 0;
}
