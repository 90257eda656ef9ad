// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The fields of a component, apart from types, instances and canonical definitions.
#include "wat/component_parser.hpp"
#include "wat/module_parser.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::wat {

using component::CoreSort;
using component::Sort;

namespace {

/// What may stand behind the name of an import or export.
struct Attribute {
    std::string_view word;
    std::optional<std::string> ast::ExternName::* into;
};
constexpr std::array<Attribute, 4> attributes = {{
    {"implements", &ast::ExternName::implements},
    {"version-suffix", &ast::ExternName::version_suffix},
    {"versionsuffix", &ast::ExternName::version_suffix},
    {"external-id", &ast::ExternName::external_id},
}};

} // namespace

Result<std::variant<ComponentText, Buffer>>
ComponentParser::parse(bool is_definition, std::vector<TextPlaces>* modules) {
    modules_ = modules;
    using Parsed = std::variant<ComponentText, Buffer>;
    TENON_TRY(in_.expect_form("component"));
    if (is_definition)
        TENON_TRY(in_.expect_keyword("definition"));
    const auto naming = TENON_TRY(read_naming(in_));
    const bool is_binary = in_.take_keyword("binary");
    Buffer bytes;
    ComponentText text;
    while (is_binary && !in_.at(TokenKind::close)) {
        const auto part = TENON_TRY(in_.string("a string"));
        bytes.insert(bytes.end(), part.begin(), part.end());
    }
    if (!is_binary)
        text.tree = TENON_TRY(fields(naming));
    TENON_TRY(in_.expect_close());
    if (!in_.at(TokenKind::end))
        return fail(in_.unexpected("nothing behind the component"));
    if (is_binary)
        return Parsed(std::move(bytes));
    text.kept = std::move(kept_);
    return Parsed(std::move(text));
}

/// Up to the `)` of the component.
Result<ast::Component> ComponentParser::fields(const Naming& naming) {
    TENON_TRY(check_depth());
    const Level level(*this);
    ast::Component out;
    scopes_.emplace_back(&out.sections, id_of(naming));
    while (!in_.at(TokenKind::close) && !in_.at(TokenKind::end)) {
        if (is_annotation(in_.token(), "custom")) {
            TENON_TRY(custom());
        } else if (is_annotation(in_.token(), "producers")) {
            TENON_TRY(producers());
        } else {
            if (!in_.take(TokenKind::open))
                return fail(in_.unexpected("a field of a component"));
            TENON_TRY(field());
            TENON_TRY(in_.expect_close());
        }
    }
    for (auto& exported : scope().take_late_exports())
        scope().add(std::move(exported));
    if (auto names = scope().names(naming.shown); !names.empty())
        add(ast::Custom{"component-name", keep(std::move(names))});
    scopes_.pop_back();
    return out;
}

Result<> ComponentParser::field() {
    struct Row {
        std::string_view word;
        Result<> (ComponentParser::*read)();
    };
    static constexpr std::array<Row, 9> rows = {{
        {"core", &ComponentParser::core_field},
        {"component", &ComponentParser::component},
        {"instance", &ComponentParser::instance},
        {"alias", &ComponentParser::alias},
        {"import", &ComponentParser::import_field},
        {"export", &ComponentParser::export_field},
        {"func", &ComponentParser::func},
        {"canon", &ComponentParser::canon},
        {"start", &ComponentParser::start},
    }};
    form_ = in_.offset();
    if (in_.take_keyword("type")) {
        TENON_TRY(type_field(true));
        return {};
    }
    for (const auto& row : rows)
        if (in_.take_keyword(row.word))
            return (this->*row.read)();
    constexpr std::array<std::string_view, 10> words = {
        "core", "component", "instance", "alias", "import",
        "type", "export",    "func",     "canon", "start",
    };
    return fail(in_.unexpected("a field of a component", words));
}

Result<> ComponentParser::core_field() {
    if (in_.take_keyword("module"))
        return core_module();
    if (in_.take_keyword("instance"))
        return core_instance();
    if (in_.take_keyword("type"))
        return core_type();
    if (in_.take_keyword("rec"))
        return core_rec();
    if (in_.take_keyword("func"))
        return core_func();
    constexpr std::array<std::string_view, 5> words = {"module", "instance", "type", "rec", "func"};
    return fail(in_.unexpected("`module`, `instance`, `type`, `rec` or `func`", words));
}

// Custom sections

/// `(@custom "name" "bytes"*)`: it stands where it is written.
Result<> ComponentParser::custom() {
    in_.advance();
    ast::Custom section;
    section.name = TENON_TRY(in_.name("the name of a custom section"));
    Buffer bytes;
    while (!in_.at(TokenKind::close)) {
        const auto part = TENON_TRY(in_.string("a string"));
        bytes.insert(bytes.end(), part.begin(), part.end());
    }
    in_.advance();
    section.payload = keep(std::move(bytes));
    add(std::move(section));
    return {};
}

Result<> ComponentParser::producers() {
    auto content = TENON_TRY(read_producers(in_));
    add(ast::Custom{"producers", keep(std::move(content))});
    return {};
}

// Modules and components

Result<> ComponentParser::core_module() {
    const auto naming = TENON_TRY(read_naming(in_));
    auto exported = TENON_TRY(inline_exports());
    if (at_inline("import")) {
        const auto index = TENON_TRY(inline_import(ItemSpace::core_module, naming));
        return export_later(ItemSpace::core_module, index, std::move(exported));
    }
    TextPlaces* const places = modules_ == nullptr ? nullptr : &modules_->emplace_back();
    if (places != nullptr)
        places->add(0, form_);
    Buffer binary;
    if (in_.take_keyword("binary")) {
        while (in_.at(TokenKind::string)) {
            const auto part = TENON_TRY(in_.string("a string"));
            binary.insert(binary.end(), part.begin(), part.end());
        }
    } else {
        const auto begin = in_.offset();
        in_.skip_form();
        const auto end = std::min(in_.behind_form(), in_.text().size());
        Cursor inside(in_.source_name(), in_.text(), begin, end);
        inside.stop_on(stop_);
        binary = TENON_TRY(ModuleParser(std::move(inside)).parse(naming, true, places));
        in_.seek(end - 1); // its `)`
    }
    add(ast::CoreModule{keep(std::move(binary))});
    const auto index = TENON_TRY(define(ItemSpace::core_module, naming));
    return export_later(ItemSpace::core_module, index, std::move(exported));
}

Result<> ComponentParser::component() {
    const auto naming = TENON_TRY(read_naming(in_));
    auto exported = TENON_TRY(inline_exports());
    std::uint32_t index = 0;
    if (at_inline("import")) {
        index = TENON_TRY(inline_import(ItemSpace::component, naming));
    } else {
        std::vector<ast::Component> one;
        one.push_back(TENON_TRY(fields(naming)));
        add(std::move(one));
        index = TENON_TRY(define(ItemSpace::component, naming));
    }
    return export_later(ItemSpace::component, index, std::move(exported));
}

// Functions

/// `(func (import "f") …)`, `(func (alias export $i "f"))` or `(func … (canon lift …))`
Result<> ComponentParser::func() {
    const auto naming = TENON_TRY(read_naming(in_));
    auto exported = TENON_TRY(inline_exports());
    std::uint32_t index = 0;
    if (at_inline("import")) {
        index = TENON_TRY(inline_import(ItemSpace::func, naming));
    } else if (in_.take_form("alias")) {
        TENON_TRY(in_.expect_keyword("export"));
        ItemRef ref{ItemSpace::instance, {}, {}};
        ref.at = TENON_TRY(index_token("instance"));
        ast::Alias::Export target{0, TENON_TRY(in_.name("the name of an export"))};
        TENON_TRY(in_.expect_close());
        target.instance = TENON_TRY(resolve(ref));
        add(alias_to(ItemSpace::func, std::move(target)));
        index = TENON_TRY(define(ItemSpace::func, naming));
    } else {
        const auto type = TENON_TRY(item_type(ItemSpace::func));
        TENON_TRY(in_.expect_form("canon"));
        TENON_TRY(in_.expect_keyword("lift"));
        index = TENON_TRY(lift(type, naming));
        TENON_TRY(in_.expect_close());
    }
    return export_later(ItemSpace::func, index, std::move(exported));
}

/// `(start $f (value $v)* (result (value $r))*)`
Result<> ComponentParser::start() {
    ast::Start out{.function = 0, .arguments = {}, .results = 0};
    const auto function = TENON_TRY(index_token("function"));
    out.function = TENON_TRY(index(ItemSpace::func, function));
    while (in_.take_form("value")) {
        const auto value = TENON_TRY(item_ref_inside(ItemSpace::value));
        out.arguments.push_back(TENON_TRY(resolve(value)));
        TENON_TRY(in_.expect_close());
    }
    std::vector<Naming> results;
    while (in_.take_form("result")) {
        TENON_TRY(in_.expect_form("value"));
        results.push_back(TENON_TRY(read_naming(in_)));
        TENON_TRY(in_.expect_close());
        TENON_TRY(in_.expect_close());
    }
    out.results = static_cast<std::uint32_t>(results.size());
    add(std::move(out));
    for (const auto& naming : results)
        TENON_TRY(define(ItemSpace::value, naming));
    return {};
}

// Imports and exports

/// Whether `(word "name")` stands here, with nothing but the name (and attributes of it): that is
/// the short form.
bool ComponentParser::at_inline(std::string_view word) {
    if (!in_.at_form(word))
        return false;
    const auto begin = in_.offset();
    in_.advance();
    in_.advance();
    if (in_.take_form("interface")) { // what texts of before September 2023 put around names
        in_.take(TokenKind::string);
        in_.take(TokenKind::close);
    } else if (!in_.take(TokenKind::string)) {
        in_.seek(begin);
        return false;
    }
    while (in_.at(TokenKind::open) &&
           std::ranges::find(attributes, in_.ahead().text, &Attribute::word) != attributes.end()) {
        in_.advance();
        in_.skip_form();
    }
    const bool is_inline = in_.at(TokenKind::close);
    in_.seek(begin);
    return is_inline;
}

Result<ComponentParser::ExternNames> ComponentParser::inline_exports() {
    ExternNames out;
    while (at_inline("export")) {
        in_.advance();
        in_.advance();
        out.push_back(TENON_TRY(extern_name()));
        TENON_TRY(in_.expect_close());
    }
    return out;
}

/// It has an index behind those of all fields.
Result<> ComponentParser::export_later(ItemSpace space, std::uint32_t index, ExternNames names) {
    const auto& row = row_of(space);
    for (auto& name : names)
        scope().export_later({form_, std::move(name), {row.sort, row.core, index}, std::nullopt});
    return {};
}

/// `(import "name") type`
Result<std::uint32_t> ComponentParser::inline_import(ItemSpace space, const Naming& naming) {
    in_.advance();
    in_.advance();
    ast::Import import{0, TENON_TRY(extern_name()), {.sort = row_of(space).sort}};
    TENON_TRY(in_.expect_close());
    const auto type = TENON_TRY(item_type(space));
    import.type.index = TENON_TRY(resolve(type));
    add(std::move(import));
    return define(space, naming);
}

/// A name and its attributes, each once and in any order.
Result<ast::ExternName> ComponentParser::extern_name() {
    ast::ExternName out;
    if (in_.take_form("interface")) {
        out.name = TENON_TRY(in_.name("a name"));
        TENON_TRY(in_.expect_close());
    } else {
        out.name = TENON_TRY(in_.name("a name"));
    }
    while (in_.at(TokenKind::open)) {
        const auto at = in_.ahead();
        const auto* const row = std::ranges::find(attributes, at.text, &Attribute::word);
        if (row == attributes.end())
            break;
        auto& into = out.*row->into;
        if (into)
            return fail(in_.error(Errc::malformed, fmt::format("a second `{}`", row->word), at));
        in_.advance();
        in_.advance();
        into = TENON_TRY(in_.name("a string"));
        TENON_TRY(in_.expect_close());
    }
    return out;
}

/// `(import "name" (func $f …))`
Result<> ComponentParser::import_field() {
    auto name = TENON_TRY(extern_name());
    if (!in_.take(TokenKind::open))
        return fail(in_.unexpected("what is imported"));
    const auto read = TENON_TRY(signature(true));
    TENON_TRY(in_.expect_close());
    const auto type = TENON_TRY(settle(read));
    add(ast::Import{0, std::move(name), type});
    TENON_TRY(define(read.space, read.naming));
    return {};
}

/// `(export $id? "name" (func $f) (func …)?)`
Result<> ComponentParser::export_field() {
    const auto naming = TENON_TRY(read_naming(in_));
    ast::Export out{0, TENON_TRY(extern_name()), {.sort = {}}, std::nullopt};
    const auto what = TENON_TRY(any_ref());
    if (in_.take(TokenKind::open)) {
        const auto read = TENON_TRY(signature(false));
        TENON_TRY(in_.expect_close());
        out.type = TENON_TRY(settle(read));
    }
    const auto& row = row_of(what.space);
    out.what = {row.sort, row.core, TENON_TRY(resolve(what))};
    add(std::move(out));
    TENON_TRY(define(what.space, naming));
    return {};
}

// Aliases

/// `(alias export $i "name" (func $f))`, `(alias core export $i "name" (core func $f))` or
/// `(alias outer $component $type (type $t))`
Result<> ComponentParser::alias() {
    const auto& instances =
        row_of(in_.at_keyword("core") ? ItemSpace::core_instance : ItemSpace::instance);
    if (in_.take_keyword("outer"))
        return outer_alias(false);
    if (is_core(instances.space))
        in_.advance();
    constexpr std::array<std::string_view, 3> words = {"export", "core", "outer"};
    if (!in_.take_keyword("export"))
        return fail(in_.unexpected("`export`, `core export` or `outer`", words));
    const auto instance = TENON_TRY(index_token(instances.shown));
    auto name = TENON_TRY(in_.name("the name of an export"));
    if (!in_.take(TokenKind::open))
        return fail(in_.unexpected("the sort of an alias"));
    if (is_core(instances.space))
        TENON_TRY(in_.expect_keyword("core"));
    const auto space = TENON_TRY(is_core(instances.space) ? core_sort(true) : sort());
    const auto naming = TENON_TRY(read_naming(in_));
    TENON_TRY(in_.expect_close());
    const auto from = TENON_TRY(index(instances.space, instance));
    add(alias_to(space, ast::Alias::Export{from, std::move(name)}));
    TENON_TRY(define(space, naming));
    return {};
}

/// `$component $type (type $t)`; in the type of a module `type` means a core type.
Result<> ComponentParser::outer_alias(bool is_in_module_type) {
    const auto outer = TENON_TRY(index_token("component"));
    const auto what = TENON_TRY(index_token("type, module or component"));
    if (!in_.take(TokenKind::open))
        return fail(in_.unexpected("the sort of an alias"));
    const auto sort_at = in_.token();
    const auto space = TENON_TRY(outer_sort(is_in_module_type));
    if (!row_of(space).has_outer_alias)
        return fail(in_.error(
            Errc::malformed,
            with_article(row_of(space).shown) + " of an outer component cannot be used", sort_at));
    const auto naming = TENON_TRY(read_naming(in_));
    TENON_TRY(in_.expect_close());

    // Two numbers are left for the validator to judge.
    ast::Alias::Outer target{};
    target.count = TENON_TRY(outer_count(outer));
    if (what.kind == TokenKind::number) {
        target.index = TENON_TRY(number(what));
    } else {
        if (target.count >= scopes_.size())
            return fail(in_.error(
                Errc::malformed,
                fmt::format("there are no {} components around this one", target.count), outer));
        const auto& from = scopes_[scopes_.size() - 1 - target.count];
        const auto* const found = from.find(space, in_.id_text(what));
        if (found == nullptr)
            return fail(from.unknown(in_, space, what));
        target.index = *found;
    }
    add(alias_to(space, target));
    TENON_TRY(define(space, naming));
    return {};
}

Result<ItemSpace> ComponentParser::outer_sort(bool is_in_module_type) {
    if (is_in_module_type) {
        TENON_TRY(in_.expect_keyword("type"));
        return ItemSpace::core_type;
    }
    return in_.take_keyword("core") ? core_sort(false) : sort();
}

/// How many components and types further out the one is that is meant.
Result<std::uint32_t> ComponentParser::outer_count(const Token& at) {
    if (at.kind == TokenKind::number)
        return number(at);
    const auto id = in_.id_text(at);
    for (std::uint32_t depth = 0; depth < scopes_.size(); ++depth)
        if (scopes_[scopes_.size() - 1 - depth].id() == id)
            return depth;
    return fail(in_.error(Errc::malformed, fmt::format("unknown outer component `{}`", at.text), at,
                          "not around this"));
}

} // namespace tenon::wat
