// Programs of calls into the C ABI, in any order and with any handles, NULL too: every code is a documented one, an error comes exactly with a failure, out-parameters
// are NULL or 0 after it, what users gave is given back once, and nothing is left behind. Not called: what listens, what founds a CA, and what opens URIs.
#include "api_calls.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace cmpkit::fuzz;
    static const bool told = (std::fprintf(stderr, "%zu calls are known\n", std::size(calls)), true);
    Program           program({data, size});
    for (int turns = 0; told && turns < 100 && !program.is_over(); ++turns) program.input().one_of(calls)(program);
    return 0;
}
