// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is known while packages are added to one model, beyond the model itself: what gates have
// taken away, and how much work worlds have made so far.
#pragma once

#include "wit/gates.hpp"
#include "wit/model.hpp"
#include "wit/names.hpp"
#include "wit/types.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tenon::wit {

/// A few lines of text can ask for worlds of any size (a thousand that include each other, a
/// thousand that each import a thousand interfaces), so the total is limited.
class WorldBudget {
public:
    static constexpr std::size_t usual = 1'000'000;

    explicit WorldBudget(std::size_t steps = usual) : left_(steps) {}
    /// Fails once the worlds of a session have become too large.
    Result<> spend(std::size_t steps);

private:
    std::size_t left_;
};

struct Session {
    Session(Model& into, Features enabled)
        : model(into), features(std::move(enabled)), types(into) {}

    Model& model;
    Features features;
    Types types;
    WorldBudget budget;
    /// What is not in the model because its gate is closed, and the feature that would open it.
    std::map<std::pair<PackageIdx, std::string>, std::string, std::less<>> closed_items;
    std::map<std::pair<InterfaceIdx, std::string>, std::string, std::less<>> closed_types;
    /// What each interface uses, each once, in the order of its types; made when first asked for.
    std::vector<std::optional<std::vector<InterfaceIdx>>> interface_needs;

    [[nodiscard]] const std::vector<InterfaceIdx>& needs_of(InterfaceIdx interface);
};

/// A package on its way into the model.
struct PackageContext {
    Session& session;
    const PackageText& text;
    const PackageNames& names;
    PackageIdx package;
    /// By position in `names.items()`: the index of the interface or world; none while it is not
    /// made, or is behind a closed gate.
    std::vector<std::optional<std::uint32_t>> made;

    Result<InterfaceIdx> interface(const ast::Path& path, std::uint32_t part) const;
    Result<WorldIdx> world(const ast::Path& path, std::uint32_t part) const;
    Result<Gate> gate_of(const ast::Attributes& attributes, Span span) const;
    [[nodiscard]] std::string docs(std::uint32_t part, Comments comments) const;
    [[nodiscard]] base::Error error(std::string message, Span span, std::string label = {}) const;
    /// "found a reference to a type which is excluded …".
    [[nodiscard]] base::Error closed(std::string_view what, std::string_view feature,
                                     Span span) const;

private:
    Result<std::uint32_t> find(const ast::Path& path, std::uint32_t part, bool world) const;
    [[nodiscard]] base::Error not_in_package(const Package& package, const ast::Id& name,
                                             bool world) const;
};

} // namespace tenon::wit
