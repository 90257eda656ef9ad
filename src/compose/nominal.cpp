// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/nominal.hpp"

#include "compose/clone.hpp"
#include "wit/dependencies.hpp"

#include <algorithm>
#include <set>

namespace tenon::compose {
namespace {

using Items = base::OrderedMap<wit::WorldKey, wit::WorldItem>;
using Types = std::map<wit::TypeIdx, wit::TypeIdx>;

class Nominal {
public:
    explicit Nominal(wit::Model& model) : model_(model) {}

    Items run(const Items& items) {
        find(items);
        std::map<std::size_t, wit::InterfaceIdx> copies; // by position
        for (const auto& [interface, places] : to_copy_)
            copy(interface, places, copies);
        Items out;
        for (std::size_t i = 0; i < items.size(); ++i) {
            auto [key, item] = items.entry(i);
            if (const auto made = copies.find(i); made != copies.end()) {
                std::get<wit::WorldInterface>(item).interface = made->second;
                if (std::holds_alternative<wit::InterfaceIdx>(key))
                    key = made->second;
            }
            out.insert(std::move(key), std::move(item));
        }
        return out;
    }

private:
    struct Place {
        std::size_t at;
        bool has_plain_name;
    };

    /// Which are to be copied, in an order in which what is used comes first. Nothing can use what
    /// stands under a plain name, so these come last.
    void find(const Items& items) {
        to_copy_.clear();
        for (const bool plain : {false, true})
            for (std::size_t i = 0; i < items.size(); ++i) {
                const auto& [key, item] = items.entry(i);
                const auto* const one = std::get_if<wit::WorldInterface>(&item);
                if (one == nullptr || std::holds_alternative<std::string>(key) != plain)
                    continue;
                const bool is_second = !seen_.insert(one->interface).second;
                const auto used = wit::interfaces_used(model_, one->interface);
                if (!is_second && std::ranges::none_of(used, [&](wit::InterfaceIdx other) {
                        return copied_.contains(other);
                    }))
                    continue;
                if (!plain)
                    copied_.insert(one->interface);
                to_copy_.insert(one->interface, {}).first->push_back({i, plain});
            }
    }

    /// What others can use is copied last, since its copies are what stands for its types from
    /// then on.
    void copy(wit::InterfaceIdx interface, const std::vector<Place>& places,
              std::map<std::size_t, wit::InterfaceIdx>& copies) {
        for (const bool plain : {true, false})
            for (const auto& place : places) {
                if (place.has_plain_name != plain)
                    continue;
                auto of_this = types_;
                const auto made =
                    clone_interface(model_, interface, model_[interface].package, of_this);
                copies.emplace(place.at, made);
                if (!plain)
                    types_ = std::move(of_this);
            }
    }

    wit::Model& model_;
    Types types_;
    std::set<wit::InterfaceIdx> seen_, copied_;
    base::OrderedMap<wit::InterfaceIdx, std::vector<Place>> to_copy_;
};

} // namespace

void make_nominal(wit::Model& model, wit::WorldIdx world) {
    Nominal nominal(model);
    // Imports first: they keep the interface that both have.
    auto imports = nominal.run(model[world].imports);
    auto exports = nominal.run(model[world].exports);
    model.worlds[world.value].imports = std::move(imports);
    model.worlds[world.value].exports = std::move(exports);
}

} // namespace tenon::compose
