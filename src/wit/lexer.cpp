// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/lexer.hpp"

#include "base/ascii.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <iterator>

namespace tenon::wit {
namespace {

struct Keyword {
    Tok kind;
    std::string_view text;
    std::string_view found; ///< as a diagnostic names it
};
constexpr Keyword keywords[] = {
#define TENON_KEYWORD(name, text) {Tok::name, text, "keyword `" text "`"},
#include "wit/keywords.def"
#undef TENON_KEYWORD
};

/// Every word of a text is looked up here, and every name that is printed: with a table instead of
/// a search through all keywords the lexer needs a fifth less time.
constexpr std::size_t keyword_slots = 128;
constexpr std::size_t slot_of(std::string_view word) noexcept {
    return (word.size() * 7 + static_cast<unsigned char>(word.front()) * 5 +
            static_cast<unsigned char>(word.back())) %
           keyword_slots;
}
/// Numbers of keywords plus one, each in the first free place from its slot on.
constexpr auto keyword_places = [] {
    std::array<std::uint8_t, keyword_slots> places{};
    for (std::size_t i = 0; i < std::size(keywords); ++i) {
        auto at = slot_of(keywords[i].text);
        while (places.at(at) != 0)
            at = (at + 1) % keyword_slots;
        places.at(at) = static_cast<std::uint8_t>(i + 1);
    }
    return places;
}();

const Keyword* find_keyword(std::string_view word) noexcept {
    if (word.empty())
        return nullptr;
    for (auto at = slot_of(word); keyword_places[at] != 0; at = (at + 1) % keyword_slots) {
        const auto& keyword = keywords[keyword_places[at] - 1U];
        if (keyword.text == word)
            return &keyword;
    }
    return nullptr;
}

/// The mark that a character is; `Tok::end` for one that is none.
constexpr auto mark_of = [] {
    struct Mark {
        char text;
        Tok kind;
    };
    constexpr Mark marks[] = {
        {'=', Tok::equals},     {',', Tok::comma},       {':', Tok::colon},
        {';', Tok::semicolon},  {'(', Tok::left_paren},  {')', Tok::right_paren},
        {'{', Tok::left_brace}, {'}', Tok::right_brace}, {'<', Tok::less},
        {'>', Tok::greater},    {'*', Tok::star},        {'/', Tok::slash},
        {'.', Tok::dot},        {'@', Tok::at},          {'+', Tok::plus},
        {'-', Tok::minus},
    };
    std::array<Tok, 256> kinds{};
    for (const auto& mark : marks)
        kinds.at(static_cast<unsigned char>(mark.text)) = mark.kind;
    return kinds;
}();
static_assert(Tok{} == Tok::end);

using base::hex_value;
using base::is_alphanumeric;
using base::is_digit;
using base::is_letter;
using base::is_lower;
using base::is_upper;

/// What we read as part of a word, so that a wrong one is shown whole.
bool is_word(char c) noexcept {
    return is_alphanumeric(c) || c == '-' || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

// Component Model, WIT.md, "Lexical structure": control characters, those that change the direction
// of text, and those that Unicode discourages strongly.
bool is_forbidden(char32_t c) noexcept {
    constexpr std::array<char32_t, 8> discouraged = {0x149,  0x673,  0xf77,  0xf79,
                                                     0x17a3, 0x17a4, 0x17b4, 0x17b5};
    if (c == '\t' || c == '\n' || c == '\r')
        return false;
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069) || std::ranges::find(discouraged, c) != discouraged.end();
}

/// Whether there is nothing in the text but what ASCII shows, and blanks: without a way out of the
/// loop, which makes it sixteen bytes a step.
bool is_plain(std::string_view text) noexcept {
    bool is_odd = false;
    for (const char c : text) {
        const bool is_shown = c >= 0x20 && c < 0x7f;
        is_odd |= !(is_shown || c == '\n' || c == '\t');
    }
    return !is_odd;
}

} // namespace

std::string_view describe(Tok kind) noexcept {
    switch (kind) {
    case Tok::end: return "end of file";
    case Tok::id: return "an identifier";
    case Tok::integer: return "an integer";
    case Tok::string: return "a string";
    case Tok::equals: return "`=`";
    case Tok::comma: return "`,`";
    case Tok::colon: return "`:`";
    case Tok::semicolon: return "`;`";
    case Tok::left_paren: return "`(`";
    case Tok::right_paren: return "`)`";
    case Tok::left_brace: return "`{`";
    case Tok::right_brace: return "`}`";
    case Tok::less: return "`<`";
    case Tok::greater: return "`>`";
    case Tok::star: return "`*`";
    case Tok::arrow: return "`->`";
    case Tok::slash: return "`/`";
    case Tok::dot: return "`.`";
    case Tok::at: return "`@`";
    case Tok::plus: return "`+`";
    case Tok::minus: return "`-`";
    case Tok::keyword_first: return "a keyword";
    default: break;
    }
    const auto* const found = std::ranges::find(keywords, kind, &Keyword::kind);
    return found == std::end(keywords) ? "a token" : found->found;
}

bool is_keyword(std::string_view word) noexcept {
    return find_keyword(word) != nullptr;
}

namespace {
/// What `identifier_problem` has nothing to say about, in one pass: nearly all words.
bool is_identifier(std::string_view word) noexcept {
    if (word.empty() || !is_letter(word.front()))
        return false;
    bool has_lower = false;
    bool has_upper = false;
    bool is_behind_dash = false;
    for (const char c : word) {
        if (c == '-') {
            if (is_behind_dash)
                return false;
            is_behind_dash = true;
            has_lower = has_upper = false;
            continue;
        }
        is_behind_dash = false;
        has_lower = has_lower || is_lower(c);
        has_upper = has_upper || is_upper(c);
        if (!is_alphanumeric(c) || (has_lower && has_upper))
            return false;
    }
    return !is_behind_dash;
}
} // namespace

std::string identifier_problem(std::string_view word) {
    if (is_identifier(word))
        return {};
    if (word.empty())
        return "an identifier has at least one letter";
    if (const auto odd = std::ranges::find_if(
            word, [](char c) { return !is_letter(c) && !is_digit(c) && c != '-'; });
        odd != word.end())
        return "identifiers consist of ASCII letters, digits and `-`";
    if (!is_letter(word.front()))
        return "an identifier begins with a letter";
    for (std::size_t at = 0; at <= word.size();) {
        const auto end = std::min(word.find('-', at), word.size());
        const auto part = word.substr(at, end - at);
        if (part.empty())
            return "each `-` stands between two words";
        if (std::ranges::any_of(part, is_lower) && std::ranges::any_of(part, is_upper))
            return "each word is all in lower case or all in upper case";
        at = end + 1;
    }
    return {};
}

std::string kebab_case(std::string_view word) {
    std::string out;
    for (std::size_t i = 0; i < word.size(); ++i) {
        const char c = word[i];
        const bool boundary = is_upper(c) && i > 0 && !is_upper(word[i - 1]);
        if ((boundary || c == '_' || c == '-') && !out.empty() && out.back() != '-')
            out += '-';
        if (is_alphanumeric(c))
            out += is_upper(c) ? static_cast<char>(c + 32) : c;
    }
    while (!out.empty() && out.back() == '-')
        out.pop_back();
    return identifier_problem(out).empty() ? out : std::string();
}

Result<TokenStream> TokenStream::open(const Sources& sources, std::uint32_t file) {
    TokenStream in(sources, file);
    const auto text = in.text_;
    if (is_plain(text))
        return in;
    if (const auto bad = base::first_invalid_utf8(as_bytes(text))) {
        return fail(in.error(Errc::malformed, "invalid UTF-8 in WIT text", in.span(*bad, *bad + 1))
                        .help("save the file in the UTF-8 encoding"));
    }
    if (text.starts_with("\xef\xbb\xbf"))
        in.at_ = 3;
    for (std::size_t at = in.at_; at < text.size();) {
        const auto start = at;
        const auto byte = static_cast<unsigned char>(text[at]);
        if (byte >= 0x20 && byte < 0x7f) {
            ++at;
            continue;
        }
        const auto c = base::next_code_point(text, at);
        if (is_forbidden(c)) {
            return fail(in.error(Errc::malformed,
                                 fmt::format("character U+{:04X} is not allowed in WIT text",
                                             static_cast<std::uint32_t>(c)),
                                 in.span(start, at)));
        }
    }
    return in;
}

Result<Token> TokenStream::peek() {
    if (!peeked_) {
        token_ = TENON_TRY(lex());
        peeked_ = true;
    }
    return token_;
}

Result<Token> TokenStream::next() {
    const auto token = TENON_TRY(peek());
    if (token.kind != Tok::end)
        peeked_ = false;
    return token;
}

Result<Token> TokenStream::version() {
    TENON_ASSERT(!peeked_);
    TENON_TRY(skip_blanks());
    const auto start = at_;
    auto end = start;
    while (end < text_.size() && (is_letter(text_[end]) || is_digit(text_[end]) ||
                                  text_[end] == '.' || text_[end] == '-' || text_[end] == '+'))
        ++end;
    if (end > start && text_[end - 1] == '.')
        --end;
    at_ = end;
    Token token;
    token.kind = Tok::integer;
    token.span = span(start, end);
    token.text = text_.substr(start, end - start);
    return token;
}

Result<bool> TokenStream::colon_begins_path() {
    TENON_ASSERT(peeked_ && token_.kind == Tok::colon);
    const auto saved_token = token_;
    const auto saved_at = at_;
    const auto saved_comments = comments_.size();
    const auto name = TENON_TRY(lex());
    bool path = false;
    if (name.kind == Tok::id) {
        const auto after = TENON_TRY(lex());
        path = after.kind == Tok::slash;
    }
    token_ = saved_token;
    at_ = saved_at;
    comments_.resize(saved_comments);
    return path;
}

base::Error TokenStream::error(Errc code, std::string message, Span span, std::string label) const {
    return sources_->point(base::Error(code, std::move(message)), span, std::move(label));
}

Span TokenStream::span(std::size_t begin, std::size_t end) const noexcept {
    return Span{file_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
}

Result<> TokenStream::skip_blanks() {
    while (at_ < text_.size()) {
        const char c = text_[at_];
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            ++at_;
        } else if (c != '/') {
            break;
        } else if (text_.substr(at_, 2) == "//") {
            const auto start = at_;
            at_ = std::min(text_.find('\n', at_), text_.size());
            comments_.push_back(span(start, at_));
        } else if (text_.substr(at_, 2) == "/*") {
            TENON_TRY(skip_block_comment());
        } else {
            break;
        }
    }
    return {};
}

Result<> TokenStream::skip_block_comment() {
    const auto start = at_;
    std::size_t depth = 0;
    do {
        const auto two = text_.substr(at_, 2);
        if (two.size() < 2) {
            return fail(error(Errc::malformed, "unterminated block comment", span(start, start + 2),
                              "begins here")
                            .help("each `/*` needs a `*/`; comments nest"));
        }
        if (two == "/*")
            ++depth;
        else if (two == "*/")
            --depth;
        at_ += two == "/*" || two == "*/" ? 2 : 1;
    } while (depth > 0);
    comments_.push_back(span(start, at_));
    return {};
}

Result<Token> TokenStream::lex() {
    const auto first_comment = comments_.size();
    TENON_TRY(skip_blanks());
    const auto start = at_;
    Token token;
    token.comments = Comments{static_cast<std::uint32_t>(first_comment),
                              static_cast<std::uint32_t>(comments_.size() - first_comment)};
    if (at_ == text_.size()) {
        token.span = span(at_, at_);
        return token;
    }
    const char c = text_[at_];
    if (is_digit(c)) {
        while (at_ < text_.size() && is_digit(text_[at_]))
            ++at_;
        token.kind = Tok::integer;
    } else if (is_word(c) && c != '-') {
        auto read = TENON_TRY(identifier(start, start));
        read.comments = token.comments;
        return read;
    } else if (c == '%') {
        auto read = TENON_TRY(identifier(start, start + 1));
        read.comments = token.comments;
        return read;
    } else if (c == '"') {
        auto read = TENON_TRY(string(start));
        read.comments = token.comments;
        return read;
    } else if (c == '-' && text_.substr(at_, 2) == "->") {
        at_ += 2;
        token.kind = Tok::arrow;
    } else if (const auto mark = mark_of[static_cast<unsigned char>(c)]; mark != Tok::end) {
        ++at_;
        token.kind = mark;
    } else {
        return fail(error(Errc::malformed, fmt::format("unexpected character `{}`", c),
                          span(start, start + 1)));
    }
    token.span = span(start, at_);
    token.text = text_.substr(start, at_ - start);
    return token;
}

Result<Token> TokenStream::identifier(std::size_t start, std::size_t name) {
    at_ = name;
    while (at_ < text_.size() && is_word(text_[at_]))
        ++at_;
    Token token;
    token.kind = Tok::id;
    token.span = span(start, at_);
    token.text = text_.substr(name, at_ - name);
    if (start == name) {
        if (const auto* const keyword = find_keyword(token.text)) {
            token.kind = keyword->kind;
            return token;
        }
    }
    if (!is_identifier(token.text)) [[unlikely]] {
        auto wrong =
            error(Errc::malformed, fmt::format("invalid identifier `{}`", token.text), token.span)
                .because(identifier_problem(token.text));
        if (const auto better = kebab_case(token.text); !better.empty())
            wrong = std::move(wrong).help(fmt::format("did you mean `{}`?", better));
        return fail(std::move(wrong));
    }
    return token;
}

Result<Token> TokenStream::string(std::size_t start) {
    for (at_ = start + 1; at_ < text_.size(); ++at_) {
        const char c = text_[at_];
        if (c == '\n')
            break;
        if (c == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] != '\n') {
            ++at_;
        } else if (c == '"') {
            ++at_;
            Token token;
            token.kind = Tok::string;
            token.span = span(start, at_);
            token.text = text_.substr(start, at_ - start);
            return token;
        }
    }
    return fail(error(Errc::malformed, "unterminated string literal", span(start, start + 1),
                      "begins here"));
}

namespace {

/// `{hex}` behind `\u`; advances `at` past it.
std::optional<char32_t> braced_code_point(std::string_view text, std::size_t& at) {
    if (at >= text.size() || text[at] != '{')
        return std::nullopt;
    const auto end = text.find('}', at);
    if (end == std::string_view::npos || end == at + 1)
        return std::nullopt;
    char32_t value = 0;
    for (++at; at < end; ++at) {
        const auto digit = hex_value(text[at]);
        if (!digit || value > 0x10ffff)
            return std::nullopt;
        value = value * 16 + *digit;
    }
    ++at;
    if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return std::nullopt;
    return value;
}

} // namespace

Result<std::string> string_content(const TokenStream& in, const Token& token) {
    const auto text = token.text.substr(1, token.text.size() - 2);
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] != '\\') {
            out += text[at++];
            continue;
        }
        const auto begin = at;
        const char c = text[++at]; // the lexer has seen to it that something follows
        ++at;
        const auto high = hex_value(c);
        const auto low = at < text.size() ? hex_value(text[at]) : std::nullopt;
        bool good = true;
        if (c == 't')
            out += '\t';
        else if (c == 'n')
            out += '\n';
        else if (c == 'r')
            out += '\r';
        else if (c == '"' || c == '\'' || c == '\\')
            out += c;
        else if (c == 'u') {
            const auto value = braced_code_point(text, at);
            good = value.has_value();
            if (good)
                base::append_utf8(out, *value);
        } else if (high && low) {
            out += static_cast<char>(*high * 16 + *low);
            ++at;
        } else {
            good = false;
        }
        if (!good) {
            const auto offset = token.span.begin + 1 + static_cast<std::uint32_t>(begin);
            return fail(in.error(Errc::malformed, "invalid escape in a string",
                                 Span{token.span.file, offset, offset + 2})
                            .help("escapes are `\\\"`, `\\'`, `\\t`, `\\n`, `\\r`, `\\\\`, "
                                  "`\\u{1f600}` and two hexadecimal digits as in `\\0a`"));
        }
    }
    const Bytes bytes(reinterpret_cast<const std::uint8_t*>(out.data()), out.size());
    if (base::first_invalid_utf8(bytes))
        return fail(in.error(Errc::malformed, "string is not valid UTF-8", token.span));
    return out;
}

std::string string_literal(std::string_view text) {
    std::string out = "\"";
    for (std::size_t at = 0; at < text.size();) {
        const auto start = at;
        const auto c = base::next_code_point(text, at);
        if (c == '"' || c == '\\')
            out += fmt::format("\\{}", text[start]);
        else if (c < 0x20 || is_forbidden(c))
            out += fmt::format("\\u{{{:x}}}", static_cast<std::uint32_t>(c));
        else
            out += text.substr(start, at - start);
    }
    return out + '"';
}

void append_comment_text(std::string& out, std::string_view line) {
    const auto begin = out.size();
    if (is_plain(line)) {
        out += line;
    } else if (base::first_invalid_utf8(as_bytes(line))) {
        out += base::printable(line);
        return;
    } else {
        for (std::size_t at = 0; at < line.size();) {
            const auto start = at;
            const auto c = base::next_code_point(line, at);
            out += c == '\r' || is_forbidden(c) ? std::string_view("\xef\xbf\xbd")
                                                : line.substr(start, at - start);
        }
    }
    while (out.size() > begin && (out.back() == ' ' || out.back() == '\t'))
        out.pop_back();
}

} // namespace tenon::wit
