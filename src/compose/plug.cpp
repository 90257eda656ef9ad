// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/plug.hpp"

#include "component/decode.hpp"
#include "component/encode.hpp"
#include "component/validate.hpp"
#include "compose/extern_writer.hpp"
#include "compose/import_union.hpp"
#include "compose/plug_explain.hpp"
#include "compose/plug_names.hpp"
#include "compose/producers.hpp"

#include <fmt/core.h>
#include <set>
#include <utility>
#include <variant>

namespace tenon::compose {

using component::ComponentType;
using component::Extern;
using component::Externs;
using component::InstanceType;
using component::Substitution;

namespace {

wasm::ValidateOptions all_features(const PlugOptions& options) {
    wasm::ValidateOptions out;
    out.features = wasm::Features::everything();
    out.stop = options.stop;
    return out;
}

base::Error in_input(base::Error error, const PlugInput& input) {
    if (error.offset() && !error.bytes())
        error = std::move(error).show(input.component, 0);
    return std::move(error).in_file(input.file);
}

/// Names of exports of a component that exists only to have all inputs in one set of types.
std::string slot_name(std::size_t at) {
    return fmt::format("c{}", at);
}

/// One of the inputs. Its types are in terms of the whole where nothing else is said.
struct Part {
    const PlugInput* input;
    ComponentType type; ///< as it describes itself
    Externs exports;    ///< of its instance
    /// By import: an entry of the union, or the export of a plug.
    std::vector<std::variant<std::size_t, Connection>> sources;
    bool is_used = true;
    std::uint32_t instance = 0; ///< in the result
};

class Composition {
public:
    Composition(const PlugInput& socket, const std::vector<PlugInput>& plugs,
                const PlugOptions& options)
        : options_(options) {
        parts_.push_back({&socket, {}, {}, {}, true, 0});
        for (const auto& plug : plugs)
            parts_.push_back({&plug, {}, {}, {}, true, 0});
    }

    Result<Plugged> make();

private:
    [[nodiscard]] Part& socket() noexcept { return parts_.front(); }
    [[nodiscard]] Part& plug(std::size_t at) { return parts_.at(at + 1); }
    [[nodiscard]] component::ast::Component& tree_of(const Part& part) {
        auto& list = std::get<std::vector<ast::Component>>(inputs_.sections.front().kind);
        return list.at(static_cast<std::size_t>(&part - parts_.data()));
    }

    Result<> read();
    Result<> find_types();
    base::Error blamed(base::Error error);
    Result<> find_connections();
    Result<> take_part(Part& part);
    Result<> connect_one(const Connection& from, const std::string& name, const Extern& wanted,
                         Substitution& learned);
    base::Error misfit(const Connection& from, const std::string& name, base::Error why);
    Result<std::vector<WantedImport>> wanted_imports();
    Result<std::optional<Extern>> only_types(const Extern& import, const Extern& from);
    Result<> write();
    void instantiate(Part& part, std::uint32_t component, const ExternWriter& imports);
    [[nodiscard]] std::string_view debug_name(const Part& part) const {
        return options_.debug_names ? std::string_view(part.input->name) : std::string_view();
    }

    const PlugOptions& options_;
    std::vector<Part> parts_; ///< the socket first
    ast::Component inputs_;   ///< a component in which each part is one
    component::Typed typed_;
    std::vector<std::optional<Connection>> connections_; ///< by import of the socket
    std::optional<ImportUnion> union_;
    TreeBuilder out_;
};

// --- reading

Result<> Composition::read() {
    std::vector<ast::Component> components;
    std::vector<ast::Export> exports;
    for (const auto& part : parts_) {
        auto tree = component::decode(part.input->component);
        if (!tree)
            return fail(in_input(std::move(tree).error(), *part.input));
        const auto index = static_cast<std::uint32_t>(components.size());
        components.push_back(*std::move(tree));
        ast::Export exported;
        exported.name.name = slot_name(index);
        exported.what = {Sort::component, {}, index};
        exports.push_back(std::move(exported));
    }
    inputs_.sections.push_back({0, std::move(components)});
    inputs_.sections.push_back({0, std::move(exports)});
    return {};
}

Result<> Composition::find_types() {
    auto typed = component::validate(inputs_, all_features(options_));
    if (!typed)
        return fail(blamed(std::move(typed).error()));
    typed_ = *std::move(typed);
    for (std::size_t i = 0; i < parts_.size(); ++i)
        parts_[i].type = *typed_.types.get<ComponentType>(typed_.exports.at(slot_name(i)).type);
    return {};
}

/// The same error as that of the input alone which is the cause of it.
base::Error Composition::blamed(base::Error error) {
    if (error.code() == Errc::interrupted)
        return error;
    for (const auto& part : parts_)
        if (auto alone = component::validate(tree_of(part), all_features(options_)); !alone)
            return in_input(std::move(alone).error(), *part.input);
    return error;
}

// --- what goes where

Result<> Composition::find_connections() {
    std::vector<Outline> plugs;
    for (std::size_t i = 1; i < parts_.size(); ++i)
        plugs.push_back({parts_[i].input->name, &parts_[i].type});
    connections_ = TENON_TRY(connect({socket().input->name, &socket().type}, plugs));
    for (std::size_t i = 1; i < parts_.size(); ++i)
        parts_[i].is_used = false;
    for (const auto& one : connections_)
        if (one)
            plug(one->plug).is_used = true;
    return {};
}

/// Finds out where each import comes from, and what the exports are then.
Result<> Composition::take_part(Part& part) {
    Substitution learned(typed_.types, part.type.bound);
    const bool is_socket = &part == &socket();
    for (std::size_t i = 0; i < part.type.imports.size(); ++i) {
        const auto& [name, item] = part.type.imports.entry(i);
        if (is_socket && connections_[i]) {
            TENON_TRY(connect_one(*connections_[i], name, item, learned));
            part.sources.emplace_back(*connections_[i]);
        } else {
            part.sources.emplace_back(
                TENON_TRY(union_->add(name, item, learned, part.input->name)));
        }
    }
    part.exports = TENON_TRY(learned.apply(part.type.exports));
    return {};
}

Result<> Composition::connect_one(const Connection& from, const std::string& name,
                                  const Extern& wanted, Substitution& learned) {
    const auto offered = plug(from.plug).exports.at(from.exported);
    auto fits = component::fit(typed_.types, learned, offered, wanted);
    if (fits)
        return {};
    if (fits.error().code() != Errc::invalid)
        return fits;
    return fail(misfit(from, name, std::move(fits).error()));
}

base::Error Composition::misfit(const Connection& from, const std::string& name, base::Error why) {
    const auto& part = plug(from.plug);
    auto error = base::Error(Errc::invalid,
                             fmt::format("`{}` exports `{}`, but not as `{}` imports it",
                                         part.input->name, from.exported, socket().input->name));
    if (const auto text = explain_misfit(tree_of(socket()), name, tree_of(part)))
        return std::move(error).because(*text);
    std::string told;
    for (auto frame = why.frames().rbegin(); frame != why.frames().rend(); ++frame)
        told += *frame + ": ";
    error = std::move(error).because(told + why.message());
    // The usual reason why types that read alike are not the same.
    for (std::size_t i = 0; i < connections_.size(); ++i) {
        const auto& import = socket().type.imports.entry(i).first;
        if (connections_[i] && part.type.imports.contains(import))
            return std::move(error).help(fmt::format(
                "`{}` imports `{}` from outside, while `{}` gets it from `{}`", part.input->name,
                import, socket().input->name, plug(connections_[i]->plug).input->name));
    }
    return error;
}

// --- imports of the result

Result<std::vector<WantedImport>> Composition::wanted_imports() {
    std::vector<WantedImport> wanted;
    std::set<std::string> names;
    for (const auto& entry : union_->entries()) {
        wanted.push_back({entry.name, entry.item, false});
        names.insert(track_name(entry.name));
    }
    // An import that is left can use types of one that is plugged. Types without resources are the
    // same wherever they come from, and may be imported for their names.
    for (std::size_t i = 0; i < connections_.size(); ++i) {
        const auto& [name, item] = socket().type.imports.entry(i);
        if (!connections_[i] || !names.insert(track_name(name)).second)
            continue;
        const auto from = plug(connections_[i]->plug).exports.at(connections_[i]->exported);
        if (auto types = TENON_TRY(only_types(item, from)))
            wanted.push_back({name, *std::move(types), true});
    }
    return wanted;
}

Result<std::optional<Extern>> Composition::only_types(const Extern& import, const Extern& from) {
    auto& types = typed_.types;
    auto out = import;
    if (from.sort == Sort::type && !types.has_free_resource(from.type)) {
        out.type = from.type;
        return std::optional(std::move(out));
    }
    if (from.sort != Sort::instance)
        return std::optional<Extern>();
    const auto& asked = types.get<InstanceType>(import.type)->exports;
    InstanceType some;
    for (const auto& [name, item] : types.get<InstanceType>(from.type)->exports)
        if (item.sort == Sort::type && asked.contains(name) && !types.has_free_resource(item.type))
            some.exports.insert(name, item);
    if (some.exports.empty())
        return std::optional<Extern>();
    out.type = TENON_TRY(types.define(std::move(some)));
    return std::optional(std::move(out));
}

// --- the result

void Composition::instantiate(Part& part, std::uint32_t component, const ExternWriter& imports) {
    std::vector<ast::Instance::Instantiate::Argument> arguments;
    for (std::size_t i = 0; i < part.sources.size(); ++i) {
        const auto& [name, item] = part.type.imports.entry(i);
        ast::SortIdx what{item.sort, item.sort == Sort::core ? CoreSort::module : CoreSort{}, 0};
        if (const auto* const entry = std::get_if<std::size_t>(&part.sources[i])) {
            what.index = imports.index(*entry);
        } else {
            const auto& from = std::get<Connection>(part.sources[i]);
            what.index = out_.alias(plug(from.plug).instance, from.exported, item.sort);
        }
        arguments.push_back({name, what});
    }
    part.instance = out_.instance(component, std::move(arguments), debug_name(part));
}

Result<> Composition::write() {
    ExternWriter imports(out_, typed_.types, TENON_TRY(wanted_imports()));
    std::vector<std::size_t> of_socket;
    for (const auto& source : socket().sources)
        if (const auto* const entry = std::get_if<std::size_t>(&source))
            of_socket.push_back(*entry);
    TENON_TRY(imports.write(of_socket));
    std::vector<std::optional<ast::ExternType>> ascribed;
    for (const auto& [name, item] : socket().exports)
        ascribed.push_back(TENON_TRY(imports.ascribed(item)));
    const auto add = [&](Part& part) {
        TreeBuilder nested;
        nested.tree = std::move(tree_of(part));
        return out_.component(std::move(nested), debug_name(part));
    };
    for (std::size_t i = 1; i < parts_.size(); ++i)
        if (parts_[i].is_used)
            instantiate(parts_[i], add(parts_[i]), imports);
    instantiate(socket(), add(socket()), imports);
    for (std::size_t i = 0; i < ascribed.size(); ++i) {
        const auto& [name, item] = socket().exports.entry(i);
        out_.export_({name, item.implements, item.version_suffix, item.external_id}, item.sort,
                     out_.alias(socket().instance, name, item.sort), ascribed[i]);
    }
    out_.custom(producers_section,
                Producers::processed_by(options_.producer, options_.producer_version).payload());
    if (options_.debug_names)
        out_.names();
    return {};
}

Result<Plugged> Composition::make() {
    TENON_TRY(read());
    TENON_TRY(find_types());
    TENON_TRY(find_connections());
    union_.emplace(typed_.types);
    for (std::size_t i = 1; i < parts_.size(); ++i)
        if (parts_[i].is_used)
            TENON_TRY(take_part(parts_[i]));
    TENON_TRY(take_part(socket()));
    TENON_TRY(write());
    // Names of the parts' imports and exports can clash where each part alone is fine.
    if (auto fine = component::find_types(out_.tree); !fine)
        return fail(std::move(fine).error().wrap("what this makes would not be a component"));
    Plugged made;
    made.component = component::encode(out_.tree);
    for (std::size_t i = 1; i < parts_.size(); ++i)
        if (!parts_[i].is_used)
            made.unused.push_back(i - 1);
    return made;
}

} // namespace

Result<Plugged> plug(const PlugInput& socket, const std::vector<PlugInput>& plugs,
                     const PlugOptions& options) {
    return Composition(socket, plugs, options).make();
}

} // namespace tenon::compose
