// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where the bytes of a module or component are: by section, by function.
#pragma once

#include "wasm/module.hpp"
#include "wasm/sections.hpp"

#include <string>
#include <vector>

namespace tenon::wasm {

/// All sections of one kind together, custom ones by their names.
struct SectionSize {
    std::string_view what;   ///< `code`, `custom`, `core module`
    std::string_view name;   ///< of custom ones; looks into the file
    std::uint64_t bytes = 0; ///< with their ids and sizes, and all that is nested in them
    std::uint64_t sections = 0;
    std::uint64_t items = 0; ///< of those that are lists; else as many as sections
};
/// In the order in which they first come; with the eight bytes of the preamble they are the whole
/// file. Beyond `most` kinds all other custom sections are one, whose name is empty. Errors: those
/// of `SectionWalker`; a count that cannot be read.
Result<std::vector<SectionSize>> section_sizes(Bytes data, std::uint64_t base = 0,
                                               std::size_t most = 1000);

struct FunctionSize {
    std::uint32_t index; ///< imported ones are counted too
    std::uint64_t bytes; ///< of locals and operators
    friend bool operator==(const FunctionSize&, const FunctionSize&) = default;
};
/// The largest first, at most `count`; of equal ones the first in the file.
[[nodiscard]] std::vector<FunctionSize> largest_functions(const Module& module, std::size_t count);

} // namespace tenon::wasm
