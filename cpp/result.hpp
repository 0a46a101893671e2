// What can go wrong, and the type that carries it: every fallible function below capi returns Result<T>.
// It refuses to decide anything: an Error says what, where and whose; who shows it, to whom, is the caller's choice.
//
//     return Error{.code = Code::nonce_mismatch, .path = "header.recipNonce"};
#pragma once
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace cmpkit {

using Bytes  = std::span<const std::uint8_t>;  // borrowed octets
using Octets = std::vector<std::uint8_t>;      // owned octets

inline Bytes bytes_of(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }
inline std::string_view text_of(Bytes octets) { return {reinterpret_cast<const char*>(octets.data()), octets.size()}; }
inline Octets copy_of(Bytes octets) { return {octets.begin(), octets.end()}; }
bool          equal(Bytes a, Bytes b);
std::string   to_hex(Bytes octets);
/// Control characters, escapes, invalid UTF-8 and bidirectional marks become \x.., so that peer text is safe on a terminal, in a log and in JSON.
std::string   escaped(std::string_view peer_text);

enum class Code : std::int32_t {
#define CMPKIT_CODE(name, number, layer, text) name = number,
#include "codes.inc"
#undef CMPKIT_CODE
};
std::string_view name_of(Code code);
std::string_view layer_of(Code code);
std::string_view text_of(Code code);

enum class FailInfo : std::uint8_t {
#define CMPKIT_FAIL_INFO(bit, name) name = bit,
#include "fail_info.inc"
#undef CMPKIT_FAIL_INFO
};
std::string_view name_of(FailInfo info);  // the RFC's word; "unknown" for a bit no RFC names

/// Where in a message: steps of fixed size, made into text only when somebody reads it. Names must live for ever (literals, schemas).
class Path {
public:
    static constexpr std::size_t max_steps = 20;  // deeper ends are cut; no type of the protocol reaches that depth

    Path() = default;
    Path(const char* literal) : Path(std::string_view(literal)) {}
    Path(std::string_view literal) { push_front(literal); }

    void push_front(std::string_view name);
    void push_front(std::size_t index);
    /// `prefix.this`: for an error found in a part that was looked at by itself.
    Path        below(Path prefix) const;
    bool        empty() const { return count_ == 0; }
    std::string text() const;

private:
    struct Step {
        const char*   name  = nullptr;  // null: an index
        std::uint32_t value = 0;        // length of the name, or the index
    };
    std::array<Step, max_steps> steps_{};  // innermost first
    std::size_t                 count_ = 0;
};

struct Error {
    Code                         code = Code::internal;  // our cause
    Path                         path{};                 // body.ir[0].certReq.certTemplate.subject
    std::size_t                  offset = 0;             // octets into the message as received
    std::optional<FailInfo>      fail_info{};            // what the peer said, or what we will tell it
    const char*                  clause = "";            // "RFC 9483 3.5": the rule that was broken
    std::string                  detail{};               // what was expected, what came; for the operator, never a secret
    std::shared_ptr<const Error> cause{};                // shared by copies of this error; immutable

    /// One line: layer, text, path, offset, detail, clause; then the causes. Peer text in it is escaped.
    std::string text() const;
    /// This failure as the cause of `outer`.
    Error because_of(Error inner) const;
};

template <class T> class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    explicit operator bool() const { return state_.index() == 0; }
    T&       operator*() & { return assert(*this), *std::get_if<0>(&state_); }
    const T& operator*() const& { return assert(*this), *std::get_if<0>(&state_); }
    T&&      operator*() && { return assert(*this), std::move(*std::get_if<0>(&state_)); }
    T*       operator->() { return assert(*this), std::get_if<0>(&state_); }
    const T* operator->() const { return assert(*this), std::get_if<0>(&state_); }
    const Error& error() const { return assert(!*this), *std::get_if<1>(&state_); }

private:
    std::variant<T, Error> state_;
};

template <> class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : error_(std::move(error)) {}

    explicit operator bool() const { return !error_; }
    const Error& error() const { return assert(error_), *error_; }

private:
    std::optional<Error> error_;
};

}  // namespace cmpkit
