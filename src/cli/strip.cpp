// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon strip: modules and components without custom sections.
#include "wasm/strip.hpp"

#include "base/pattern.hpp"
#include "cli/deliver.hpp"
#include "cli/rows.hpp"
#include "cli/wasm_input.hpp"

#include <algorithm>

namespace tenon::cli {
namespace {

/// Which sections go, by what was asked for.
Result<std::function<bool(std::string_view)>> drops_of(const Call& call) {
    if (call.has("all"))
        return [](std::string_view) { return true; };
    std::vector<base::Pattern> patterns;
    for (const auto& text : call.values("delete")) {
        auto pattern = base::Pattern::compile(text);
        if (!pattern)
            return call.misuse(std::move(pattern).error());
        patterns.push_back(*std::move(pattern));
    }
    if (patterns.empty())
        return [](std::string_view name) { return !wasm::is_kept_when_stripped(name); };
    return [patterns = std::move(patterns)](std::string_view name) {
        return std::ranges::any_of(
            patterns, [name](const base::Pattern& pattern) { return pattern.matches(name); });
    };
}

Result<> strip(Call& call) {
    const auto drops = TENON_TRY(drops_of(call));
    const auto input = TENON_TRY(read_wasm(call));
    auto stripped = wasm::strip(input.bytes, drops);
    if (!stripped)
        return fail(std::move(stripped).error().in_file(input.name));
    return deliver_wasm(call, *stripped);
}

constexpr Option strip_options[] = {
    {.name = "all", .letter = 'a', .help = "drop every custom section"},
    {.name = "delete",
     .letter = 'd',
     .kind = ValueKind::text,
     .value = "REGEX",
     .help = "drop the custom sections whose names match, and no others",
     .repeated = true,
     .excludes = "all"},
    wat_option};
constexpr Positional strip_arguments[] = {wasm_file_argument};

} // namespace

constexpr Verb strip_verb{
    .path = "strip",
    .summary = "drop custom sections from a module or component",
    .description =
        "Goes into nested modules and components. Without `--all` and `--delete` the sections "
        "`name`, `dylink.0` and those whose names begin with `component-type` stay. A signature "
        "(the section `jwt`) goes like the others. A file with nothing to drop stays as it is.",
    .options = strip_options,
    .positionals = strip_arguments,
    .output = OutputMeaning::file,
    .run = strip,
    .example = "tenon strip app.wasm -o small.wasm",
    .long_running = true};

} // namespace tenon::cli
