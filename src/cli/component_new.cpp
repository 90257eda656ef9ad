// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon component new: a component out of a core module.
#include "cli/deliver.hpp"
#include "cli/interface_names.hpp"
#include "cli/rows.hpp"
#include "cli/wasm_input.hpp"
#include "component/validate.hpp"
#include "compose/adapter_search.hpp"
#include "compose/new_component.hpp"
#include "wasm/validate.hpp"

#include <deque>
#include <fmt/core.h>

namespace tenon::cli {
namespace {

/// An option that is `true` or `false`.
bool is_on(const Call& call, std::string_view option, bool by_default) {
    const auto value = call.value(option);
    return value ? *value == "true" : by_default;
}

struct AdapterFile {
    std::string name;
    std::string path;
    Buffer content;
};

/// `auto`: the one of WASI 0.1 that fits the module, if it can be found.
Result<std::string> found_adapter(Call& call, Bytes module) {
    const auto which = TENON_TRY(compose::wasi_adapter_for(module));
    compose::AdapterPlaces places;
    std::error_code problem; // a folder that is gone has nothing in it
    places.folder = std::filesystem::current_path(problem);
    if (const auto home = call.environment("CARGO_HOME"))
        places.cargo_home = *home;
    else if (const auto user = call.environment("HOME"))
        places.cargo_home = base::Path(*user) / ".cargo";
    const auto path = compose::find_wasi_adapter(which, places);
    if (!path)
        return fail(
            base::Error(Errc::not_found, "no adapter of WASI 0.1 was found on this machine")
                .help("`cargo vendor` a project with the crate "
                      "`wasi-preview1-component-adapter-provider`, or install the npm package "
                      "`@bytecodealliance/jco`; or name a file: `--adapt FILE`"));
    call.note(fmt::format("adapter: {}", path->native()));
    return path->native();
}

/// `FILE`, called by what stands before the first dot of its name, or `NAME=FILE`.
Result<AdapterFile> adapter(Call& call, const std::string& given, Bytes module) {
    AdapterFile out;
    if (given == "auto") {
        out.name = compose::wasi_module;
        out.path = TENON_TRY(found_adapter(call, module));
    } else if (const auto equals = given.find('='); equals != given.npos) {
        out.name = given.substr(0, equals);
        out.path = given.substr(equals + 1);
    } else {
        out.path = given;
        const auto file = base::Path(given).filename().native();
        out.name = file.substr(0, file.find('.'));
    }
    out.content = TENON_TRY(read_core_module(call, out.path));
    return out;
}

Result<compose::NewOptions> options_of(const Call& call) {
    compose::NewOptions options;
    options.merge_imports_based_on_semver = is_on(call, "merge-imports-based-on-semver", true);
    options.debug_names = is_on(call, "debug-names", true);
    options.return_call_ref = is_on(call, "return-call-ref", false);
    options.reject_legacy_names = call.has("reject-legacy-names");
    options.realloc_via_memory_grow = call.has("realloc-via-memory-grow");
    options.interface_names = interface_names_of(call);
    options.producer_version = TENON_VERSION;
    for (const auto& rename : call.values("import-name")) {
        const auto equals = rename.find('=');
        if (equals == rename.npos)
            return call.misuse(
                base::Error(Errc::usage,
                            fmt::format("`--import-name {}` lacks the new name", rename))
                    .help("write it as `OLD=NEW`"));
        options.import_names.emplace_back(rename.substr(0, equals), rename.substr(equals + 1));
    }
    return options;
}

/// What was built, before anybody sees it. The main module is looked at where it was read; if it is
/// not valid itself, that is what is told.
Result<> validate(const Call& call, const compose::NewComponent& made, Bytes module,
                  const std::string& path) {
    wasm::ValidateOptions options;
    options.features = wasm::Features::everything();
    options.stop = call.stop();
    auto valid = component::validate(made.tree(), options);
    if (valid || valid.error().code() == Errc::interrupted)
        return valid ? Result<>() : fail(std::move(valid).error());
    if (auto main = wasm::validate(module, options.features); !main)
        return fail(std::move(main).error().in_file(path));
    return fail(std::move(valid).error().wrap("the component that was made is not valid"));
}

Result<> make_new(Call& call) {
    const auto options = TENON_TRY(options_of(call));
    const auto path = call.argument(0).value_or("-");
    const auto module = TENON_TRY(read_core_module(call, path));
    std::deque<AdapterFile> files;
    std::vector<compose::Adapter> adapters;
    for (const auto& given : call.values("adapt")) {
        files.push_back(TENON_TRY(adapter(call, given, module)));
        adapters.push_back({files.back().name, files.back().content, files.back().path});
    }
    auto made = compose::NewComponent::create(module, adapters, options);
    if (!made)
        return fail(std::move(made).error().in_file(path));
    if (!call.has("skip-validation") && is_on(call, "validate", true))
        TENON_TRY(validate(call, *made, module, path));
    return deliver_wasm(call, made->parts());
}

constexpr Option new_options[] = {
    {.name = "adapt",
     .kind = ValueKind::text,
     .value = "[NAME=]FILE",
     .help = "a module that takes the place of what `NAME` imports (default: its file's name up to "
             "the first dot); `auto` looks for the adapter of WASI 0.1",
     .repeated = true},
    {.name = "import-name",
     .kind = ValueKind::text,
     .value = "OLD=NEW",
     .help = "call an imported interface otherwise",
     .repeated = true},
    {.name = "validate",
     .kind = ValueKind::choice,
     .value = "true|false",
     .help = "check the result (default true)"},
    {.name = "skip-validation", .help = "the same as `--validate=false`", .excludes = "validate"},
    {.name = "realloc-via-memory-grow",
     .help = "adapters get their stacks from `memory.grow`, not from the module's allocator"},
    {.name = "merge-imports-based-on-semver",
     .kind = ValueKind::choice,
     .value = "true|false",
     .help = "import only the newest of compatible versions (default true)"},
    canonical_names_option,
    {.name = "reject-legacy-names", .help = "know only names that begin with `cm32p2`"},
    {.name = "debug-names",
     .kind = ValueKind::choice,
     .value = "true|false",
     .help = "name what is made, for people (default true)"},
    {.name = "return-call-ref",
     .kind = ValueKind::choice,
     .value = "true|false",
     .help = "call through references, not through a table (default false)"},
    wat_option,
};
constexpr Positional new_arguments[] = {
    {.name = "MODULE",
     .help = "core module, binary or text; standard input if there is none, or `-`",
     .required = false}};

} // namespace

constexpr Verb component_new_verb{
    .path = "component new",
    .summary = "make a component of a core module",
    .description =
        "The module says in sections `component-type` what its world is; bindings generators and "
        "`tenon component embed` put them there. What it imports and exports is held against that "
        "world, and errors say what is missing under which name.",
    .options = new_options,
    .positionals = new_arguments,
    .output = OutputMeaning::file,
    .run = make_new,
    .example = "tenon component new app.wasm --adapt wasi_snapshot_preview1.reactor.wasm -o "
               "app.component.wasm",
    .long_running = true};

} // namespace tenon::cli
