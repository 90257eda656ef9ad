// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the imports and exports of a core module are held against: a world, and the options that say
// which names count.
#pragma once

#include "component/names.hpp"
#include "compose/layout.hpp"
#include "compose/names.hpp"
#include "wit/model.hpp"

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace tenon::compose {

/// A function of the world: in an interface that it imports or exports, or its own.
struct WorldFunction {
    wit::WorldKey key;
    std::optional<wit::InterfaceIdx> interface;
    const wit::Function* function = nullptr; ///< in the model
};

/// An interface of the world.
struct FoundInterface {
    wit::WorldKey key;
    wit::InterfaceIdx interface;
};

class Target {
public:
    /// All of them outlive it; the model is nominal.
    Target(const wit::Model& of, const wit::World& in, const Layout& with);

    const wit::Model& model;
    const wit::World& world;
    const Layout& layout;
    std::set<std::string, std::less<>> adapters; ///< modules that these take the place of
    bool reject_legacy_names = false;

    /// The scheme of a name, which loses the scheme's prefix.
    [[nodiscard]] const Scheme& scheme_of(std::string_view& name) const noexcept;
    /// The import or export that a module's name means; of several versions on one track the one
    /// that is there. `not_found` says what is there instead.
    Result<FoundInterface> interface(const Scheme& scheme, std::string_view module,
                                     bool exported) const;
    [[nodiscard]] const base::OrderedMap<wit::WorldKey, wit::WorldItem>&
    items(bool exported) const noexcept {
        return exported ? world.exports : world.imports;
    }
    /// Of an interface, or (without one) of the world.
    [[nodiscard]] const wit::Function* function(const std::optional<FoundInterface>& of,
                                                std::string_view name, bool exported) const;
    [[nodiscard]] std::optional<wit::TypeIdx> resource(const std::optional<FoundInterface>& of,
                                                       std::string_view name) const;

private:
    /// The interfaces of one side by their names.
    struct Side {
        using Names = std::map<std::string, FoundInterface, std::less<>>;
        Names legacy, standard, tracks;
    };
    [[nodiscard]] Side named(bool exported) const;

    Side imported_, exported_;
};

/// `invalid` where the core type of a function is not the one that its name promises.
Result<> check_type(std::string_view name, const wasm::FuncType& wanted,
                    const wasm::FuncType& found);

} // namespace tenon::compose
