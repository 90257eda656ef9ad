// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/cursor.hpp"

#include "base/nearest.hpp"
#include "base/utf8.hpp"

#include <fmt/core.h>

namespace tenon::wat {
namespace {

/// A token in a sentence.
std::string named(const Token& token) {
    constexpr std::size_t most = 60;
    if (token.kind == TokenKind::end)
        return "the end of the text";
    if (is_annotation(token, "custom") || is_annotation(token, "name") ||
        token.kind == TokenKind::annotation)
        return fmt::format("the annotation `{}`", token.text.substr(1));
    if (token.kind == TokenKind::string)
        return "a string";
    return fmt::format("`{}`", token.text.size() <= most ? token.text : token.text.substr(0, most));
}

} // namespace

base::Error with_nearest(base::Error&& error, std::string_view word,
                         std::span<const std::string_view> candidates) {
    const auto found = base::nearest(word, candidates);
    if (!found)
        return std::move(error);
    return std::move(error).help(fmt::format("did you mean `{}`?", *found));
}

bool Cursor::take(TokenKind kind) {
    if (token_.kind != kind)
        return false;
    advance();
    return true;
}

bool Cursor::take_keyword(std::string_view word) {
    if (!at_keyword(word))
        return false;
    advance();
    return true;
}

bool Cursor::take_form(std::string_view word) {
    if (!at_form(word))
        return false;
    advance();
    advance();
    return true;
}

Result<> Cursor::expect_form(std::string_view word) {
    if (take_form(word))
        return {};
    if (at(TokenKind::open))
        advance();
    return fail(unexpected(fmt::format("`({}`", word)));
}

Result<> Cursor::expect_close() {
    if (!take(TokenKind::close))
        return fail(unexpected("`)`"));
    return {};
}

Result<> Cursor::expect_keyword(std::string_view word) {
    if (!take_keyword(word))
        return fail(unexpected(fmt::format("`{}`", word)));
    return {};
}

void Cursor::seek(std::size_t offset) {
    lexer_.seek(offset);
    has_ahead_ = false;
    token_ = lexer_.next();
}

void Cursor::skip_form() {
    if (token_.kind == TokenKind::bad)
        return;
    lexer_.seek(offset());
    lexer_.skip_form();
    behind_form_ = lexer_.offset();
    has_ahead_ = false;
    token_ = lexer_.next();
}

Result<std::string> Cursor::string(std::string_view what) {
    if (!at(TokenKind::string))
        return fail(unexpected(what));
    auto value = string_value(token_.text);
    advance();
    return value;
}

Result<std::string> Cursor::name(std::string_view what) {
    const auto at = token_;
    auto value = TENON_TRY(string(what));
    if (base::first_invalid_utf8(as_bytes(value)))
        return fail(error(Errc::malformed, "malformed UTF-8 in a name", at));
    return value;
}

Result<std::uint32_t> Cursor::u32(std::string_view what) {
    if (!at(TokenKind::number))
        return fail(unexpected(what));
    const auto value = TENON_TRY(number(parse_unsigned(token_.text, 32), what, token_));
    advance();
    return static_cast<std::uint32_t>(value);
}

Result<std::uint64_t> Cursor::u64(std::string_view what) {
    if (!at(TokenKind::number))
        return fail(unexpected(what));
    const auto value = TENON_TRY(number(parse_unsigned(token_.text, 64), what, token_));
    advance();
    return value;
}

std::string_view Cursor::id_text(const Token& id) {
    const auto text = id.text.substr(1);
    return text.starts_with('"') ? keep(string_value(text)) : text;
}

std::string_view Cursor::keep(std::string text) {
    return kept_.emplace_back(std::move(text));
}

base::Error Cursor::unexpected(std::string_view expected) const {
    if (token_.kind == TokenKind::bad)
        return lexer_.problem();
    if (token_.kind == TokenKind::annotation)
        return error(Errc::malformed,
                     fmt::format("misplaced annotation `{}`", token_.text.substr(1)), token_);
    return error(token_.kind == TokenKind::end ? Errc::truncated : Errc::malformed,
                 fmt::format("expected {}, found {}", expected, named(token_)), token_);
}

base::Error Cursor::unexpected(std::string_view expected,
                               std::span<const std::string_view> words) const {
    auto error = unexpected(expected);
    if (token_.kind != TokenKind::keyword)
        return error;
    return with_nearest(std::move(error), token_.text, words);
}

base::Error Cursor::bad_number(NumberProblem problem, std::string_view what,
                               const Token& at) const {
    const bool is_known = problem == NumberProblem::out_of_range;
    return error(Errc::malformed,
                 is_known ? fmt::format("`{}` is out of range of {}", at.text, what)
                          : fmt::format("expected {}, found `{}`", what, at.text),
                 at);
}

} // namespace tenon::wat
