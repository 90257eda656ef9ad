// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/contents.hpp"

#include "cli/metadata_dependencies.hpp"
#include "component/decode.hpp"
#include "component/needs.hpp"
#include "component/package_file.hpp"
#include "component/validate.hpp"
#include "wat/print_names.hpp"
#include "wit/print.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace tenon::cli {
namespace {

constexpr std::size_t max_shown = 20; // of memories and tables
constexpr std::size_t max_producers = 1000;

template <class Type> void add_first(const wasm::ExternTypes& types, wasm::ExternKind kind,
                                     std::vector<Type>& into, std::uint64_t& more) {
    const auto count = types.count(kind);
    for (std::uint32_t i = 0; i < std::min(count, max_shown); ++i)
        into.push_back(std::get<Type>(*types.find(kind, i)));
    more = count - into.size();
}

/// Names are looked up one by one, so that there is an end to them.
void merge_producers(wasm::Producers& into, const wasm::Metadata& from, std::size_t& left) {
    if (from.producers)
        for (const auto& field : from.producers->fields)
            for (const auto& value : field.values) {
                if (left == 0)
                    return;
                --left;
                into.add(field.name, value.name, value.version);
            }
    for (const auto& child : from.children)
        merge_producers(into, child, left);
}

class Gatherer {
public:
    Gatherer(Contents& into, std::size_t top, std::stop_token stop)
        : to_(into), top_(top), stop_(std::move(stop)) {}

    Result<> module(Bytes binary) {
        to_.module = TENON_TRY(wasm::decode_module(binary));
        to_.facts = TENON_TRY(look_into(*to_.module, 0));
        to_.core_modules = 1;
        rank();
        return {};
    }
    Result<> component(Bytes binary) {
        const auto tree = TENON_TRY(component::decode(binary));
        to_.features = component::features_used(tree);
        TENON_TRY(outside(binary, tree));
        to_.parts = TENON_TRY(compose::parts_of(binary));
        to_.part_facts.resize(to_.parts.size());
        for (std::size_t i = 0; i < to_.parts.size(); ++i)
            if (to_.parts[i].is_module)
                if (auto done = part(i); !done)
                    return fail(std::move(done).error().within(compose::path_of(to_.parts, i)));
        TENON_TRY(wide_memories(binary));
        rank();
        return {};
    }

private:
    Result<> outside(Bytes binary, const component::ast::Component& tree) {
        auto wit = component::decode_wit(tree);
        if (wit) {
            foreign(tree);
            to_.wit = *std::move(wit);
            return {};
        }
        to_.gaps.push_back(
            std::move(wit).error().wrap("what it imports and exports cannot be said in WIT"));
        auto names = TENON_TRY(component::outside_of(binary));
        to_.imports = std::move(names.imports);
        to_.exports = std::move(names.exports);
        return {};
    }
    void foreign(const component::ast::Component& tree) {
        using component::Sort;
        for (const auto& section : tree.sections) {
            const auto* const imports =
                std::get_if<std::vector<component::ast::Import>>(&section.kind);
            if (imports == nullptr)
                continue;
            for (const auto& [offset, name, type] : *imports)
                if (type.sort == Sort::core || type.sort == Sort::component ||
                    type.sort == Sort::value)
                    to_.foreign_imports.emplace_back(
                        name.name, name_of(type.sort, component::CoreSort::module));
        }
    }
    /// `cm64` shows where canonical definitions meet the memories and tables of core modules: the
    /// component is valid with it, and not without.
    Result<> wide_memories(Bytes binary) {
        const auto is_wide = [](const auto& type) { return type.limits.is_64; };
        const auto has_wide = [&](const ModuleFacts& one) {
            return std::ranges::any_of(one.memories, is_wide) ||
                   std::ranges::any_of(one.tables, is_wide);
        };
        if (std::ranges::none_of(to_.part_facts, has_wide))
            return {};
        wasm::ValidateOptions options;
        options.stop = stop_;
        options.features = wasm::Features::everything();
        auto with = component::validate(binary, options);
        options.features.set(wasm::Feature::cm64, false);
        auto without = with ? component::validate(binary, options) : Result<>();
        for (auto* const verdict : {&with, &without})
            if (!*verdict && verdict->error().code() == Errc::interrupted)
                return std::move(*verdict);
        if (with && !without)
            to_.features.set(wasm::Feature::cm64, true);
        return {};
    }
    Result<> part(std::size_t at) {
        const auto& one = to_.parts[at];
        const auto module = TENON_TRY(wasm::decode_module(one.bytes, one.offset));
        to_.part_facts[at] = TENON_TRY(look_into(module, at));
        add(to_.part_facts[at]);
        ++to_.core_modules;
        return {};
    }
    void add(const ModuleFacts& one) {
        auto& sum = to_.facts;
        sum.functions += one.functions;
        sum.imported_functions += one.imported_functions;
        sum.code_bytes += one.code_bytes;
        sum.data_segments += one.data_segments;
        sum.data_bytes += one.data_bytes;
        sum.element_segments += one.element_segments;
        sum.debug.dwarf_bytes += one.debug.dwarf_bytes;
        sum.debug.dwarf_sections += one.debug.dwarf_sections;
        if (one.debug.name_bytes)
            sum.debug.name_bytes = sum.debug.name_bytes.value_or(0) + *one.debug.name_bytes;
    }

    Result<ModuleFacts> look_into(const wasm::Module& module, std::size_t at) {
        ModuleFacts facts;
        const wasm::ExternTypes types(module);
        facts.functions = types.count(wasm::ExternKind::func);
        facts.imported_functions = facts.functions - module.functions.size();
        for (const auto& body : module.bodies)
            facts.code_bytes += body.bytes.size();
        facts.data_segments = module.datas.size();
        for (const auto& data : module.datas)
            facts.data_bytes += data.bytes.size();
        facts.element_segments = module.elements.size();
        add_first(types, wasm::ExternKind::memory, facts.memories, facts.more_memories);
        add_first(types, wasm::ExternKind::table, facts.tables, facts.more_tables);
        facts.debug = wasm::debug_sections(module);
        customs(module, facts);
        TENON_TRY(features(module, at));
        functions(module, at);
        return facts;
    }
    /// Those that cannot be read count as not there.
    static void customs(const wasm::Module& module, ModuleFacts& facts) {
        for (const auto& section : module.customs) {
            if (section.name == "target_features") {
                if (auto read = wasm::read_target_features(section.payload, section.offset))
                    facts.target_features = *std::move(read);
            } else if (section.name == "dylink.0") {
                if (auto read = wasm::read_dylink(section.payload, section.offset))
                    facts.dylink = *std::move(read);
            }
        }
    }
    Result<> features(const wasm::Module& module, std::size_t at) {
        auto used = wasm::features_used(module, stop_);
        if (used) {
            wasm::add(to_.features, *used);
            return {};
        }
        if (used.error().code() == Errc::interrupted)
            return fail(std::move(used).error());
        to_.features_are_whole = false;
        if (to_.gaps.size() < 10) {
            auto error = std::move(used).error();
            if (!to_.parts.empty())
                error = std::move(error).within(compose::path_of(to_.parts, at));
            to_.gaps.push_back(std::move(error).wrap("which features it needs is not known"));
        }
        return {};
    }
    void functions(const wasm::Module& module, std::size_t at) {
        if (top_ == 0)
            return;
        const auto largest = wasm::largest_functions(module, top_);
        const auto names = wat::names_of(module);
        for (const auto& one : largest) {
            const auto* const name = names.funcs.find(one.index);
            to_.largest.push_back(
                {at, one.index, one.bytes, std::string(name != nullptr ? name->text : "")});
        }
        if (to_.largest.size() / 2 > top_)
            rank();
    }
    /// Keeps the largest, which come first.
    void rank() {
        std::ranges::sort(to_.largest, {}, [](const LargeFunction& one) {
            return std::tuple(UINT64_MAX - one.bytes, one.part, one.index);
        });
        if (to_.largest.size() > top_)
            to_.largest.resize(top_);
    }

    Contents& to_;
    std::size_t top_;
    std::stop_token stop_;
};

} // namespace

Result<Contents> read_contents(Bytes binary, std::size_t top, std::stop_token stop) {
    Contents out;
    out.bytes = binary.size();
    out.sections = TENON_TRY(wasm::section_sizes(binary));
    out.metadata = TENON_TRY(wasm::read_metadata(binary));
    auto producers_left = max_producers;
    merge_producers(out.producers, out.metadata, producers_left);
    Gatherer gatherer(out, top, std::move(stop));
    if (out.metadata.layer == wasm::Layer::module)
        TENON_TRY(gatherer.module(binary));
    else
        TENON_TRY(gatherer.component(binary));
    if (const auto& packed = out.metadata.dependencies) {
        auto list = read_dependencies(*packed);
        if (!list)
            out.gaps.push_back(std::move(list).error().wrap("its dependencies cannot be read"));
        else if (const auto* const packages = list->find("packages"))
            out.dependencies = packages->items().size();
    }
    return out;
}

std::string_view kind_of(const Contents& contents) noexcept {
    if (contents.is_module())
        return "module";
    return contents.is_package() ? "WIT package" : "component";
}

std::vector<std::string> wasi_versions(const Contents& contents) {
    std::set<std::string> out;
    const auto add = [&out](std::string_view name) {
        if (!name.starts_with("wasi:"))
            return;
        const auto at = name.find('@');
        out.emplace(at == name.npos ? "without version" : name.substr(at + 1));
    };
    if (contents.module)
        for (const auto& import : contents.module->imports) {
            if (import.module == "wasi_snapshot_preview1" || import.module == "wasi_unstable")
                out.emplace("0.1");
            add(import.module);
        }
    if (contents.wit && contents.wit->world)
        for (const auto& [key, item] : contents.wit->model[*contents.wit->world].imports)
            add(contents.wit->model.key_name(key));
    for (const auto& name : contents.imports)
        add(name);
    return {out.begin(), out.end()};
}

std::vector<std::string_view> uses_of(const Contents& contents) {
    struct Use {
        std::string_view name, what;
    };
    static constexpr Use by_export[] = {
        {"_start", "a command"},
        {"_initialize", "a reactor"},
        {"wasi:cli/run", "a command"},
        {"wasi:http/incoming-handler", "an HTTP handler"},
        {"wasi:http/handler", "an HTTP handler"},
        {"primatomic:machine/machine", "a view of an event log"},
    };
    static constexpr Use by_section[] = {{"linking", "an object file"},
                                         {"dylink.0", "a dynamic library"}};
    std::vector<std::string_view> out;
    const auto find = [&out](const auto& uses, std::string_view name) {
        const auto* const found = std::ranges::find(uses, name, &Use::name);
        if (found != std::end(uses) && std::ranges::find(out, found->what) == out.end())
            out.push_back(found->what);
    };
    if (contents.module) {
        for (const auto& one : contents.module->exports)
            if (one.kind == wasm::ExternKind::func)
                find(by_export, one.name);
        for (const auto& one : contents.module->customs)
            find(by_section, one.name);
    }
    if (contents.wit && contents.wit->world)
        for (const auto& [key, item] : contents.wit->model[*contents.wit->world].exports) {
            const auto name = contents.wit->model.key_name(key);
            find(by_export, std::string_view(name).substr(0, name.find('@')));
        }
    return out;
}

std::string Signatures::text(const wit::Function& function) {
    constexpr std::size_t most_written = std::size_t{8} << 20;
    constexpr std::size_t most = 2000;
    std::string_view plain = function.async ? "async func" : "func";
    if (written_ > most_written)
        return std::string(plain);
    auto text = wit::print_function(model_, function);
    if (!text) // it has what WIT cannot say, or is beyond all limits
        written_ += most_written / 16;
    const auto colon = text ? text->find(": ") : std::string::npos;
    if (colon == std::string::npos)
        return std::string(plain);
    written_ += text->size();
    auto out = text->substr(colon + 2);
    if (out.size() > most)
        out = out.substr(0, out.rfind(' ', most)) + " …"; // all of it is ASCII
    return out;
}

} // namespace tenon::cli
