// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which export of a plug is meant by which import of a socket: by name alone.
//
// Source: Component Model, design/mvp/Explainer.md, "Canonical Interface Name": versions of one
// track can stand in for each other.
#pragma once

#include "base/error.hpp"
#include "component/types.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::compose {

/// What names that mean the same have in common: `a:b/c@0.2` of `a:b/c@0.2.3`; of a name without
/// version the name.
[[nodiscard]] std::string track_name(std::string_view name);
/// Whether the version in the name is newer; neither is where one has none.
[[nodiscard]] bool is_newer(std::string_view name, std::string_view than);

/// What a component looks like from outside, and how it is called in messages.
struct Outline {
    std::string name;
    const component::ComponentType* type; ///< outlives it
};

/// Where an import of the socket comes from.
struct Connection {
    std::size_t plug;
    std::string exported;
};

/// By import of the socket, in their order. An export of the very name is taken first, then the
/// newest one of the same track. `invalid` where several plugs could serve one import, and where
/// no plug serves any; both say what is there.
Result<std::vector<std::optional<Connection>>> connect(const Outline& socket,
                                                       const std::vector<Outline>& plugs);

} // namespace tenon::compose
