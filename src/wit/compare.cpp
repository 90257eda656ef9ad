// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/compare.hpp"

#include "base/join.hpp"
#include "base/nearest.hpp"
#include "wit/print.hpp"
#include "wit/type_numbers.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <map>
#include <string_view>
#include <utility>

namespace tenon::wit {
namespace {

using Items = base::OrderedMap<WorldKey, WorldItem>;

/// `namespace:name/interface` and the version as far as it counts.
std::string interface_name(const Model& model, InterfaceIdx at, VersionRule rule) {
    auto name = model[model[at].package].name;
    const auto version = std::exchange(name.version, std::nullopt);
    auto text = name.item(model[at].name.value_or(""));
    if (version && rule == VersionRule::exact)
        text += "@" + version->text();
    if (version && rule == VersionRule::track)
        text += "@" + track_of(*version);
    return text;
}

/// One of two sides: its model, and how its types are known.
class SideOf {
public:
    SideOf(const Model& of, std::optional<WorldIdx> world, VersionRule rule, TypeNumbers& numbers)
        : model(of), rule_(rule) {
        if (world) {
            note_keys(model[*world].imports);
            note_keys(model[*world].exports);
        }
        numbers_ = numbers.of(of, [this](const Owner& owner) { return owner_name(owner); });
        if (!world)
            return;
        exports_ = &model[*world].exports;
        exported_numbers_ = numbers.of(of, [this](const Owner& owner) {
            const auto* const at = std::get_if<InterfaceIdx>(&owner);
            return (at != nullptr && exports(*at) ? "export " : "") + owner_name(owner);
        });
    }

    [[nodiscard]] bool exports(InterfaceIdx at) const {
        return exports_ != nullptr && exports_->contains(WorldKey(at));
    }

    [[nodiscard]] std::string key_name(const WorldKey& key) const {
        if (const auto* const at = std::get_if<InterfaceIdx>(&key))
            return interface_name(model, *at, rule_);
        return std::get<std::string>(key);
    }
    /// `exported`: as an interface that is exported sees it. What that uses of another one is of
    /// that one's export, if there is one; all others speak of imports.
    [[nodiscard]] std::uint32_t number(const Type& type, bool exported) const {
        return number_of(type, exported ? exported_numbers_ : numbers_);
    }
    [[nodiscard]] std::string signature(const Function& function, bool exported) const {
        std::string out = function.async ? "async" : "";
        for (const auto& param : function.params)
            out += fmt::format(" {}#{}", param.name, number(param.type, exported));
        return out +
               (function.result ? fmt::format(" ->#{}", number(*function.result, exported)) : "");
    }

    const Model& model;

private:
    void note_keys(const Items& items) {
        for (const auto& [key, item] : items) {
            const auto* const name = std::get_if<std::string>(&key);
            const auto* const interface = std::get_if<WorldInterface>(&item);
            if (name != nullptr && interface != nullptr)
                inline_.emplace(interface->interface, *name);
        }
    }
    /// Worlds are not told apart by their names: both sides have one.
    [[nodiscard]] std::string owner_name(const Owner& owner) const {
        const auto* const at = std::get_if<InterfaceIdx>(&owner);
        if (at == nullptr)
            return "";
        const auto inside = inline_.find(*at);
        return inside != inline_.end() ? inside->second : interface_name(model, *at, rule_);
    }

    VersionRule rule_;
    const Items* exports_ = nullptr;             ///< of the world in the model
    std::map<InterfaceIdx, std::string> inline_; ///< interfaces without a name, by their key
    std::vector<std::uint32_t> numbers_, exported_numbers_;
};

/// A text is only shown, so that what WIT has no words for is left out.
std::string shown(Result<std::string> text) {
    return text ? *std::move(text) : std::string("?");
}

std::string function_text(const Model& model, const Function& function) {
    return shown(print_function(model, function));
}

/// So many differences come with a name that might be meant: to find one takes time that grows with
/// the maps, and nobody reads on.
constexpr std::size_t most_near = 20;

/// The name in `had` that might be meant: not one that is needed as well.
template <class Had, class Needed>
std::string nearest_name(const Had& had, const Needed& needed, std::string_view name) {
    std::vector<std::string_view> names;
    for (const auto& [key, value] : had) {
        if (!needed.contains(key))
            names.push_back(key);
    }
    return std::string(base::nearest(name, names).value_or(""));
}

class Comparison {
public:
    /// `needs` asks, `has` answers.
    Comparison(const SideOf& needs, const SideOf& has, Difference::Side side, std::size_t limit,
               std::vector<Difference>& out)
        : needs_(needs), has_(has), side_(side), limit_(limit), out_(out) {}

    void items(const Items& needed, const Items& had, Span had_at);
    void interfaces(const std::string& key, InterfaceIdx needed, InterfaceIdx had);
    void missing_interface(const std::string& key, Span needed_at, Span had_at, std::string near);

private:
    void item(const std::string& key, const WorldItem& needed, const WorldItem* had, Span had_at,
              std::string near);
    void functions(const std::string& key, const Function& needed, const Function* had, Span had_at,
                   std::string near);
    void types(const std::string& key, const std::string& name, TypeIdx needed,
               std::optional<TypeIdx> had, Span had_at, std::string near);
    /// Where both read alike, the types that make the difference are shown instead.
    void explain(Difference& difference, const Function& needed, const Function& had) const;
    bool explain(Difference& difference, const std::optional<Type>& needed,
                 const std::optional<Type>& had) const;
    [[nodiscard]] std::string definition(const SideOf& side, TypeIdx type) const;
    /// Only for what is shown, and for the first of that.
    [[nodiscard]] bool wants_near() const { return out_.size() < std::min(limit_, most_near); }
    template <class Had, class Needed> [[nodiscard]] std::string
    near(const Had& had, const Needed& needed, std::string_view name) const {
        return wants_near() ? nearest_name(had, needed, name) : std::string();
    }
    [[nodiscard]] bool same(const Type& needed, const Type& had) const {
        return needs_.number(needed, in_exported_) == has_.number(had, in_exported_);
    }
    void add(Difference difference) {
        if (out_.size() < limit_)
            out_.push_back(std::move(difference));
    }

    const SideOf& needs_;
    const SideOf& has_;
    Difference::Side side_;
    std::size_t limit_;
    std::vector<Difference>& out_;
    bool in_exported_ = false; ///< inside an interface that is exported
};

std::string name_without_version(const SideOf& side, const WorldKey& key) {
    const auto* const at = std::get_if<InterfaceIdx>(&key);
    return at == nullptr ? side.key_name(key) : interface_name(side.model, *at, VersionRule::any);
}

/// The same interface in another version, or the key that is spelled most alike.
std::string near_key(const SideOf& needs, const Items& needed, const WorldKey& key,
                     const SideOf& has, const Items& had) {
    std::map<std::string, std::string> there, wanted; // without and with its version
    for (const auto& [other, item] : had)
        there.emplace(name_without_version(has, other), has.model.key_name(other));
    for (const auto& [other, item] : needed)
        wanted.emplace(name_without_version(needs, other), "");
    const auto name = name_without_version(needs, key);
    const auto same = there.find(name);
    if (same != there.end())
        return same->second;
    const auto near = nearest_name(there, wanted, name);
    return near.empty() ? near : there.at(near);
}

/// The same name, else the newest of those that count as the same.
class Lookup {
public:
    Lookup(const SideOf& side, const Items& items) {
        for (const auto& [key, value] : items) {
            exact_.emplace(side.model.key_name(key), &value);
            const auto [known, is_new] = alike_.emplace(side.key_name(key), Entry{key, &value});
            if (!is_new && version_of(side.model, known->second.key) < version_of(side.model, key))
                known->second = {key, &value};
        }
    }
    [[nodiscard]] const WorldItem* find(const SideOf& side, const WorldKey& key) const {
        const auto same = exact_.find(side.model.key_name(key));
        if (same != exact_.end())
            return same->second;
        const auto alike = alike_.find(side.key_name(key));
        return alike == alike_.end() ? nullptr : alike->second.item;
    }

private:
    struct Entry {
        WorldKey key;
        const WorldItem* item;
    };
    static std::optional<Version> version_of(const Model& model, const WorldKey& key) {
        const auto* const at = std::get_if<InterfaceIdx>(&key);
        return at == nullptr ? std::nullopt : model[model[*at].package].name.version;
    }
    std::map<std::string, const WorldItem*> exact_;
    std::map<std::string, Entry> alike_;
};

void Comparison::items(const Items& needed, const Items& had, Span had_at) {
    const Lookup there(has_, had);
    for (const auto& [key, value] : needed) {
        const auto* const found = there.find(needs_, key);
        if (found != nullptr)
            item(needs_.model.key_name(key), value, found, had_at, "");
        else if (out_.size() < limit_)
            item(needs_.model.key_name(key), value, nullptr, had_at,
                 wants_near() ? near_key(needs_, needed, key, has_, had) : std::string());
    }
}

std::string text_of(const Model& model, const std::string& key, const WorldItem& item) {
    if (const auto* const function = std::get_if<Function>(&item))
        return function_text(model, *function);
    if (const auto* const type = std::get_if<TypeIdx>(&item))
        return definition_text(model, *type);
    return fmt::format("interface `{}`", key);
}

Span span_of(const Model& model, const WorldItem& item) {
    if (const auto* const function = std::get_if<Function>(&item))
        return function->span;
    if (const auto* const type = std::get_if<TypeIdx>(&item))
        return model[*type].span;
    return std::get<WorldInterface>(item).span;
}

void Comparison::item(const std::string& key, const WorldItem& needed, const WorldItem* had,
                      Span had_at, std::string near) {
    if (had == nullptr && std::holds_alternative<WorldInterface>(needed))
        return missing_interface(key, span_of(needs_.model, needed), had_at, std::move(near));
    if (had != nullptr && needed.index() != had->index())
        return add({side_, key, "", text_of(needs_.model, key, needed),
                    text_of(has_.model, key, *had), "", span_of(needs_.model, needed),
                    span_of(has_.model, *had)});
    const auto* const interface = std::get_if<WorldInterface>(&needed);
    in_exported_ = interface != nullptr && side_ == Difference::Side::export_;
    if (interface != nullptr)
        return interfaces(key, interface->interface, std::get<WorldInterface>(*had).interface);
    if (const auto* const function = std::get_if<Function>(&needed))
        return functions("", *function, had == nullptr ? nullptr : &std::get<Function>(*had),
                         had_at, std::move(near));
    const auto there =
        had == nullptr ? std::nullopt : std::optional<TypeIdx>(std::get<TypeIdx>(*had));
    types("", key, std::get<TypeIdx>(needed), there, had_at, std::move(near));
}

void Comparison::missing_interface(const std::string& key, Span needed_at, Span had_at,
                                   std::string near) {
    add({side_, key, "", "", "", std::move(near), needed_at, had_at});
}

void Comparison::interfaces(const std::string& key, InterfaceIdx needed, InterfaceIdx had) {
    const auto& from = needs_.model[needed];
    const auto& in = has_.model[had];
    for (const auto& [name, type] : from.types) {
        const auto* const found = in.types.find(name);
        const auto there = found == nullptr ? std::nullopt : std::optional<TypeIdx>(*found);
        types(key, name, type, there, in.span, found ? "" : near(in.types, from.types, name));
    }
    for (const auto& [name, function] : from.functions) {
        const auto* const found = in.functions.find(name);
        functions(key, function, found, in.span,
                  found ? "" : near(in.functions, from.functions, name));
    }
}

/// `method read` for `[method]file.read`, with the resource where it stands.
std::string item_text(const Function& function) {
    switch (function.kind) {
    case Function::Kind::freestanding: return fmt::format("function `{}`", function.name);
    case Function::Kind::constructor:
        return fmt::format("constructor of `{}`", function.item_name());
    case Function::Kind::method:
    case Function::Kind::static_: break;
    }
    return fmt::format("method `{}`", function.name.substr(function.name.find(']') + 1));
}

void Comparison::functions(const std::string& key, const Function& needed, const Function* had,
                           Span had_at, std::string near) {
    if (had != nullptr &&
        needs_.signature(needed, in_exported_) == has_.signature(*had, in_exported_))
        return;
    Difference out{side_,
                   key,
                   item_text(needed),
                   function_text(needs_.model, needed),
                   had == nullptr ? "" : function_text(has_.model, *had),
                   std::move(near),
                   needed.span,
                   had == nullptr ? had_at : had->span};
    if (had != nullptr && out.needed == out.found)
        explain(out, needed, *had);
    add(std::move(out));
}

bool Comparison::explain(Difference& difference, const std::optional<Type>& needed,
                         const std::optional<Type>& had) const {
    if (!needed || !had || same(*needed, *had))
        return false;
    const auto* const left = std::get_if<TypeIdx>(&*needed);
    const auto* const right = std::get_if<TypeIdx>(&*had);
    if (left == nullptr || right == nullptr)
        return false;
    difference.needed += "\n" + definition(needs_, *left);
    difference.found += "\n" + definition(has_, *right);
    return true;
}

/// Resources are defined alike; what makes the difference is whose they are.
std::string Comparison::definition(const SideOf& side, TypeIdx type) const {
    const auto& model = side.model;
    type = model.unaliased(type);
    if (const auto* const own = std::get_if<Own>(&model[type].kind))
        type = model.unaliased(own->resource);
    else if (const auto* const borrow = std::get_if<Borrow>(&model[type].kind))
        type = model.unaliased(borrow->resource);
    const auto text = definition_text(model, type);
    const auto* const owner = std::get_if<InterfaceIdx>(&model[type].owner);
    if (owner == nullptr || !std::holds_alternative<Resource>(model[type].kind))
        return text;
    return fmt::format("{} // of the {} `{}`", text,
                       in_exported_ && side.exports(*owner) ? "exported" : "imported",
                       side.key_name(WorldKey(*owner)));
}

void Comparison::explain(Difference& difference, const Function& needed,
                         const Function& had) const {
    for (std::size_t i = 0; i < needed.params.size() && i < had.params.size(); ++i) {
        if (explain(difference, needed.params[i].type, had.params[i].type))
            return;
    }
    explain(difference, needed.result, had.result);
}

void Comparison::types(const std::string& key, const std::string& name, TypeIdx needed,
                       std::optional<TypeIdx> had, Span had_at, std::string near) {
    if (had && same(Type(needed), Type(*had)))
        return;
    Difference out{side_,
                   key,
                   fmt::format("type `{}`", name),
                   definition_text(needs_.model, needed),
                   had ? definition_text(has_.model, *had) : "",
                   std::move(near),
                   needs_.model[needed].span,
                   had ? has_.model[*had].span : had_at};
    if (had && out.needed == out.found)
        explain(out, Type(needed), Type(*had));
    add(std::move(out));
}

// --- definitions as text

std::string types_text(const Model& model, const Type& type) {
    return shown(print_type(model, type));
}

class DefinitionText {
public:
    DefinitionText(const Model& of, std::string type_name)
        : model_(of), name_(std::move(type_name)) {}

    [[nodiscard]] std::string list(std::string_view word,
                                   const std::vector<std::string>& members) const {
        return fmt::format("{} {} {{ {} }}", word, name_, base::joined(members, ", "));
    }
    template <class Members>
    [[nodiscard]] std::string labels(std::string_view word, const Members& members) const {
        std::vector<std::string> all;
        for (const auto& member : members)
            all.push_back(escaped(member.name));
        return list(word, all);
    }

    std::string operator()(const Record& type) const {
        std::vector<std::string> all;
        for (const auto& field : type.fields)
            all.push_back(
                fmt::format("{}: {}", escaped(field.name), types_text(model_, field.type)));
        return list("record", all);
    }
    std::string operator()(const Variant& type) const {
        std::vector<std::string> all;
        for (const auto& one : type.cases)
            all.push_back(
                one.type ? fmt::format("{}({})", escaped(one.name), types_text(model_, *one.type))
                         : escaped(one.name));
        return list("variant", all);
    }
    std::string operator()(const Enum& type) const { return labels("enum", type.cases); }
    std::string operator()(const Flags& type) const { return labels("flags", type.flags); }
    std::string operator()(const Resource&) const { return fmt::format("resource {}", name_); }
    std::string operator()(const Alias& type) const {
        return fmt::format("type {} = {}", name_, types_text(model_, type.of));
    }
    std::string operator()(const List& type) const { return alias("list", {type.element}); }
    std::string operator()(const FixedList& type) const {
        return fmt::format("type {} = list<{}, {}>", name_, types_text(model_, type.element),
                           type.length);
    }
    std::string operator()(const Map& type) const { return alias("map", {type.key, type.value}); }
    std::string operator()(const Option& type) const { return alias("option", {type.type}); }
    std::string operator()(const Tuple& type) const {
        return alias("tuple", {type.types.begin(), type.types.end()});
    }
    std::string operator()(const Future& type) const { return alias("future", {type.payload}); }
    std::string operator()(const Stream& type) const { return alias("stream", {type.payload}); }
    std::string operator()(const Own& type) const { return alias("own", {Type(type.resource)}); }
    std::string operator()(const Borrow& type) const {
        return alias("borrow", {Type(type.resource)});
    }
    std::string operator()(const ResultType& type) const {
        if (!type.error)
            return alias("result", {type.ok});
        return fmt::format("type {} = result<{}, {}>", name_,
                           type.ok ? types_text(model_, *type.ok) : "_",
                           types_text(model_, *type.error));
    }

private:
    /// What is left out at the end is not written.
    [[nodiscard]] std::string alias(std::string_view word,
                                    const std::vector<std::optional<Type>>& inside) const {
        std::vector<std::string> all;
        for (const auto& one : inside)
            if (one)
                all.push_back(types_text(model_, *one));
        if (all.empty())
            return fmt::format("type {} = {}", name_, word);
        return fmt::format("type {} = {}<{}>", name_, word, base::joined(all, ", "));
    }

    const Model& model_;
    std::string name_;
};

} // namespace

std::string definition_text(const Model& model, TypeIdx type) {
    const auto& definition = model[type];
    if (!definition.name)
        return types_text(model, Type(type));
    const auto name = escaped(*definition.name);
    const auto* const alias = std::get_if<Alias>(&definition.kind);
    if (const auto from = model.used_from(type); alias != nullptr && from) {
        const auto& brought = model[std::get<TypeIdx>(alias->of)];
        const auto there = escaped(brought.name.value_or(""));
        return fmt::format("use {}.{{{}}}", model.id_of(*from).value_or(""),
                           there == name ? name : there + " as " + name);
    }
    return std::visit(DefinitionText(model, name), definition.kind);
}

std::string Difference::where() const {
    const bool is_import = side == Side::import;
    if (key.empty())
        return fmt::format("{} {}", is_import ? "imported" : "exported", item);
    const auto outer = fmt::format("{} `{}`", is_import ? "import" : "export", key);
    return item.empty() ? outer : fmt::format("{}, {}", outer, item);
}

std::vector<Difference> fits(WorldOf guest, WorldOf target, VersionRule rule, std::size_t limit) {
    TypeNumbers numbers;
    const SideOf written(guest.model, guest.world, rule, numbers);
    const SideOf wanted(target.model, target.world, rule, numbers);
    std::vector<Difference> out;
    const auto& from = guest.model[guest.world];
    const auto& to = target.model[target.world];
    Comparison(written, wanted, Difference::Side::import, limit, out)
        .items(from.imports, to.imports, to.span);
    Comparison(wanted, written, Difference::Side::export_, limit, out)
        .items(to.exports, from.exports, from.span);
    return out;
}

std::vector<Difference> breaking_changes(const Model& old_model, PackageIdx old,
                                         const Model& now_model, PackageIdx now) {
    TypeNumbers numbers;
    const SideOf needs(old_model, std::nullopt, VersionRule::any, numbers);
    const SideOf has(now_model, std::nullopt, VersionRule::any, numbers);
    std::vector<Difference> out;
    Comparison comparison(needs, has, Difference::Side::import, SIZE_MAX, out);
    const auto& interfaces = now_model[now].interfaces;
    for (const auto& [name, at] : old_model[old].interfaces) {
        if (const auto* const there = interfaces.find(name))
            comparison.interfaces(name, at, *there);
        else
            comparison.missing_interface(
                name, old_model[at].span, now_model[now].span,
                out.size() < most_near ? nearest_name(interfaces, old_model[old].interfaces, name)
                                       : std::string());
    }
    return out;
}

} // namespace tenon::wit
