// The frames of TCP messages: the same whatever the pieces a stream comes in, none larger than the limit, nothing waited for that is, and read again as written.
#include "kit/framing.hpp"
#include "schema.hpp"
#include <tuple>

using namespace cmpkit_plugin;
using cmpkit::fuzz::hold;

namespace {

constexpr std::size_t limit = 300;

auto parts_of(const Frame& frame) { return std::tie(frame.form, frame.type, frame.closes, frame.reference, frame.check_back, frame.code, frame.value); }

/// What a reader of the stream takes, and how it ends.
std::pair<std::vector<Frame>, Reading> frames_of(std::string_view stream, std::size_t piece) {
    std::pair<std::vector<Frame>, Reading> read{{}, Reading::incomplete};
    std::string                            input;
    Frame                                  frame;
    for (; read.second == Reading::incomplete && !stream.empty(); stream.remove_prefix(std::min(piece, stream.size()))) {
        hold(input.size() < 4 + frame_limit(limit));
        for (input += stream.substr(0, piece); (read.second = read_frame(input, limit, frame)) == Reading::complete; input.erase(0, frame.size)) read.first.push_back(frame);
    }
    return read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto whole = frames_of(cmpkit::text_of({data, size}), std::max<std::size_t>(size, 1));
    for (const std::size_t piece : {1u, 2u, 5u, 64u}) {
        const auto pieces = frames_of(cmpkit::text_of({data, size}), piece);
        hold(pieces.second == whole.second && std::ranges::equal(pieces.first, whole.first, {}, parts_of, parts_of));
    }
    for (const Frame& frame : whole.first) {
        Frame again;
        hold(frame.value.size() <= limit && read_frame(write_frame(frame), limit, again) == Reading::complete && parts_of(frame) == parts_of(again));
    }
    return 0;
}
