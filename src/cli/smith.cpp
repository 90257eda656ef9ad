// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon smith: a valid module or WIT package made up at random, for tests.
#include "wasm/smith.hpp"

#include "cli/deliver.hpp"
#include "cli/limits.hpp"
#include "cli/rows.hpp"
#include "cli/wasm_input.hpp"
#include "wit/smith.hpp"

#include <limits>
#include <unistd.h>

namespace tenon::cli {
namespace {

constexpr std::int64_t max_size = 10'000'000;

Result<> smith(Call& call) {
    const auto seed = static_cast<std::uint64_t>(
        TENON_TRY(call.integer("seed", 0, std::numeric_limits<std::int64_t>::max())).value_or(0));
    const auto size = TENON_TRY(call.integer("size", 0, max_size));
    Buffer choices;
    if (const auto path = call.argument(0))
        choices =
            TENON_TRY(*path == "-" ? base::read_all(STDIN_FILENO, max_wasm_bytes, "-", call.stop())
                                   : base::read_file(*path, max_wasm_bytes, call.stop()));
    if (call.has("wit")) {
        wit::SmithOptions options{.seed = seed, .gated = call.has("gated")};
        options.size = static_cast<std::uint32_t>(size.value_or(options.size));
        return deliver_text(call, wit::smith(options, choices));
    }
    wasm::SmithOptions options{.seed = seed};
    options.size = static_cast<std::uint32_t>(size.value_or(options.size));
    return deliver_wasm(call, Bytes(wasm::smith(options, choices)));
}

constexpr Option smith_options[] = {
    {.name = "seed",
     .kind = ValueKind::number,
     .value = "N",
     .help = "what all that is random comes from (default 0)"},
    {.name = "size",
     .kind = ValueKind::number,
     .value = "N",
     .help = "about how many operators there are (default 200), or types and functions (40)"},
    {.name = "wit", .help = "a WIT package instead of a module", .excludes = "wat"},
    {.name = "gated", .help = "with --wit, also maps, fixed-length lists and error contexts"},
    wat_option,
};
constexpr Positional smith_arguments[] = {
    {.name = "FILE",
     .help = "bytes that decide first, before the seed does; `-` is standard input",
     .required = false}};

} // namespace

constexpr Verb smith_verb{
    .path = "smith",
    .summary = "make up a valid module or WIT package, for tests",
    .description = "The same seed, size and bytes give the same module on every machine. A "
                   "module is valid WebAssembly 3.0; whether it ends when it is run is not asked.",
    .options = smith_options,
    .positionals = smith_arguments,
    .output = OutputMeaning::file,
    .run = smith,
    .example = "tenon smith --seed 7 -o test.wasm"};

} // namespace tenon::cli
