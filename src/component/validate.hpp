// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Validation of components, their core modules included.
//
// Source: Component Model, design/mvp/Explainer.md, Binary.md and CanonicalABI.md, "Validation".
#pragma once

#include "component/typing.hpp"
#include "wasm/validate_parallel.hpp"

namespace tenon::component {

/// The types of a valid component. `invalid` or `malformed` (in a core module), with the offset in
/// the whole file and the path to it (`core module 2`, `component "auth"`); `unsupported` names the
/// feature that is off; `limit`; `interrupted`. Of several problems the first one in the file.
Result<Typed> validate(const ast::Component& component, const wasm::ValidateOptions& options = {});
/// Decodes first; errors show the bytes.
Result<> validate(Bytes component, const wasm::ValidateOptions& options = {});

} // namespace tenon::component
