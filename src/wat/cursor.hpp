// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A place in the text between two tokens: looks at what stands there, takes it, or says what is
// wrong with it. Knows parentheses and numbers, and no grammar.
#pragma once

#include "wat/lexer.hpp"
#include "wat/number.hpp"

#include <deque>
#include <functional>
#include <span>

namespace tenon::wat {

class Cursor {
public:
    /// Of `text[begin, end)`; `name` and `text` must stay valid.
    Cursor(std::string_view name, std::string_view text, std::size_t begin, std::size_t end)
        : name_(name), text_(text), lexer_(name, text, begin, end), token_(lexer_.next()) {}
    Cursor(std::string_view name, std::string_view text) : Cursor(name, text, 0, text.size()) {}

    /// Another one on the same text, for another thread: what this one keeps is not copied.
    [[nodiscard]] Cursor again() const { return Cursor(name_, text_, lexer_, passed_); }

    [[nodiscard]] const Token& token() const noexcept { return token_; }
    /// The token behind it.
    const Token& ahead() {
        if (!has_ahead_) {
            ahead_ = lexer_.next();
            has_ahead_ = true;
        }
        return ahead_;
    }
    void advance() {
        token_ = has_ahead_ ? ahead_ : lexer_.next();
        has_ahead_ = false;
    }
    [[nodiscard]] bool at(TokenKind kind) const noexcept { return token_.kind == kind; }
    [[nodiscard]] bool at_keyword(std::string_view word) const noexcept {
        return token_.kind == TokenKind::keyword && token_.text == word;
    }
    /// `(word`
    bool at_form(std::string_view word) {
        return token_.kind == TokenKind::open && ahead().kind == TokenKind::keyword &&
               ahead_.text == word;
    }
    bool take(TokenKind kind);
    bool take_keyword(std::string_view word);
    bool take_form(std::string_view word);
    Result<> expect_form(std::string_view word);
    Result<> expect_close();
    Result<> expect_keyword(std::string_view word);

    [[nodiscard]] std::size_t offset() const noexcept { return lexer_.offset_of(token_); }
    void seek(std::size_t offset);
    /// Goes behind the `)` of the form that was opened last.
    void skip_form();
    /// Where the form ended that was passed over last.
    [[nodiscard]] std::size_t behind_form() const noexcept { return behind_form_; }

    /// Who wants to know what parts of the text have been passed: they will be looked at again
    /// only here and there. Called by any thread.
    using Passed = std::function<void(std::string_view)>;
    void tell_passed(const Passed& passed) noexcept { passed_ = passed ? &passed : nullptr; }
    void pass(std::size_t begin, std::size_t end) const {
        if (passed_ != nullptr)
            (*passed_)(text_.substr(begin, end - begin));
    }

    /// When a stop is asked for, the next tokens are bad.
    void stop_on(std::stop_token stop) { lexer_.stop_on(std::move(stop)); }

    /// A string's bytes.
    Result<std::string> string(std::string_view what);
    /// A string in UTF-8.
    Result<std::string> name(std::string_view what);
    Result<std::uint32_t> u32(std::string_view what);
    Result<std::uint64_t> u64(std::string_view what);
    /// What the parser of a number said about the token, as the value or an error there.
    template <class T>
    Result<T> number(Number<T> value, std::string_view what, const Token& at) const {
        if (!value)
            return fail(bad_number(value.error(), what, at));
        return *value;
    }
    /// What an identifier says, without `$`, quotes and escapes; valid as long as the cursor.
    std::string_view id_text(const Token& id);
    /// Keeps a text as long as the cursor.
    std::string_view keep(std::string text);

    /// The token is not what was to be expected: `expected` as in "expected a string".
    [[nodiscard]] base::Error unexpected(std::string_view expected) const;
    /// The same, where it is one of a few words; with the nearest of them.
    [[nodiscard]] base::Error unexpected(std::string_view expected,
                                         std::span<const std::string_view> words) const;
    [[nodiscard]] base::Error error(Errc code, std::string message, const Token& at,
                                    std::string label = {}) const {
        return lexer_.error(code, std::move(message), at, std::move(label));
    }
    [[nodiscard]] std::string_view source_name() const noexcept { return name_; }
    [[nodiscard]] std::string_view text() const noexcept { return text_; }

private:
    Cursor(std::string_view name, std::string_view text, const Lexer& lexer, const Passed* passed)
        : name_(name), text_(text), lexer_(lexer), token_(lexer_.next()), passed_(passed) {}
    [[nodiscard]] base::Error bad_number(NumberProblem problem, std::string_view what,
                                         const Token& at) const;

    std::string_view name_, text_;
    Lexer lexer_;
    Token token_, ahead_;
    bool has_ahead_ = false;
    std::size_t behind_form_ = 0;
    std::deque<std::string> kept_;
    const Passed* passed_ = nullptr; ///< of the caller
};

/// The suggestion that goes with a mistyped word, if one is near.
base::Error with_nearest(base::Error&& error, std::string_view word,
                         std::span<const std::string_view> candidates);

} // namespace tenon::wat
