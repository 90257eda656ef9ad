// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/elaborate.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <set>

namespace tenon::wit {
namespace {

using Items = base::OrderedMap<WorldKey, WorldItem>;

/// Interfaces, used types, own types, functions, functions of resources.
int rank_of(const Model& model, const WorldItem& item) {
    if (std::holds_alternative<WorldInterface>(item))
        return 0;
    if (const auto* const type = std::get_if<TypeIdx>(&item))
        return model.used_from(*type) ? 1 : 2;
    return std::get<Function>(item).resource ? 4 : 3;
}

Items sorted(const Model& model, Items items) {
    std::vector<std::pair<int, std::size_t>> order;
    order.reserve(items.size());
    for (std::size_t i = 0; i < items.size(); ++i)
        order.emplace_back(rank_of(model, items.entry(i).second), i);
    if (std::ranges::is_sorted(order))
        return items;
    std::ranges::sort(order);
    Items out;
    for (const auto& [rank, at] : order)
        out.insert(items.entry(at).first, items.entry(at).second);
    return out;
}

WorldItem implied(InterfaceIdx interface, const Stability& stability) {
    return WorldInterface{interface, stability, {}, {}, {}};
}

/// An import that was added for another one, and is written in the world too.
void keep_written(WorldInterface& there, const WorldInterface& written) {
    there.docs = written.docs;
    there.external_id = written.external_id;
    there.span = written.span;
}

class Elaborator {
public:
    Elaborator(Session& session, WorldIdx world)
        : session_(session), at_(world), imported_(session.model.interfaces.size()) {}
    Result<> run();

private:
    Result<> import_all(const Items& items);
    Result<> import_needs(InterfaceIdx interface, const Stability& stability);
    void import_implied(InterfaceIdx interface, const Stability& stability);
    Result<> export_all(const Items& items);
    Result<bool> export_one(InterfaceIdx interface, const WorldKey& key, const WorldItem& item);
    struct Visit {
        InterfaceIdx interface;
        WorldKey key;
        bool exported;
        std::size_t next = 0;
    };
    enum class Entered { done, open, conflict };
    Result<Entered> enter(std::vector<Visit>& stack, Visit visit);
    bool leave(const Visit& visit, const WorldItem& top, bool is_top);

    Session& session_;
    WorldIdx at_;
    std::vector<bool> imported_; // by interface, those by their id
    Items imports_, exports_;
    std::set<InterfaceIdx> exported_ids_;   // that the world is to export
    std::set<InterfaceIdx> needed_imports_; // of exports
};

Result<> Elaborator::run() {
    // A copy: what is added refers to the model, which the world is part of.
    const auto imports = sorted(session_.model, session_.model[at_].imports);
    const auto exports = session_.model[at_].exports;
    TENON_TRY(import_all(imports));
    TENON_TRY(export_all(exports));
    auto& world = session_.model.worlds[at_.value];
    world.imports = sorted(session_.model, std::move(imports_));
    world.exports = std::move(exports_);
    return {};
}

Result<> Elaborator::import_all(const Items& items) {
    for (const auto& [key, item] : items) {
        TENON_TRY(session_.budget.spend(1));
        if (const auto* const interface = std::get_if<WorldInterface>(&item)) {
            TENON_TRY(import_needs(interface->interface, interface->stability));
            if (std::holds_alternative<InterfaceIdx>(key))
                imported_[interface->interface.value] = true;
        } else if (const auto* const type = std::get_if<TypeIdx>(&item)) {
            if (const auto from = session_.model.used_from(*type)) {
                const auto stability = session_.model[*type].stability;
                TENON_TRY(import_needs(*from, stability));
                import_implied(*from, stability);
            }
        }
        const auto [there, is_new] = imports_.insert(key, item);
        if (!is_new)
            keep_written(std::get<WorldInterface>(*there), std::get<WorldInterface>(item));
    }
    return {};
}

/// All that an interface needs, itself left out; each after what it needs in turn.
Result<> Elaborator::import_needs(InterfaceIdx interface, const Stability& stability) {
    struct Open {
        InterfaceIdx interface;
        std::size_t next;
    };
    std::vector<Open> stack{{interface, 0}};
    while (!stack.empty()) {
        TENON_TRY(session_.budget.spend(1));
        auto& top = stack.back();
        const auto& needs = session_.needs_of(top.interface);
        if (top.next < needs.size()) {
            const auto need = needs[top.next++];
            if (!imported_[need.value])
                stack.push_back(Open{need, 0});
            continue;
        }
        const auto done = top.interface;
        stack.pop_back();
        if (!stack.empty())
            import_implied(done, stability);
    }
    return {};
}

void Elaborator::import_implied(InterfaceIdx interface, const Stability& stability) {
    if (imported_[interface.value])
        return;
    imported_[interface.value] = true;
    imports_.insert(WorldKey(interface), implied(interface, stability));
}

Result<> Elaborator::export_all(const Items& items) {
    for (const auto& [key, item] : items) {
        if (const auto* const interface = std::get_if<WorldInterface>(&item)) {
            if (std::holds_alternative<InterfaceIdx>(key))
                exported_ids_.insert(interface->interface);
        } else {
            exports_.insert(key, item);
        }
    }
    for (const auto& [key, item] : items) {
        const auto* const interface = std::get_if<WorldInterface>(&item);
        if (interface == nullptr)
            continue;
        if (TENON_TRY(export_one(interface->interface, key, item)))
            continue;
        const auto id = session_.model.key_name(key);
        const auto& world = session_.model[at_];
        return fail(session_.model.sources
                        .point(base::Error(Errc::invalid,
                                           fmt::format("interface `{}` transitively depends on an "
                                                       "interface in incompatible ways",
                                                       id)),
                               world.span)
                        .help("something that it needs would be both imported and exported; export "
                              "all interfaces between them, or none"));
    }
    return {};
}

/// An export that was reached already is fine as such, and a conflict where an import of the same
/// interface is needed.
Result<Elaborator::Entered> Elaborator::enter(std::vector<Visit>& stack, Visit visit) {
    TENON_TRY(session_.budget.spend(1));
    if (exports_.contains(visit.key))
        return visit.exported ? Entered::done : Entered::conflict;
    if (!visit.exported && needed_imports_.contains(visit.interface))
        return Entered::done;
    stack.push_back(std::move(visit));
    return Entered::open;
}

bool Elaborator::leave(const Visit& visit, const WorldItem& top, bool is_top) {
    const auto& stability = std::get<WorldInterface>(top).stability;
    if (!visit.exported) {
        needed_imports_.insert(visit.interface);
        import_implied(visit.interface, stability);
        return true;
    }
    if (needed_imports_.contains(visit.interface))
        return false;
    if (is_top) {
        exports_.insert(visit.key, top);
    } else {
        // Written in the world itself, further down.
        const auto* const written = session_.model[at_].exports.find(visit.key);
        TENON_ASSERT(written != nullptr);
        exports_.insert(visit.key, *written);
    }
    return true;
}

Result<bool> Elaborator::export_one(InterfaceIdx interface, const WorldKey& key,
                                    const WorldItem& item) {
    std::vector<Visit> stack;
    const auto first = TENON_TRY(enter(stack, Visit{interface, key, true, 0}));
    if (first != Entered::open)
        return first == Entered::done;
    while (!stack.empty()) {
        auto& top = stack.back();
        const auto& needs = session_.needs_of(top.interface);
        if (top.next < needs.size()) {
            const auto need = needs[top.next++];
            const bool exported = top.exported && exported_ids_.contains(need);
            const auto entered = TENON_TRY(enter(stack, Visit{need, WorldKey(need), exported, 0}));
            if (entered == Entered::conflict)
                return false;
            continue;
        }
        const auto done = std::move(top);
        stack.pop_back();
        if (!leave(done, item, stack.empty()))
            return false;
    }
    return true;
}

} // namespace

Result<> elaborate(Session& session, WorldIdx world) {
    return Elaborator(session, world).run();
}

} // namespace tenon::wit
