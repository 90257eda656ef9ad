// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon parse: core modules and components from text to binary.
#include "base/text_file.hpp"
#include "cli/deliver.hpp"
#include "cli/rows.hpp"
#include "cli/wasm_input.hpp"
#include "wasm/sections.hpp"
#include "wat/parse.hpp"

#include <csignal>
#include <fmt/core.h>
#include <unistd.h>

namespace tenon::cli {
namespace {

constexpr std::uint64_t max_text_bytes = std::uint64_t{4} << 30;

/// Where a mapped text is gone because somebody shortened its file. Nothing has been written yet.
void say_that_the_text_is_gone(int) {
    constexpr std::string_view said =
        "error[io]: the text became shorter while it was read; run the command again\n";
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, said.data(), said.size());
    ::_exit(1);
}

Result<base::TextFile> read_input_text(const Call& call, const std::string& path) {
    if (path == "-")
        return base::TextFile(TENON_TRY(read_input(call, path, max_text_bytes)));
    return base::TextFile::open(path, max_text_bytes, call.stop());
}

/// What is binary already passes through. Nothing at all would be a module, too, but is more often
/// the output of a command that failed.
Result<> parse(Call& call) {
    const auto path = call.argument(0).value_or("-");
    std::signal(SIGBUS, say_that_the_text_is_gone);
    const auto file = TENON_TRY(read_input_text(call, path));
    const auto text = file.text();
    if (wasm::looks_like_wasm(as_bytes(text)))
        return deliver_bytes(call, as_bytes(text));
    if (text.find_first_not_of(" \t\r\n") == text.npos)
        return fail(base::Error(Errc::truncated, fmt::format("`{}` is empty", input_name(path)))
                        .help("the smallest module is `(module)`"));
    // Of the text only what is at hand stays in memory: it can be twenty times the module's size.
    const wat::ParseOptions options{call.stop(),
                                    [&](std::string_view passed) { file.forget(passed); }};
    return deliver_bytes(call, TENON_TRY(wat::parse(input_name(path), text, options)));
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
