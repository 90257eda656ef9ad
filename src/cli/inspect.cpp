// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon inspect: what a module, component or provider archive says of itself, and whether that
// holds; what is inside those that say nothing.
#include "archive/archive.hpp"
#include "base/ascii.hpp"
#include "base/join.hpp"
#include "base/utf8.hpp"
#include "claims/embed.hpp"
#include "cli/contents_view.hpp"
#include "cli/likeness.hpp"
#include "cli/limits.hpp"
#include "cli/option_list.hpp"
#include "cli/registry_access.hpp"
#include "cli/rows.hpp"
#include "cli/signing.hpp"
#include "cli/text_table.hpp"
#include "cli/verdict_text.hpp"
#include "cli/wasm_input.hpp"
#include "component/package_file.hpp"
#include "oci/artifact.hpp"
#include "wasm/sections.hpp"
#include "wat/parse.hpp"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tenon::cli {
namespace {

/// What wash calls the owner of a key, by its first letter.
std::string_view label_of(std::string_view key) {
    switch (key.empty() ? '\0' : key.front()) {
    case 'A': return "Account";
    case 'M': return "Component";
    case 'O': return "Operator";
    case 'N':
    case 'S': return "Server";
    case 'U': return "User";
    default: return "<Unknown>";
    }
}

std::string joined_tags(const claims::ComponentClaims& component) {
    if (!component.tags || component.tags->empty())
        return "None";
    return base::joined(*component.tags, ",");
}

struct Facts {
    std::string_view title_suffix;
    bool embedded_wit;
    std::uint64_t now;
};

std::string component_text(const claims::Inspected& found, const claims::ComponentClaims& component,
                           const Facts& facts) {
    const auto& token = found.token.claims;
    TextTable table;
    table.heading(fmt::format("{} - {}", component.name.value_or("None"), facts.title_suffix));
    table.row(label_of(token.issuer), token.issuer);
    table.row(label_of(token.subject), token.subject);
    table.row("Expires", claims::human_date(token.expires, facts.now, "never"));
    table.row("Can Be Used", claims::human_date(token.not_before, facts.now, "immediately"));
    table.row("Version",
              fmt::format("{} ({})", component.ver.value_or("None"), component.rev.value_or(0)));
    table.row("Embedded WIT", facts.embedded_wit ? "true" : "false");
    table.heading("Tags");
    table.line(joined_tags(component));
    table.row("Verification", verdict_word(found.verdict));
    return table.text() + reason_lines(found.verdict);
}

data::Value component_json(const claims::Inspected& found, const claims::ComponentClaims& component,
                           const Facts& facts) {
    const auto& token = found.token.claims;
    auto object = data::Value::object({});
    object.set(base::lower_case(label_of(token.issuer)), data::Value(token.issuer));
    object.set(base::lower_case(label_of(token.subject)), data::Value(token.subject));
    object.set("expires", data::Value(claims::human_date(token.expires, facts.now, "never")));
    object.set("can_be_used",
               data::Value(claims::human_date(token.not_before, facts.now, "immediately")));
    object.set("version", data::Value(component.ver.value_or("None")));
    object.set("revision", data::Value::integer(component.rev.value_or(0)));
    object.set("tags", data::Value(joined_tags(component)));
    object.set("name", data::Value(component.name.value_or("None")));
    object.set("verification", verdict_json(found.verdict));
    return object;
}

Result<> answer_wit(Call& call, Bytes component) {
    const auto text = TENON_TRY(component::wit_text(component));
    auto object = data::Value::object({});
    object.set("wit", data::Value(text));
    return call.answer(text, std::move(object));
}

Result<> wasm_wit(Call& call, const wasm::SectionWalker& walker, Bytes wasm) {
    if (walker.preamble().layer == wasm::Layer::module)
        return fail(Errc::not_found,
                    "no WIT present in Wasm, this looks like a WASI Preview 1 module");
    return answer_wit(call, wasm);
}

Result<std::optional<std::int64_t>> top_of(const Call& call) {
    return call.integer("top", 1, 100'000);
}

/// What is inside, of a file that is not signed or where that was asked for.
Result<> answer_contents(Call& call, const base::Path& file, Bytes wasm, std::string_view format,
                         const claims::Verdict* verdict) {
    const auto top = TENON_TRY(top_of(call));
    auto contents =
        TENON_TRY(read_contents(wasm, static_cast<std::size_t>(top.value_or(0)), call.stop()));
    for (auto& gap : contents.gaps)
        call.warn(std::move(gap).in_file(file.native()));
    const ContentsSource source{
        .name = file.native(), .format = format, .verdict = verdict, .has_top = top.has_value()};
    if (call.json())
        return call.answer("", contents_json(contents, source));
    return call.answer(contents_text(contents, source), data::Value::object({}));
}

/// Where claims were asked for there must be some.
bool asks_for_claims(const Call& call) {
    return call.has("jwt-only") || call.has("verify");
}
bool asks_for_contents(const Call& call) {
    return call.has("contents") || call.has("top");
}

Result<> inspect_wasm(Call& call, const base::Path& file, Bytes wasm, std::string_view format) {
    const auto walker = TENON_TRY(wasm::SectionWalker::begin(wasm));
    if (call.has("wit"))
        return wasm_wit(call, walker, wasm);
    const auto found = TENON_TRY(claims::inspect_wasm(wasm, {.now = call.now(), .issuers = {}}));
    if (!found && !asks_for_claims(call))
        return answer_contents(call, file, wasm, format, nullptr);
    if (!found)
        return fail(base::Error(Errc::not_found, fmt::format("no claims in `{}`", file.native()))
                        .help(fmt::format("sign it with `tenon claims sign {}`", file.native())));
    if (!found->verdict.fit() && call.has("verify"))
        call.set_failed();
    if (call.has("jwt-only")) {
        auto object = data::Value::object({});
        object.set("token", data::Value(found->token.text));
        return call.answer(found->token.text, std::move(object));
    }
    if (asks_for_contents(call))
        return answer_contents(call, file, wasm, format, &found->verdict);
    // A token without `wascap` still has an owner and dates worth showing; the verdict says what is
    // missing.
    const claims::ComponentClaims nothing;
    const auto* component =
        found->token.claims.metadata
            ? std::get_if<claims::ComponentClaims>(&*found->token.claims.metadata)
            : nullptr;
    const Facts facts{.title_suffix = "Component",
                      .embedded_wit = walker.preamble().layer == wasm::Layer::component,
                      .now = call.now()};
    if (!component)
        component = &nothing;
    return call.answer(component_text(*found, *component, facts),
                       component_json(*found, *component, facts));
}

std::string provider_text(const archive::Info& info) {
    const auto& provider = info.provider();
    TextTable table;
    table.heading(fmt::format("{} - Capability Provider", provider.name.value_or("None")));
    table.row("Account", info.token.claims.issuer);
    table.row("Service", info.token.claims.subject);
    table.row("Vendor", provider.vendor);
    table.row("Version", provider.ver.value_or("None"));
    table.row("Revision", provider.rev ? fmt::format("{}", *provider.rev) : "None");
    table.heading("Supported Architecture Targets");
    for (const auto& target : info.targets)
        table.line(target.target);
    if (provider.config_schema) {
        table.line("");
        table.heading("Link Definition Schema");
        table.line("");
        table.line("Use the JSON output option to extract the schema");
    }
    table.row("Verification", verdict_word(info.verdict));
    return table.text() + reason_lines(info.verdict);
}

data::Value provider_json(const archive::Info& info) {
    const auto& provider = info.provider();
    auto targets = data::Value::array({});
    auto sizes = data::Value::object({});
    for (const auto& target : info.targets) {
        targets.push_back(data::Value(target.target));
        sizes.set(target.target, data::Value::integer(static_cast<std::int64_t>(target.size)));
    }
    auto object = data::Value::object({});
    object.set("name", data::Value(provider.name.value_or("None")));
    object.set("issuer", data::Value(info.token.claims.issuer));
    object.set("service", data::Value(info.token.claims.subject));
    object.set("vendor", data::Value(provider.vendor));
    object.set("version", data::Value(provider.ver.value_or("None")));
    object.set("revision", data::Value(provider.rev ? fmt::format("{}", *provider.rev) : "None"));
    object.set("targets", std::move(targets));
    if (provider.config_schema)
        object.set("schema", *provider.config_schema);
    object.set("sizes", std::move(sizes));
    object.set("verification", verdict_json(info.verdict));
    return object;
}

Result<> answer_archive(Call& call, const archive::Info& info) {
    if (call.has("wit")) {
        if (!info.world)
            return fail(Errc::not_found, "no wit encoded in PAR");
        auto shown = answer_wit(call, *info.world);
        if (!shown) // offsets count in the entry
            return fail(std::move(shown).error().in_file("world.wasm"));
        return {};
    }
    if (!info.verdict.fit() && call.has("verify"))
        call.set_failed();
    // Contrary to wash, the token is printed for archives too.
    if (call.has("jwt-only")) {
        auto object = data::Value::object({});
        object.set("token", data::Value(info.token.text));
        return call.answer(info.token.text, std::move(object));
    }
    return call.answer(provider_text(info), provider_json(info));
}

Result<> inspect_archive(Call& call, Result<archive::Info> info) {
    if (!info)
        return fail(std::move(info).error());
    if (asks_for_contents(call))
        return call.misuse(base::Error(
            Errc::usage, "`--contents` and `--top` are for modules and components, and this is a "
                         "provider archive"));
    return answer_archive(call, *info);
}

bool is_read_whole(Bytes head) {
    return wasm::looks_like_wasm(head) || looks_like_text(head);
}

/// A module is read whole, an archive streams. A pipe can be read only once, so that it is read
/// whole, too.
Result<> inspect_opened(Call& call, const base::Path& file, int fd) {
    auto work = TENON_TRY(work_of(call));
    work.keep_world = call.has("wit");
    const claims::Trust anyone{.now = call.now(), .issuers = {}};
    struct stat status{};
    if (::fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
        Buffer head(512);
        head.resize(TENON_TRY(base::read_at(fd, 0, head, file)));
        if (!is_read_whole(head)) {
            TENON_TRY(refuse_stranger(fd, file.native(), Strangers::known));
            return inspect_archive(call, archive::inspect(fd, file.native(), anyone, work));
        }
    }
    const auto content = TENON_TRY(base::read_all(fd, max_wasm_bytes, file, call.stop()));
    if (wasm::looks_like_wasm(content))
        return inspect_wasm(call, file, content, "binary");
    if (looks_like_text(content))
        return inspect_wasm(call, file,
                            TENON_TRY(wat::parse(file.native(), as_text(content), call.stop())),
                            "text");
    return inspect_archive(call, archive::inspect(content, file.native(), anyone, work));
}

Result<> inspect_file(Call& call, const base::Path& file, int fd) {
    auto done = inspect_opened(call, file, fd);
    if (!done)
        return fail(std::move(done).error().in_file(file.native()));
    return {};
}

/// Fetched, through the cache unless it is not wanted; what is wrong with it is shown, not refused.
Result<> inspect_reference(Call& call, std::string_view given) {
    auto named = artifact_reference(call, given, std::nullopt, Direction::pull);
    if (!named)
        return fail(std::move(named).error().because(
            "there is no file of that name, so it is taken for a reference"));
    const auto reference = *std::move(named);
    oci::PullOptions options;
    options.digest = call.value("digest");
    options.allow_latest = true; // looked at already
    std::optional<blob::Cache> cache;
    if (!call.has("no-cache")) {
        auto usual = user_cache(call);
        if (usual)
            cache = *std::move(usual);
        else // a convenience: its trouble does not stand in the way
            call.warn(std::move(usual).error().wrap("the cache is not used"));
    }
    options.cache = cache ? &*cache : nullptr;
    const auto connection = TENON_TRY(open_registry(call, reference, {}, Direction::pull));
    call.progress().begin("pulling", 0);
    auto opened = oci::open_artifact(connection->registry(), reference, options, {});
    call.progress().end();
    if (!opened)
        return fail(std::move(opened).error());
    return inspect_opened(call, reference.text(), opened->fd.get());
}

Result<> inspect(Call& call) {
    TENON_TRY(top_of(call)); // before anything is read
    const base::Path file = *call.argument(0);
    if (file == "-")
        return inspect_file(call, "<stdin>", STDIN_FILENO);
    auto fd = base::open_to_read(file, call.stop());
    if (!fd) {
        if (fd.error().code() == Errc::not_found &&
            (looks_like_reference(file.native()) || call.value("registry")))
            return inspect_reference(call, file.native());
        if (fd.error().code() == Errc::not_found && may_lack_registry(file.native())) {
            const bool whole = file.native().find_first_of(":@") != std::string::npos;
            return fail(std::move(fd).error().help(fmt::format(
                "if that is a reference, say in which registry: `HOST/{}{}`, or give `--registry "
                "HOST`",
                file.native(), whole ? "" : ":TAG")));
        }
        return fail(std::move(fd).error());
    }
    return inspect_file(call, file, fd->get());
}

constexpr auto inspect_options = joined(
    Option{.name = "jwt-only", .help = "print the token", .excludes = "wit"},
    Option{.name = "wit", .help = "print the WIT", .alias = "world"},
    Option{.name = "verify", .help = "leave with 1 if anything fails"},
    Option{.name = "contents",
           .help = "show what is inside a module or component, even if it is signed",
           .excludes = "wit"},
    Option{.name = "top",
           .kind = ValueKind::number,
           .value = "N",
           .help = "show that, and its N largest functions",
           .excludes = "wit"},
    max_unpacked_option,
    Option{.name = "no-cache", .help = "fetch a reference even if its content is in the cache"},
    registry_option, digest_option, allow_latest_option, connection_options);
constexpr Positional inspect_arguments[] = {
    {.name = "FILE",
     .help = "module or component, binary or text, or provider archive, or the reference of one: "
             "`HOST/NAME:TAG`; `-` is standard input"}};

} // namespace

constexpr Verb inspect_verb{
    .path = "inspect",
    .summary =
        "show what a module, component or provider archive says of itself, and whether that holds",
    .description =
        "Of what is signed the claims are shown; signature, dates, keys and hashes are always "
        "checked and the verdict is shown in the row `Verification`, with every reason below. Of a "
        "module or component that is not signed, or with `--contents`, what is inside: imports and "
        "exports, the features that it needs, who made it and with what, and where its bytes are.",
    .options = inspect_options,
    .positionals = inspect_arguments,
    .output = OutputMeaning::format,
    .run = inspect,
    .example = "tenon inspect build/hello.par.gz",
    .long_running = true};

constexpr Verb claims_inspect_verb{
    .path = "claims inspect", .summary = "the same as `tenon inspect`", .alias_of = "inspect"};

constexpr Verb par_inspect_verb{
    .path = "par inspect", .summary = "the same as `tenon inspect`", .alias_of = "inspect"};

} // namespace tenon::cli
