// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Canonical definitions: each by its row of `canon.def`.
#include "wat/component_parser.hpp"
#include "wat/types.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::wat {
namespace {

using ast::CanonOp;
using ast::CanonRow;
using OptionKind = ast::CanonOption::Kind;

constexpr auto rows = std::to_array<CanonRow>({
#define TENON_CANON(name, code, text, immediates) {CanonOp::name, text, immediates},
#include "component/canon.def"
#undef TENON_CANON
});

struct OptionRow {
    std::string_view word;
    OptionKind kind;
    std::optional<ItemSpace> space; ///< of what it names; it is in parentheses then
};
constexpr std::array<OptionRow, 10> option_rows = {{
    {"string-encoding=utf8", OptionKind::utf8, {}},
    {"string-encoding=utf16", OptionKind::utf16, {}},
    {"string-encoding=latin1+utf16", OptionKind::latin1_utf16, {}},
    {"async", OptionKind::async, {}},
    {"gc", OptionKind::gc, {}},
    {"memory", OptionKind::memory, ItemSpace::core_memory},
    {"realloc", OptionKind::realloc, ItemSpace::core_func},
    {"post-return", OptionKind::post_return, ItemSpace::core_func},
    {"callback", OptionKind::callback, ItemSpace::core_func},
    {"core-type", OptionKind::core_type, ItemSpace::core_type},
}};

constexpr auto option_words = [] {
    std::array<std::string_view, option_rows.size()> out;
    std::ranges::transform(option_rows, out.begin(), &OptionRow::word);
    return out;
}();

} // namespace

/// `(canon lift …  (func $f …))`, or any other with `(core func $f)` at its end
Result<> ComponentParser::canon() {
    if (in_.take_keyword("lift")) {
        // The type comes last in the text and first in the component.
        const auto operands = in_.offset();
        TENON_TRY(skip_to_func());
        TENON_TRY(in_.expect_form("func"));
        const auto naming = TENON_TRY(read_naming(in_));
        const auto type = TENON_TRY(item_type(ItemSpace::func));
        TENON_TRY(in_.expect_close());
        const auto end = in_.offset();
        in_.seek(operands);
        TENON_TRY(lift(type, naming));
        if (!in_.at_form("func"))
            return fail(in_.unexpected("`(func`"));
        in_.seek(end);
        return {};
    }
    auto canon = TENON_TRY(canon_core());
    TENON_TRY(in_.expect_form("core"));
    TENON_TRY(in_.expect_keyword("func"));
    const auto naming = TENON_TRY(read_naming(in_));
    TENON_TRY(in_.expect_close());
    add(std::move(canon));
    TENON_TRY(define(ItemSpace::core_func, naming));
    return {};
}

/// `(core func $f (canon lower …))` or `(core func $f (alias core export $i "name"))`
Result<> ComponentParser::core_func() {
    const auto naming = TENON_TRY(read_naming(in_));
    if (in_.take_form("alias")) {
        TENON_TRY(in_.expect_keyword("core"));
        TENON_TRY(in_.expect_keyword("export"));
        const auto at = TENON_TRY(index_token("core instance"));
        auto name = TENON_TRY(in_.name("the name of an export"));
        const auto instance = TENON_TRY(index(ItemSpace::core_instance, at));
        add(alias_to(ItemSpace::core_func, ast::Alias::Export{instance, std::move(name)}));
    } else {
        TENON_TRY(in_.expect_form("canon"));
        add(TENON_TRY(canon_core()));
    }
    TENON_TRY(in_.expect_close());
    TENON_TRY(define(ItemSpace::core_func, naming));
    return {};
}

/// What makes a core function: `lower $f option*` and so on.
Result<ast::Canon> ComponentParser::canon_core() {
    const auto word = in_.token().text;
    const auto* const row = std::ranges::find(rows, word, &CanonRow::text);
    if (!in_.at(TokenKind::keyword) || row == rows.end() || row->op == CanonOp::lift) {
        std::array<std::string_view, rows.size()> words;
        std::ranges::transform(rows, words.begin(), &CanonRow::text);
        return fail(in_.unexpected("a canonical definition, such as `lower`", words));
    }
    in_.advance();
    ast::Canon out{.op = row->op, .result = {}, .slot_type = {}, .options = {}};
    std::size_t numbers = 0;
    for (const char kind : row->immediates)
        TENON_TRY(immediate(kind, out, numbers));
    return out;
}

/// Behind `lift`: the core function and options, which come behind the type in the component.
Result<std::uint32_t> ComponentParser::lift(const ItemType& type, const Naming& naming) {
    const auto type_index = TENON_TRY(resolve(type));
    const auto function = TENON_TRY(core_ref(ItemSpace::core_func));
    ast::Canon out{.op = CanonOp::lift, .result = {}, .slot_type = {}, .options = {}};
    out.numbers = {TENON_TRY(resolve(function)), type_index};
    out.options = TENON_TRY(options());
    add(std::move(out));
    return define(ItemSpace::func, naming);
}

/// Passes over the operands of a lift.
Result<> ComponentParser::skip_to_func() {
    while (!in_.at_form("func")) {
        if (in_.take(TokenKind::open))
            in_.skip_form();
        else if (in_.at(TokenKind::keyword) || at_index(in_))
            in_.advance();
        else
            return fail(in_.unexpected("`(func`"));
    }
    return {};
}

Result<> ComponentParser::immediate(char kind, ast::Canon& canon, std::size_t& numbers) {
    switch (kind) {
    case '0': return {};
    case 'o': canon.options = TENON_TRY(options()); return {};
    case 'a': canon.flag = in_.take_keyword("async"); return {};
    case 'c': canon.flag = in_.take_keyword("cancellable"); return {};
    case 'r':
        if (in_.take_form("result"))
            canon.result = TENON_TRY(task_result());
        return {};
    case 'v': canon.slot_type = TENON_TRY(read_val_type(in_, scope().core_types())); return {};
    default: canon.numbers.at(numbers++) = TENON_TRY(number_immediate(kind)); return {};
    }
}

Result<std::uint32_t> ComponentParser::number_immediate(char kind) {
    ItemRef ref{ItemSpace::type, {}, {}};
    switch (kind) {
    case 'u': return in_.u32("a number");
    case 'F': ref = TENON_TRY(item_ref(ItemSpace::func)); break;
    case 'f': ref = TENON_TRY(core_ref(ItemSpace::core_func)); break;
    case 'm': ref = TENON_TRY(memory_ref()); break;
    case 'k': ref = TENON_TRY(core_ref(ItemSpace::core_type)); break;
    case 'T': ref = TENON_TRY(core_ref(ItemSpace::core_table)); break;
    default: ref = TENON_TRY(item_ref(ItemSpace::type)); break;
    }
    return resolve(ref);
}

/// `type)` behind `(result`
Result<ast::ValType> ComponentParser::task_result() {
    Slots slots;
    const auto type = TENON_TRY(val_type(slots));
    TENON_TRY(in_.expect_close());
    return settle(type, slots);
}

Result<std::vector<ast::CanonOption>> ComponentParser::options() {
    std::vector<ast::CanonOption> out;
    while (TENON_TRY(option(out))) {
    }
    return out;
}

/// Whether one stands here; it is taken then.
Result<bool> ComponentParser::option(std::vector<ast::CanonOption>& into) {
    const bool is_form = in_.at(TokenKind::open);
    const auto& word = is_form ? in_.ahead() : in_.token();
    if (word.kind != TokenKind::keyword)
        return false;
    const auto* const row = std::ranges::find_if(option_rows, [&](const OptionRow& one) {
        return one.word == word.text && one.space.has_value() == is_form;
    });
    if (row == option_rows.end()) {
        if (is_form && (word.text == "core" || word.text == "func"))
            return false; // what the definition is called comes behind its options
        if (is_form)
            in_.advance();
        return fail(in_.unexpected("a canonical option", option_words));
    }
    ast::CanonOption out{row->kind};
    if (row->space == ItemSpace::core_memory) {
        const auto memory = TENON_TRY(memory_ref());
        out.index = TENON_TRY(resolve(memory));
    } else {
        if (is_form)
            in_.advance();
        in_.advance();
        if (is_form) {
            const auto ref = TENON_TRY(core_ref(*row->space));
            out.index = TENON_TRY(resolve(ref));
            TENON_TRY(in_.expect_close());
        }
    }
    into.push_back(out);
    return true;
}

} // namespace tenon::wat
