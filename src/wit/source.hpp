// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The texts that a model was read from, and places in them.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::wit {

/// Bytes [begin, end) of file `file` of a `Sources`. A span of no file is "no place": what came
/// from a binary has none.
struct Span {
    static constexpr std::uint32_t none = UINT32_MAX;
    std::uint32_t file = none;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    friend bool operator==(const Span&, const Span&) = default;
};

class Sources {
public:
    /// Gives the number that spans of this file carry. The text never moves while any copy lives.
    std::uint32_t add(std::string name, std::string text);
    /// Puts the files of `other` behind ours; its spans are to be raised by what is returned.
    std::uint32_t append(const Sources& other);
    [[nodiscard]] std::uint32_t count() const noexcept;
    /// Forgets all but the first ones.
    void keep(std::uint32_t count);
    [[nodiscard]] std::string_view name(std::uint32_t file) const;
    [[nodiscard]] std::string_view text(std::uint32_t file) const;
    /// Line 0 for a span of no file.
    [[nodiscard]] Place place(Span span) const;
    /// `file:line:column`; empty for a span of no file.
    [[nodiscard]] std::string where(Span span) const;
    /// The error, with the line that holds the span; unchanged for a span of no file.
    [[nodiscard]] base::Error point(base::Error&& error, Span span, std::string label = {}) const;

private:
    struct File {
        std::string name, text;
    };
    std::vector<std::shared_ptr<const File>> files_; // owned by all copies of the model together
};

} // namespace tenon::wit
