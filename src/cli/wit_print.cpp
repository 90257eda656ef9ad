// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon wit print, tenon component wit: interfaces from whatever holds them, as text, JSON or
// binary.
#include "cli/deliver.hpp"
#include "cli/rows.hpp"
#include "cli/wit_input.hpp"
#include "component/package_encode.hpp"
#include "wit/importize.hpp"
#include "wit/json.hpp"
#include "wit/print.hpp"
#include "wit/select.hpp"
#include "wit/semver.hpp"

#include <fmt/format.h>
#include <map>

namespace tenon::cli {
namespace {

Result<> importize(const Call& call, WitInput& input) {
    const auto world = call.value("importize-world");
    if (!call.has("importize") && !world)
        return {};
    if (call.has("importize") && !input.component_world)
        return call.misuse(
            base::Error(Errc::usage, "`--importize` is for components, and this is a package")
                .help("name the world of a package with `--importize-world`"));
    const auto at = world ? TENON_TRY(wit::select_world(input.model, input.main, *world))
                          : *input.component_world;
    return wit::importize(input.model, at, call.value("importize-out-world-name"));
}

Result<> merge_imports(const Call& call, WitInput& input) {
    const auto world = call.value("merge-world-imports-based-on-semver");
    if (!world)
        return {};
    return wit::merge_world_imports_based_on_semver(
        input.model, TENON_TRY(wit::select_world(input.model, input.main, *world)));
}

wit::PrintOptions print_options(const Call& call) {
    wit::PrintOptions options;
    options.docs = !call.has("no-docs");
    return options;
}

std::vector<wit::PackageIdx> all_but_main(const WitInput& input) {
    std::vector<wit::PackageIdx> others;
    for (std::uint32_t i = 0; i < input.model.packages.size(); ++i)
        if (i != input.main.value)
            others.push_back({i});
    return others;
}

/// As short as it can be: `io`, else `wasi-io`, else with the version.
std::vector<std::string> file_names(const wit::Model& model) {
    std::map<std::string, int> by_name, by_both;
    for (const auto& package : model.packages) {
        ++by_name[package.name.name];
        ++by_both[package.name.space + ":" + package.name.name];
    }
    std::vector<std::string> names;
    for (const auto& [name, interfaces, worlds, docs, span] : model.packages) {
        auto file = name.name;
        if (by_name[name.name] > 1)
            file = name.space + "-" + name.name;
        if (by_both[name.space + ":" + name.name] > 1 && name.version)
            file += "@" + name.version->text();
        names.push_back(file + ".wit");
    }
    return names;
}

/// The main package, and in `deps/` the others: a folder that can be read again.
Result<> write_folder(Call& call, const WitInput& input, const base::Path& folder) {
    const auto names = file_names(input.model);
    TENON_TRY(base::make_directories(folder / "deps"));
    for (std::uint32_t i = 0; i < names.size(); ++i) {
        const auto text =
            TENON_TRY(wit::print(input.model, wit::PackageIdx{i}, {}, print_options(call)));
        const auto path = i == input.main.value ? folder / names[i] : folder / "deps" / names[i];
        TENON_TRY(base::write_file(path, as_bytes(text)));
        call.note(fmt::format("wrote {}", path.native()));
    }
    return {};
}

Result<> print(Call& call) {
    auto input = TENON_TRY(read_wit_input(call, call.argument(0).value_or("-")));
    TENON_TRY(importize(call, input));
    TENON_TRY(merge_imports(call, input));
    if (const auto folder = call.value("out-dir"))
        return write_folder(call, input, *folder);
    if (call.has("wasm"))
        return deliver_bytes(call, TENON_TRY(component::encode_package(input.model, input.main,
                                                                       {"tenon", TENON_VERSION})));
    if (call.json())
        return deliver_text(call, wit::to_json(input.model) + "\n");
    return deliver_text(call, TENON_TRY(wit::print(input.model, input.main, all_but_main(input),
                                                   print_options(call))));
}

constexpr Option print_options_rows[] = {
    {.name = "wasm", .letter = 'w', .help = "encode the package instead of printing it"},
    {.name = "no-docs", .help = "leave documentation out"},
    {.name = "out-dir",
     .kind = ValueKind::directory,
     .value = "DIR",
     .help =
         "write every package to a file of its own: the main one to DIR, the others to DIR/deps",
     .excludes = "wasm"},
    features_option,
    all_features_option,
    {.name = "importize",
     .help = "print a world that imports what the component exports",
     .excludes = "importize-world"},
    {.name = "importize-world",
     .kind = ValueKind::text,
     .value = "WORLD",
     .help = "the same for a world of a package"},
    {.name = "importize-out-world-name",
     .kind = ValueKind::text,
     .value = "NAME",
     .help = "how that world is called (default: its name with `-importized`)"},
    {.name = "merge-world-imports-based-on-semver",
     .kind = ValueKind::text,
     .value = "WORLD",
     .help = "keep only the newest of several compatible versions of an interface"}};
constexpr Positional print_arguments[] = {
    {.name = "INPUT",
     .help = "WIT file or folder, encoded package, component, or core module with its world; "
             "standard input if there is none, or `-`",
     .required = false}};

} // namespace

constexpr Verb wit_print_verb{
    .path = "wit print",
    .summary = "print the interfaces in a file or folder as WIT",
    .description =
        "Takes WIT text, a folder with `deps/`, an encoded package, a component, or a core module "
        "that carries its world. With `--json` the resolved model is printed, with `--wasm` the "
        "package is encoded.",
    .options = print_options_rows,
    .positionals = print_arguments,
    .output = OutputMeaning::file,
    .run = print,
    .example = "tenon wit print build/greet.wasm",
    .long_running = true};

constexpr Verb component_wit_verb{
    .path = "component wit", .summary = "the same as `tenon wit print`", .alias_of = "wit print"};

} // namespace tenon::cli
