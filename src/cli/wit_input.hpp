// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What verbs about interfaces are given: WIT text, a folder, an encoded package, a component, or a
// core module that carries its world.
#pragma once

#include "cli/verb.hpp"
#include "wit/read.hpp"

namespace tenon::cli {

struct WitInput {
    wit::Model model;
    wit::PackageIdx main;
    /// Of a component: the world that its imports and exports make.
    std::optional<wit::WorldIdx> component_world;
};

inline constexpr Option features_option{.name = "features",
                                        .kind = ValueKind::text,
                                        .value = "NAME,…",
                                        .help = "keep what is `@unstable(feature = NAME)`",
                                        .repeated = true};
inline constexpr Option all_features_option{
    .name = "all-features", .help = "keep everything that is `@unstable`", .excludes = "features"};

/// Reads a path; `-` is standard input. The verb has the two options above.
Result<WitInput> read_wit_input(const Call& call, const std::string& path);

} // namespace tenon::cli
