// The strict reader: what it takes is a part of the input and is the input's beginning; what it refuses it leaves as it was.
#include "schema.hpp"

using namespace cmpkit;

namespace {

void walk(Bytes in, int depth) {
    while (!in.empty()) {
        der::Tlv    tlv;
        const Bytes before = in;
        if (der::take(in, tlv)) return fuzz::hold(in.data() == before.data() && in.size() == before.size());
        fuzz::hold(tlv.whole.data() == before.data() && tlv.whole.size() + in.size() == before.size());
        fuzz::hold(tlv.tag == before[0] && tlv.whole.size() >= tlv.content.size() + 2);
        fuzz::hold(tlv.content.data() + tlv.content.size() == tlv.whole.data() + tlv.whole.size());
        if ((tlv.tag & der::tag::constructed) && depth < der::max_depth) walk(tlv.content, depth + 1);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    walk({data, size}, 0);
    return 0;
}
