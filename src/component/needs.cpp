// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/needs.hpp"

#include "component/canon_builtins.hpp"
#include "component/names.hpp"

#include <algorithm>

namespace tenon::component {
namespace {

using wasm::Feature;

class Finder {
public:
    void component(const ast::Component& of) {
        for (const auto& section : of.sections)
            std::visit([this](const auto& kind) { section_of(kind); }, section.kind);
    }
    [[nodiscard]] wasm::Features used() const noexcept { return used_; }

private:
    void use(Feature feature) { used_.set(feature, true); }

    // --- sections

    template <class Item> void section_of(const std::vector<Item>& items) {
        for (const auto& one : items)
            item(one);
    }
    void section_of(const ast::Custom&) {}
    void section_of(const ast::CoreModule&) {}
    void section_of(const ast::Start&) { use(Feature::cm_values); }

    void item(const ast::CoreInstance&) {}
    void item(const ast::CoreType&) {}
    void item(const ast::Component& nested) { component(nested); }
    void item(const ast::Instance& instance) {
        if (const auto* const exports =
                std::get_if<std::vector<ast::Instance::Export>>(&instance.kind))
            for (const auto& one : *exports) {
                name(one.name);
                sort(one.what.sort);
            }
    }
    void item(const ast::Alias& alias) { sort(alias.sort); }
    void item(const ast::Type& one) {
        std::visit([this](const auto& kind) { type(kind); }, one.kind);
    }
    void item(const ast::Canon& canon) {
        options(canon);
        if (canon.result)
            value(*canon.result);
        operation(canon);
    }
    void item(const ast::Import& import) { outside(import.name, import.type); }
    void item(const ast::ExportDecl& one) { outside(one.name, one.type); }
    void item(const ast::Export& one) {
        name(one.name);
        sort(one.what.sort);
    }

    // --- names

    void outside(const ast::ExternName& called, const ast::ExternType& type) {
        name(called);
        sort(type.sort);
    }
    void sort(Sort sort) {
        if (sort == Sort::value)
            use(Feature::cm_values);
    }
    void name(const ast::ExternName& of) {
        if (of.implements || of.external_id)
            use(Feature::cm_implements);
        if (of.version_suffix)
            use(Feature::cm_canon_names);
        const auto text = of.name + (of.implements ? "" : of.version_suffix.value_or(""));
        if (!parse_name(text) && parse_name(text, true))
            use(Feature::cm_nested_names);
    }

    // --- types

    void value(const ast::ValType& of) {
        if (const auto* const primitive = std::get_if<Primitive>(&of))
            type(*primitive);
    }
    void value(const std::optional<ast::ValType>& of) {
        if (of)
            value(*of);
    }
    void type(Primitive primitive) {
        if (primitive == Primitive::error_context)
            use(Feature::cm_error_context);
    }
    void type(const ast::Record& of) {
        for (const auto& field : of.fields)
            value(field.type);
    }
    void type(const ast::Variant& of) {
        for (const auto& one : of.cases)
            value(one.type);
    }
    void type(const ast::List& of) { value(of.element); }
    void type(const ast::FixedList& of) {
        use(Feature::cm_fixed_length_lists);
        value(of.element);
    }
    void type(const ast::Tuple& of) {
        for (const auto& one : of.types)
            value(one);
    }
    void type(const ast::Flags&) {}
    void type(const ast::Enum&) {}
    void type(const ast::Option& of) { value(of.type); }
    void type(const ast::Result& of) {
        value(of.ok);
        value(of.error);
    }
    void type(const ast::Own&) {}
    void type(const ast::Borrow&) {}
    void type(const ast::Stream& of) {
        use(Feature::cm_async);
        value(of.element);
    }
    void type(const ast::Future& of) {
        use(Feature::cm_async);
        value(of.payload);
    }
    void type(const ast::Map& of) {
        use(Feature::cm_map);
        value(of.key);
        value(of.value);
    }
    void type(const ast::Resource& of) {
        if (of.rep == wasm::ValType(wasm::ValType::Kind::i64))
            use(Feature::cm64);
    }
    void type(const ast::Func& of) {
        if (of.async)
            use(Feature::cm_async);
        for (const auto& param : of.params)
            value(param.type);
        value(of.result);
    }
    void type(const ast::ComponentType& of) { declarators(of.declarators); }
    void type(const ast::InstanceType& of) { declarators(of.declarators); }
    void declarators(const std::vector<ast::Declarator>& all) {
        for (const auto& one : all)
            std::visit([this](const auto& kind) { item(kind); }, one.kind);
    }

    // --- canonical definitions

    static bool has(const ast::Canon& canon, ast::CanonOption::Kind kind) {
        return std::ranges::find(canon.options, kind, &ast::CanonOption::kind) !=
               canon.options.end();
    }
    void options(const ast::Canon& canon) {
        using Kind = ast::CanonOption::Kind;
        if (has(canon, Kind::async) || has(canon, Kind::callback))
            use(Feature::cm_async);
        if (has(canon, Kind::gc) || has(canon, Kind::core_type))
            use(Feature::cm_gc);
    }
    void operation(const ast::Canon& canon) {
        using Kind = ast::CanonOption::Kind;
        using Op = ast::CanonOp;
        if (canon.op == Op::lift && has(canon, Kind::async) && !has(canon, Kind::callback))
            use(Feature::cm_async_stackful);
        if (canon.op == Op::task_return)
            use(Feature::cm_async);
        if (canon.op == Op::thread_new_indirect)
            use(Feature::cm_threading);
        if (canon.op == Op::thread_spawn_ref || canon.op == Op::thread_spawn_indirect)
            use(Feature::shared_everything_threads);
        if ((canon.op == Op::context_get || canon.op == Op::context_set) && canon.numbers[0] == 1)
            use(Feature::cm_threading);
        if (canon.slot_type == wasm::ValType(wasm::ValType::Kind::i64))
            use(Feature::cm64);
        const auto* const row = builtin(canon.op);
        if (row == nullptr)
            return;
        use(row->feature);
        const bool copies = row->memory == Builtin::Memory::for_elements ||
                            row->memory == Builtin::Memory::for_pointers;
        if (canon.flag || (copies && !has(canon, Kind::async)))
            use(row->unusual);
    }

    wasm::Features used_;
};

} // namespace

wasm::Features features_used(const ast::Component& component) {
    Finder finder;
    finder.component(component);
    return finder.used();
}

} // namespace tenon::component
