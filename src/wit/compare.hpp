// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Whether what is written for one world can stand in another: imports may be fewer, exports may be
// more, and what both have must be the same. The worlds may be in models of their own; types are
// compared by what they are, resources by the interface and the name that they have.
//
// Source: Component Model, design/mvp/Explainer.md, "Subtyping" and "Linking".
#pragma once

#include "wit/model.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tenon::wit {

/// When two interfaces of the same name are the same one.
enum class VersionRule : std::uint8_t {
    exact, ///< the same version
    track, ///< versions that are semver-compatible, see `track_of`
    any,   ///< of whatever version
};

/// Something that one side needs and the other has not, or has otherwise.
struct Difference {
    enum class Side : std::uint8_t { import, export_ };
    /// Of what `fits` found; an import is needed by what is written, an export by the world that it
    /// is to stand in.
    Side side = Side::import;
    std::string key;    ///< as the side that needs it spells it; empty for what is no interface
    std::string item;   ///< ``function `read` ``, ``type `t` ``; empty for the whole of it
    std::string needed; ///< in WIT; empty where the whole interface is missing
    std::string found;  ///< in WIT; empty where nothing is
    std::string near;   ///< a name that is there and might be meant; empty for none
    Span needed_at;     ///< in the model of the side that needs it
    Span found_at;      ///< in the other: of what is found, else of what should have it

    /// ``export `acme:a/b`, function `f` ``, ``exported function `f` ``
    [[nodiscard]] std::string where() const;
    [[nodiscard]] bool is_missing() const noexcept { return found.empty(); }
};

/// A world in its model.
struct WorldOf {
    const Model& model;
    WorldIdx world;
};

/// What keeps a component of the world `guest` from being one of the world `target`, first what it
/// imports, in the order of the sides that need it. At most `limit` differences.
[[nodiscard]] std::vector<Difference> fits(WorldOf guest, WorldOf target, VersionRule rule,
                                           std::size_t limit = SIZE_MAX);

/// What users of an interface of the package `old` would miss in the package `now`; both have
/// whatever version. `side` means nothing.
[[nodiscard]] std::vector<Difference> breaking_changes(const Model& old_model, PackageIdx old,
                                                       const Model& now_model, PackageIdx now);

/// The definition of a type as it stands in WIT, on one line: `record r { a: u32, b: string }`.
[[nodiscard]] std::string definition_text(const Model& model, TypeIdx type);

} // namespace tenon::wit
