// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Validation of core modules. https://webassembly.github.io/spec/core/valid/modules.html
#pragma once

#include "wasm/module.hpp"
#include "wasm/module_info.hpp"

#include <stop_token>

namespace tenon::wasm {

/// Everything but the bodies. `store` must outlive the result. `invalid` with the offset of the
/// definition; `unsupported` names the feature that is missing; `interrupted` when a stop was asked
/// for.
Result<ModuleInfo> validate_definitions(const Module& module, TypeStore& store, Features features,
                                        std::stop_token stop = {});

/// Adds what has the type, spelled with indices of `info.types`, to the end of its index space, as
/// an import does. `store` is that of `info`. Errors as above, without an offset.
Result<> declare(ModuleInfo& info, TypeStore& store, const ExternType& type);

/// All of it.
Result<> validate(const Module& module, Features features = Features::standard());
/// Decodes first.
Result<> validate(Bytes module, Features features = Features::standard());

} // namespace tenon::wasm
