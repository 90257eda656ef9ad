// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/plan.hpp"

#include "compose/adapter_reduce.hpp"
#include "compose/nominal.hpp"
#include "wasm/sections.hpp"
#include "wit/semver.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::compose {
namespace {

constexpr std::size_t max_sections = 1000;
constexpr std::size_t max_exported_types = 2'000'000;

/// What each section of a module says. `invalid` for a component.
Result<std::vector<std::pair<std::string, Metadata>>> read_metadata(Bytes module) {
    auto walker = TENON_TRY(wasm::SectionWalker::begin(module));
    if (walker.preamble().layer == wasm::Layer::component)
        return fail(base::Error(Errc::invalid, "this is a component already, and a core module is "
                                               "wanted"));
    std::vector<std::pair<std::string, Metadata>> out;
    while (const auto section = TENON_TRY(walker.next())) {
        if (section->id != 0 || !section->name.starts_with(metadata_section))
            continue;
        if (out.size() == max_sections)
            return fail(Errc::limit, fmt::format("the module has more than {} sections with worlds",
                                                 max_sections));
        auto name = fmt::format("section `{}`", section->name);
        auto one = Metadata::read(section->payload);
        if (!one)
            return fail(std::move(one).error().within(std::move(name)));
        out.emplace_back(std::move(name), *std::move(one));
    }
    return out;
}

base::Error in_adapter(base::Error error, const Adapter& adapter) {
    auto placed = std::move(error).within(fmt::format("adapter `{}`", adapter.name));
    return adapter.file.empty() ? std::move(placed) : std::move(placed).in_file(adapter.file);
}

/// The functions of an adapter that the main module imports.
std::vector<const Import*> wanted_of(const Imports& imports, const std::string& adapter) {
    std::vector<const Import*> out;
    if (const auto* const list = imports.find(adapter))
        for (const auto& import : *list)
            if (import.kind == Import::Kind::adapter)
                out.push_back(&import);
    return out;
}

Result<> check_exports(const Part& part, const std::vector<const Import*>& wanted) {
    for (const auto* const import : wanted) {
        const auto* const there = part.exports.named(import->name);
        if (there == nullptr || there->function == nullptr)
            return fail(base::Error(Errc::not_found,
                                    fmt::format("the adapter does not export `{}`, which the main "
                                                "module imports",
                                                import->name)));
        TENON_TRY(check_type(import->name, import->core_type, *there->function));
    }
    return {};
}

} // namespace

base::Error Part::placed(base::Error error) const {
    return adapter == nullptr ? std::move(error) : in_adapter(std::move(error), *adapter);
}

Result<std::unique_ptr<Plan>> Plan::create(Bytes main, const std::vector<Adapter>& adapters,
                                           const NewOptions& options) {
    auto plan = std::make_unique<Plan>();
    TENON_TRY(plan->read_main(main));
    for (const auto& adapter : adapters)
        if (auto done = plan->read_adapter(adapter); !done)
            return fail(in_adapter(std::move(done).error(), adapter));
    TENON_TRY(plan->settle_world(options));
    plan->layout_ = std::make_unique<Layout>(plan->model());
    plan->canonical_ = std::make_unique<CanonicalModel>(plan->model());
    const auto target = plan->target(options);
    TENON_TRY(plan->connect(plan->parts_.front(), target, plan->providers_.front().exports));
    for (std::size_t i = 0; i < plan->adapters_.size(); ++i)
        if (auto done = plan->add_adapter(i, target, options); !done)
            return fail(in_adapter(std::move(done).error(), *plan->adapters_[i].adapter));
    plan->memory_from_outside_ = imported_memory(plan->main().imports);
    plan->has_threads_ = plan->find_threads();
    plan->find_used_functions();
    TENON_TRY(plan->find_live_types());
    return plan;
}

// --- the world

Result<> Plan::read_main(Bytes main) {
    auto& part = parts_.emplace_back();
    part.name = "main";
    part.bytes = main;
    for (const auto& [name, one] : TENON_TRY(read_metadata(main)))
        if (auto done = metadata_.add(one, models_); !done)
            return fail(std::move(done).error().within(name));
    main_producers_ = metadata_.producers;
    part.import_encodings = metadata_.imports;
    part.export_encodings = metadata_.exports;
    auto& provider = providers_.emplace_back();
    provider.part = main_part;
    for (const auto& [key, item] : world().exports)
        provider.exports.push_back(key);
    return {};
}

Result<> Plan::read_adapter(const Adapter& adapter) {
    for (const auto& other : adapters_)
        if (other.adapter->name == adapter.name)
            return fail(Errc::usage, "two adapters have this name");
    auto& source = adapters_.emplace_back();
    source.adapter = &adapter;
    auto& provider = providers_.emplace_back();
    for (auto& [name, one] : TENON_TRY(read_metadata(adapter.module))) {
        // An adapter may encode strings otherwise than the main module does.
        TENON_TRY(source.imports.merge(std::exchange(one.imports, {})));
        TENON_TRY(source.exports.merge(std::exchange(one.exports, {})));
        one.producers.reset();
        const auto before = world().exports.size();
        auto added = metadata_.add(one, models_);
        if (!added)
            return fail(std::move(added).error().within(name));
        if (world().exports.size() != before + added->size())
            return fail(Errc::invalid, "it exports something that another module exports too");
        provider.exports.insert(provider.exports.end(), added->begin(), added->end());
    }
    return {};
}

Result<> Plan::settle_world(const NewOptions& options) {
    auto& model = metadata_.model;
    if (options.merge_imports_based_on_semver)
        TENON_TRY(wit::merge_world_imports_based_on_semver(model, metadata_.world));
    std::vector<std::vector<std::size_t>> places; // keys change, positions do not
    for (const auto& provider : providers_) {
        auto& of_one = places.emplace_back();
        for (const auto& key : provider.exports)
            of_one.push_back(world().exports.position(key));
        std::ranges::sort(of_one); // merging puts functions first
    }
    make_nominal(model, metadata_.world);
    for (std::size_t i = 0; i < places.size(); ++i) {
        providers_[i].exports.clear();
        for (const auto place : places[i])
            providers_[i].exports.push_back(world().exports.entry(place).first);
    }
    return check_depth(model);
}

// --- the modules

Target Plan::target(const NewOptions& options) const {
    Target out(model(), world(), *layout_);
    for (const auto& source : adapters_)
        out.adapters.insert(source.adapter->name);
    out.reject_legacy_names = options.reject_legacy_names;
    return out;
}

Result<> Plan::connect(Part& part, const Target& target,
                       const std::vector<wit::WorldKey>& exports) {
    part.module = TENON_TRY(wasm::decode_module(part.bytes));
    part.view = TENON_TRY(ModuleView::create(part.module));
    part.imports = TENON_TRY(find_imports(part.view, target));
    part.exports = TENON_TRY(Exports::find(part.view, target, exports));
    return {};
}

bool Plan::has_functions(const std::vector<wit::WorldKey>& exports) const {
    for (const auto& key : exports) {
        const auto& item = world().exports.at(key);
        const auto* const interface = std::get_if<wit::WorldInterface>(&item);
        if (interface == nullptr || !model()[interface->interface].functions.empty())
            return true;
    }
    return false;
}

/// Held against the world twice: whole, to find out what it exports, and reduced to that.
Result<> Plan::add_adapter(std::size_t number, const Target& target, const NewOptions& options) {
    const auto& source = adapters_[number];
    auto& provider = providers_[number + 1];
    const auto wanted = wanted_of(main().imports, source.adapter->name);
    if (wanted.empty() && !has_functions(provider.exports))
        return {};
    Part whole;
    whole.bytes = source.adapter->module;
    TENON_TRY(connect(whole, target, provider.exports));
    TENON_TRY(check_exports(whole, wanted));
    std::set<std::string, std::less<>> kept;
    for (const auto* const import : wanted)
        kept.insert(import->name);
    for (const auto& one : whole.exports.all())
        kept.insert(one.name);
    std::optional<std::string> realloc;
    if (!options.realloc_via_memory_grow)
        if (const auto* const one = main().exports.realloc_for_adapters())
            realloc = one->name;

    Part part;
    part.name = source.adapter->name;
    part.adapter = source.adapter;
    part.reduced = TENON_TRY(
        reduce_adapter(whole.module, kept, realloc,
                       options.debug_names ? "wit-component:adapter:" + part.name : std::string()));
    part.bytes = part.reduced;
    part.import_encodings = source.imports;
    part.export_encodings = source.exports;
    TENON_TRY(connect(part, target, provider.exports));
    TENON_TRY(check_exports(part, wanted));
    provider.part = parts_.size();
    parts_.push_back(std::move(part));
    return {};
}

bool Plan::find_threads() const {
    for (const auto& part : parts_)
        for (const auto& [module, list] : part.imports)
            for (const auto& import : list) {
                if (import.kind != Import::Kind::built_in)
                    continue;
                const auto op = import.built_in.row->op;
                const bool is_slot =
                    op == ast::CanonOp::context_get || op == ast::CanonOp::context_set;
                if (op == ast::CanonOp::thread_new_indirect ||
                    (is_slot && import.built_in.slot == 1))
                    return true;
            }
    return false;
}

// --- what is used

void Plan::find_used_functions() {
    for (const auto& part : parts_)
        for (const auto& [module, list] : part.imports)
            for (const auto& import : list)
                if (import.kind == Import::Kind::function)
                    used_functions_.emplace(import.function.interface,
                                            import.function.function->name);
}

void Plan::add_live(const Import& import, LiveTypes& live) const {
    switch (import.kind) {
    case Import::Kind::function: live.add(*import.function.function); break;
    case Import::Kind::resource_drop:
    case Import::Kind::own_resource: live.add(import.resource); break;
    case Import::Kind::copy:
        if (import.type)
            live.add(*import.type);
        break;
    case Import::Kind::task_return:
        if (import.function.function->result)
            live.add(*import.function.function->result);
        break;
    case Import::Kind::task_cancel:
    case Import::Kind::built_in:
    case Import::Kind::thread_base_get:
    case Import::Kind::thread_base_set:
    case Import::Kind::adapter:
    case Import::Kind::memory:
    case Import::Kind::main_export: break;
    }
}

/// Each exported interface becomes a component that imports all that it needs of others. A few
/// lines of WIT can make that any number of types, so there is a limit.
Result<> Plan::find_live_types() {
    LiveTypes live(model());
    for (const auto& [key, item] : world().imports)
        if (const auto* const type = std::get_if<wit::TypeIdx>(&item))
            live.add(*type);
    for (const auto& part : parts_)
        for (const auto& [module, list] : part.imports)
            for (const auto& import : list)
                add_live(import, live);
    std::size_t all = 0;
    for (const auto& [key, item] : world().exports) {
        const auto* const one = std::get_if<wit::WorldInterface>(&item);
        if (one == nullptr) {
            live.add(item);
            continue;
        }
        LiveTypes of_export(model());
        of_export.add(one->interface);
        all += of_export.in_order().size();
        if (all > max_exported_types)
            return fail(Errc::limit, fmt::format("exported interfaces need more than {} types",
                                                 max_exported_types));
        // Only what no export defines is imported.
        for (const auto type : of_export.in_order())
            if (const auto* const owner = std::get_if<wit::InterfaceIdx>(&model()[type].owner))
                if (*owner != one->interface && !world().exports.contains(wit::WorldKey(*owner)))
                    live.add(type);
    }
    for (const auto type : live.in_order())
        if (const auto* const owner = std::get_if<wit::InterfaceIdx>(&model()[type].owner))
            live_types_[*owner].push_back(type);
    return {};
}

const std::vector<wit::TypeIdx>& Plan::live_types(wit::InterfaceIdx interface) const {
    static const std::vector<wit::TypeIdx> none;
    const auto found = live_types_.find(interface);
    return found == live_types_.end() ? none : found->second;
}

} // namespace tenon::compose
