// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is nested in a component: its core modules and components with their names, and which of
// the modules `component new` put there beside the program.
//
// Source: Component Model, design/mvp/Binary.md, name section; the names that wit-component gives.
#pragma once

#include "wasm/sections.hpp"

#include <string>
#include <vector>

namespace tenon::compose {

struct EmbeddedPart {
    enum class Role : std::uint8_t {
        unknown, ///< the program itself, or a file without names
        adapter, ///< between the program's imports and the component's
        shims,   ///< functions that are called before what they call is there
        fixups,  ///< puts it there
    };
    static constexpr std::uint32_t outermost = UINT32_MAX;

    std::uint32_t parent = outermost; ///< its position in the list
    bool is_module = false;
    std::uint32_t index = 0; ///< among the core modules, or components, that stand in the parent
    std::string name;        ///< in the section `component-name` of the parent; may be empty
    std::string own_name;    ///< in its own name section; may be empty
    Role role = Role::unknown;
    std::uint64_t offset = 0; ///< of its preamble, in the whole file
    Bytes bytes;              ///< part of the file
};

/// In the order of the file, each behind what it stands in. Name sections that cannot be read count
/// as not there. Errors: those of `SectionWalker`; `limit` beyond `max_component_depth` levels or
/// 100000 parts.
Result<std::vector<EmbeddedPart>> parts_of(Bytes component);

/// Empty for `unknown`.
[[nodiscard]] std::string_view word_of(EmbeddedPart::Role role) noexcept;

/// `component "a", core module 2`: with the name where there is one, else the index. Long names are
/// cut, control characters made visible.
[[nodiscard]] std::string path_of(const std::vector<EmbeddedPart>& parts, std::size_t at);

} // namespace tenon::compose
