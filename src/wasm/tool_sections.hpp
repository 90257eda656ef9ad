// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What compilers and linkers leave in custom sections of a core module: the features that they took
// for granted, what a dynamic linker needs, and where the debug information is.
//
// Source: https://github.com/WebAssembly/tool-conventions, Linking.md, DynamicLinking.md and
// Debugging.md.
#pragma once

#include "wasm/module.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tenon::wasm {

/// An entry of the section `target_features`.
struct TargetFeature {
    char prefix; ///< `+`: used, `-`: must not be there, `=`: needed (of old)
    std::string_view name;
    friend bool operator==(const TargetFeature&, const TargetFeature&) = default;
};
/// `offset` is that of the payload in the file. `malformed` or `truncated`.
Result<std::vector<TargetFeature>> read_target_features(Bytes payload, std::uint64_t offset);

/// The section `dylink.0`.
struct Dylink {
    struct Memory {
        std::uint32_t bytes, align_log2, table_elements, table_align_log2;
    };
    std::optional<Memory> memory;
    std::vector<std::string_view> needed;        ///< libraries
    std::vector<std::string_view> runtime_paths; ///< where they are looked for
    std::uint32_t exports = 0, imports = 0;      ///< of symbols with flags
};
/// Parts that are not known are passed over. Errors as above.
Result<Dylink> read_dylink(Bytes payload, std::uint64_t offset);

struct DebugSections {
    std::uint64_t dwarf_bytes = 0; ///< of all `.debug_…`
    std::uint32_t dwarf_sections = 0;
    std::optional<std::string_view> source_map; ///< the URL in `sourceMappingURL`
    std::optional<std::string_view> dwarf_file; ///< the URL in `external_debug_info`
    std::optional<Bytes> build_id;
    std::optional<std::uint64_t> name_bytes; ///< of the section `name`
};
/// What cannot be read counts as not there.
[[nodiscard]] DebugSections debug_sections(const Module& module);

} // namespace tenon::wasm
