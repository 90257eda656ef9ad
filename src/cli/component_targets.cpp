// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon component targets: is a component one of a world? tenon component semver-check: can a world
// take the place of another?
#include "cli/fit.hpp"
#include "cli/rows.hpp"
#include "cli/wasm_input.hpp"
#include "cli/wit_input.hpp"
#include "wit/select.hpp"

#include <fmt/core.h>

namespace tenon::cli {
namespace {

Result<> say_it_fits(Call& call) {
    if (!call.json())
        return {};
    auto object = data::Value::object({});
    object.set("fits", data::Value(true));
    return call.answer("", std::move(object));
}

Result<> targets(Call& call) {
    const auto input = TENON_TRY(read_wit_input(call, *call.argument(0)));
    const auto world = TENON_TRY(wit::select_world(input.model, input.main, call.value("world")));
    const auto component = TENON_TRY(read_component(call, call.argument(1).value_or("-")));
    wasm::ValidateOptions options;
    options.features = wasm::Features::everything();
    options.stop = call.stop();
    auto outside = read_outside(component.bytes, options);
    if (!outside)
        return fail(component.locate(std::move(outside).error()));
    const auto message =
        fmt::format("the component does not fit the world `{}`", input.model.id_of(world));
    if (!outside->wit.world)
        return fail(base::Error(Errc::invalid, message)
                        .because("it encodes a WIT package, and is no program"));
    if (!outside->foreign_imports.empty())
        return fail(base::Error(Errc::invalid, message)
                        .because(fmt::format("it imports {}, and no world has that",
                                             outside->foreign_imports.front())));
    const auto rule =
        call.has("semver-compatible") ? wit::VersionRule::track : wit::VersionRule::exact;
    const auto differences = wit::fits(outside->world(), {input.model, world}, rule, 1);
    if (!differences.empty())
        return fail(misfit(message, differences.front(), input.model));
    return say_it_fits(call);
}

Result<> semver_check(Call& call) {
    const auto input = TENON_TRY(read_wit_input(call, *call.argument(0)));
    const auto select = [&](std::string_view option) {
        return wit::select_world(input.model, input.main, call.value(option));
    };
    const auto before = TENON_TRY(select("prev"));
    const auto after = TENON_TRY(select("new"));
    const auto package_of = [&](wit::WorldIdx world) {
        auto name = input.model[input.model[world].package].name;
        name.version.reset();
        return name.text();
    };
    if (package_of(before) != package_of(after))
        return fail(Errc::invalid,
                    fmt::format("the old world is in package `{}`, and the new one in `{}`",
                                package_of(before), package_of(after)));
    const auto differences =
        wit::fits({input.model, before}, {input.model, after}, wit::VersionRule::any, 1);
    if (differences.empty())
        return say_it_fits(call);
    return fail(misfit(fmt::format("world `{}` is not compatible with `{}`",
                                   input.model.id_of(after), input.model.id_of(before)),
                       differences.front(), input.model, {"the old world", "the new world"}));
}

constexpr Option targets_options[] = {
    {.name = "world",
     .letter = 'w',
     .kind = ValueKind::text,
     .value = "WORLD",
     .help = "the world; needed where the package has several"},
    {.name = "semver-compatible",
     .help = "versions of an interface that are semver-compatible can stand in for each other"},
    features_option,
    all_features_option};
constexpr Positional targets_arguments[] = {
    {.name = "WIT", .help = "WIT file or folder, or an encoded package"},
    {.name = "COMPONENT",
     .help = "component, binary or text; standard input if there is none, or `-`",
     .required = false}};

constexpr Option semver_options[] = {{.name = "prev",
                                      .kind = ValueKind::text,
                                      .value = "WORLD",
                                      .help = "the world as it was",
                                      .required = true},
                                     {.name = "new",
                                      .kind = ValueKind::text,
                                      .value = "WORLD",
                                      .help = "the world as it is to be",
                                      .required = true},
                                     features_option,
                                     all_features_option};
constexpr Positional semver_arguments[] = {
    {.name = "WIT", .help = "WIT file or folder with both, or an encoded package"}};

} // namespace

constexpr Verb component_targets_verb{
    .path = "component targets",
    .summary = "check that a component is one of a world",
    .description =
        "What the component imports the world must have, and what the world exports the component; "
        "types must be the same. Says nothing and leaves with 0 if it fits. `tenon check` says "
        "more of a component.",
    .options = targets_options,
    .positionals = targets_arguments,
    .output = OutputMeaning::format,
    .run = targets,
    .example = "tenon component targets wit --world greeter greet.wasm",
    .long_running = true};

constexpr Verb component_semver_check_verb{
    .path = "component semver-check",
    .summary = "check that a world can take the place of another",
    .description =
        "Components of the old world must be components of the new one: imports may be added, "
        "exports taken away, and nothing else may change. Versions of packages are not looked at. "
        "Says nothing and leaves with 0 if that holds.",
    .options = semver_options,
    .positionals = semver_arguments,
    .output = OutputMeaning::format,
    .run = semver_check,
    .example =
        "tenon component semver-check wit --prev acme:api/app@0.1.0 --new acme:api/app@0.1.1"};

} // namespace tenon::cli
