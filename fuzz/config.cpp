// The configuration of a server, any text: it is read, or the error says on which line it stumbles. New inputs begin as what `cmpkit ca init` writes.
#include "plant_folder.hpp"
#include "service/config.hpp"

using namespace cmpkit;

namespace {

bool stays_inside(std::string_view text) {
    try {
        return fuzz::stays_inside(toml::parse(text));
    } catch (const toml::parse_error&) {
        return true;
    }
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
    const std::string fresh = size < 2 || seed % 256 == 0 ? fuzz::plant_folder().text() : std::string();
    if (fresh.empty() || fresh.size() > most) return LLVMFuzzerMutate(data, size, most);
    std::ranges::copy(fresh, data);
    return fresh.size();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text   = text_of({data, size});
    const std::string      folder = fuzz::plant_folder().path();
    if (!stays_inside(text)) return 0;
    const auto read = service::read_configuration(text, folder);
    fuzz::hold(read ? !read->authorities.empty() || read->ra : read.error().code == Code::bad_configuration && read.error().text().find("line ") != std::string::npos);
    return 0;
}
