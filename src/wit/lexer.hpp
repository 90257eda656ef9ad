// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// WIT text to tokens, in one pass. Comments are kept, since those before an item are its
// documentation; what they say is cut out by `docs.hpp`.
#pragma once

#include "wit/token.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tenon::wit {

/// Cuts one file into tokens on demand, looking at most one ahead.
class TokenStream {
public:
    /// `sources` must outlive the stream, and what is made of it. Fails at the first character that
    /// is forbidden anywhere in WIT.
    static Result<TokenStream> open(const Sources& sources, std::uint32_t file);

    /// The next token, which stays the next one.
    Result<Token> peek();
    Result<Token> next();
    /// What stands where a version is expected: as much as can belong to it, without a last `.`,
    /// which belongs to the `use` around it. The text may be empty.
    Result<Token> version();
    /// Whether an identifier and then `/` follow the next token, which is `:`. (`import a:b/c` is a
    /// path, `import a: b` a name and a path.)
    Result<bool> colon_begins_path();

    [[nodiscard]] const std::vector<Span>& comments() const noexcept { return comments_; }
    [[nodiscard]] std::vector<Span> take_comments() noexcept { return std::move(comments_); }
    [[nodiscard]] const Sources& sources() const noexcept { return *sources_; }
    [[nodiscard]] std::uint32_t file() const noexcept { return file_; }
    [[nodiscard]] base::Error error(Errc code, std::string message, Span span,
                                    std::string label = {}) const;

private:
    TokenStream(const Sources& sources, std::uint32_t file)
        : sources_(&sources), text_(sources.text(file)), file_(file) {}

    Result<> skip_blanks();
    Result<> skip_block_comment();
    Result<Token> lex();
    Result<Token> identifier(std::size_t start, std::size_t name);
    Result<Token> string(std::size_t start);
    [[nodiscard]] Span span(std::size_t begin, std::size_t end) const noexcept;

    const Sources* sources_;
    std::string_view text_;
    std::uint32_t file_;
    std::size_t at_ = 0;
    std::vector<Span> comments_;
    bool peeked_ = false;
    Token token_;
};

/// Why a word is no identifier, or empty when it is one: words joined by `-`, each in lower or in
/// upper case, the first beginning with a letter.
[[nodiscard]] std::string identifier_problem(std::string_view word);

/// The nearest correct spelling: `foo-bar` for `fooBar` and `foo_bar`; empty if there is none.
[[nodiscard]] std::string kebab_case(std::string_view word);

/// What a string token says, escapes resolved.
Result<std::string> string_content(const TokenStream& in, const Token& token);

[[nodiscard]] bool is_keyword(std::string_view word) noexcept;

// The way back.

/// The text between double quotes, escaped.
[[nodiscard]] std::string string_literal(std::string_view text);
/// Appends one line of a comment, without what WIT forbids even there, and without blanks at its
/// end.
void append_comment_text(std::string& out, std::string_view line);

} // namespace tenon::wit
