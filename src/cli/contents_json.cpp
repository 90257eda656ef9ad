// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/contents_view.hpp"
#include "cli/verdict_text.hpp"
#include "wasm/type_text.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::cli {
namespace {

using data::Value;

/// Of a list; programs that need more than so many read the file themselves.
constexpr std::size_t most_listed = 20'000;

Value number(std::uint64_t value) {
    return Value::integer(static_cast<std::int64_t>(value));
}

/// The first of them.
Value texts(const auto& list) {
    auto out = Value::array({});
    std::size_t count = 0;
    for (const auto& one : list)
        if (count++ < most_listed)
            out.push_back(Value(std::string_view(one)));
    return out;
}

/// The first of a list, each as `describe` has it; `KEY_left_out` says how many are missing.
void set_list(Value& to, const std::string& key, const auto& list, auto&& describe) {
    auto out = Value::array({});
    std::size_t count = 0;
    for (const auto& one : list)
        if (count++ < most_listed)
            out.push_back(describe(one));
    to.set(key, std::move(out));
    if (count > most_listed)
        to.set(key + "_left_out", number(count - most_listed));
}

// --- pieces

Value producers_json(const wasm::Producers& producers) {
    auto out = Value::object({});
    for (const auto& field : producers.fields) {
        auto values = Value::object({});
        for (const auto& value : field.values)
            values.set(value.name, Value(value.version));
        out.set(field.name, std::move(values));
    }
    return out;
}

Value debug_json(const wasm::DebugSections& of) {
    auto out = Value::object({});
    out.set("dwarf_sections", number(of.dwarf_sections));
    out.set("dwarf_size", number(of.dwarf_bytes));
    out.set("name_section_size", number(of.name_bytes.value_or(0)));
    if (of.dwarf_file)
        out.set("dwarf_file", Value(*of.dwarf_file));
    if (of.source_map)
        out.set("source_map", Value(*of.source_map));
    if (of.build_id) {
        std::string id;
        for (const auto byte : of.build_id->first(std::min<std::size_t>(of.build_id->size(), 256)))
            id += fmt::format("{:02x}", byte);
        out.set("build_id", Value(id));
    }
    return out;
}

Value dylink_json(const wasm::Dylink& of) {
    auto out = Value::object({});
    if (of.memory) {
        out.set("memory_size", number(of.memory->bytes));
        out.set("memory_alignment_log2", number(of.memory->align_log2));
        out.set("table_size", number(of.memory->table_elements));
        out.set("table_alignment_log2", number(of.memory->table_align_log2));
    }
    out.set("needed", texts(of.needed));
    out.set("runtime_paths", texts(of.runtime_paths));
    return out;
}

void set_facts(Value& to, const ModuleFacts& of) {
    auto functions = Value::object({});
    functions.set("imported", number(of.imported_functions));
    functions.set("defined", number(of.functions - of.imported_functions));
    functions.set("code_size", number(of.code_bytes));
    to.set("functions", std::move(functions));
    auto datas = Value::object({});
    datas.set("segments", number(of.data_segments));
    datas.set("size", number(of.data_bytes));
    to.set("data", std::move(datas));
    to.set("element_segments", number(of.element_segments));
    to.set("debug", debug_json(of.debug));
}
/// What is not added up over several modules.
void set_own_facts(Value& to, const ModuleFacts& of) {
    set_facts(to, of);
    const wasm::ExternTypes types(wasm::Module{});
    const auto text = [&types](const auto& type) { return Value(types.text(type)); };
    set_list(to, "memories", of.memories, text);
    set_list(to, "tables", of.tables, text);
    std::vector<std::string> targets;
    for (const auto& one : of.target_features)
        targets.push_back(one.prefix + std::string(one.name));
    to.set("target_features", texts(targets));
    if (of.dylink)
        to.set("dynamic_linking", dylink_json(*of.dylink));
}

void set_needs(Value& to, const Contents& of) {
    const auto needs = wasm::needs_of(of.features);
    if (of.core_modules != 0)
        to.set("webassembly", Value(needs.version));
    const auto names = [](const std::vector<wasm::Feature>& list) {
        auto out = Value::array({});
        for (const auto one : list)
            out.push_back(Value(wasm::name_of(one)));
        return out;
    };
    to.set("features", names(needs.features));
    to.set("features_of_no_version", names(needs.beyond));
    to.set("features_are_whole", Value(of.features_are_whole));
    to.set("wasi", texts(wasi_versions(of)));
    to.set("used_as", texts(uses_of(of)));
}

void set_metadata(Value& to, const Contents& of) {
    to.set("producers", producers_json(of.producers));
    auto remarks = Value::object({});
    for (std::size_t i = 0; i < wasm::remark_names.size(); ++i)
        if (const auto& text = of.metadata.remarks[i])
            remarks.set(std::string(wasm::remark_names[i]), Value(*text));
    to.set("metadata", std::move(remarks));
    if (of.dependencies)
        to.set("dependencies", number(*of.dependencies));
}

// --- outsides

void set_module(Value& to, const wasm::Module& module) {
    const wasm::ExternTypes types(module);
    const auto typed = [&types](Value& item, const wasm::ExternType* type) {
        if (type != nullptr) {
            item.set("kind", Value(wasm::word_of(wasm::kind_of(*type))));
            item.set("type", Value(types.text(*type)));
        }
    };
    set_list(to, "imports", module.imports, [&](const wasm::Import& one) {
        auto item = Value::object({});
        item.set("module", Value(one.module));
        item.set("name", Value(one.name));
        typed(item, &one.type);
        return item;
    });
    set_list(to, "exports", module.exports, [&](const wasm::Export& one) {
        auto item = Value::object({});
        item.set("name", Value(one.name));
        typed(item, types.find(one.kind, one.index));
        return item;
    });
}

class WitView {
public:
    explicit WitView(const wit::Model& model) : model_(model), signatures_(model) {}

    Value operator()(const std::pair<wit::WorldKey, wit::WorldItem>& entry) {
        auto out = Value::object({});
        out.set("name", Value(model_.key_name(entry.first)));
        if (const auto* const interface = std::get_if<wit::WorldInterface>(&entry.second)) {
            out.set("kind", Value("interface"));
            describe(out, model_[interface->interface]);
        } else if (const auto* const function = std::get_if<wit::Function>(&entry.second)) {
            out.set("kind", Value("function"));
            out.set("type", Value(signatures_.text(*function)));
        } else {
            out.set("kind", Value("type"));
        }
        return out;
    }
    void describe(Value& to, const wit::Interface& interface) {
        set_list(to, "functions", interface.functions, [this](const auto& entry) {
            auto out = Value::object({});
            out.set("name", Value(entry.first));
            out.set("type", Value(signatures_.text(entry.second)));
            return out;
        });
        to.set("types", number(interface.types.size()));
    }

private:
    const wit::Model& model_;
    Signatures signatures_;
};

void set_wit(Value& to, const component::DecodedWit& wit) {
    WitView view(wit.model);
    if (wit.world) {
        set_list(to, "imports", wit.model[*wit.world].imports, view);
        set_list(to, "exports", wit.model[*wit.world].exports, view);
        return;
    }
    const auto& package = wit.model[wit.package];
    to.set("package", Value(package.name.text()));
    set_list(to, "interfaces", package.interfaces, [&](const auto& entry) {
        auto out = Value::object({});
        out.set("name", Value(entry.first));
        view.describe(out, wit.model[entry.second]);
        return out;
    });
    set_list(to, "worlds", package.worlds, [&](const auto& entry) {
        auto out = Value::object({});
        out.set("name", Value(entry.first));
        out.set("imports", number(wit.model[entry.second].imports.size()));
        out.set("exports", number(wit.model[entry.second].exports.size()));
        return out;
    });
}

// --- where the bytes are

void set_parts(Value& to, const Contents& of) {
    std::size_t at = 0;
    set_list(to, "parts", of.parts, [&](const compose::EmbeddedPart& part) {
        auto out = Value::object({});
        out.set("kind", Value(part.is_module ? "module" : "component"));
        out.set("path", Value(compose::path_of(of.parts, at)));
        out.set("index", number(part.index));
        if (!part.name.empty())
            out.set("name", Value(part.name));
        if (!part.own_name.empty())
            out.set("own_name", Value(part.own_name));
        if (part.role != compose::EmbeddedPart::Role::unknown)
            out.set("role", Value(compose::word_of(part.role)));
        out.set("offset", number(part.offset));
        out.set("size", number(part.bytes.size()));
        if (part.is_module)
            set_own_facts(out, of.part_facts[at]);
        ++at;
        return out;
    });
}

void set_sections(Value& to, const Contents& of) {
    set_list(to, "sections", of.sections, [](const wasm::SectionSize& one) {
        auto out = Value::object({});
        out.set("section", Value(one.what));
        if (one.what == "custom")
            out.set("name", Value(one.name));
        out.set("sections", number(one.sections));
        out.set("items", number(one.items));
        out.set("size", number(one.bytes));
        return out;
    });
}

void set_largest(Value& to, const Contents& of) {
    set_list(to, "largest_functions", of.largest, [&of](const LargeFunction& one) {
        auto out = Value::object({});
        if (!of.parts.empty())
            out.set("path", Value(compose::path_of(of.parts, one.part)));
        out.set("index", number(one.index));
        if (!one.name.empty())
            out.set("name", Value(one.name));
        out.set("size", number(one.bytes));
        const auto share = per_mille(one.bytes, of.facts.code_bytes);
        out.set("share", Value(data::Number{fmt::format("{}.{:03}", share / 1000, share % 1000)}));
        return out;
    });
}

} // namespace

Value contents_json(const Contents& of, const ContentsSource& source) {
    auto out = Value::object({});
    out.set("file", Value(source.name));
    out.set("kind", Value(kind_of(of)));
    out.set("format", Value(source.format));
    out.set("size", number(of.bytes));
    if (of.metadata.name)
        out.set("name", Value(*of.metadata.name));
    set_needs(out, of);
    if (of.module)
        set_module(out, *of.module);
    else if (of.wit)
        set_wit(out, *of.wit);
    else {
        const auto named = [](const std::string& name) {
            auto item = Value::object({});
            item.set("name", Value(name));
            return item;
        };
        set_list(out, "imports", of.imports, named);
        set_list(out, "exports", of.exports, named);
    }
    if (!of.foreign_imports.empty())
        set_list(out, "foreign_imports", of.foreign_imports, [](const auto& one) {
            auto item = Value::object({});
            item.set("name", Value(one.first));
            item.set("kind", Value(one.second));
            return item;
        });
    if (of.module)
        set_own_facts(out, of.facts);
    else if (!of.is_package()) {
        set_facts(out, of.facts);
        set_parts(out, of);
    }
    set_metadata(out, of);
    set_sections(out, of);
    if (source.has_top)
        set_largest(out, of);
    out.set("signed", Value(source.verdict != nullptr));
    if (source.verdict != nullptr)
        out.set("verification", verdict_json(*source.verdict));
    return out;
}

} // namespace tenon::cli
