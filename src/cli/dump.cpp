// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon dump: a module or component byte by byte.
#include "wat/dump.hpp"

#include "cli/deliver.hpp"
#include "cli/rows.hpp"
#include "cli/wasm_input.hpp"

namespace tenon::cli {
namespace {

Result<> dump(Call& call) {
    const auto input = TENON_TRY(read_wasm(call));
    return deliver_printed(call, input.name,
                           [&](const TextPieces& put) { return wat::dump(input.bytes, put); });
}

constexpr Positional dump_arguments[] = {wasm_file_argument};

} // namespace

constexpr Verb dump_verb{
    .path = "dump",
    .summary = "show what each byte of a module or component is",
    .description = "Every byte of the file stands in one line: the offset, the bytes, and what "
                   "they are. The content of data segments and of custom sections that have no "
                   "known form is passed over. What cannot be read ends the dump with the error.",
    .positionals = dump_arguments,
    .output = OutputMeaning::file,
    .run = dump,
    .example = "tenon dump app.wasm | less",
    .long_running = true};

} // namespace tenon::cli
