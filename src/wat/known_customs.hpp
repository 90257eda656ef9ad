// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Custom sections that have an annotation of their own in the text format, as wasm-tools spells
// them: `@producers` and `@dylink.0`. How they are printed is `print_custom`'s.
//
// Sources: https://github.com/WebAssembly/tool-conventions, ProducersSection.md, DynamicLinking.md.
#pragma once

#include "wat/cursor.hpp"

#include <array>

namespace tenon::wat {

struct SymbolFlag {
    std::uint32_t bit;
    std::string_view word;
};
inline constexpr std::array<SymbolFlag, 9> symbol_flags = {{
    {0x1, "binding-weak"},
    {0x2, "binding-local"},
    {0x4, "visibility-hidden"},
    {0x10, "undefined"},
    {0x20, "exported"},
    {0x40, "explicit-name"},
    {0x80, "no-strip"},
    {0x100, "tls"},
    {0x200, "absolute"},
}};

/// The parts of the section `dylink.0`; values are their codes.
enum class DylinkPart : std::uint8_t {
    mem_info = 1,
    needed = 2,
    export_info = 3,
    import_info = 4,
    runtime_path = 5,
};
struct DylinkWord {
    DylinkPart part;
    std::string_view word;
};
inline constexpr std::array<DylinkWord, 5> dylink_words = {{
    {DylinkPart::mem_info, "mem-info"},
    {DylinkPart::needed, "needed"},
    {DylinkPart::export_info, "export-info"},
    {DylinkPart::import_info, "import-info"},
    {DylinkPart::runtime_path, "runtime-path"},
}};

/// `(@producers (language "C" "17")* …)` as the content of its section.
Result<Buffer> read_producers(Cursor& in);
/// `(@dylink.0 (mem-info (memory 8 2)) (needed "libc.so") …)` as the content of its section.
Result<Buffer> read_dylink(Cursor& in);

} // namespace tenon::wat
