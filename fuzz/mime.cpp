// Mails around messages: one that is read is refused in words of one line or carries a message whole, and what we write, of any octets and in answer to any mail, is
// read back as it was.
#include "mime/mail_form.hpp"
#include "mime/mail_options.hpp"
#include "schema.hpp"
#include "spool/names.hpp"

using namespace cmpkit_mime;
using cmpkit::fuzz::hold;

namespace {

bool is_line(std::string_view text) { return std::ranges::none_of(text, [](char c) { return c >= 0 && c < 0x20; }); }

void hold_letter(const Letter& letter) {
    hold(is_line(letter.refusal) && is_line(letter.id) && is_line(letter.from) && is_line(letter.note));
    if (letter.refusal.empty()) hold(letter.note.empty() ? why_not_one_value(letter.data).empty() : letter.data.empty());
}

void hold_written(const MailForm& form, const Letter& asked, const std::string& data, std::int32_t kind) {
    const cmpkit_transport_peer nobody{};
    const auto                  message = cmpkit_plugin::view_of(kind, data, nobody), answer = cmpkit_plugin::view_of(CMPKIT_TRANSPORT_CMP, data, nobody);
    const std::string           stem    = fresh_stem({}, 1, digest_of(data), {.operation = "initialization", .profile = asked.name, .label = "press-4"});
    const Letter                letter  = form.read_request("x.eml", form.write_request(cmpkit_plugin::Request(message), stem));
    hold(letter.refusal.empty() && letter.data == data && letter.kind == kind && letter.name == stem && letter.id == form.id_of(stem));
    const Letter reply = form.read_reply("x.eml", form.write_reply(cmpkit_plugin::Answer(answer), asked, stem));
    hold(reply.refusal.empty() && reply.data == data && reply.is_automatic && (asked.id.empty() ? reply.answers.empty() : reply.answers.front() == asked.id));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Options one_value = cmpkit_plugin::defaults(known_options.rows);
    static const Options any       = [] { auto options = one_value; return options.one_value = false, options; }();
    const std::string    input(cmpkit::text_of({data, size}));
    const Letter         letter = MailForm(one_value).read_request("x.eml", input);
    for (const Letter& each : {letter, MailForm(one_value).read_reply("x.eml", input)}) hold_letter(each);
    hold_written(MailForm(any), letter, input, size % 2 ? CMPKIT_TRANSPORT_CMP : CMPKIT_TRANSPORT_CMC_FULL_REQUEST);
    return 0;
}
