// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The words and marks of WIT text.
#pragma once

#include "wit/source.hpp"

#include <cstdint>
#include <string_view>

namespace tenon::wit {

enum class Tok : std::uint8_t {
    end,
    id,      ///< `greet`, `%use`
    integer, ///< digits
    string,  ///< between double quotes
    equals,
    comma,
    colon,
    semicolon,
    left_paren,
    right_paren,
    left_brace,
    right_brace,
    less,
    greater,
    star,
    arrow,
    slash,
    dot,
    at,
    plus,
    minus,
    keyword_first, ///< no token: keywords follow
#define TENON_KEYWORD(name, text) name,
#include "wit/keywords.def"
#undef TENON_KEYWORD
};

[[nodiscard]] constexpr bool is_keyword(Tok kind) noexcept {
    return kind > Tok::keyword_first;
}

/// The keyword as it is written, the mark between backquotes, or `an identifier`: what stands in
/// "expected …, found …".
[[nodiscard]] std::string_view describe(Tok kind) noexcept;

/// A run of comments of a file, by position in `TokenStream::comments`.
struct Comments {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
};

struct Token {
    Tok kind = Tok::end;
    Span span;
    std::string_view text; ///< of the file; of an identifier without `%`
    Comments comments;     ///< those between the token before and this one
};

} // namespace tenon::wit
