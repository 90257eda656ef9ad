// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon parse: core modules and components from text to binary.
#include "cli/deliver.hpp"
#include "cli/limits.hpp"
#include "cli/rows.hpp"
#include "wasm/sections.hpp"
#include "wat/parse.hpp"

#include <unistd.h>

namespace tenon::cli {
namespace {

constexpr std::uint64_t max_text_bytes = std::uint64_t{4} << 30;

/// What is binary already passes through.
Result<> parse(Call& call) {
    const auto path = call.argument(0).value_or("-");
    const auto content =
        TENON_TRY(path == "-" ? base::read_all(STDIN_FILENO, max_text_bytes, "-", call.stop())
                              : base::read_file(path, max_text_bytes, call.stop()));
    if (wasm::looks_like_wasm(content))
        return deliver_bytes(call, content);
    return deliver_bytes(
        call, TENON_TRY(wat::parse(path == "-" ? "<stdin>" : path, as_text(content), call.stop())));
}

constexpr Positional parse_arguments[] = {
    {.name = "FILE",
     .help = "module or component in the text format; standard input if there is none, or `-`",
     .required = false}};

} // namespace

constexpr Verb parse_verb{
    .path = "parse",
    .summary = "turn a core module or a component from text into binary",
    .description =
        "All of WebAssembly 3.0, threads, wide arithmetic and legacy exceptions, and all "
        "of the Component Model. What is read is not validated: `tenon validate` does "
        "that.",
    .positionals = parse_arguments,
    .output = OutputMeaning::file,
    .run = parse,
    .example = "tenon parse add.wat -o add.wasm",
    .long_running = true};

} // namespace tenon::cli
