// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Core types in components: those of core modules, and the types of core modules themselves. Unlike
// other names in a component, those of core types are known in the whole of their recursion group.
#include "wat/component_parser.hpp"
#include "wat/types.hpp"

namespace tenon::wat {

/// `$t (module …)`, `$t (func …)` and so on
Result<> ComponentParser::core_type() {
    const auto naming = TENON_TRY(read_naming(in_));
    ast::CoreType out;
    if (in_.take_form("module")) {
        out.kind = TENON_TRY(module_type(id_of(naming)));
        TENON_TRY(in_.expect_close());
        add(std::move(out));
        TENON_TRY(define(ItemSpace::core_type, naming));
        return {};
    }
    const auto index = TENON_TRY(define(ItemSpace::core_type, naming));
    wasm::RecType group;
    group.types.push_back(TENON_TRY(read_type_definition(in_, scope().core_types(), index)));
    out.kind = std::move(group);
    add(std::move(out));
    return {};
}

Result<> ComponentParser::core_rec() {
    ast::CoreType out;
    out.kind = TENON_TRY(rec_group());
    add(std::move(out));
    return {};
}

/// `(type $t …)*`, read twice: first their names.
Result<wasm::RecType> ComponentParser::rec_group() {
    const auto begin = in_.offset();
    std::vector<std::uint32_t> indices;
    while (in_.take_form("type")) {
        const auto naming = TENON_TRY(read_naming(in_));
        indices.push_back(TENON_TRY(define(ItemSpace::core_type, naming)));
        in_.skip_form();
    }
    in_.seek(begin);
    wasm::RecType group;
    group.is_plain = false;
    for (const auto index : indices) {
        TENON_TRY(in_.expect_form("type"));
        TENON_TRY(read_naming(in_));
        group.types.push_back(TENON_TRY(read_type_definition(in_, scope().core_types(), index)));
        TENON_TRY(in_.expect_close());
    }
    return group;
}

/// The declarators of a module type, up to its `)`.
Result<ast::ModuleType> ComponentParser::module_type(std::optional<std::string_view> id) {
    TENON_TRY(check_depth());
    const Level level(*this);
    ast::ModuleType out;
    scopes_.emplace_back(&out.declarators, id);
    FuncTypes known;
    while (in_.take(TokenKind::open)) {
        TENON_TRY(module_declarator(known));
        TENON_TRY(in_.expect_close());
    }
    scopes_.pop_back();
    return out;
}

Result<> ComponentParser::module_declarator(FuncTypes& known) {
    if (in_.take_keyword("alias")) {
        TENON_TRY(in_.expect_keyword("outer"));
        return outer_alias(true);
    }
    if (in_.take_keyword("rec")) {
        add(TENON_TRY(rec_group()));
        return {};
    }
    if (in_.take_keyword("type")) {
        const auto naming = TENON_TRY(read_naming(in_));
        const auto index = TENON_TRY(define(ItemSpace::core_type, naming));
        wasm::RecType group;
        group.types.push_back(TENON_TRY(read_type_definition(in_, scope().core_types(), index)));
        if (const auto* const type = std::get_if<FuncType>(&group.types.front().composite))
            known.insert_or_assign(key_of(*type), index);
        add(std::move(group));
        return {};
    }
    const bool is_import = in_.at_keyword("import");
    if (!is_import && !in_.at_keyword("export")) {
        constexpr std::array<std::string_view, 5> words = {"type", "rec", "alias", "import",
                                                           "export"};
        return fail(in_.unexpected("`type`, `rec`, `alias`, `import` or `export`", words));
    }
    in_.advance();
    std::string module;
    if (is_import)
        module = TENON_TRY(in_.name("the name of a module"));
    auto name = TENON_TRY(in_.name("a name"));
    if (!in_.take(TokenKind::open))
        return fail(in_.unexpected("`(func`, `(table`, `(memory`, `(global` or `(tag`"));
    auto type = TENON_TRY(core_extern_type(known));
    TENON_TRY(in_.expect_close());
    if (is_import)
        add(ast::ModuleDeclarator::Import{std::move(module), std::move(name), type});
    else
        add(ast::ModuleDeclarator::Export{std::move(name), type});
    return {};
}

/// `func $f (type $t)` and so on, up to the `)`.
Result<wasm::ExternType> ComponentParser::core_extern_type(FuncTypes& known) {
    const auto space = TENON_TRY(core_sort(true));
    TENON_TRY(read_naming(in_)); // nothing can refer to it
    auto& names = scope().core_types();
    switch (space) {
    case ItemSpace::core_table: {
        const bool is_64 = take_address_type(in_);
        return wasm::ExternType(TENON_TRY(read_table_type(in_, names, is_64)));
    }
    case ItemSpace::core_memory: {
        const bool is_64 = take_address_type(in_);
        return wasm::ExternType(TENON_TRY(read_memory_type(in_, is_64)));
    }
    case ItemSpace::core_global: return wasm::ExternType(TENON_TRY(read_global_type(in_, names)));
    default: break;
    }
    const auto index = TENON_TRY(core_func_type(known));
    if (space == ItemSpace::core_tag)
        return wasm::ExternType(wasm::TagType{index});
    return wasm::ExternType(wasm::FuncRef{index});
}

/// Types that were declared are used again; each that is spelled in place is a declarator more.
Result<std::uint32_t> ComponentParser::core_func_type(const FuncTypes& known) {
    NameMap shown;
    ParamNames params{nullptr, shown};
    auto use = TENON_TRY(read_type_use(in_, scope().core_types(), &params));
    if (use.index)
        return *use.index;
    if (const auto found = known.find(key_of(use.type)); found != known.end())
        return found->second;
    wasm::SubType type;
    type.composite = std::move(use.type);
    wasm::RecType group;
    group.types.push_back(std::move(type));
    add(std::move(group));
    return define(ItemSpace::core_type);
}

} // namespace tenon::wat
