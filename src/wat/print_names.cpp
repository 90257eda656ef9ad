// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/print_names.hpp"

#include <algorithm>

namespace tenon::wat {
namespace {

// https://webassembly.github.io/spec/core/text/values.html#text-idchar
constexpr bool is_id_char(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-./:<=>?@\\^_`|~").contains(c);
}

PrintName::Form form_of(std::string_view text) noexcept {
    if (text.empty() || text.front() == '#')
        return PrintName::Form::numbered;
    return std::ranges::all_of(text, is_id_char) ? PrintName::Form::plain : PrintName::Form::quoted;
}

/// Sections consist of parts: an id, a size, and content for `part`, which says whether it could be
/// read; the first that could not is the last that is looked at.
template <class Part> void each_part(Bytes section, Part&& part) {
    Reader in(section);
    while (!in.at_end()) {
        const auto id = in.u8();
        if (!id)
            return;
        const auto size = in.u32();
        if (!size)
            return;
        const auto content = in.bytes(*size);
        if (!content)
            return;
        Reader inside(*content);
        if (!part(*id, inside))
            return;
    }
}

bool read_self(Reader& in, PrintNames& into) {
    const auto text = in.name();
    if (!text)
        return false;
    into.self = PrintName{*text, 0, form_of(*text)};
    return true;
}

} // namespace

// --- one space

bool PrintSpace::read(Reader& in, bool are_unique) {
    const auto count = in.u32();
    if (!count)
        return false;
    for (std::uint32_t i = 0; i < *count; ++i) {
        const auto index = in.u32();
        if (!index)
            return false;
        const auto text = in.name();
        if (!text)
            return false;
        PrintName name{*text, *index, form_of(*text)};
        if (are_unique && name.form != PrintName::Form::numbered &&
            taken_.try_emplace(*text, *index).first->second != *index)
            name.form = PrintName::Form::numbered;
        is_sorted_ = is_sorted_ && (names_.empty() || names_.back().index < *index);
        names_.push_back(name);
    }
    return true;
}

// Not map by map: a file may have a hundred thousand of them for one space.
void PrintSpace::finish() {
    taken_ = base::TextViewMap<std::uint32_t>();
    if (is_sorted_)
        return;
    // Of several names for one thing the last counts.
    std::ranges::sort(
        names_, {}, [](const PrintName& name) { return std::pair(name.index, name.text.data()); });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < names_.size(); ++i)
        if (i + 1 == names_.size() || names_[i + 1].index != names_[i].index)
            names_[kept++] = names_[i];
    names_.resize(kept);
    is_sorted_ = true;
}

void PrintSpace::clear() {
    names_.clear();
    taken_ = base::TextViewMap<std::uint32_t>();
    is_sorted_ = true;
}

const PrintName* PrintSpace::search(std::uint32_t index) const noexcept {
    const auto found = std::ranges::lower_bound(names_, index, {}, &PrintName::index);
    return found != names_.end() && found->index == index ? &*found : nullptr;
}

void PrintSpace::put_identifier(PrintLayout& to, const PrintName& name) const {
    switch (name.form) {
    case PrintName::Form::plain:
        to.put('$');
        to.put(name.text);
        return;
    case PrintName::Form::quoted:
        to.put('$');
        to.put_string(name.text);
        return;
    case PrintName::Form::numbered:
        to.put("$\"#");
        to.put(group_);
        to.put_number(name.index);
        to.put(' ');
        to.put_string_content(name.text);
        to.put('"');
        return;
    }
}

void PrintSpace::put_named(PrintLayout& to, const PrintName& name) const {
    put_identifier(to, name);
    if (name.form != PrintName::Form::numbered)
        return;
    to.put(" (@name ");
    to.put_string(name.text);
    to.put(')');
}

void PrintSpace::put_index(PrintLayout& to, std::uint32_t index) const {
    if (const auto* const name = find(index))
        return put_identifier(to, *name);
    if (to.options().name_unnamed) {
        to.put("$#");
        to.put(unnamed_);
    }
    to.put_number(index);
}

void PrintSpace::put_definition(PrintLayout& to, std::uint32_t index) const {
    if (const auto* const name = find(index)) {
        put_named(to, *name);
        to.put(' ');
    } else if (to.options().name_unnamed) {
        to.put("$#");
        to.put(unnamed_);
        to.put_number(index);
        to.put(' ');
    }
    to.put("(;");
    to.put_number(index);
    to.put(";)");
}

// --- nested ones

bool NestedNames::read(Reader& in) {
    const auto count = in.u32();
    bool is_whole = count.has_value();
    for (std::uint32_t i = 0; is_whole && i < *count; ++i) {
        const auto index = in.u32();
        if (!index)
            return false;
        const auto rest = in.rest();
        PrintSpace passed_over;
        is_whole = passed_over.read(in, false);
        is_sorted_ = is_sorted_ && (maps_.empty() || maps_.back().index <= *index);
        maps_.push_back({*index, rest.first(rest.size() - in.remaining())});
    }
    return is_whole;
}

void NestedNames::finish() {
    if (!is_sorted_)
        std::ranges::sort(maps_, {},
                          [](const Map& map) { return std::pair(map.index, map.bytes.data()); });
    is_sorted_ = true;
}

void NestedNames::select(std::uint32_t index, PrintSpace& into, bool are_unique) const {
    into.clear();
    for (auto found = std::ranges::lower_bound(maps_, index, {}, &Map::index);
         found != maps_.end() && found->index == index; ++found) {
        Reader in(found->bytes);
        into.read(in, are_unique); // as far as it can be read
    }
    into.finish();
}

// --- all of them

PrintNames::PrintNames(bool of_component)
    : self_space(of_component ? "component" : "module", ""),
      funcs(of_component ? "core-func" : "func", "func"),
      types(of_component ? "core-type" : "type", "type"),
      tables(of_component ? "core-table" : "table", "table"),
      memories(of_component ? "core-memory" : "memory", "memory"),
      globals(of_component ? "core-global" : "global", "global"), elements("elem", "elem"),
      datas("data", "data"), tags(of_component ? "core-tag" : "tag", "tag"),
      modules("core-module", "module"), instances("core-instance", "instance"),
      component_types("type", "type"), component_funcs("func", "func"),
      components("component", "component"), component_instances("instance", "instance"),
      values("value", "value") {}

namespace {

void read_names(Bytes section, PrintNames& into) {
    each_part(section, [&into](std::uint8_t id, Reader& in) {
        switch (id) {
        case 0: return read_self(in, into);
        case 1: return into.funcs.read(in, true);
        case 2: return into.locals.read(in);
        case 3: return into.labels.read(in);
        case 4: return into.types.read(in, true);
        case 5: return into.tables.read(in, true);
        case 6: return into.memories.read(in, true);
        case 7: return into.globals.read(in, true);
        case 8: return into.elements.read(in, true);
        case 9: return into.datas.read(in, true);
        case 10: return into.fields.read(in);
        case 11: return into.tags.read(in, true);
        case 12: return into.type_params.read(in);
        case 13: return into.tag_params.read(in);
        default: return true;
        }
    });
}

// A part names the things of one sort: 0 is the component itself, 1 a sort of definitions, of which
// the code and, of core ones, a second code follow.
void read_component_names(Bytes section, PrintNames& into) {
    using component::CoreSort;
    using component::Sort;
    const auto core_space = [&into](CoreSort sort) -> PrintSpace* {
        switch (sort) {
        case CoreSort::func: return &into.funcs;
        case CoreSort::table: return &into.tables;
        case CoreSort::memory: return &into.memories;
        case CoreSort::global: return &into.globals;
        case CoreSort::tag: return &into.tags;
        case CoreSort::type: return &into.types;
        case CoreSort::module: return &into.modules;
        case CoreSort::instance: return &into.instances;
        }
        return nullptr;
    };
    const auto space = [&](Reader& in) -> PrintSpace* {
        const auto sort = in.u8();
        if (!sort)
            return nullptr;
        switch (static_cast<Sort>(*sort)) {
        case Sort::core: {
            const auto core = in.u8();
            return core ? core_space(static_cast<CoreSort>(*core)) : nullptr;
        }
        case Sort::func: return &into.component_funcs;
        case Sort::value: return &into.values;
        case Sort::type: return &into.component_types;
        case Sort::component: return &into.components;
        case Sort::instance: return &into.component_instances;
        }
        return nullptr;
    };
    each_part(section, [&](std::uint8_t id, Reader& in) {
        if (id == 0)
            return read_self(in, into);
        if (id != 1)
            return true;
        auto* const names = space(in);
        return names == nullptr || names->read(in, true);
    });
}

void finish(PrintNames& names) {
    for (auto* const space :
         {&names.funcs, &names.types, &names.tables, &names.memories, &names.globals,
          &names.elements, &names.datas, &names.tags, &names.modules, &names.instances,
          &names.component_types, &names.component_funcs, &names.components,
          &names.component_instances, &names.values})
        space->finish();
    for (auto* const nested :
         {&names.locals, &names.labels, &names.fields, &names.type_params, &names.tag_params})
        nested->finish();
}

} // namespace

PrintNames names_of(const wasm::Module& module) {
    PrintNames names(false);
    for (const auto& custom : module.customs)
        if (custom.name == "name")
            read_names(custom.payload, names);
    finish(names);
    return names;
}

PrintNames names_of(const component::ast::Component& component) {
    PrintNames names(true);
    for (const auto& section : component.sections)
        if (const auto* const custom = std::get_if<component::ast::Custom>(&section.kind);
            custom != nullptr && custom->name == "component-name")
            read_component_names(custom->payload, names);
    finish(names);
    return names;
}

} // namespace tenon::wat
