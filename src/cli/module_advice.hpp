// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a core module lacks to be a component, and the commands that make it one.
#pragma once

#include "base/error.hpp"
#include "wasm/module.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tenon::cli {

struct ModuleAdvice {
    bool has_world = false;   ///< its world is in a section `component-type…`
    bool speaks_wasi = false; ///< imports functions of WASI 0.1, so that an adapter is needed
    bool is_command = false;  ///< begins at `_start`
    /// Modules that it imports from and that neither WASI nor an interface is.
    std::vector<std::string> foreign;
};
[[nodiscard]] ModuleAdvice advice_on(const wasm::Module& module);

/// The error that says that a module is no component, with what is missing and the commands. `wit`
/// and `world` are what the user named, or empty.
[[nodiscard]] base::Error no_component(const ModuleAdvice& advice, const std::string& path,
                                       const std::string& wit, const std::string& world);

} // namespace tenon::cli
