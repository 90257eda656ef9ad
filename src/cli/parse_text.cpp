// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon parse: core modules and components from text to binary.
#include "cli/deliver.hpp"
#include "cli/rows.hpp"
#include "cli/wasm_input.hpp"
#include "wasm/sections.hpp"
#include "wat/parse.hpp"

#include <fmt/core.h>

namespace tenon::cli {
namespace {

constexpr std::uint64_t max_text_bytes = std::uint64_t{4} << 30;

/// What is binary already passes through. Nothing at all would be a module, too, but is more often
/// the output of a command that failed.
Result<> parse(Call& call) {
    const auto path = call.argument(0).value_or("-");
    const auto content = TENON_TRY(read_input(call, path, max_text_bytes));
    if (wasm::looks_like_wasm(content))
        return deliver_bytes(call, content);
    const auto text = as_text(content);
    if (text.find_first_not_of(" \t\r\n") == text.npos)
        return fail(base::Error(Errc::truncated, fmt::format("`{}` is empty", input_name(path)))
                        .help("the smallest module is `(module)`"));
    return deliver_bytes(call, TENON_TRY(wat::parse(input_name(path), text, call.stop())));
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
