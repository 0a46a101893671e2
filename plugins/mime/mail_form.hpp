// A message as a file with one mail in it.
// The spool's names go on in the name of the attachment, so that hints and label survive a mail program; what answers what is told by Message-IDs.
#pragma once
#include "spool/form.hpp"
#include "spool/options.hpp"

namespace cmpkit_mime {

class MailForm : public cmpkit_spool::Form {
public:
    explicit MailForm(cmpkit_spool::Options options) : options_(std::move(options)) {}

    bool                 is_request_name(std::string_view name) const override;
    bool                 is_reply_name(std::string_view name) const override { return is_request_name(name); }
    std::string          extension(std::int32_t) const override { return ".eml"; }
    std::size_t          largest_file() const override;
    std::string          write_request(const cmpkit_plugin::Request& request, const std::string& stem) const override;
    std::string          write_reply(const cmpkit_plugin::Answer& answer, const cmpkit_spool::Letter& request, const std::string& stem) const override;
    std::string          write_note(const std::string& line, const cmpkit_spool::Letter& request, const std::string& stem) const override;
    cmpkit_spool::Letter read_request(std::string_view file_name, std::string_view octets) const override;
    cmpkit_spool::Letter read_reply(std::string_view file_name, std::string_view octets) const override;
    std::string          id_of(const std::string& stem) const override;

private:
    std::string          domain() const;
    std::string          sender() const;
    cmpkit_spool::Letter read(std::string_view octets) const;

    const cmpkit_spool::Options options_;
};

}  // namespace cmpkit_mime
