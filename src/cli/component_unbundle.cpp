// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon component unbundle: core modules of a component into files of their own.
#include "cli/deliver.hpp"
#include "cli/rows.hpp"
#include "cli/wasm_input.hpp"
#include "compose/unbundle.hpp"

#include <fmt/core.h>
#include <vector>

namespace tenon::cli {
namespace {

constexpr std::int64_t default_threshold_bytes = 10 << 10;

/// The component under the name of one of its modules would take the module's place.
Result<> check_output(const Call& call, const base::Path& path) {
    const auto output = call.value("output");
    if (!output || *output == "-")
        return {};
    std::error_code ignored; // paths that cannot be looked up are compared as they are written
    const auto real = [&](const base::Path& one) {
        return std::filesystem::weakly_canonical(one, ignored);
    };
    if (real(*output) != real(path))
        return {};
    return call.misuse(base::Error(
        Errc::usage, fmt::format("`{}` is to hold a core module, not the component", *output)));
}

/// All of them are written before the first one gets its name.
Result<> write_modules(const Call& call, const base::Path& directory,
                       const std::vector<compose::UnbundledModule>& modules) {
    std::vector<base::NewFile> files;
    for (const auto& [import, module] : modules) {
        const auto path = directory / (import + ".wasm");
        TENON_TRY(check_output(call, path));
        if (files.empty())
            TENON_TRY(base::make_directories(directory));
        base::NewFileOptions options;
        options.only_regular = true;
        auto file = TENON_TRY(base::NewFile::create(path, options));
        TENON_TRY(file.write(module));
        files.push_back(std::move(file));
    }
    for (auto& file : files)
        TENON_TRY(file.commit());
    return {};
}

Result<> unbundle(Call& call) {
    const auto threshold = TENON_TRY(call.integer("threshold", 0, INT64_MAX));
    const auto input = TENON_TRY(read_component(call, call.argument(0).value_or("-")));
    auto made = compose::unbundle(
        input.bytes, static_cast<std::uint64_t>(threshold.value_or(default_threshold_bytes)),
        call.stop());
    if (!made) {
        auto error = std::move(made).error();
        if (input.text.empty() && error.offset() && !error.bytes())
            error = std::move(error).show(input.bytes, 0);
        return fail(input.locate(std::move(error)));
    }
    TENON_TRY(write_modules(call, *call.value("module-dir"), made->modules));
    return deliver_wasm(call, made->component);
}

constexpr Option unbundle_options[] = {
    {.name = "module-dir",
     .kind = ValueKind::directory,
     .value = "DIR",
     .help = "where the modules go, as `unbundled-module0.wasm` and so on; files of these names "
             "are replaced",
     .required = true},
    {.name = "threshold",
     .kind = ValueKind::number,
     .value = "BYTES",
     .help = "take out modules that are larger than this (default 10240)"},
    wat_option,
};
constexpr Positional unbundle_arguments[] = {
    {.name = "FILE",
     .help = "component, binary or text; standard input if there is none, or `-`",
     .required = false}};

} // namespace

constexpr Verb component_unbundle_verb{
    .path = "component unbundle",
    .summary = "move the core modules of a component into files of their own",
    .description =
        "The component that is left imports each module that was taken out, by the name of its "
        "file without `.wasm`: `unbundled-module0`, `unbundled-module1`, in the order in which "
        "they were in the file. So a host can compile a large module once and give it to several "
        "components. Modules in components inside are taken out as well.",
    .options = unbundle_options,
    .positionals = unbundle_arguments,
    .output = OutputMeaning::file,
    .run = unbundle,
    .example = "tenon component unbundle app.wasm --module-dir modules --threshold 4096 -o "
               "app.small.wasm",
    .long_running = true};

} // namespace tenon::cli
