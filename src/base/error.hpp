// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The error that everything inside tenon returns: a code, a sentence, and the story around them
// (where, in what, because of what, and what to do next). One word wide, so that the success path
// of a `Result` stays cheap.
#pragma once

#include "base/bytes.hpp"
#include "tenon/error.hpp"

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenon::base {

/// A place in a text. Lines and columns count from 1; columns and length are in bytes. Line 0 means
/// "no place".
struct Place {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    std::uint32_t length = 1;
    friend bool operator==(const Place&, const Place&) = default;
};

/// What a diagnostic shows of a text: the line that holds the place.
struct SourceExcerpt {
    std::string file;
    Place place;
    std::string line_text;
    std::string label; ///< printed behind the carets; may be empty
};

/// What a diagnostic shows of a binary: up to sixteen bytes around the offending ones.
struct ByteExcerpt {
    std::uint64_t window_offset = 0; ///< offset of `window[0]` in the file
    Buffer window;
    std::uint32_t length = 1; ///< how many bytes the carets mark, from the error's offset on
};

class [[nodiscard]] Error {
public:
    Error(Errc code, std::string message, std::optional<std::uint64_t> offset = {});

    [[nodiscard]] Errc code() const noexcept;
    [[nodiscard]] const std::string& message() const noexcept;
    [[nodiscard]] std::optional<std::uint64_t> offset() const noexcept;
    /// Name of the file that the offset counts in; empty where unknown.
    [[nodiscard]] const std::string& file() const noexcept;
    /// Innermost first: `code entry 17`, `core module 2`, `component "auth"`.
    [[nodiscard]] const std::vector<std::string>& frames() const noexcept;
    /// Why, outermost first: `No such file or directory (os error 2)`.
    [[nodiscard]] const std::vector<std::string>& causes() const noexcept;
    [[nodiscard]] const std::vector<std::string>& helps() const noexcept;
    [[nodiscard]] const std::optional<SourceExcerpt>& source() const noexcept;
    [[nodiscard]] const std::optional<ByteExcerpt>& bytes() const noexcept;

    /// Adds knowledge about what was being done; never rewrites what is there.
    Error&& within(std::string frame) &&;
    /// Says in which file the offset counts; kept if one is named already.
    Error&& in_file(std::string file) &&;
    Error&& because(std::string cause) &&;
    Error&& help(std::string what_to_do) &&;
    Error&& at(SourceExcerpt excerpt) &&;
    /// Shows bytes around the offset; `data` is the input, whose first byte has offset
    /// `data_offset`.
    Error&& show(Bytes data, std::uint64_t data_offset, std::uint32_t length = 1) &&;
    /// A new sentence in front; the old one becomes its first cause. Everything else is kept.
    Error&& wrap(std::string message) &&;

private:
    struct Story;
    struct Delete {
        void operator()(Story* story) const noexcept;
    };
    std::unique_ptr<Story, Delete> story_;
};

template <class T = void> using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Errc code, std::string message,
                                   std::optional<std::uint64_t> offset = {}) {
    return std::unexpected(Error(code, std::move(message), offset));
}
inline std::unexpected<Error> fail(Error&& error) {
    return std::unexpected(std::move(error));
}

/// The failure of a system call, from `errno`: `message` with the cause `No such file or directory
/// (os error 2)`.
Error system_error(std::string message, int error_number);

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line) noexcept;

namespace detail {
template <class T> T take(Result<T>&& result) {
    if constexpr (!std::is_void_v<T>)
        return *std::move(result);
}
} // namespace detail

} // namespace tenon::base

namespace tenon {
using base::fail;
using base::Place;
using base::Result;
} // namespace tenon

// The value of a Result, or an early return of its error. Name the value before it goes into
// braces: g++ 12 leaks what a braced initializer has built when one of its members returns early.
#define TENON_CONCAT_(a, b) a##b
#define TENON_CONCAT(a, b) TENON_CONCAT_(a, b)
#define TENON_TRY(expression) TENON_TRY_(expression, TENON_CONCAT(tenon_try_, __COUNTER__))
#define TENON_TRY_(expression, name)                                                               \
    __extension__({                                                                                \
        auto name = (expression);                                                                  \
        if (!name) [[unlikely]]                                                                    \
            return ::std::unexpected(::std::move(name).error());                                   \
        ::tenon::base::detail::take(::std::move(name));                                            \
    })

// A broken invariant of our own; stays on in release.
#define TENON_ASSERT(condition)                                                                    \
    (static_cast<bool>(condition)                                                                  \
         ? static_cast<void>(0)                                                                    \
         : ::tenon::base::assertion_failed(#condition, __FILE__, __LINE__))
