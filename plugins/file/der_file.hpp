// A message as a file of bare DER (RFC 9483 6.4 and the drafts before it; the CMC names of RFC 5273 3): nothing around it, and nothing behind it.
#pragma once
#include "spool/form.hpp"

namespace cmpkit_file {

class DerFile : public cmpkit_spool::Form {
public:
    /// @param one_value  whether the octets must be one DER value
    DerFile(std::size_t max_message, bool one_value) : max_message_(max_message), one_value_(one_value) {}

    bool                 is_request_name(std::string_view name) const override;
    bool                 is_reply_name(std::string_view name) const override;
    std::string          extension(std::int32_t kind) const override;
    std::size_t          largest_file() const override { return max_message_; }
    std::string          write_request(const cmpkit_plugin::Request& request, const std::string&) const override { return request.data; }
    std::string          write_reply(const cmpkit_plugin::Answer& answer, const cmpkit_spool::Letter&, const std::string&) const override { return answer.data; }
    cmpkit_spool::Letter read_request(std::string_view file_name, std::string_view octets) const override;
    cmpkit_spool::Letter read_reply(std::string_view file_name, std::string_view octets) const override;

private:
    const std::size_t max_message_;
    const bool        one_value_;
};

}  // namespace cmpkit_file
