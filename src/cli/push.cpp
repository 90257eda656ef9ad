// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon push, tenon pull: provider archives, components and modules to registries and back.
#include "cli/artifact_check.hpp"
#include "cli/limits.hpp"
#include "cli/option_list.hpp"
#include "cli/registry_access.hpp"
#include "cli/rows.hpp"
#include "cli/signing.hpp"
#include "component/package_file.hpp"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tenon::cli {
namespace {

constexpr std::uint64_t max_config_bytes = 4 << 20;

project::Environment environment_of(const Call& call) {
    return [&call](std::string_view name) { return call.environment(name); };
}

/// Tells a progress bar of bytes that are counted from the start.
oci::Moved shown(Call& call) {
    return [&call, before = std::uint64_t{0}](std::uint64_t bytes) mutable {
        if (bytes < before) // once more from the start
            before = bytes;
        call.progress().advance(bytes - before);
        before = bytes;
    };
}

Result<oci::Annotations> annotations(const Call& call) {
    oci::Annotations found;
    for (const auto& text : call.values("annotation")) {
        const auto equals = text.find('=');
        if (equals == std::string::npos || equals == 0)
            return fail(base::Error(Errc::usage,
                                    fmt::format("`--annotation` takes KEY=VALUE, not `{}`", text)));
        std::pair<std::string, std::string> one(text.substr(0, equals), text.substr(equals + 1));
        const auto place =
            std::ranges::lower_bound(found, one.first, {}, &oci::Annotations::value_type::first);
        if (place != found.end() && place->first == one.first)
            return fail(base::Error(Errc::usage,
                                    fmt::format("the annotation `{}` is given twice", one.first)));
        found.insert(place, std::move(one));
    }
    return found;
}

/// Who pulls a component can see from its configuration what it needs and gives. It can be pushed
/// without that.
Result<> add_outside(Call& call, int fd, const base::Path& file, oci::PushOptions& options) {
    const auto content = TENON_TRY(base::read_all(fd, max_wasm_bytes, file, call.stop()));
    if (::lseek(fd, 0, SEEK_SET) != 0)
        return fail(
            base::system_error(fmt::format("cannot read `{}` again", file.native()), errno));
    auto outside = component::outside_of(content);
    if (!outside) {
        call.warn(std::move(outside)
                      .error()
                      .in_file(file.native())
                      .wrap("the configuration says nothing of exports and imports"));
        return {};
    }
    options.exports = std::move(outside->exports);
    options.imports = std::move(outside->imports);
    return {};
}

Result<oci::PushOptions> push_options(Call& call, const base::Path& file, const FileKind& kind) {
    oci::PushOptions options;
    options.annotations = TENON_TRY(annotations(call));
    if (const auto path = call.value("config")) {
        if (kind.kind != oci::ArtifactKind::provider)
            return fail(base::Error(Errc::usage,
                                    "`--config` is for provider archives: the configuration "
                                    "of a component says what the component is"));
        options.config = std::string(as_text(TENON_TRY(base::read_file(*path, max_config_bytes))));
    }
    const auto now =
        std::chrono::time_point_cast<oci::Created::duration>(std::chrono::system_clock::now());
    options.created = TENON_TRY(
        oci::creation_time(call.has("reproducible") || call.environment("SOURCE_DATE_EPOCH"),
                           call.environment("SOURCE_DATE_EPOCH"), now));
    options.os = kind.module ? "wasip1" : "wasip2";
    options.title = file.filename().native();
    options.allow_latest = true; // looked at already
    options.monolithic = call.has("monolithic-push");
    options.moved = shown(call);
    return options;
}

Result<base::Fd> open_artifact_file(const base::Path& file) {
    auto fd = base::open_regular(file);
    if (fd)
        return fd;
    const auto& why = fd.error();
    auto error =
        base::Error(why.code(), fmt::format("failed to open artifact `{}`", file.native()));
    // Where the system said why, the sentence before it only names the file once more.
    if (why.causes().empty())
        error = std::move(error).because(why.message());
    for (const auto& cause : why.causes())
        error = std::move(error).because(cause);
    for (const auto& help : why.helps())
        error = std::move(error).help(help);
    return fail(std::move(error));
}

/// Tells whoever has put the file first.
Result<> check_order(const Call& call) {
    const auto first = *call.argument(0), second = *call.argument(1);
    std::error_code problem;
    if (!std::filesystem::is_regular_file(first, problem) ||
        std::filesystem::exists(second, problem) || second.find_first_of("/:") == second.npos)
        return {};
    return call.misuse(
        base::Error(Errc::usage,
                    fmt::format("`{}` is a file, where a reference is expected", first))
            .help(fmt::format("the reference comes first: `tenon push {} {}`", second, first)));
}

Result<project::RegistrySection> registry_section(const Call& call) {
    const auto where = call.argument(2).value_or(".");
    std::error_code problem;
    // What is given must count: something else may have been meant by it.
    if (!where.ends_with(".toml") && !std::filesystem::is_directory(where, problem))
        return call.misuse(
            base::Error(Errc::usage,
                        fmt::format("`{}` is neither a project file nor a directory", where))
                .help(
                    "a project file's name ends in `.toml`; `push` takes one artifact at a time"));
    return project::registry_in(where, environment_of(call));
}

Result<> push(Call& call) {
    TENON_TRY(check_order(call));
    const auto section = TENON_TRY(registry_section(call));
    const auto reference =
        TENON_TRY(artifact_reference(call, *call.argument(0), section.url, Direction::push));
    const base::Path file = *call.argument(1);
    const auto fd = TENON_TRY(open_artifact_file(file));
    const auto kind = TENON_TRY(kind_of_file(fd.get(), file.native()));
    auto options = TENON_TRY(push_options(call, file, kind));
    if (kind.kind == oci::ArtifactKind::component && !kind.module)
        TENON_TRY(add_outside(call, fd.get(), file, options));
    const auto check = TENON_TRY(fitness_check(call, file.native()));
    const auto connection = TENON_TRY(open_registry(call, reference, section, Direction::push));
    struct stat status{};
    call.progress().begin("pushing", ::fstat(fd.get(), &status) == 0
                                         ? static_cast<std::uint64_t>(status.st_size)
                                         : 0);
    auto pushed =
        oci::push_artifact(connection->registry(), reference, kind.kind, fd.get(), options, check);
    call.progress().end();
    if (!pushed)
        return fail(std::move(pushed).error());
    auto object = data::Value::object({});
    object.set("url", data::Value(reference.text()));
    object.set("digest", data::Value(pushed->digest.text()));
    object.set("tag", pushed->tag.empty() ? data::Value() : data::Value(pushed->tag));
    return call.answer(fmt::format("🚿 Successfully pushed {}\n{}: digest: {}", reference.text(),
                                   pushed->tag.empty() ? "-" : pushed->tag, pushed->digest.text()),
                       std::move(object));
}

/// All of an open file to standard output.
Result<> write_out(Call& call, int fd, std::uint64_t size) {
    Buffer buffer(256 * 1024);
    for (std::uint64_t at = 0; at < size;) {
        if (call.stop().stop_requested())
            return fail(Errc::interrupted, "interrupted");
        const auto got = TENON_TRY(base::read_at(fd, at, buffer, "what was pulled"));
        if (got == 0)
            return fail(Errc::truncated, "what was pulled became shorter while it was written");
        TENON_TRY(call.answer_bytes(Bytes(buffer).first(got)));
        at += got;
    }
    return {};
}

/// Nothing of it leaves before all of it is there and checked.
Result<> pull_to_output(Call& call, oci::Registry& registry, const oci::Reference& reference,
                        const oci::PullOptions& options, const oci::Check& check) {
    TENON_TRY(call.answer_bytes({})); // a terminal is refused now, not after the transfer
    call.progress().begin("pulling", 0);
    auto opened = oci::open_artifact(registry, reference, options, check);
    call.progress().end();
    if (!opened)
        return fail(std::move(opened).error());
    TENON_TRY(write_out(call, opened->fd.get(), opened->size));
    call.note(fmt::format("🚿 Successfully pulled and validated {}", reference.text()));
    return {};
}

Result<> pull(Call& call) {
    const auto destination = call.value("destination");
    const bool to_output = destination == "-";
    if (to_output && call.json())
        return call.misuse(base::Error(
            Errc::usage, "standard output cannot take both the artifact and `-o json`"));
    const auto reference =
        TENON_TRY(artifact_reference(call, *call.argument(0), std::nullopt, Direction::pull));
    oci::PullOptions options;
    options.digest = call.value("digest");
    options.allow_latest = true; // looked at already
    if (destination && !to_output)
        options.destination = *destination;
    options.moved = shown(call);
    const auto check = TENON_TRY(fitness_check(call, reference.text()));
    const auto connection = TENON_TRY(open_registry(call, reference, {}, Direction::pull));
    if (to_output)
        return pull_to_output(call, connection->registry(), reference, options, check);
    call.progress().begin("pulling", 0);
    auto pulled = oci::pull_artifact(connection->registry(), reference, options, check);
    call.progress().end();
    if (!pulled)
        return fail(std::move(pulled).error());
    auto object = data::Value::object({});
    object.set("file", data::Value(pulled->file.native()));
    object.set("digest", data::Value(pulled->digest.text()));
    // The blank line is wash's.
    return call.answer(
        fmt::format("\n🚿 Successfully pulled and validated {}", pulled->file.native()),
        std::move(object));
}

/// What pushing and pulling have in common.
constexpr auto transfer_options =
    joined(allow_latest_option, trusted_issuer_option, require_signature_option, connection_options,
           max_unpacked_option);

constexpr auto push_rows =
    joined(registry_option,
           Option{.name = "annotation",
                  .letter = 'a',
                  .kind = ValueKind::text,
                  .value = "KEY=VALUE",
                  .help = "annotation of the manifest; may be given several times",
                  .repeated = true},
           Option{.name = "config",
                  .letter = 'c',
                  .kind = ValueKind::file,
                  .value = "FILE",
                  .help = "configuration of a provider archive, instead of an empty one"},
           Option{.name = "reproducible",
                  .help = "the same digest for the same file: the time of SOURCE_DATE_EPOCH, else "
                          "1970, is written"},
           Option{.name = "monolithic-push",
                  .help = "one request for the file instead of chunks",
                  .environment = "WASH_MONOLITHIC_PUSH"},
           transfer_options);
constexpr Positional push_arguments[] = {
    {.name = "REFERENCE", .help = "where to: `HOST/NAME:TAG`", .kind = ValueKind::text},
    {.name = "FILE", .help = "provider archive, component or module"},
    {.name = "PROJECT",
     .help = "project file, or its directory, whose `[registry]` counts (default: here)",
     .required = false}};

constexpr auto pull_rows = joined(
    Option{.name = "destination",
           .kind = ValueKind::file,
           .value = "FILE",
           .help = "file to write, `-` for standard output; without it the name's last part, here"},
    registry_option, digest_option, transfer_options);
constexpr Positional pull_arguments[] = {{.name = "REFERENCE",
                                          .help = "what: `HOST/NAME:TAG` or `HOST/NAME@DIGEST`",
                                          .kind = ValueKind::text}};

} // namespace

constexpr Verb push_verb{
    .path = "push",
    .summary = "push a provider archive, component or module to a registry",
    .description =
        "Only what passes its verification is pushed: signature, dates, keys and hashes. Modules "
        "and "
        "components without claims pass, unless `--require-signature` or `--issuer` is given.",
    .options = push_rows,
    .positionals = push_arguments,
    .output = OutputMeaning::format,
    .run = push,
    .example = "tenon push ghcr.io/acme/hello:0.1.0 build/hello.par.gz",
    .long_running = true};

constexpr Verb pull_verb{.path = "pull",
                         .summary = "pull a provider archive, component or module from a registry",
                         .description = "Every byte is checked against its digest, and the file "
                                        "against its claims, before it gets its name.",
                         .options = pull_rows,
                         .positionals = pull_arguments,
                         .output = OutputMeaning::format,
                         .run = pull,
                         .example = "tenon pull ghcr.io/acme/hello:0.1.0",
                         .long_running = true};

constexpr Verb reg_verb{.path = "reg",
                        .summary = "push and pull, as older versions of wash call it"};
constexpr Verb reg_push_verb{
    .path = "reg push", .summary = "the same as `tenon push`", .alias_of = "push"};
constexpr Verb reg_pull_verb{
    .path = "reg pull", .summary = "the same as `tenon pull`", .alias_of = "pull"};

} // namespace tenon::cli
