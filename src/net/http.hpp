// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a client and a server of HTTP/1.1 (RFC 9110, RFC 9112) share: header fields, content, and
// how long one waits. Knows neither sockets nor TLS.
#pragma once

#include "base/error.hpp"
#include "base/handle.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tenon::net {

/// How long a blocking call may take as a whole, and who may end it sooner. Every single wait
/// inside has a limit of its own besides (ClientOptions, ServerOptions).
struct Patience {
    std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
    std::stop_token stop = {}; ///< ends the call with `Errc::interrupted`
};

struct Field {
    std::string name;
    std::string value;
};

/// Header fields in the order in which they stand in a message. Names compare without regard to
/// case (RFC 9110 section 5.1).
class Headers {
public:
    Headers() = default;
    Headers(std::initializer_list<Field> fields) : fields_(fields) {}

    void add(std::string name, std::string value);
    /// Replaces every field of that name.
    void set(std::string_view name, std::string value);
    void erase(std::string_view name);
    /// The first field of that name.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
    [[nodiscard]] std::vector<std::string_view> all(std::string_view name) const;
    [[nodiscard]] std::span<const Field> fields() const noexcept { return fields_; }

private:
    std::vector<Field> fields_;
};

/// Whether two field names or tokens are equal without regard to case (ASCII).
[[nodiscard]] bool equal_names(std::string_view left, std::string_view right) noexcept;

/// Characters of a token, and texts that are one: methods, names of fields (RFC 9110
/// section 5.6.2).
[[nodiscard]] bool is_token_character(char c) noexcept;
[[nodiscard]] bool is_token(std::string_view text) noexcept;

/// A part of an open file, sent with sendfile(2) on connections without TLS. Owns the descriptor.
struct FileContent {
    base::Fd fd;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

/// What a message carries: nothing (no Content-Length), text or bytes in memory, or a file's part.
using Content = std::variant<std::monostate, std::string, FileContent>;

/// Bytes in a content; nothing for std::monostate.
[[nodiscard]] std::optional<std::uint64_t> content_length(const Content& content) noexcept;

/// `OK`, `Not Found`: the reason phrase of RFC 9110 section 15; empty for an unknown number.
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

} // namespace tenon::net
