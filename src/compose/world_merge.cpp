// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/world_merge.hpp"

#include "compose/clone.hpp"
#include "wit/dependencies.hpp"
#include "wit/shape.hpp"

#include <fmt/core.h>
#include <set>

namespace tenon::compose {
namespace {

using Items = base::OrderedMap<wit::WorldKey, wit::WorldItem>;

/// Whether two interfaces or types without an identity of their own say the same. Names stand for
/// what they name, so that types that belong to one side are equal to those of the same name.
class Likeness {
public:
    explicit Likeness(const wit::Model& model) : model_(model) {}

    [[nodiscard]] bool types(wit::TypeIdx left, wit::TypeIdx right) const {
        return left == right || kinds(model_[left].kind, model_[right].kind, 0);
    }
    [[nodiscard]] bool functions(const wit::Function& left, const wit::Function& right) const {
        if (left.kind != right.kind || left.async != right.async ||
            left.params.size() != right.params.size() || !same(left.result, right.result, 0))
            return false;
        for (std::size_t i = 0; i < left.params.size(); ++i)
            if (left.params[i].name != right.params[i].name ||
                !same(left.params[i].type, right.params[i].type, 0))
                return false;
        return true;
    }
    [[nodiscard]] bool interfaces(wit::InterfaceIdx left, wit::InterfaceIdx right) const {
        if (left == right)
            return true;
        const auto& a = model_[left];
        const auto& b = model_[right];
        if (a.types.size() != b.types.size() || a.functions.size() != b.functions.size())
            return false;
        for (const auto& [name, type] : a.types) {
            const auto* const there = b.types.find(name);
            if (there == nullptr || !types(type, *there))
                return false;
        }
        for (const auto& [name, function] : a.functions) {
            const auto* const there = b.functions.find(name);
            if (there == nullptr || !functions(function, *there))
                return false;
        }
        return true;
    }

private:
    static constexpr int max_depth = 100;

    [[nodiscard]] bool same(const std::optional<wit::Type>& left,
                            const std::optional<wit::Type>& right, int depth) const {
        if (!left || !right)
            return left.has_value() == right.has_value();
        const auto* const a = std::get_if<wit::TypeIdx>(&*left);
        const auto* const b = std::get_if<wit::TypeIdx>(&*right);
        if (a == nullptr || b == nullptr || *a == *b)
            return *left == *right;
        const auto& one = model_[*a];
        const auto& other = model_[*b];
        if (one.name || other.name)
            return one.name == other.name && one.owner != other.owner;
        return depth < max_depth && kinds(one.kind, other.kind, depth + 1);
    }
    [[nodiscard]] bool kinds(const wit::TypeKind& left, const wit::TypeKind& right,
                             int depth) const {
        return wit::same_shape(
            left, right, [this, depth](const auto& a, const auto& b) { return same(a, b, depth); });
    }

    const wit::Model& model_;
};

class WorldMerge {
public:
    WorldMerge(wit::Model& model, wit::WorldIdx from, wit::WorldIdx into)
        : model_(model), from_(from), into_(into), cloner_(model, from, into) {}

    Result<> run();

private:
    Result<Items> new_items(const Items& from, const Items& into, std::string_view what) const;
    [[nodiscard]] bool is_same(const wit::WorldItem& left, const wit::WorldItem& right) const;
    [[nodiscard]] std::vector<wit::InterfaceIdx> used_by(const wit::WorldItem& item) const;
    [[nodiscard]] std::set<wit::InterfaceIdx> with_all_used(wit::InterfaceIdx interface) const;
    [[nodiscard]] std::set<wit::InterfaceIdx> must_be_imported() const;
    Result<> may_be_exported(const wit::WorldKey& key, const wit::WorldItem& item,
                             const std::set<wit::InterfaceIdx>& imported) const;
    void take(Items items, bool exported);

    wit::Model& model_;
    wit::WorldIdx from_, into_;
    Cloner cloner_;
};

Result<> WorldMerge::run() {
    const auto& from = model_[from_];
    const auto& into = model_[into_];
    auto imports = TENON_TRY(new_items(from.imports, into.imports, "import"));
    auto exports = TENON_TRY(new_items(from.exports, into.exports, "export"));
    const auto imported = exports.empty() ? std::set<wit::InterfaceIdx>() : must_be_imported();
    for (const auto& [key, item] : exports)
        TENON_TRY(may_be_exported(key, item, imported));
    for (const auto& [key, item] : into.imports)
        if (const auto* const ours = std::get_if<wit::TypeIdx>(&item))
            if (const auto* const theirs = from.imports.find(key))
                if (const auto* const type = std::get_if<wit::TypeIdx>(theirs))
                    cloner_.types.emplace(*type, *ours);
    take(std::move(imports), false);
    take(std::move(exports), true);
    return {};
}

/// Those that the other world lacks; what it has must be the same.
Result<Items> WorldMerge::new_items(const Items& from, const Items& into,
                                    std::string_view what) const {
    Items out;
    for (const auto& [key, item] : from) {
        const auto* const there = into.find(key);
        if (there == nullptr)
            out.insert(key, item);
        else if (!is_same(item, *there))
            return fail(Errc::invalid,
                        fmt::format("{} `{}` is not the same in both", what, model_.key_name(key)));
    }
    return out;
}

bool WorldMerge::is_same(const wit::WorldItem& left, const wit::WorldItem& right) const {
    const Likeness like(model_);
    if (left.index() != right.index())
        return false;
    if (const auto* const function = std::get_if<wit::Function>(&left))
        return like.functions(*function, std::get<wit::Function>(right));
    if (const auto* const type = std::get_if<wit::TypeIdx>(&left))
        return like.types(*type, std::get<wit::TypeIdx>(right));
    return like.interfaces(std::get<wit::WorldInterface>(left).interface,
                           std::get<wit::WorldInterface>(right).interface);
}

// --- what exports mean

std::vector<wit::InterfaceIdx> WorldMerge::used_by(const wit::WorldItem& item) const {
    if (const auto* const interface = std::get_if<wit::WorldInterface>(&item))
        return wit::interfaces_used(model_, interface->interface);
    if (const auto* const type = std::get_if<wit::TypeIdx>(&item))
        if (const auto from = model_.used_from(*type))
            return {*from};
    return {};
}

std::set<wit::InterfaceIdx> WorldMerge::with_all_used(wit::InterfaceIdx interface) const {
    std::set<wit::InterfaceIdx> out{interface};
    std::vector<wit::InterfaceIdx> open{interface};
    while (!open.empty()) {
        const auto next = open.back();
        open.pop_back();
        for (const auto used : wit::interfaces_used(model_, next))
            if (out.insert(used).second)
                open.push_back(used);
    }
    return out;
}

/// What exports use and is not exported comes from imports, and so does all that it uses in turn.
std::set<wit::InterfaceIdx> WorldMerge::must_be_imported() const {
    std::set<wit::InterfaceIdx> out;
    const auto& exports = model_[into_].exports;
    for (const auto& [key, item] : exports)
        for (const auto used : used_by(item))
            if (!exports.contains(wit::WorldKey(used)) && !out.contains(used))
                out.merge(with_all_used(used));
    return out;
}

Result<> WorldMerge::may_be_exported(const wit::WorldKey& key, const wit::WorldItem& item,
                                     const std::set<wit::InterfaceIdx>& imported) const {
    const auto& exports = model_[into_].exports;
    const auto name = model_.key_name(key);
    for (const auto used : used_by(item)) {
        if (exports.contains(wit::WorldKey(used)))
            continue;
        for (const auto inner : with_all_used(used))
            if (exports.contains(wit::WorldKey(inner)))
                return fail(Errc::invalid,
                            fmt::format("export `{}` uses `{}`, which is imported, and that uses "
                                        "`{}`, which is exported",
                                        name, model_.key_name(wit::WorldKey(used)),
                                        model_.key_name(wit::WorldKey(inner))));
    }
    const auto* const interface = std::get_if<wit::WorldInterface>(&item);
    if (interface != nullptr && imported.contains(interface->interface))
        return fail(Errc::invalid,
                    fmt::format("an export of the other world uses `{}` as an import, and would "
                                "mean something else if it was exported",
                                name));
    return {};
}

// --- taking over

/// Types and functions, and interfaces written inside the world, belong to one world.
void WorldMerge::take(Items items, bool exported) {
    for (auto& [key, item] : items) {
        auto made = item;
        if (const auto* const type = std::get_if<wit::TypeIdx>(&made))
            made = cloner_.type(*type);
        else if (auto* const function = std::get_if<wit::Function>(&made))
            made = cloner_.function(std::move(*function));
        else if (auto& one = std::get<wit::WorldInterface>(made); !model_[one.interface].name)
            one.interface =
                clone_interface(model_, one.interface, model_[into_].package, cloner_.types);
        auto& world = model_.worlds[into_.value];
        (exported ? world.exports : world.imports).insert(key, std::move(made));
    }
}

} // namespace

Result<> merge_worlds(wit::Model& model, wit::WorldIdx from, wit::WorldIdx into) {
    return WorldMerge(model, from, into).run();
}

} // namespace tenon::compose
