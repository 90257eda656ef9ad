// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/print_component.hpp"

#include "base/leb128.hpp"
#include "component/decode.hpp"
#include "wasm/sections.hpp"
#include "wat/print_component_detail.hpp"
#include "wat/print_custom.hpp"
#include "wat/print_module.hpp"

namespace tenon::wat {

namespace ast = component::ast;

namespace {

constexpr std::string_view names_section = "component-name";

/// What an export of a core instance can be.
std::optional<wasm::ExternKind> extern_kind(component::CoreSort sort) noexcept {
    switch (sort) {
    case component::CoreSort::func: return wasm::ExternKind::func;
    case component::CoreSort::table: return wasm::ExternKind::table;
    case component::CoreSort::memory: return wasm::ExternKind::memory;
    case component::CoreSort::global: return wasm::ExternKind::global;
    case component::CoreSort::tag: return wasm::ExternKind::tag;
    default: return {};
    }
}

} // namespace

Result<> put_component(PrintLayout& to, Bytes binary) {
    const auto tree = TENON_TRY(component::decode(binary));
    return ComponentPrinter(to, binary).component(tree, binary.size());
}

Result<> ComponentPrinter::component(const ast::Component& tree, std::uint64_t end) {
    to_.begin("component");
    const bool is_nested = !levels_.empty();
    Level level(true);
    auto& names = level.scope.names = wat::names_of(tree);
    if (is_nested) {
        const auto& parent = scope();
        to_.put(' ');
        parent.names.components.put_definition(to_, parent.components);
        level.id_space = &parent.names.components;
        if (const auto* const name = parent.names.components.find(parent.components))
            level.id = *name;
    } else if (names.self) {
        to_.put(' ');
        names.self_space.put_named(to_, *names.self);
        level.id = names.self;
    }
    levels_.push_back(std::move(level));
    if (!is_nested)
        levels_.back().id_space = &levels_.back().scope.names.self_space;
    for (const auto& section : tree.sections)
        TENON_TRY(this->section(section));
    levels_.pop_back();
    to_.end_at(end);
    return {};
}

Result<> ComponentPrinter::section(const ast::Section& section) {
    if (const auto* const custom = std::get_if<ast::Custom>(&section.kind)) {
        this->custom(*custom, section.offset);
        return {};
    }
    if (const auto* const module = std::get_if<ast::CoreModule>(&section.kind)) {
        to_.line(section.offset);
        const ModuleHead head{"core module", &scope().names.modules, scope().modules};
        if (auto done = put_module(to_, module->whole, section.offset, head); !done)
            return fail(
                std::move(done).error().within("core module " + std::to_string(scope().modules)));
        ++scope().modules;
        return {};
    }
    if (const auto* const components = std::get_if<std::vector<ast::Component>>(&section.kind)) {
        for (const auto& one : *components)
            TENON_TRY(nested(one, section.offset));
        return {};
    }
    std::visit(
        [this, &section](const auto& definitions) {
            using Definitions = std::decay_t<decltype(definitions)>;
            if constexpr (std::is_same_v<Definitions, ast::Start>) {
                to_.line(section.offset);
                define(definitions);
            } else if constexpr (!std::is_same_v<Definitions, ast::Custom> &&
                                 !std::is_same_v<Definitions, ast::CoreModule> &&
                                 !std::is_same_v<Definitions, std::vector<ast::Component>>) {
                each(definitions);
            }
        },
        section.kind);
    return {};
}

void ComponentPrinter::custom(const ast::Custom& custom, std::uint64_t offset) {
    if (custom.name == names_section)
        return;
    const auto payload = offset + base::unsigned_leb_size(custom.name.size()) + custom.name.size();
    put_custom(to_, {custom.name, custom.payload, offset, payload, ""});
}

Result<> ComponentPrinter::nested(const ast::Component& tree, std::uint64_t offset) {
    to_.line(offset);
    const auto index = scope().components;
    if (auto done = component(tree, end_of(offset)); !done)
        return fail(std::move(done).error().within("component " + std::to_string(index)));
    ++scope().components;
    return {};
}

/// The tree does not say where a component ends; it is of interest only where offsets are shown.
std::uint64_t ComponentPrinter::end_of(std::uint64_t offset) {
    if (!to_.options().offsets)
        return offset;
    if (ends_.empty())
        find_ends(binary_, 0, 0);
    const auto found = ends_.find(offset);
    return found == ends_.end() ? offset : found->second;
}

void ComponentPrinter::find_ends(Bytes binary, std::uint64_t base, int depth) {
    auto walker = wasm::SectionWalker::begin(binary, base);
    if (!walker || depth > wasm::max_component_depth)
        return;
    for (;;) {
        const auto section = walker->next();
        if (!section || !*section)
            return;
        if (!walker->is_nested(**section))
            continue;
        const auto begin = (*section)->content_offset;
        ends_[begin] = begin + (*section)->content.size();
        if ((*section)->id != 1) // modules have nothing in them
            find_ends((*section)->content, begin, depth + 1);
    }
}

// --- instances

void ComponentPrinter::define(const ast::CoreInstance& instance) {
    to_.begin("core instance ");
    put_definition(Sort::core, CoreSort::instance);
    if (const auto* const exports =
            std::get_if<std::vector<ast::CoreInstance::Export>>(&instance.kind)) {
        for (const auto& one : *exports) {
            to_.line(instance.offset);
            to_.begin("export ");
            to_.put_string(one.name);
            to_.put(' ');
            if (const auto kind = extern_kind(one.sort))
                put_extern_index(to_, scope(), *kind, one.index);
            else
                put_item({Sort::core, one.sort, one.index});
            to_.end();
        }
        return to_.end();
    }
    const auto& made = std::get<ast::CoreInstance::Instantiate>(instance.kind);
    to_.put(' ');
    to_.begin("instantiate ");
    put_core_index(CoreSort::module, made.module);
    for (const auto& argument : made.arguments) {
        to_.line(instance.offset);
        to_.begin("with ");
        to_.put_string(argument.name);
        to_.put(' ');
        put_core_group("instance ", CoreSort::instance, argument.instance);
        to_.end();
    }
    to_.end();
    to_.end();
}

void ComponentPrinter::define(const ast::Instance& instance) {
    to_.begin("instance ");
    put_definition(Sort::instance);
    if (const auto* const exports =
            std::get_if<std::vector<ast::Instance::Export>>(&instance.kind)) {
        for (const auto& one : *exports) {
            to_.line(instance.offset);
            to_.begin("export ");
            put_extern_name(one.name);
            to_.put(' ');
            put_item(one.what);
            to_.end();
        }
        return to_.end();
    }
    const auto& made = std::get<ast::Instance::Instantiate>(instance.kind);
    to_.put(' ');
    to_.begin("instantiate ");
    put_index(Sort::component, made.component);
    for (const auto& argument : made.arguments) {
        to_.line(instance.offset);
        to_.begin("with ");
        to_.put_string(argument.name);
        to_.put(' ');
        put_item(argument.what);
        to_.end();
    }
    to_.end();
    to_.end();
}

// --- aliases

void ComponentPrinter::define(const ast::Alias& alias) {
    const auto word = word_of(alias.sort, alias.core);
    if (const auto* const outer = std::get_if<ast::Alias::Outer>(&alias.target)) {
        put_outer(*outer, alias.sort, alias.core, word);
        return;
    }
    const auto& from = std::get<ast::Alias::Export>(alias.target);
    // Of core sorts only the module is exported by instances of components.
    const bool of_core = alias.sort == Sort::core && alias.core != CoreSort::module;
    to_.begin(of_core ? "alias core export " : "alias export ");
    if (of_core)
        put_core_index(CoreSort::instance, from.instance);
    else
        put_index(Sort::instance, from.instance);
    to_.put(' ');
    to_.put_string(from.name);
    to_.put(' ');
    to_.begin(word);
    to_.put(' ');
    put_definition(alias.sort, alias.core);
    to_.end();
    to_.end();
}

const ComponentPrinter::Level* ComponentPrinter::outer_level(std::uint32_t count) const noexcept {
    return count < levels_.size() ? &levels_[levels_.size() - 1 - count] : nullptr;
}

/// Whether the identifier of a level is that of none further in.
bool ComponentPrinter::is_nearest(std::size_t at) const noexcept {
    const auto is_same = [](const PrintName& a, const PrintName& b) {
        return a.text == b.text && a.form == b.form && a.index == b.index;
    };
    const auto& level = levels_[at];
    const auto& self = level.scope.names.self;
    if (!level.id || !self || level.id->form == PrintName::Form::numbered ||
        level.id->text != self->text)
        return false;
    for (++at; at < levels_.size(); ++at)
        if (levels_[at].id && is_same(*levels_[at].id, *level.id))
            return false;
    return true;
}

void ComponentPrinter::put_outer(const ast::Alias::Outer& outer, Sort sort, CoreSort core,
                                 std::string_view word) {
    static const PrintScope nowhere(true);
    const auto* const level = outer_level(outer.count);
    if (level == nullptr) {
        to_.put("(; invalid outer alias count ");
        to_.put_number(outer.count);
        to_.put(" ;) ");
    }
    to_.begin("alias outer ");
    if (level != nullptr && is_nearest(levels_.size() - 1 - outer.count))
        level->id_space->put_identifier(to_, *level->id);
    else
        to_.put_number(outer.count);
    to_.put(' ');
    names_of(level == nullptr ? nowhere : level->scope, sort, core).put_index(to_, outer.index);
    to_.put(' ');
    to_.begin(word);
    to_.put(' ');
    put_definition(sort, core);
    to_.end();
    to_.end();
}

// --- imports and exports

void ComponentPrinter::define(const ast::Import& import) {
    to_.begin("import ");
    put_extern_name(import.name);
    to_.put(' ');
    put_extern_type(import.type, true);
    to_.end();
}

void ComponentPrinter::define(const ast::Export& one) {
    to_.begin("export ");
    put_definition(one.what.sort, one.what.core);
    to_.put(' ');
    put_extern_name(one.name);
    to_.put(' ');
    put_item(one.what);
    if (one.type) {
        to_.put(' ');
        put_extern_type(*one.type, false);
    }
    to_.end();
}

void ComponentPrinter::define(const ast::ExportDecl& one) {
    to_.begin("export ");
    put_definition(one.type.sort, CoreSort::module);
    to_.put(' ');
    put_extern_name(one.name);
    to_.put(' ');
    put_extern_type(one.type, false);
    to_.end();
}

void ComponentPrinter::put_extern_name(const ast::ExternName& name) {
    to_.put_string(name.name);
    const auto put = [this](std::string_view word, const std::optional<std::string>& text) {
        if (!text)
            return;
        to_.put(word);
        to_.put_string(*text);
        to_.put(')');
    };
    put(" (implements ", name.implements);
    put(" (version-suffix ", name.version_suffix);
    put(" (external-id ", name.external_id);
}

void ComponentPrinter::put_item(const ast::SortIdx& what) {
    to_.begin(word_of(what.sort, what.core));
    to_.put(' ');
    names_of(scope(), what.sort, what.core).put_index(to_, what.index);
    to_.end();
}

void ComponentPrinter::define(const ast::Start& start) {
    to_.begin("start ");
    put_index(Sort::func, start.function);
    for (const auto argument : start.arguments) {
        to_.put(' ');
        put_group("value ", Sort::value, argument);
    }
    for (std::uint32_t i = 0; i < start.results; ++i) {
        to_.put(" (result (value ");
        put_definition(Sort::value);
        to_.put("))");
    }
    to_.end();
}

// --- canonical definitions

void ComponentPrinter::define(const ast::Canon& canon) {
    const auto* const row = ast::canon_row(static_cast<std::uint8_t>(canon.op));
    TENON_ASSERT(row != nullptr);
    if (canon.op == ast::CanonOp::lift) {
        to_.begin("func ");
        put_definition(Sort::func);
        to_.put(' ');
        put_group("type ", Sort::type, canon.numbers[1]);
        to_.put(" (canon lift ");
        put_core_group("core func ", CoreSort::func, canon.numbers[0]);
        for (const auto& option : canon.options)
            put_canon_option(option);
        to_.put(')');
        return to_.end();
    }
    to_.begin("core func ");
    put_definition(Sort::core, CoreSort::func);
    to_.put(" (canon ");
    to_.put(row->text);
    put_canon_immediates(canon);
    to_.put(')');
    to_.end();
}

/// By the letters of `canon.def`, each with a blank in front.
void ComponentPrinter::put_canon_immediates(const ast::Canon& canon) {
    std::size_t next = 0;
    const auto number = [&] { return canon.numbers.at(next++); };
    for (const char letter : ast::canon_row(static_cast<std::uint8_t>(canon.op))->immediates) {
        switch (letter) {
        case 'f':
            to_.put(' ');
            put_core_group("core func ", CoreSort::func, number());
            break;
        case 'F':
            to_.put(' ');
            put_group("func ", Sort::func, number());
            break;
        case 't':
            to_.put(' ');
            put_index(Sort::type, number());
            break;
        case 'm':
            to_.put(' ');
            put_core_group("memory ", CoreSort::memory, number());
            break;
        case 'k':
            to_.put(' ');
            put_core_index(CoreSort::type, number());
            break;
        case 'T':
            to_.put(' ');
            put_core_index(CoreSort::table, number());
            break;
        case 'u':
            to_.put(' ');
            to_.put_number(number());
            break;
        case 'o':
            for (const auto& option : canon.options)
                put_canon_option(option);
            break;
        case 'a':
            if (canon.flag)
                to_.put(" async");
            break;
        case 'c':
            if (canon.flag)
                to_.put(" cancellable");
            break;
        case 'r':
            if (!canon.result)
                break;
            to_.put(" (result ");
            put_value_type(*canon.result);
            to_.put(')');
            break;
        case 'v':
            to_.put(' ');
            if (canon.slot_type)
                put_type(to_, scope(), *canon.slot_type);
            break;
        default: break;
        }
    }
}

void ComponentPrinter::put_canon_option(const ast::CanonOption& option) {
    using Kind = ast::CanonOption::Kind;
    to_.put(' ');
    switch (option.kind) {
    case Kind::utf8: to_.put("string-encoding=utf8"); return;
    case Kind::utf16: to_.put("string-encoding=utf16"); return;
    case Kind::latin1_utf16: to_.put("string-encoding=latin1+utf16"); return;
    case Kind::memory: put_core_group("memory ", CoreSort::memory, option.index); return;
    case Kind::realloc: put_core_group("realloc ", CoreSort::func, option.index); return;
    case Kind::post_return: put_core_group("post-return ", CoreSort::func, option.index); return;
    case Kind::async: to_.put("async"); return;
    case Kind::callback: put_core_group("callback ", CoreSort::func, option.index); return;
    case Kind::core_type: put_core_group("core-type ", CoreSort::type, option.index); return;
    case Kind::gc: to_.put("gc"); return;
    }
}

// --- numbers

const PrintSpace& ComponentPrinter::names_of(const PrintScope& scope, Sort sort, CoreSort core) {
    const auto& names = scope.names;
    switch (sort) {
    case Sort::core: break;
    case Sort::func: return names.component_funcs;
    case Sort::value: return names.values;
    case Sort::type: return names.component_types;
    case Sort::component: return names.components;
    case Sort::instance: return names.component_instances;
    }
    switch (core) {
    case CoreSort::func: return names.funcs;
    case CoreSort::table: return names.tables;
    case CoreSort::memory: return names.memories;
    case CoreSort::global: return names.globals;
    case CoreSort::tag: return names.tags;
    case CoreSort::type: return names.types;
    case CoreSort::module: return names.modules;
    case CoreSort::instance: break;
    }
    return names.instances;
}

std::uint32_t ComponentPrinter::count_of(const PrintScope& scope, Sort sort, CoreSort core) {
    switch (sort) {
    case Sort::core: break;
    case Sort::func: return scope.component_funcs;
    case Sort::value: return scope.values;
    case Sort::type: return scope.component_types;
    case Sort::component: return scope.components;
    case Sort::instance: return scope.component_instances;
    }
    switch (core) {
    case CoreSort::func: return scope.funcs;
    case CoreSort::table: return scope.tables;
    case CoreSort::memory: return scope.memories;
    case CoreSort::global: return scope.globals;
    case CoreSort::tag: return scope.tags;
    case CoreSort::type: return static_cast<std::uint32_t>(scope.types.size());
    case CoreSort::module: return scope.modules;
    case CoreSort::instance: break;
    }
    return scope.instances;
}

void ComponentPrinter::put_definition(Sort sort, CoreSort core) {
    auto& in = scope();
    names_of(in, sort, core).put_definition(to_, count_of(in, sort, core));
    switch (sort) {
    case Sort::core: break;
    case Sort::func: ++in.component_funcs; return;
    case Sort::value: ++in.values; return;
    case Sort::type: ++in.component_types; return;
    case Sort::component: ++in.components; return;
    case Sort::instance: ++in.component_instances; return;
    }
    switch (core) {
    case CoreSort::func: ++in.funcs; return;
    case CoreSort::table: ++in.tables; return;
    case CoreSort::memory: ++in.memories; return;
    case CoreSort::global: ++in.globals; return;
    case CoreSort::tag: ++in.tags; return;
    case CoreSort::type: in.types.push_back(nullptr); return;
    case CoreSort::module: ++in.modules; return;
    case CoreSort::instance: ++in.instances; return;
    }
}

void ComponentPrinter::put_index(Sort sort, std::uint32_t index) {
    names_of(scope(), sort, {}).put_index(to_, index);
}

void ComponentPrinter::put_core_index(CoreSort sort, std::uint32_t index) {
    names_of(scope(), Sort::core, sort).put_index(to_, index);
}

void ComponentPrinter::put_group(std::string_view word, Sort sort, std::uint32_t index) {
    to_.put('(');
    to_.put(word);
    put_index(sort, index);
    to_.put(')');
}

void ComponentPrinter::put_core_group(std::string_view word, CoreSort sort, std::uint32_t index) {
    to_.put('(');
    to_.put(word);
    put_core_index(sort, index);
    to_.put(')');
}

} // namespace tenon::wat
