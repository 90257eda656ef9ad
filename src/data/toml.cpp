// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// TOML 1.0. The door to toml++, which works without exceptions here. Dates become strings, as they
// are written; numbers get JSON's spelling.
#include "data/builder.hpp"
#include "data/lines.hpp"
#include "data/toml_depth.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <tuple>

#define TOML_EXCEPTIONS 0
#define TOML_MAX_NESTED_VALUES 256 // ours is lower; this one never speaks
#include <toml++/toml.h>

namespace tenon::data {
namespace {

class Converter {
public:
    Converter(const Document& document, const Lines& lines)
        : document_(document), text_(document.source.text), lines_(lines) {}

    Result<Value> convert(const toml::node& node, std::size_t depth) {
        switch (node.type()) {
        case toml::node_type::table: return table(*node.as_table(), depth);
        case toml::node_type::array: return array(*node.as_array(), depth);
        case toml::node_type::string: return Value(node.as_string()->get(), scalar_place(node));
        case toml::node_type::boolean: return Value(node.as_boolean()->get(), scalar_place(node));
        case toml::node_type::integer:
            return Value(Number{std::to_string(node.as_integer()->get())}, scalar_place(node));
        case toml::node_type::floating_point: return floating_point(node);
        case toml::node_type::date:
        case toml::node_type::time:
        case toml::node_type::date_time: return Value(spelling(node), scalar_place(node));
        case toml::node_type::none: break;
        }
        return Value();
    }

private:
    Result<Value> table(const toml::table& table, std::size_t depth) {
        const auto place = lines_.place(begin_of(table.source()));
        if (depth == max_depth)
            return fail(too_deep(document_, place));
        std::vector<Member> members;
        for (const auto& [key, node] : table) {
            auto value = TENON_TRY(convert(node, depth + 1));
            members.push_back({std::string(key.str()), std::move(value), key_place(key)});
        }
        // toml++ sorts by name; the order of the text is that of the places.
        std::sort(members.begin(), members.end(), [](const Member& a, const Member& b) {
            return std::tie(a.key_place.line, a.key_place.column) <
                   std::tie(b.key_place.line, b.key_place.column);
        });
        return Value::object(std::move(members), place);
    }

    Result<Value> array(const toml::array& array, std::size_t depth) {
        const auto place = lines_.place(begin_of(array.source()));
        if (depth == max_depth)
            return fail(too_deep(document_, place));
        std::vector<Value> items;
        for (const auto& node : array)
            items.push_back(TENON_TRY(convert(node, depth + 1)));
        return Value::array(std::move(items), place);
    }

    // TOML's spelling is JSON's, but for underscores and a plus sign in front.
    Result<Value> floating_point(const toml::node& node) {
        const auto place = scalar_place(node);
        if (!std::isfinite(node.as_floating_point()->get()))
            return fail(document_.error(place, Errc::invalid, "number is not finite"));
        auto text = spelling(node);
        std::erase(text, '_');
        if (text.starts_with('+'))
            text.erase(0, 1);
        return Value(Number{std::move(text)}, place);
    }

    [[nodiscard]] std::size_t begin_of(const toml::source_region& region) const {
        return lines_.offset(region.begin.line, region.begin.column);
    }
    [[nodiscard]] std::string spelling(const toml::node& node) const {
        const auto begin = begin_of(node.source());
        const auto end = lines_.offset(node.source().end.line, node.source().end.column);
        return std::string(text_.substr(begin, std::max(begin, end) - begin));
    }
    /// Of a string over several lines only the first quote is marked.
    [[nodiscard]] Place scalar_place(const toml::node& node) const {
        const auto text = spelling(node);
        return lines_.place(begin_of(node.source()),
                            text.find('\n') == text.npos ? text.size() : 1);
    }
    [[nodiscard]] Place key_place(const toml::key& key) const {
        const auto begin = begin_of(key.source());
        return lines_.place(begin, key_length(text_.substr(begin)));
    }
    static std::size_t key_length(std::string_view text) {
        if (text.empty())
            return 1;
        const char quote = text.front();
        std::size_t at = 1;
        if (quote != '"' && quote != '\'') {
            while (at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) ||
                                        text[at] == '_' || text[at] == '-'))
                ++at;
            return at;
        }
        while (at < text.size() && text[at] != quote && text[at] != '\n')
            at += quote == '"' && text[at] == '\\' ? 2u : 1u;
        return std::min(at + 1, text.size());
    }

    const Document& document_;
    std::string_view text_;
    const Lines& lines_;
};

// `Error while parsing key-value pair: expected '=', saw 'i'` becomes ``expected `=`, saw `i` ``
// with the rest under the carets.
base::Error syntax_error(const Document& document, const Lines& lines, const toml::parse_error& problem) {
    std::string message(problem.description());
    std::string label;
    constexpr std::string_view prefix = "Error while parsing ";
    if (message.starts_with(prefix))
        if (const auto colon = message.find(": "); colon != message.npos) {
            label = "in this " + message.substr(prefix.size(), colon - prefix.size());
            message.erase(0, colon + 2);
        }
    std::replace(message.begin(), message.end(), '\'', '`');
    const auto offset = lines.offset(problem.source().begin.line, problem.source().begin.column);
    const bool cut = message == "encountered end-of-file";
    if (cut)
        message = "text ends too early";
    return document.error(lines.place(offset), cut ? Errc::truncated : Errc::malformed,
                          std::move(message), std::move(label));
}

} // namespace

Result<Document> parse_toml(Source source) {
    Document document{std::move(source), {}};
    const std::string_view text = document.source.text;
    const Lines lines(text);
    if (const auto bad = base::first_invalid_utf8(as_bytes(text)))
        return fail(document.error(lines.place(*bad), Errc::malformed, "text is not UTF-8"));
    if (const auto deep = first_too_deep_in_toml(text, max_depth))
        return fail(too_deep(document, lines.place(*deep)));
    auto parsed = toml::parse(text);
    if (parsed.failed())
        return fail(syntax_error(document, lines, parsed.error()));
    auto root = TENON_TRY(Converter(document, lines).convert(parsed.table(), 0));
    document.root = std::move(root);
    return document;
}

} // namespace tenon::data
