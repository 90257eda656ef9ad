// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What sections a module or component has, one after the other and nested ones too: kind, place,
// number of items. Nothing is looked into but that number.
#pragma once

#include "wasm/sections.hpp"

#include <cstdint>
#include <functional>

namespace tenon::wasm {

/// A section, or the begin or end of what is nested in the section before.
struct OutlineLine {
    enum class Kind : std::uint8_t { section, enter, leave };
    Kind kind;
    int depth;             ///< 0 for the sections of the file itself
    std::string_view what; ///< `types`, `core instances`, `custom`; of `enter` and `leave`, what
                           ///< is nested: `module`, `component`
    std::string_view name; ///< of a custom section
    /// Of the content in the file; in custom sections that is what stands behind the name.
    std::uint64_t begin = 0, end = 0;
    std::uint32_t count = 0; ///< of items; 1 where there is no list
    std::uint32_t index = 0; ///< of a nested module or component among those of its parent
};

using OutlineSink = std::function<Result<>(const OutlineLine&)>;

/// Hands over the lines in the order of the file. Errors: those of `SectionWalker`, a count that
/// cannot be read, `limit` for components nested beyond `max_component_depth`; and what `put`
/// gives.
Result<> outline(Bytes data, const OutlineSink& put);

} // namespace tenon::wasm
