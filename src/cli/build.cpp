// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon build: from the project file of a directory to a signed artifact.
#include "project/build.hpp"
#include "cli/limits.hpp"
#include "cli/rows.hpp"
#include "cli/signing.hpp"

#include <fmt/core.h>

namespace tenon::cli {
namespace {

std::string_view what_happened(const project::Built& built) {
    if (built.kind == project::Kind::provider)
        return "Built artifact can be found at";
    return built.built && built.signed_ ? "Component built and signed and can be found at"
           : built.built                ? "Component built and can be found at"
                                        : "Component signed and can be found at";
}

data::Value answer_json(const project::Built& built) {
    auto object = data::Value::object({});
    if (built.kind == project::Kind::provider) {
        object.set("path", data::Value(built.artifact.native()));
        return object;
    }
    object.set("component_path", data::Value(built.artifact.native()));
    object.set("built", data::Value(built.built));
    object.set("signed", data::Value(built.signed_));
    return object;
}

Result<project::BuildOptions> options_of(Call& call) {
    project::BuildOptions options;
    options.keys_directory = call.value("keys-directory");
    options.issuer = call.value("issuer");
    options.subject = call.value("subject");
    options.generate_keys = !call.has("disable-keygen");
    options.build = !call.has("sign-only");
    options.sign = !call.has("build-only");
    options.fetch = !call.has("skip-fetch");
    options.targets = call.values("target");
    options.now = TENON_TRY(call.stamp_time());
    options.token_id = TENON_TRY(token_id(call));
    options.version = TENON_VERSION;
    return options;
}

Result<> build(Call& call) {
    const project::Environment environment = [&call](std::string_view name) {
        return call.environment(name);
    };
    std::vector<base::Error> warnings;
    const auto tell = [&] {
        for (const auto& warning : warnings)
            call.warn(warning);
        warnings.clear();
    };
    const auto options = TENON_TRY(options_of(call));
    const auto work = TENON_TRY(work_of(call));
    auto project = project::load(call.value("config-path").value_or("."), environment, warnings,
                                 {.ask_tools = true, .stop = call.stop()});
    tell();
    if (!project)
        return fail(std::move(project).error());
    auto built = project::build(
        *project, options, environment,
        [&call](Bytes bytes, bool standard_error) { call.pass_through(bytes, standard_error); },
        warnings, work);
    tell();
    if (!built)
        return fail(std::move(built).error());
    for (const auto& key : built->keys_made)
        call.note(fmt::format("made a new key: {}", key.native()));
    return call.answer(fmt::format("{} \"{}\"", what_happened(*built), built->artifact.native()),
                       answer_json(*built));
}

constexpr Option build_options[] = {
    {.name = "config-path",
     .letter = 'p',
     .kind = ValueKind::file,
     .value = "PATH",
     .help = "project file, or its directory (default: here)"},
    {.name = "keys-directory",
     .kind = ValueKind::directory,
     .value = "DIR",
     .help = "where keys are looked up and made",
     .environment = "WASH_KEYS"},
    issuer_option,
    subject_option,
    disable_keygen_option,
    {.name = "build-only", .help = "build, but do not sign or pack", .excludes = "sign-only"},
    {.name = "sign-only", .help = "sign or pack what has been built before"},
    {.name = "skip-fetch", .help = "use `wit/deps` as it is, which this version always does with a warning"},
    {.name = "target",
     .kind = ValueKind::text,
     .value = "ARCH-OS",
     .help = "target to build a provider for; given several times, one archive holds them all",
     .repeated = true},
    jti_option,
    threads_option};

} // namespace

constexpr Verb build_verb{.path = "build",
                          .summary =
                              "build the project of a directory, and sign or pack the result",
                          .description = "Reads `wasmcloud.toml` (or `tenon.toml`), runs the "
                                         "language's own tools in release mode, and "
                                         "writes a signed provider archive or a signed component. "
                                         "Keys are made once and used again.",
                          .options = build_options,
                          .output = OutputMeaning::format,
                          .run = build,
                          .example = "tenon build -p examples/provider-hello",
                          .long_running = true};

} // namespace tenon::cli
