// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Instances of modules and components, made by instantiation or put together from what is there.
#include "wat/component_parser.hpp"

namespace tenon::wat {

namespace {
template <class Argument> struct Pending {
    Argument argument;
    std::optional<ItemRef> ref; ///< nothing where the instance was put together in place
};
} // namespace

/// `(core instance $i (instantiate $m …))` or `(core instance $i (export …)*)`
Result<> ComponentParser::core_instance() {
    const auto naming = TENON_TRY(read_naming(in_));
    ast::CoreInstance out;
    if (in_.take_form("instantiate")) {
        out.kind = TENON_TRY(core_instantiate());
        TENON_TRY(in_.expect_close());
    } else {
        out.kind = TENON_TRY(core_exports());
    }
    add(std::move(out));
    TENON_TRY(define(ItemSpace::core_instance, naming));
    return {};
}

/// `$m (with "name" (instance …))*`
Result<ast::CoreInstance::Instantiate> ComponentParser::core_instantiate() {
    using Argument = ast::CoreInstance::Instantiate::Argument;
    const auto module = TENON_TRY(item_ref(ItemSpace::core_module));
    std::vector<Pending<Argument>> arguments;
    while (in_.take_form("with")) {
        Pending<Argument> one{{TENON_TRY(in_.name("the name of an argument")), 0}, {}};
        if (!in_.take(TokenKind::open))
            return fail(in_.unexpected("`(instance`"));
        in_.take_keyword("core");
        TENON_TRY(in_.expect_keyword("instance"));
        if (at_index(in_)) {
            one.ref = TENON_TRY(core_ref_inside(ItemSpace::core_instance));
        } else {
            ast::CoreInstance bundle;
            bundle.kind = TENON_TRY(core_exports());
            add(std::move(bundle));
            one.argument.instance = TENON_TRY(define(ItemSpace::core_instance));
        }
        TENON_TRY(in_.expect_close());
        TENON_TRY(in_.expect_close());
        arguments.push_back(std::move(one));
    }
    ast::CoreInstance::Instantiate out{TENON_TRY(resolve(module)), {}};
    for (auto& [argument, ref] : arguments) {
        if (ref)
            argument.instance = TENON_TRY(resolve(*ref));
        out.arguments.push_back(std::move(argument));
    }
    return out;
}

/// `(export "name" (func $f))*`
Result<std::vector<ast::CoreInstance::Export>> ComponentParser::core_exports() {
    std::vector<ast::CoreInstance::Export> out;
    while (!in_.at(TokenKind::close)) {
        TENON_TRY(in_.expect_form("export"));
        auto name = TENON_TRY(in_.name("the name of an export"));
        if (!in_.take(TokenKind::open))
            return fail(in_.unexpected("what is exported"));
        in_.take_keyword("core");
        const auto space = TENON_TRY(core_sort(true));
        const auto ref = TENON_TRY(core_ref_inside(space));
        TENON_TRY(in_.expect_close());
        TENON_TRY(in_.expect_close());
        const auto index = TENON_TRY(resolve(ref));
        out.push_back({std::move(name), row_of(space).core, index});
    }
    return out;
}

/// `(instance $i (import …) …)`, `(instance $i (instantiate $c …))` or `(instance $i (export …)*)`
Result<> ComponentParser::instance() {
    const auto naming = TENON_TRY(read_naming(in_));
    auto exported = TENON_TRY(inline_exports());
    std::uint32_t index = 0;
    if (at_inline("import")) {
        index = TENON_TRY(inline_import(ItemSpace::instance, naming));
    } else {
        ast::Instance out;
        if (in_.take_form("instantiate")) {
            out.kind = TENON_TRY(instantiate());
            TENON_TRY(in_.expect_close());
        } else {
            out.kind = TENON_TRY(exports());
        }
        add(std::move(out));
        index = TENON_TRY(define(ItemSpace::instance, naming));
    }
    return export_later(ItemSpace::instance, index, std::move(exported));
}

/// `$c (with "name" (func $f))*`
Result<ast::Instance::Instantiate> ComponentParser::instantiate() {
    using Argument = ast::Instance::Instantiate::Argument;
    const auto component = TENON_TRY(item_ref(ItemSpace::component));
    std::vector<Pending<Argument>> arguments;
    while (in_.take_form("with")) {
        Pending<Argument> one{{TENON_TRY(in_.name("the name of an argument")), {.sort = {}}}, {}};
        if (!in_.take(TokenKind::open))
            return fail(in_.unexpected("what the argument is"));
        const auto space = TENON_TRY(sort());
        const auto& row = row_of(space);
        one.argument.what = {row.sort, row.core, 0};
        if (space == ItemSpace::instance && !at_index(in_)) {
            ast::Instance bundle;
            bundle.kind = TENON_TRY(exports());
            add(std::move(bundle));
            one.argument.what.index = TENON_TRY(define(ItemSpace::instance));
        } else {
            one.ref = TENON_TRY(item_ref_inside(space));
        }
        TENON_TRY(in_.expect_close());
        TENON_TRY(in_.expect_close());
        arguments.push_back(std::move(one));
    }
    ast::Instance::Instantiate out{TENON_TRY(resolve(component)), {}};
    for (auto& [argument, ref] : arguments) {
        if (ref)
            argument.what.index = TENON_TRY(resolve(*ref));
        out.arguments.push_back(std::move(argument));
    }
    return out;
}

/// `(export "name" (func $f))*`
Result<std::vector<ast::Instance::Export>> ComponentParser::exports() {
    std::vector<ast::Instance::Export> out;
    while (!in_.at(TokenKind::close)) {
        TENON_TRY(in_.expect_form("export"));
        ast::Instance::Export one{TENON_TRY(extern_name()), {.sort = {}}};
        const auto ref = TENON_TRY(any_ref());
        TENON_TRY(in_.expect_close());
        const auto& row = row_of(ref.space);
        one.what = {row.sort, row.core, TENON_TRY(resolve(ref))};
        out.push_back(std::move(one));
    }
    return out;
}

} // namespace tenon::wat
