// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/lexer.hpp"

#include "base/ascii.hpp"
#include "base/diagnostic.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <fmt/core.h>

namespace tenon::wat {
namespace {

enum : std::uint8_t { is_id_char = 1, is_blank = 2, is_structure = 4 };

/// What a byte may be. `structure` is what a form's end cannot be found without.
constexpr auto classes = [] {
    std::array<std::uint8_t, 256> all{};
    for (unsigned c = 0x21; c < 0x7f; ++c)
        all[c] = is_id_char;
    for (const char c : {'"', '(', ')', ',', ';', '[', ']', '{', '}'})
        all[static_cast<unsigned char>(c)] = 0;
    for (const char c : {' ', '\t', '\n', '\r'})
        all[static_cast<unsigned char>(c)] = is_blank;
    for (const char c : {'"', '(', ')', ';'})
        all[static_cast<unsigned char>(c)] |= is_structure;
    return all;
}();

constexpr bool is(char c, std::uint8_t what) noexcept {
    return (classes[static_cast<unsigned char>(c)] & what) != 0;
}

// Eight bytes at a time, where it is a question of bytes that are passed over.
constexpr std::uint64_t in_each_byte = 0x0101010101010101;

std::uint64_t eight_bytes(const char* at) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return word;
}

/// The highest bit of the first byte that is zero, and perhaps of some behind it.
constexpr std::uint64_t first_zero(std::uint64_t word) noexcept {
    return (word - in_each_byte) & ~word & (in_each_byte << 7);
}

/// The first byte of `structure`. Half of a large text is looked at with nothing but this.
const char* find_structure(const char* at, const char* end) noexcept {
    static_assert(('(' | 1) == ')' && (')' | 1) == ')', "one test finds both");
    constexpr bool first_is_lowest = std::endian::native == std::endian::little;
    for (; first_is_lowest && end - at >= 8; at += 8) {
        const auto word = eight_bytes(at);
        const auto found = first_zero((word | in_each_byte) ^ (in_each_byte * ')')) |
                           first_zero(word ^ (in_each_byte * '"')) |
                           first_zero(word ^ (in_each_byte * ';'));
        if (found != 0)
            return at + std::countr_zero(found) / 8;
    }
    while (at != end && !is(*at, is_structure))
        ++at;
    return at;
}

/// Behind the spaces, of which indentation is made: half of a printed module is indentation.
const char* skip_spaces(const char* at, const char* end) noexcept {
    while (end - at >= 8 && eight_bytes(at) == in_each_byte * ' ')
        at += 8;
    return at;
}

constexpr std::array<std::string_view, 5> known_annotations = {
    "custom", "name", "metadata.code.branch_hint", "producers", "dylink.0",
};

/// The id of an annotation as it is spelled, without quotes and escapes.
std::string annotation_id(std::string_view token) {
    const auto id = token.substr(2);
    return id.starts_with('"') ? string_value(id) : std::string(id);
}

} // namespace

Place place_at(std::string_view text, std::size_t offset, std::size_t length) {
    const auto before = text.substr(0, std::min(offset, text.size()));
    const auto line = 1 + std::ranges::count(before, '\n');
    const auto line_begin = before.rfind('\n') + 1; // npos + 1 is 0
    const auto line_end = std::min(text.find('\n', before.size()), text.size());
    const auto most = std::max<std::size_t>(line_end - before.size(), 1);
    return Place{static_cast<std::uint32_t>(line),
                 static_cast<std::uint32_t>(before.size() - line_begin + 1),
                 static_cast<std::uint32_t>(std::clamp<std::size_t>(length, 1, most))};
}

std::string string_value(std::string_view token) {
    std::string out;
    token = token.substr(1, token.size() - 2);
    for (std::size_t i = 0; i < token.size(); ++i) {
        if (token[i] != '\\') {
            out.push_back(token[i]);
            continue;
        }
        const char c = token[++i];
        if (c == 'u') {
            char32_t code = 0;
            for (i += 2; token[i] != '}'; ++i)
                if (const auto digit = base::hex_value(token[i]))
                    code = code * 16 + *digit;
            base::append_utf8(out, code);
        } else if (const auto high = base::hex_value(c)) {
            out.push_back(static_cast<char>(*high << 4 | *base::hex_value(token[++i])));
        } else {
            out.push_back(c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : c);
        }
    }
    return out;
}

bool is_annotation(const Token& token, std::string_view name) {
    return token.kind == TokenKind::annotation && annotation_id(token.text) == name;
}

Lexer::Lexer(std::string_view name, std::string_view text, std::size_t begin, std::size_t end)
    : name_(name), text_(text), at_(text.data() + begin), end_(text.data() + end) {}

std::size_t Lexer::offset_of(const Token& token) const noexcept {
    return static_cast<std::size_t>(token.text.data() - text_.data());
}

base::Error Lexer::error(Errc code, std::string message, const Token& token,
                         std::string label) const {
    const auto offset = offset_of(token);
    return base::Error(code, std::move(message), offset)
        .at(base::excerpt(name_, text_, place_at(text_, offset, token.text.size()),
                          std::move(label)));
}

base::Error Lexer::problem() const {
    return error(Errc::malformed, problem_, bad_);
}

Token Lexer::make(TokenKind kind, const char* begin) const noexcept {
    return {kind, {begin, static_cast<std::size_t>(at_ - begin)}};
}

Token Lexer::bad(std::string message, const char* begin, const char* end) {
    problem_ = std::move(message);
    bad_ = {TokenKind::bad, {begin, static_cast<std::size_t>(end - begin)}};
    end_ = at_ = begin; // nothing comes behind it
    return bad_;
}

Token Lexer::next() {
    if (--until_question_ == 0 && is_stopped()) [[unlikely]]
        return bad("interrupted", at_, at_);
    if (bad_.kind == TokenKind::bad || !skip_blanks()) [[unlikely]]
        return bad_;
    while (end_ - at_ > 1 && at_[0] == '(' && at_[1] == '@') {
        if (const auto token = annotation())
            return *token;
        if (!skip_blanks())
            return bad_;
    }
    if (at_ == end_)
        return make(TokenKind::end, at_);
    const auto* const begin = at_;
    switch (*at_) {
    case '(': ++at_; return make(TokenKind::open, begin);
    case ')': ++at_; return make(TokenKind::close, begin);
    case ',':
    case ';':
    case '[':
    case ']':
    case '{':
    case '}': ++at_; return make(TokenKind::reserved, begin);
    default: return word();
    }
}

bool Lexer::is_stopped() {
    until_question_ = tokens_between_questions;
    return stop_.stop_requested();
}

bool Lexer::skip_blanks() {
    for (;;) {
        while (at_ != end_ && is(*at_, is_blank))
            at_ = skip_spaces(at_ + 1, end_);
        if (end_ - at_ < 2)
            return true;
        if (at_[0] == ';' && at_[1] == ';') {
            if (!skip_line_comment())
                return false;
        } else if (at_[0] == '(' && at_[1] == ';') {
            if (!skip_block_comment())
                return false;
        } else {
            return true;
        }
    }
}

bool Lexer::is_utf8(const char* begin, const char* end) {
    const auto wrong =
        base::first_invalid_utf8(as_bytes({begin, static_cast<std::size_t>(end - begin)}));
    if (wrong)
        bad("malformed UTF-8", begin + *wrong, begin + *wrong + 1);
    return !wrong;
}

bool Lexer::skip_line_comment() {
    const auto* const begin = at_;
    unsigned char all = 0;
    for (; at_ != end_ && *at_ != '\n' && *at_ != '\r'; ++at_)
        all |= static_cast<unsigned char>(*at_);
    return all < 0x80 || is_utf8(begin, at_);
}

bool Lexer::skip_block_comment() {
    const auto* const begin = at_;
    unsigned char all = 0;
    std::size_t depth = 0;
    while (at_ != end_) {
        const bool is_pair = end_ - at_ > 1;
        if (is_pair && at_[0] == '(' && at_[1] == ';') {
            ++depth;
            at_ += 2;
        } else if (is_pair && at_[0] == ';' && at_[1] == ')') {
            at_ += 2;
            if (--depth == 0)
                return all < 0x80 || is_utf8(begin, at_);
        } else {
            all |= static_cast<unsigned char>(*at_++);
        }
    }
    bad("a comment that is not closed", begin, begin + 2);
    return false;
}

Token Lexer::illegal() {
    const auto c = static_cast<unsigned char>(*at_);
    return bad(c < 0x80 ? fmt::format("illegal character `\\u{{{:x}}}`", c)
                        : "illegal character: only strings and comments go beyond ASCII",
               at_, at_ + 1);
}

Token Lexer::word() {
    const auto* const begin = at_;
    while (at_ != end_ && is(*at_, is_id_char))
        ++at_;
    if (at_ != end_ && *at_ == '"') [[unlikely]]
        return quoted_word(begin);
    if (at_ == begin)
        return illegal();
    if (base::is_lower(*begin))
        return make(TokenKind::keyword, begin);
    if (base::is_digit(*begin) || *begin == '-' || *begin == '+')
        return make(TokenKind::number, begin);
    if (*begin != '$')
        return make(TokenKind::reserved, begin);
    if (at_ - begin == 1)
        return bad("an identifier without a name", begin, at_);
    return make(TokenKind::id, begin);
}

/// A word in which a string begins here.
Token Lexer::quoted_word(const char* begin) {
    const auto* const quote = at_;
    if (!string())
        return bad_;
    const bool is_alone = at_ == end_ || (!is(*at_, is_id_char) && *at_ != '"');
    if (is_alone && quote == begin)
        return make(TokenKind::string, begin);
    if (is_alone && quote == begin + 1 && *begin == '$') {
        const auto token = make(TokenKind::id, begin);
        return has_any_in(token.text.substr(1)) ? token : bad_;
    }
    while (at_ != end_ && (is(*at_, is_id_char) || *at_ == '"')) {
        if (*at_ != '"')
            ++at_;
        else if (!string())
            return bad_;
    }
    return make(TokenKind::reserved, begin);
}

/// Whether the quoted identifier says something, in UTF-8.
bool Lexer::has_any_in(std::string_view id) {
    const auto value = string_value(id);
    if (value.empty())
        bad("an identifier without a name", id.data(), id.data() + id.size());
    else if (base::first_invalid_utf8(as_bytes(value)))
        bad("malformed UTF-8 in an identifier", id.data(), id.data() + id.size());
    return bad_.kind != TokenKind::bad;
}

bool Lexer::string() {
    const auto* const begin = at_++;
    bool is_ascii = true;
    while (at_ != end_) {
        const auto c = static_cast<unsigned char>(*at_);
        if (c == '"') {
            ++at_;
            return is_ascii || is_utf8(begin, at_);
        }
        if (c == '\\') {
            if (!escape())
                return false;
        } else if (c < 0x20 || c == 0x7f) {
            bad(fmt::format("illegal character `\\{:02x}` in a string", c), at_, at_ + 1);
            return false;
        } else {
            is_ascii = is_ascii && c < 0x80;
            ++at_;
        }
    }
    bad("a string that is not closed", begin, begin + 1);
    return false;
}

bool Lexer::escape() {
    const auto* const begin = at_++;
    const auto left = [&] { return end_ - at_; };
    if (left() > 0 && std::string_view("tnr\"'\\").contains(*at_)) {
        ++at_;
        return true;
    }
    if (left() > 1 && base::hex_value(at_[0]) && base::hex_value(at_[1])) {
        at_ += 2;
        return true;
    }
    if (left() > 2 && at_[0] == 'u' && at_[1] == '{' && base::hex_value(at_[2])) {
        char32_t code = 0;
        for (at_ += 2; left() > 0 && code <= 0x10ffff; ++at_) {
            if (const auto digit = base::hex_value(*at_))
                code = code * 16 + *digit;
            else if (*at_ != '_' || left() < 2 || !base::hex_value(at_[1]))
                break;
        }
        const bool is_scalar = code < 0xd800 || (code >= 0xe000 && code <= 0x10ffff);
        if (is_scalar && left() > 0 && *at_ == '}') {
            ++at_;
            return true;
        }
    }
    bad("an escape that strings do not have", begin, std::min(begin + 2, end_));
    return false;
}

// https://webassembly.github.io/spec/core/text/lexical.html#annotations
/// Nothing where it was none of those that are known, and is behind us.
std::optional<Token> Lexer::annotation() {
    const auto* const begin = at_;
    at_ += 2;
    const auto* const id = at_;
    while (at_ != end_ && is(*at_, is_id_char))
        ++at_;
    const bool is_quoted = at_ == id && at_ != end_ && *at_ == '"';
    if (is_quoted && !string())
        return bad_;
    if (at_ == id || (is_quoted && at_ - id == 2))
        return bad("an annotation without a name", begin, at_);
    if (is_quoted && !has_any_in({id, at_}))
        return bad_;
    const auto token = make(TokenKind::annotation, begin);
    const auto known = std::ranges::find(known_annotations, annotation_id(token.text));
    if (known == known_annotations.end() && skip_annotation(begin))
        return std::nullopt;
    return bad_.kind == TokenKind::bad ? bad_ : token;
}

bool Lexer::skip_annotation(const char* begin) {
    for (std::size_t depth = 1; depth > 0;) {
        if (!skip_blanks())
            return false;
        if (at_ == end_) {
            bad("an annotation that is not closed", begin, begin + 2);
            return false;
        }
        const char c = *at_;
        if (c == '"') {
            if (!string())
                return false;
        } else if (c > ' ' && c < 0x7f) {
            depth += c == '(' ? 1U : 0U;
            depth -= c == ')' ? 1U : 0U;
            ++at_;
        } else {
            illegal();
            return false;
        }
    }
    return true;
}

void Lexer::skip_form() {
    std::size_t depth = 1;
    while (at_ != end_) {
        at_ = find_structure(at_, end_);
        if (at_ == end_)
            return;
        const char c = *at_++;
        if (c == ')') {
            if (--depth == 0)
                return;
        } else if (c == '(') {
            if (at_ == end_ || *at_ != ';') {
                ++depth;
                continue;
            }
            --at_;
            if (!skip_block_comment())
                return;
        } else if (c == '"') {
            for (; at_ != end_ && *at_ != '"'; ++at_)
                if (*at_ == '\\' && end_ - at_ > 1)
                    ++at_;
            if (at_ != end_)
                ++at_;
        } else if (at_ != end_ && *at_ == ';') {
            while (at_ != end_ && *at_ != '\n' && *at_ != '\r')
                ++at_;
        }
    }
}

} // namespace tenon::wat
