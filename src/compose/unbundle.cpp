// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/unbundle.hpp"

#include "component/decode.hpp"
#include "component/encode.hpp"
#include "component/validate.hpp"
#include "compose/module_type_writer.hpp"
#include "compose/shift_indices.hpp"

#include <fmt/core.h>
#include <map>
#include <set>
#include <utility>

namespace tenon::compose {

using component::CoreSort;
using component::Sort;

namespace {

struct Found {
    Bytes module;
    std::uint64_t offset;
};

/// In the order of the file; nesting is limited where the component is decoded.
void find_modules(const ast::Component& tree, std::uint64_t threshold, std::vector<Found>& out) {
    for (const auto& section : tree.sections) {
        if (const auto* const module = std::get_if<ast::CoreModule>(&section.kind)) {
            if (module->whole.size() > threshold)
                out.push_back({module->whole, section.offset});
        } else if (const auto* const nested =
                       std::get_if<std::vector<ast::Component>>(&section.kind)) {
            for (const auto& one : *nested)
                find_modules(one, threshold, out);
        }
    }
}

/// The modules' imports and exports: those of a component that has nothing else.
Result<component::Typed> types_of(const std::vector<Found>& modules, std::stop_token stop) {
    ast::Component all;
    std::vector<ast::Export> exports;
    for (const auto& [module, offset] : modules) {
        all.sections.push_back({offset, ast::CoreModule{module}});
        ast::Export one;
        const auto index = static_cast<std::uint32_t>(exports.size());
        one.name.name = fmt::format("m{}", index);
        one.what = {Sort::core, CoreSort::module, index};
        exports.push_back(std::move(one));
    }
    all.sections.push_back({0, std::move(exports)});
    wasm::ValidateOptions options;
    options.features = wasm::Features::everything();
    options.stop = std::move(stop);
    return component::validate(all, options);
}

std::set<std::string> import_names(const ast::Component& tree) {
    std::set<std::string> names;
    for (const auto& section : tree.sections)
        if (const auto* const imports = std::get_if<std::vector<ast::Import>>(&section.kind))
            for (const auto& import : *imports)
                names.insert(import.name.name);
    return names;
}

/// What stands in front of the component: types of functions that the modules share, then one type
/// and one import for each module.
class Front {
public:
    explicit Front(const component::CoreTypes& core) : core_(core) {}

    Result<> add(component::ModuleIdx module, const std::string& import) {
        ModuleTypeWriter writer([&](wasm::TypeId id) -> Result<ast::ModuleDeclarator> {
            const auto outside = TENON_TRY(func(id));
            return ast::ModuleDeclarator{
                0, ast::Alias{0, Sort::core, CoreSort::type, ast::Alias::Outer{1, outside}}};
        });
        auto type = TENON_TRY(writer.write(core_[module]));
        ast::Import made;
        made.name.name = import;
        made.type = {Sort::core, {}, {}, static_cast<std::uint32_t>(types_.size())};
        types_.push_back({0, std::move(type)});
        imports_.push_back(std::move(made));
        return {};
    }
    [[nodiscard]] Shift shift() const {
        return {static_cast<std::uint32_t>(types_.size()),
                static_cast<std::uint32_t>(imports_.size())};
    }
    void put_before(ast::Component& tree) && {
        std::vector<ast::Section> sections;
        sections.push_back({0, std::move(types_)});
        sections.push_back({0, std::move(imports_)});
        tree.sections.insert(tree.sections.begin(), std::make_move_iterator(sections.begin()),
                             std::make_move_iterator(sections.end()));
    }

private:
    Result<std::uint32_t> func(wasm::TypeId id) {
        if (const auto known = known_.find(id); known != known_.end())
            return known->second;
        auto group = TENON_TRY(plain_func_type(core_.store, id));
        const auto index = static_cast<std::uint32_t>(types_.size());
        types_.push_back({0, std::move(group)});
        known_.emplace(id, index);
        return index;
    }

    const component::CoreTypes& core_;
    std::vector<ast::CoreType> types_;
    std::vector<ast::Import> imports_;
    std::map<wasm::TypeId, std::uint32_t> known_;
};

/// In the place of each module stands the one that is imported.
void replace_modules(ast::Component& tree, std::uint64_t threshold, std::uint32_t depth,
                     std::uint32_t& next) {
    for (auto& section : tree.sections) {
        if (const auto* const module = std::get_if<ast::CoreModule>(&section.kind)) {
            if (module->whole.size() > threshold)
                section.kind = std::vector{
                    ast::Alias{0, Sort::core, CoreSort::module, ast::Alias::Outer{depth, next++}}};
        } else if (auto* const nested = std::get_if<std::vector<ast::Component>>(&section.kind)) {
            for (auto& one : *nested)
                replace_modules(one, threshold, depth + 1, next);
        }
    }
}

} // namespace

Result<Unbundled> unbundle(Bytes component, std::uint64_t threshold, std::stop_token stop) {
    auto tree = TENON_TRY(component::decode(component));
    std::vector<Found> found;
    find_modules(tree, threshold, found);
    Unbundled made;
    if (found.empty()) {
        made.component.assign(component.begin(), component.end());
        return made;
    }
    const auto typed = TENON_TRY(types_of(found, std::move(stop)));
    const auto& core = typed.types.core();
    const auto taken = import_names(tree);
    Front front(core);
    std::size_t number = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        auto name = fmt::format("unbundled-module{}", number++);
        while (taken.contains(name))
            name = fmt::format("unbundled-module{}", number++);
        const auto& item = typed.exports.at(fmt::format("m{}", i));
        if (auto done = front.add(*typed.types.get<component::CoreModule>(item.type)->type, name);
            !done)
            return fail(std::move(done).error().within(
                fmt::format("core module at offset {:#x}", found[i].offset)));
        made.modules.push_back({std::move(name), found[i].module});
    }
    shift_indices(tree, front.shift());
    std::uint32_t next = 0;
    replace_modules(tree, threshold, 0, next);
    std::deque<Buffer> kept;
    shift_names(tree, front.shift(), kept);
    std::move(front).put_before(tree);
    made.component = component::encode(tree);
    return made;
}

} // namespace tenon::compose
