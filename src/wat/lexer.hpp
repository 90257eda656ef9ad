// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The text format of WebAssembly to tokens, one at a time and in one pass; tokens are views of the
// text. Comments, and annotations that nobody here knows, are passed over.
//
// Source: https://webassembly.github.io/spec/core/text/lexical.html
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace tenon::wat {

enum class TokenKind : std::uint8_t {
    end,        ///< of the text
    open,       ///< `(`
    close,      ///< `)`
    annotation, ///< `(@name`, one of those that are known
    keyword,
    id,     ///< `$name` or `$"name"`
    string, ///< with its quotes; well-formed
    number, ///< begins with a digit or a sign; what it is worth is seen where it is used
    reserved,
    bad, ///< what no text may hold; see `Lexer::problem`
};

struct Token {
    TokenKind kind = TokenKind::end;
    std::string_view text; ///< a view of the whole text, so its address is its place
};

/// Cuts `text[begin, end)` into tokens. Views of `text` must stay valid; so must `name`.
class Lexer {
public:
    Lexer(std::string_view name, std::string_view text, std::size_t begin, std::size_t end);

    /// The next token. Behind a bad one there is none but itself.
    Token next();
    void seek(std::size_t offset) noexcept { at_ = text_.data() + offset; }
    /// When a stop is asked for, a bad token comes soon.
    void stop_on(std::stop_token stop) { stop_ = std::move(stop); }
    /// Passes over everything up to and with the `)` that closes an open form, or to the end,
    /// without looking closely.
    void skip_form();

    [[nodiscard]] std::size_t offset() const noexcept {
        return static_cast<std::size_t>(at_ - text_.data());
    }
    [[nodiscard]] std::size_t offset_of(const Token& token) const noexcept;
    /// What is wrong with the bad token that came last.
    [[nodiscard]] base::Error problem() const;
    /// An error at the token's place, with the line that holds it.
    [[nodiscard]] base::Error error(Errc code, std::string message, const Token& token,
                                    std::string label = {}) const;

private:
    Token make(TokenKind kind, const char* begin) const noexcept;
    Token bad(std::string message, const char* begin, const char* end);
    Token word();
    Token quoted_word(const char* begin);
    std::optional<Token> annotation();
    Token illegal();
    bool skip_blanks();
    bool skip_line_comment();
    bool skip_block_comment();
    bool skip_annotation(const char* begin);
    bool string();
    bool escape();
    bool is_utf8(const char* begin, const char* end);
    bool has_any_in(std::string_view id);

    std::string_view name_, text_;
    const char* at_;
    const char* end_;
    bool is_stopped();

    static constexpr std::uint32_t tokens_between_questions = 1U << 14;
    std::stop_token stop_;
    std::uint32_t until_question_ = tokens_between_questions;
    std::string problem_; ///< of the bad token
    Token bad_;
};

/// The bytes that a string token stands for.
[[nodiscard]] std::string string_value(std::string_view token);
/// Whether an annotation token begins an annotation of this name.
[[nodiscard]] bool is_annotation(const Token& token, std::string_view name);

/// Where `offset` lies in the text.
[[nodiscard]] Place place_at(std::string_view text, std::size_t offset, std::size_t length);

} // namespace tenon::wat
