// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// JSON (RFC 8259), read strictly: nothing behind the value, no comments, no repeated keys. The door
// to nlohmann-json, of which only the event reader is used: it does not recurse, and its values
// know neither places nor spellings.
#include "data/builder.hpp"
#include "data/lines.hpp"

#include "base/utf8.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace tenon::data {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// Receives the events. Each event stands for exactly one token, in the order of the text, with
/// only blanks, commas and colons between; so the place of a token follows from the end of the
/// one before.
class Events {
public:
    Events(const Document& document, std::string_view text)
        : document_(document), text_(text),
          at_(text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0), begin_(at_),
          lines_(text), builder_(document) {}

    // What nlohmann-json calls. False ends the reading.
    bool null() {
        builder_.add(Value::null(next_word()));
        return true;
    }
    bool boolean(bool value) {
        builder_.add(Value(value, next_word()));
        return true;
    }
    bool number_integer(std::int64_t) { return number(); }
    bool number_unsigned(std::uint64_t) { return number(); }
    bool number_float(double, const std::string&) { return number(); }
    bool string(std::string& value) {
        const auto place = next_string();
        builder_.add(Value(std::move(value), place));
        return true;
    }
    bool key(std::string& value) {
        const auto place = next_string();
        builder_.key(std::move(value), place);
        return true;
    }
    bool start_object(std::size_t) { return keep(builder_.begin_object(next_bracket())); }
    bool start_array(std::size_t) { return keep(builder_.begin_array(next_bracket())); }
    bool end_object() { return end(); }
    bool end_array() { return end(); }
    bool binary(nlohmann::json::binary_t&) { return false; } // JSON text has none
    template <class Exception> bool parse_error(std::size_t position, const std::string& last_token,
                                                const Exception& problem) {
        constexpr int number_out_of_range = 406;
        if (problem.id == number_out_of_range) {
            const auto place = next_word();
            error_ = document_.error(place, Errc::limit, "number is too large");
        } else {
            error_ = syntax_error(position, last_token, problem.what());
        }
        return false;
    }

    Result<Value> take() {
        if (error_)
            return fail(std::move(*error_));
        return builder_.take();
    }

private:
    bool number() {
        const auto place = next_word();
        builder_.add(
            Value(Number{std::string(text_.substr(at_ - place.length, place.length))}, place));
        return true;
    }
    bool end() {
        next_bracket();
        return keep(builder_.end());
    }
    bool keep(Result<>&& result) {
        if (!result)
            error_ = std::move(result).error();
        return !error_;
    }

    void skip_to_token() {
        at_ = std::min(text_.find_first_not_of(" \t\r\n,:", at_), text_.size());
    }
    Place next_bracket() {
        skip_to_token();
        return lines_.place(at_++);
    }
    Place next_word() {
        skip_to_token();
        const auto end = std::min(text_.find_first_of(" \t\r\n,:]}", at_), text_.size());
        const auto place = lines_.place(at_, end - at_);
        at_ = end;
        return place;
    }
    Place next_string() {
        skip_to_token();
        auto end = at_ + 1;
        while (end < text_.size() && text_[end] != '"')
            end += text_[end] == '\\' ? 2u : 1u;
        end = std::min(end + 1, text_.size());
        const auto place = lines_.place(at_, end - at_);
        at_ = end;
        return place;
    }

    [[nodiscard]] base::Error syntax_error(std::size_t position, const std::string& last_token,
                                           std::string_view what) const;

    const Document& document_;
    std::string_view text_;
    std::size_t at_;    // end of the last token
    std::size_t begin_; // behind the byte order mark, which nlohmann-json skips too
    Lines lines_;
    Builder builder_;
    std::optional<base::Error> error_;
};

std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
    const auto begin = text.find(before);
    if (begin == text.npos)
        return {};
    text.remove_prefix(begin + before.size());
    return text.substr(0, text.find(after));
}

std::string with_backquotes(std::string_view text) {
    std::string out(text);
    std::replace(out.begin(), out.end(), '\'', '`');
    return out;
}

/// What could have stood there, by the words that nlohmann-json has for where it was.
std::string_view expected_in(std::string_view context) {
    if (context == "object key")
        return "a key in double quotes";
    if (context == "object separator")
        return "`:`";
    if (context == "array")
        return "`,` or `]`";
    if (context == "object")
        return "`,` or `}`";
    return "a value";
}

// `what` reads: … syntax error while parsing CONTEXT - DETAIL; last read: 'TOKEN'; expected TOKEN.
// `position` counts the bytes that were read, the offending one being the last.
base::Error Events::syntax_error(std::size_t position, const std::string& last_token,
                                 std::string_view what) const {
    const auto context = between(what, "while parsing ", " - ");
    const auto detail = between(what, " - ", "; last read: '");
    if (position > text_.size()) {
        const auto place = lines_.place(text_.size());
        if (text_.find_first_not_of(" \t\r\n", begin_) == text_.npos)
            return document_.error(place, Errc::truncated, "empty text where a value is expected");
        if (detail.starts_with("invalid string"))
            return document_.error(place, Errc::truncated, "text ends within a string");
        return document_.error(place, Errc::truncated, "text ends too early",
                               fmt::format("expected {}", expected_in(context)));
    }
    if (!detail.starts_with("unexpected "))
        return document_.error(lines_.place(position - 1), Errc::malformed,
                               with_backquotes(detail));

    // `last_token` is kept up to date for words and strings only.
    const bool sign = detail.starts_with("unexpected '");
    const auto length = sign ? 1 : std::clamp<std::size_t>(last_token.size(), 1, position);
    const auto place = lines_.place(position - length, length);
    if (what.ends_with("expected end of input"))
        return document_.error(place, Errc::malformed, "text goes on behind the value",
                               "expected nothing here");
    constexpr std::size_t most_shown = 20;
    const auto shown = length > most_shown
                           ? std::string("this")
                           : fmt::format("`{}`", text_.substr(position - length, length));
    return document_.error(place, Errc::malformed,
                           fmt::format("expected {}, found {}", expected_in(context), shown));
}

/// What must not stand anywhere. A NUL byte would be taken for the end of the text.
Result<> check_bytes(const Document& document, std::string_view text) {
    if (const auto bad = base::first_invalid_utf8(as_bytes(text)))
        return fail(document.error(Lines(text).place(*bad), Errc::malformed, "text is not UTF-8"));
    if (const auto nul = text.find('\0'); nul != text.npos)
        return fail(
            document.error(Lines(text).place(nul), Errc::malformed, "NUL byte in the text"));
    return {};
}

} // namespace

Result<Document> parse_json(Source source) {
    Document document{std::move(source), {}};
    const std::string_view text = document.source.text;
    TENON_TRY(check_bytes(document, text));
    Events events(document, text);
    // The verdict is in `events`, which has stopped the reader for each error.
    const bool whole = nlohmann::json::sax_parse(text.begin(), text.end(), &events);
    auto root = TENON_TRY(events.take());
    TENON_ASSERT(whole);
    document.root = std::move(root);
    return document;
}

} // namespace tenon::data
