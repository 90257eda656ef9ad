// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a component exports: lifted functions, and instances of small components for interfaces.
#include "compose/composer.hpp"
#include "compose/live_types.hpp"
#include "compose/nested_types.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::compose {

using Bound = ast::ExternType::Bound;

// --- types of the small components

std::uint32_t NestedTypeWriter::define(ast::TypeKind kind) {
    return out_.type(std::move(kind));
}

/// Types of several interfaces may have the same name.
std::uint32_t NestedTypeWriter::import(wit::TypeIdx type, const std::string& name,
                                       const ast::ExternType& what) {
    auto unique = "import-type-" + name;
    for (int n = 0; !names_.insert(unique).second; ++n)
        unique += std::to_string(n);
    const auto index = out_.import(plain_name(unique), what);
    imported_.emplace_back(std::move(unique), type);
    return index;
}

std::uint32_t NestedTypeWriter::give_name(wit::TypeIdx type, std::uint32_t index,
                                          ast::ExternName name) {
    if (exports_)
        return out_.export_(std::move(name), Sort::type, index);
    return import(type, name.name, {Sort::type, Bound::eq, {}, index});
}

std::uint32_t NestedTypeWriter::resource(wit::TypeIdx type, ast::ExternName name) {
    TENON_ASSERT(!exports_); // they are exported before anything needs them
    return import(type, name.name, {Sort::type, Bound::sub_resource});
}

/// What comes from elsewhere was imported first.
std::uint32_t NestedTypeWriter::from(wit::InterfaceIdx owner, wit::TypeIdx type) {
    const auto here = std::exchange(interface_, owner);
    const auto index = index_of(type);
    interface_ = here;
    return index;
}

namespace {

/// `import-func-f`, `import-method-r-f`: what cannot be the name of a type beside it.
std::string nested_name(const wit::Function& function) {
    if (function.kind == wit::Function::Kind::freestanding)
        return fmt::format("import-func-{}", function.item_name());
    std::string name = "import-";
    for (const char c : function.name)
        if (c != '[')
            name += c == ']' || c == '.' || c == ' ' ? '-' : c;
    return name;
}

/// The component around one exported interface.
class InterfaceComponent {
public:
    InterfaceComponent(const Plan& plan, wit::InterfaceIdx interface)
        : plan_(plan), interface_(interface), types_(plan.canonical(), out, known_) {}

    void import_all(const std::vector<wit::TypeIdx>& foreign);
    void export_all();
    [[nodiscard]] const std::vector<std::pair<std::string, wit::TypeIdx>>&
    imported_types() const noexcept {
        return types_.imported();
    }

    TreeBuilder out;

private:
    [[nodiscard]] const wit::Interface& interface() const { return plan_.model()[interface_]; }

    const Plan& plan_;
    wit::InterfaceIdx interface_;
    KnownTypes known_;
    NestedTypeWriter types_;
    KnownTypes foreign_; ///< what was imported of others
    std::map<wit::TypeIdx, std::uint32_t> resources_;
};

void InterfaceComponent::import_all(const std::vector<wit::TypeIdx>& foreign) {
    const auto& model = plan_.model();
    for (const auto type : foreign) {
        types_.of(std::get<wit::InterfaceIdx>(model[type].owner));
        types_.value(wit::Type(type));
    }
    types_.of(interface_);
    foreign_ = known_;
    for (const auto& [name, type] : interface().types)
        if (std::holds_alternative<wit::Resource>(model[type].kind))
            resources_.emplace(type, types_.index_of(type));
    for (const auto& [name, function] : interface().functions) {
        const auto type = types_.function(function);
        out.import(plain_name(nested_name(function)), {Sort::func, Bound::eq, {}, type});
    }
}

void InterfaceComponent::export_all() {
    const auto& model = plan_.model();
    known_ = std::move(foreign_);
    known_.functions.clear();
    types_.begin_exports();
    for (const auto& [name, type] : interface().types) {
        if (const auto resource = resources_.find(type); resource != resources_.end())
            known_.types.insert_or_assign(type,
                                          out.export_(plain_name(name, model[type].external_id),
                                                      Sort::type, resource->second));
        else
            types_.value(wit::Type(type));
    }
    std::uint32_t number = 0;
    for (const auto& [name, function] : interface().functions) {
        const auto type = types_.function(function);
        out.export_(plain_name(name, function.external_id), Sort::func, number++,
                    ast::ExternType{Sort::func, Bound::eq, {}, type});
    }
}

} // namespace

// --- exports

Result<> Composer::exports(const Plan::Provider& provider) {
    for (const auto& key : provider.exports) {
        const auto& item = plan_.world().exports.at(key);
        const auto part = provider.part.value_or(Plan::main_part);
        if (const auto* const interface = std::get_if<wit::WorldInterface>(&item)) {
            TENON_TRY(export_interface(part, key, *interface));
            continue;
        }
        const auto& function = std::get<wit::Function>(item);
        const auto type = RootTypeWriter(*this, std::nullopt).function(function);
        const auto lifted = TENON_TRY(lift(part, key, function, type));
        out_.export_(plain_name(function.name, function.external_id), Sort::func, lifted);
    }
    return {};
}

Result<> Composer::export_interface(std::size_t part, const wit::WorldKey& key,
                                    const wit::WorldInterface& item) {
    const auto& model = plan_.model();
    const auto& interface = model[item.interface];
    Arguments arguments;
    RootTypeWriter own(*this, item.interface);
    for (const auto& [name, function] : interface.functions) {
        const auto type = own.function(function);
        const auto lifted = TENON_TRY(lift(part, key, function, type));
        arguments.push_back({nested_name(function), {Sort::func, {}, lifted}});
    }

    LiveTypes live(model);
    live.add(item.interface);
    std::vector<wit::TypeIdx> foreign;
    for (const auto type : live.in_order())
        if (const auto* const owner = std::get_if<wit::InterfaceIdx>(&model[type].owner))
            if (*owner != item.interface) {
                own.value(wit::Type(type));
                foreign.push_back(type);
            }
    InterfaceComponent nested(plan_, item.interface);
    nested.import_all(foreign);
    for (const auto& [name, type] : nested.imported_types())
        arguments.push_back({name, {Sort::type, {}, known_.types.at(type)}});
    nested.export_all();

    const auto name = model.key_name(key);
    const auto component = out_.component(std::move(nested.out), name + "-shim-component");
    const auto instance = out_.instance(component, std::move(arguments), name + "-shim-instance");
    auto full = interface_name(key, item, plain_name(name, item.external_id));
    instances_.emplace(item.interface, out_.export_(std::move(full), Sort::instance, instance));
    // From here on the types of the interface are those that the instance exports.
    for (const auto& [type_name, type] : interface.types)
        known_.types.erase(type);
    return {};
}

std::uint32_t Composer::lifted_alias(std::size_t part, const std::string& name) {
    if (const auto known = wrapped_.find({part, name}); known != wrapped_.end())
        return known->second;
    return core_alias(core_instances_[part], name, CoreSort::func, name);
}

Result<std::uint32_t> Composer::lift(std::size_t part, const wit::WorldKey& key,
                                     const wit::Function& function, std::uint32_t type) {
    using Option = ast::CanonOption;
    const auto& exports = plan_.parts()[part].exports;
    const auto& one = *exports.function(key, function.name); // was found to be there
    const auto core = lifted_alias(part, one.name);
    const auto needs = plan_.layout().needs(function, one.abi);
    const auto encoding =
        plan_.parts()[part].export_encodings.find(plan_.model(), key, function.name);
    std::optional<std::uint32_t> allocator;
    if (const auto of = Shims::realloc_for_exports(plan_, part); of && needs.realloc)
        allocator = lifted_alias(of->part, *of->exported);
    ast::Canon made{};
    made.op = ast::CanonOp::lift;
    made.numbers = {core, type};
    auto all = options(needs, encoding.value_or(StringEncoding::utf8), allocator);
    if (!all)
        return fail(std::move(all).error().within(fmt::format("export `{}`", one.name)));
    made.options = *std::move(all);
    if (const auto* const after = exports.post_return(key, function.name))
        made.options.push_back({Option::Kind::post_return, lifted_alias(part, after->name)});
    if (const auto* const callback = exports.callback(key, function.name))
        made.options.push_back({Option::Kind::callback, lifted_alias(part, callback->name)});
    return out_.canon(std::move(made), function.name);
}

} // namespace tenon::compose
