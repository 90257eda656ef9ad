// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon component plug: exports of components into same-named imports of another.
#include "cli/deliver.hpp"
#include "cli/rows.hpp"
#include "cli/wasm_input.hpp"
#include "compose/plug.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::cli {
namespace {

struct PlugPath {
    std::string name, path;
};

std::string stem_of(const std::string& path) {
    return path == "-" ? "stdin" : base::Path(path).stem().string();
}

/// `path`, or `name=path`.
Result<PlugPath> plug_path(const Call& call, const std::string& value) {
    const auto equals = value.find('=');
    // A directory with that sign in its name is no name.
    if (equals == value.npos || value.find('/') < equals)
        return PlugPath{stem_of(value), value};
    auto name = value.substr(0, equals);
    auto path = value.substr(equals + 1);
    if (name.empty() || path.empty())
        return call.misuse(
            base::Error(Errc::usage, fmt::format("`{}` is neither a path nor `NAME=PATH`", value)));
    return PlugPath{std::move(name), std::move(path)};
}

/// In a file that is text an error stands at a place there, not at an offset in what was made of
/// it.
base::Error located(base::Error error, const std::vector<WasmInput>& files) {
    const auto file = std::ranges::find(files, error.file(), &WasmInput::name);
    const bool is_text = file != files.end() && !file->text.empty();
    return is_text ? file->locate(std::move(error)) : std::move(error);
}

Result<> plug(Call& call) {
    const auto socket_path = *call.argument(0);
    std::vector<PlugPath> paths;
    for (const auto& value : call.values("plug"))
        paths.push_back(TENON_TRY(plug_path(call, value)));
    const auto reads_stdin = std::ranges::count(paths, "-", &PlugPath::path);
    if (reads_stdin + (socket_path == "-" ? 1 : 0) > 1)
        return call.misuse(base::Error(Errc::usage, "standard input can be read once"));

    auto socket = TENON_TRY(read_component(call, socket_path));
    std::vector<WasmInput> files; // the socket last
    for (const auto& one : paths)
        files.push_back(TENON_TRY(read_component(call, one.path)));
    files.push_back(std::move(socket));
    std::vector<compose::PlugInput> plugs;
    for (std::size_t i = 0; i < paths.size(); ++i)
        plugs.push_back({paths[i].name, files[i].name, files[i].bytes});

    compose::PlugOptions options;
    options.debug_names = call.value("debug-names") != "false";
    options.producer_version = TENON_VERSION;
    options.stop = call.stop();
    auto plugged = compose::plug({stem_of(socket_path), files.back().name, files.back().bytes},
                                 plugs, options);
    if (!plugged)
        return fail(located(std::move(plugged).error(), files));
    const auto& made = *plugged;
    for (const auto unused : made.unused)
        call.warn(base::Error(Errc::invalid,
                              fmt::format("`{}` exports nothing that `{}` imports, and is left out",
                                          paths[unused].path, files.back().name)));
    return deliver_wasm(call, made.component);
}

constexpr Option plug_options[] = {
    {.name = "plug",
     .kind = ValueKind::file,
     .value = "[NAME=]PATH",
     .help = "a component whose exports are to be used; NAME is what messages call it",
     .required = true,
     .repeated = true},
    {.name = "debug-names",
     .kind = ValueKind::choice,
     .value = "true|false",
     .help = "name what is put together, for people (default true)"},
    wat_option,
};
constexpr Positional plug_arguments[] = {
    {.name = "SOCKET", .help = "component with imports, binary or text; `-` is standard input"}};

} // namespace

constexpr Verb component_plug_verb{
    .path = "component plug",
    .summary = "plug exports of components into the imports of another",
    .description =
        "What a plug exports is given to the socket where it imports the same: an interface, "
        "function, type, component or core module of that name, or an interface of a compatible "
        "version. The result exports what the socket exports. It imports what no plug provides, "
        "and what the plugs import themselves; what several of them import becomes one import. A "
        "plug serves the socket only, not other plugs.\n\n"
        "It is an error if no plug fits anything, if two could serve the same import, and if an "
        "export of the right name has another type.",
    .options = plug_options,
    .positionals = plug_arguments,
    .output = OutputMeaning::file,
    .run = plug,
    .example = "tenon component plug app.wasm --plug store.wasm --plug log=build/log.wasm -o "
               "whole.wasm",
    .long_running = true};

} // namespace tenon::cli
