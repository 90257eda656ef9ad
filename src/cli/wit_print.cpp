// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon wit print, tenon component wit: interfaces from whatever holds them, as text, JSON or
// binary.
#include "cli/deliver.hpp"
#include "cli/interface_names.hpp"
#include "cli/rows.hpp"
#include "cli/wit_input.hpp"
#include "component/package_encode.hpp"
#include "wit/importize.hpp"
#include "wit/json.hpp"
#include "wit/print.hpp"
#include "wit/select.hpp"
#include "wit/semver.hpp"

#include <fmt/core.h>
#include <map>
#include <set>

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

/// As short as they can be: `io`, else `wasi:io`, else with the version; as wasm-tools has them.
std::vector<std::string> file_names(const wit::Model& model) {
    std::map<std::string, std::map<std::string, int>> versions; // by name and namespace
    for (const auto& package : model.packages)
        ++versions[package.name.name][package.name.space];
    std::vector<std::string> names;
    for (const auto& package : model.packages) {
        const auto& [space, plain, version] = package.name;
        const auto& spaces = versions[plain];
        auto file = spaces.size() > 1 ? space + ":" + plain : plain;
        if (spaces.at(space) > 1 && version)
            file += "@" + version->text();
        names.push_back(file + ".wit");
    }
    return names;
}

/// The main package, and in `deps/` the others: a folder that can be read again.
Result<> write_folder(Call& call, const WitInput& input, const base::Path& folder) {
    const auto names = file_names(input.model);
    std::vector<std::pair<base::Path, std::string>> files;
    std::set<base::Path> taken;
    for (std::uint32_t i = 0; i < names.size(); ++i) {
        const auto& package = input.model.packages[i].name;
        auto path = i == input.main.value ? folder / names[i] : folder / "deps" / names[i];
        if (!taken.insert(path).second)
            return fail(Errc::exists, fmt::format("package `{}` and another one would both be "
                                                  "written to `{}`",
                                                  package.text(), path.native()));
        auto text = TENON_TRY(wit::print(input.model, wit::PackageIdx{i}, {}, print_options(call)));
        files.emplace_back(std::move(path), std::move(text));
    }
    TENON_TRY(base::make_directories(folder / "deps"));
    for (const auto& [path, text] : files) {
        TENON_TRY(base::write_file(path, as_bytes(text)));
        call.note(fmt::format("wrote {}", path.native()));
    }
    return {};
}

/// What would do nothing, or not what was asked for, is not ignored without a word.
Result<> check_options(const Call& call) {
    const auto both = [&](std::string_view one, std::string_view other) {
        return call.misuse(base::Error(
            Errc::usage, fmt::format("the argument `{}` cannot be used with `{}`", one, other)));
    };
    if (call.has("out-dir") && call.has("output"))
        return both("--out-dir", "--output");
    if (call.has("out-dir") && call.json())
        return both("--out-dir", "--json");
    for (const auto* const encoding : {"wasm", "wat"}) {
        if (call.has(encoding) && call.json())
            return both(fmt::format("--{}", encoding), "--json");
        if (call.has(encoding) && call.has("out-dir"))
            return both(fmt::format("--{}", encoding), "--out-dir");
    }
    if (call.has("emit-canonical-names") && !call.has("wasm") && !call.has("wat"))
        return call.misuse(base::Error(Errc::usage, "`--emit-canonical-names` is for packages that "
                                                    "are encoded")
                               .help("add `--wasm` or `--wat`"));
    if (call.has("importize-out-world-name") && !call.has("importize") &&
        !call.has("importize-world"))
        return call.misuse(base::Error(Errc::usage, "`--importize-out-world-name` names the world "
                                                    "that `--importize` makes, which is missing")
                               .help("add `--importize`, or `--importize-world WORLD`"));
    return {};
}

Result<> print(Call& call) {
    TENON_TRY(check_options(call));
    auto input = TENON_TRY(read_wit_input(call, call.argument(0).value_or("-")));
    TENON_TRY(importize(call, input));
    TENON_TRY(merge_imports(call, input));
    if (const auto folder = call.value("out-dir"))
        return write_folder(call, input, *folder);
    if (call.has("wasm") || call.has("wat")) {
        const auto encoded = TENON_TRY(component::encode_package(
            input.model, input.main, {"tenon", TENON_VERSION}, interface_names_of(call)));
        return deliver_wasm(call, encoded);
    }
    if (call.json())
        return deliver_text(call, wit::to_json(input.model) + "\n");
    return deliver_text(call,
                        TENON_TRY(wit::print_all(input.model, input.main, print_options(call))));
}

constexpr Option print_options_rows[] = {
    {.name = "wasm", .letter = 'w', .help = "encode the package instead of printing it"},
    {.name = "wat", .letter = 't', .help = "the same, as text", .excludes = "wasm"},
    canonical_names_option,
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
     .help = "WIT file or folder, encoded package, component, or core module with its world, be "
             "they binary or text; standard input if there is none, or `-`",
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
    .example = "tenon wit print build/greet.wasm"};

constexpr Verb component_wit_verb{
    .path = "component wit", .summary = "the same as `tenon wit print`", .alias_of = "wit print"};

} // namespace tenon::cli
