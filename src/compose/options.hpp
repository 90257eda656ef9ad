// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How a component is made of a module: what `tenon component new` is told.
#pragma once

#include "base/bytes.hpp"
#include "component/canonical_name.hpp"

#include <string>
#include <utility>
#include <vector>

namespace tenon::compose {

struct NewOptions {
    /// Of imports in several compatible versions only the newest one stays.
    bool merge_imports_based_on_semver = true;
    bool reject_legacy_names = false;
    bool debug_names = true;
    /// Adapters get their stacks from `memory.grow`, not from the main module's allocator.
    bool realloc_via_memory_grow = false;
    /// Shims reach what they stand for by `return_call_ref`, not through a table.
    bool return_call_ref = false;
    /// Imports of instances that are to be called otherwise: old name, new name.
    std::vector<std::pair<std::string, std::string>> import_names = {};
    /// Who does it, for the sections `producers`.
    std::string producer = "tenon", producer_version = {};
    /// How interfaces are called outside.
    component::InterfaceNames interface_names = component::InterfaceNames::full;
};

/// A module that stands between the main one and its world.
struct Adapter {
    std::string name; ///< of the module that it takes the place of
    Bytes module;
    std::string file = {}; ///< for messages
};

} // namespace tenon::compose
