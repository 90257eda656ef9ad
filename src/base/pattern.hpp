// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Regular expressions that take time in proportion to text and pattern, whatever both say: all
// ways through the pattern are followed side by side, none is tried again. For patterns of users
// over names of strangers.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace tenon::base {

/// Understands what the common dialects agree on: characters, `.` (all but a line feed), classes
/// `[a-z_]` and `[^…]`, `\d \w \s` and their capitals (ASCII), `^ $ \A \z` (ends of the text),
/// groups `(…)` and `(?:…)`, `|`, and `* + ? {m} {m,} {m,n}`, lazy or not. A backslash takes its
/// meaning from any punctuation mark; `\n`, `\r`, `\t`, `\xhh`. Where dialects part (sets in sets,
/// flags, look-around) a pattern is refused.
class Pattern {
public:
    /// `usage` with what is wrong and where in the pattern; `limit` for one that is too long or
    /// nested too deeply.
    static Result<Pattern> compile(std::string_view pattern);

    /// Whether it matches anywhere in the text, which must be UTF-8.
    [[nodiscard]] bool matches(std::string_view text) const;

private:
    friend class PatternParser;
    struct Range {
        char32_t first, last;
    };
    struct Step {
        enum class Kind : std::uint8_t { one_of, split, jump, at_begin, at_end, done } kind;
        bool negated = false;                ///< of `one_of`
        std::uint32_t first = 0, second = 0; ///< targets; of `one_of` its ranges [first, second)
    };
    Pattern() = default;
    [[nodiscard]] bool accepts(const Step& step, char32_t character) const noexcept;

    std::vector<Step> steps_;
    std::vector<Range> ranges_;
};

} // namespace tenon::base
