// What is said of a request without a message: one line of text beside the replies, or beside a request put to failed/.
// The first word of a reply's line is the contract's status, so that a program reads what a technician reads.
#pragma once
#include "contract.h"
#include "folder.hpp"
#include "names.hpp"

#include <optional>

namespace cmpkit_spool {

constexpr std::string_view status_extension = ".txt", reason_suffix = ".reason.txt";
constexpr std::size_t      longest_note     = 4096;

/// "busy: come again later"
std::string                 line_of(std::int32_t status);
std::optional<std::int32_t> status_in(std::string_view line);

/// Moves `name` out of `from` to `failed`, with the reason beside it. @return errno's number
int quarantine(const Folder& from, const std::string& name, const Folder& failed, const std::string& kept_name, const std::string& reason);

}  // namespace cmpkit_spool
