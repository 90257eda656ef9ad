// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Modules and components without some of their custom sections, nested ones too.
#pragma once

#include "wasm/sections.hpp"

#include <functional>

namespace tenon::wasm {

/// Whether a custom section is more than a remark: names of functions, the interface of a component
/// to be (`component-type…`), what a dynamic linker needs. These stay unless more is asked for.
[[nodiscard]] bool is_kept_when_stripped(std::string_view name) noexcept;

/// The file without the custom sections whose names `drops` answers with true. Where there is
/// nothing to drop, the same bytes; otherwise sizes are in their shortest form. Errors as of
/// `SectionWalker`, and `limit` for components nested beyond `max_component_depth`.
Result<Buffer> strip(Bytes data, const std::function<bool(std::string_view)>& drops);

/// Appends a section with its size in the shortest form.
void append_section(Buffer& out, std::uint8_t id, Bytes content);

} // namespace tenon::wasm
