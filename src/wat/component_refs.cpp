// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How a component names what it uses, and the aliases that such names stand for.
#include "wat/component_parser.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::wat {

using component::Sort;

ast::Alias alias_to(ItemSpace space, std::variant<ast::Alias::Export, ast::Alias::Outer> target) {
    const auto& row = row_of(space);
    return {0, row.sort, row.core, std::move(target)};
}

std::optional<std::string_view> ComponentParser::id_of(const Naming& naming) {
    if (naming.id.kind != TokenKind::id)
        return std::nullopt;
    return in_.id_text(naming.id);
}

Result<> ComponentParser::check_depth() const {
    constexpr int max_depth = 100;
    if (depth_ >= max_depth)
        return fail(in_.error(Errc::limit,
                              fmt::format("nested too deeply: {} levels at most", max_depth),
                              in_.token()));
    return {};
}

Result<Token> ComponentParser::index_token(std::string_view what) {
    if (!at_index(in_))
        return fail(in_.unexpected(fmt::format("the index or name of {}", with_article(what))));
    const auto at = in_.token();
    in_.advance();
    return at;
}

// Reading

/// `$f`, or in parentheses with its sort. Texts older than July 2026 leave out `core`.
Result<ItemRef> ComponentParser::ref(ItemSpace space, RefReader inside) {
    const auto& row = row_of(space);
    if (at_index(in_)) {
        const auto at = TENON_TRY(index_token(row.shown));
        return ItemRef{space, at, {}};
    }
    if (!in_.take(TokenKind::open))
        return fail(in_.unexpected(with_article(row.shown)));
    if (is_core(space) && !in_.take_keyword("core") && !in_.at_keyword(row.word))
        return fail(in_.unexpected(fmt::format("`core {}`", row.word)));
    TENON_TRY(in_.expect_keyword(row.word));
    auto ref = TENON_TRY((this->*inside)(space));
    TENON_TRY(in_.expect_close());
    return ref;
}

/// `$f`, `(core func $f)` or `(core func $instance "name")`.
Result<ItemRef> ComponentParser::core_ref(ItemSpace space) {
    return ref(space, &ComponentParser::core_ref_inside);
}

Result<ItemRef> ComponentParser::core_ref_inside(ItemSpace space) {
    ItemRef ref{space, {}, {}};
    ref.at = TENON_TRY(index_token(row_of(space).shown));
    if (in_.at(TokenKind::string))
        ref.names.push_back(TENON_TRY(in_.name("the name of an export")));
    return ref;
}

/// `(memory $m)`, `(memory (core memory $instance "name"))`, once `(memory $instance "name")`.
Result<ItemRef> ComponentParser::memory_ref() {
    TENON_TRY(in_.expect_form("memory"));
    auto ref = TENON_TRY(at_index(in_) ? core_ref_inside(ItemSpace::core_memory)
                                       : core_ref(ItemSpace::core_memory));
    TENON_TRY(in_.expect_close());
    return ref;
}

/// `$t` or `(type $instance "name"*)`.
Result<ItemRef> ComponentParser::item_ref(ItemSpace space) {
    return ref(space, &ComponentParser::item_ref_inside);
}

Result<ItemRef> ComponentParser::item_ref_inside(ItemSpace space) {
    ItemRef ref{space, {}, {}};
    ref.at = TENON_TRY(index_token(row_of(space).shown));
    while (in_.at(TokenKind::string))
        ref.names.push_back(TENON_TRY(in_.name("the name of an export")));
    return ref;
}

/// `(func $f)`, `(core module $m)`, and so on for all that components import and export.
Result<ItemRef> ComponentParser::any_ref() {
    if (!in_.take(TokenKind::open))
        return fail(in_.unexpected("`(`"));
    const auto space = TENON_TRY(sort());
    auto ref = TENON_TRY(item_ref_inside(space));
    TENON_TRY(in_.expect_close());
    return ref;
}

Result<ItemSpace> ComponentParser::sort() {
    if (in_.take_keyword("core")) {
        TENON_TRY(in_.expect_keyword("module"));
        return ItemSpace::core_module;
    }
    for (auto space = ItemSpace::func; space <= ItemSpace::instance;
         space = static_cast<ItemSpace>(static_cast<int>(space) + 1))
        if (in_.take_keyword(row_of(space).word))
            return space;
    constexpr std::array<std::string_view, 6> words = {"core",      "func",     "type",
                                                       "component", "instance", "value"};
    return fail(
        in_.unexpected("`func`, `type`, `instance`, `component`, `value` or `core module`", words));
}

/// Behind `core`, or inside what is core altogether. Core instances export only some sorts.
Result<ItemSpace> ComponentParser::core_sort(bool may_be_exported) {
    const auto last = may_be_exported ? ItemSpace::core_tag : ItemSpace::core_instance;
    for (auto space = ItemSpace::core_func; space <= last;
         space = static_cast<ItemSpace>(static_cast<int>(space) + 1))
        if (in_.take_keyword(row_of(space).word))
            return space;
    constexpr std::array<std::string_view, 5> words = {"func", "table", "memory", "global", "tag"};
    return fail(in_.unexpected("`func`, `table`, `memory`, `global` or `tag`", words));
}

// Looking up

Result<std::uint32_t> ComponentParser::number(const Token& at) {
    const auto value = TENON_TRY(in_.number(parse_unsigned(at.text, 32), "an index", at));
    return static_cast<std::uint32_t>(value);
}

/// A name that is not here, but further out, is an alias from there, one for each use.
Result<std::uint32_t> ComponentParser::index(ItemSpace space, const Token& at) {
    if (at.kind == TokenKind::number)
        return number(at);
    const auto id = in_.id_text(at);
    for (std::uint32_t depth = 0; depth < scopes_.size(); ++depth) {
        const auto* const found = scopes_[scopes_.size() - 1 - depth].find(space, id);
        if (found == nullptr)
            continue;
        if (depth == 0)
            return *found;
        if (!row_of(space).has_outer_alias)
            return fail(in_.error(
                Errc::malformed,
                fmt::format("the {} `{}` belongs to an outer component, from which only types, "
                            "core modules and components can be used",
                            row_of(space).shown, at.text),
                at));
        add(alias_to(space, ast::Alias::Outer{depth, *found}));
        return define(space);
    }
    return fail(scope().unknown(in_, space, at));
}

Result<std::uint32_t> ComponentParser::alias_of(ItemSpace space, ast::Alias::Export target) {
    add(alias_to(space, std::move(target)));
    return define(space);
}

Result<std::uint32_t> ComponentParser::resolve(const ItemRef& ref) {
    if (ref.names.empty())
        return index(ref.space, ref.at);
    if (is_core(ref.space) && ref.space != ItemSpace::core_module) {
        if (ref.space > ItemSpace::core_tag)
            return fail(in_.error(Errc::malformed,
                                  fmt::format("core instances do not export {}",
                                              with_article(row_of(ref.space).shown)),
                                  ref.at));
        const auto instance = TENON_TRY(index(ItemSpace::core_instance, ref.at));
        return alias_of(ref.space, {instance, ref.names.front()});
    }
    auto at = TENON_TRY(index(ItemSpace::instance, ref.at));
    for (std::size_t i = 0; i < ref.names.size(); ++i) {
        const bool is_last = i + 1 == ref.names.size();
        at = TENON_TRY(alias_of(is_last ? ref.space : ItemSpace::instance, {at, ref.names[i]}));
    }
    return at;
}

} // namespace tenon::wat
