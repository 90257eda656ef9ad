// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Worlds that the program knows by heart, so that nobody has to bring their WIT.
#pragma once

#include "base/error.hpp"

#include <span>
#include <string_view>

namespace tenon::cli {

struct KnownWorld {
    std::string_view package;      ///< `primatomic:machine`
    std::string_view id;           ///< of the world, with its version
    std::string_view wit;          ///< the text of the package
    bool allows_wasi = true;       ///< whether components of it may import WASI besides
    std::string_view no_wasi = {}; ///< why they may not
};
[[nodiscard]] std::span<const KnownWorld> known_worlds() noexcept;

/// The one whose package and world `name` names, with or without the version, or by the world's
/// name alone; null if there is none.
[[nodiscard]] const KnownWorld* find_known_world(std::string_view name) noexcept;

} // namespace tenon::cli
