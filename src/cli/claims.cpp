// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon claims sign | verify | inspect
#include "base/utf8.hpp"
#include "claims/embed.hpp"
#include "cli/limits.hpp"
#include "cli/rows.hpp"
#include "cli/signing.hpp"
#include "cli/token_options.hpp"
#include "cli/verdict_text.hpp"

#include <fmt/core.h>

namespace tenon::cli {
namespace {

/// `DIR/STEM_s.wasm` beside the source, with `./` for a bare name.
base::Path default_destination(const base::Path& source) {
    const auto directory = source.has_parent_path() ? source.parent_path() : base::Path(".");
    return directory / (source.stem().native() + "_s.wasm");
}

Result<Buffer> read_module(const base::Path& source) {
    auto bytes = base::read_file(source, max_wasm_bytes);
    if (!bytes)
        return fail(std::move(bytes).error().wrap(
            fmt::format("failed to open file for signing `{}`", source.native())));
    return bytes;
}

// What was signed before is replaced, so a wrong signature or hash there must not pass in silence;
// dates that are over are the reason to sign again.
Result<> check_present_token(Call& call, const base::Path& source, Bytes wasm) {
    const auto present = TENON_TRY(claims::inspect_wasm(wasm, {.now = call.now(), .issuers = {}}));
    if (!present)
        return {};
    for (const auto& reason : present->verdict.reasons) {
        const bool date = reason.code == Errc::expired || reason.code == Errc::not_yet_valid;
        if (reason.weight == claims::Weight::failure && !date)
            return fail(
                base::Error(reason.code,
                            fmt::format("`{}` is signed already, and its claims do not hold: {}",
                                        source.native(), reason.message))
                    .help("sign the unsigned file instead"));
        call.warn(base::Error(reason.code, fmt::format("the present claims of `{}`: {}",
                                                       source.native(), reason.message)));
    }
    return {};
}

Result<> sign(Call& call) {
    const base::Path source = *call.argument(0);
    const auto project = project_here(call);
    auto metadata = TENON_TRY(component_metadata(call, project));
    const auto wasm = TENON_TRY(read_module(source));
    auto checked = check_present_token(call, source, wasm);
    if (!checked)
        return fail(std::move(checked).error().in_file(source.native()));

    const auto store = key_store(call);
    const auto issuer = TENON_TRY(account_key(call, store, "issuer"));
    const auto subject = TENON_TRY(choose_key(
        call, store, "subject", claims::key_name(source.native(), crypto::KeyType::module),
        crypto::KeyType::module));
    auto token = TENON_TRY(token_claims(call, std::move(metadata), subject.public_key()));
    auto result = claims::sign_wasm(wasm, std::move(token), issuer);
    if (!result)
        return fail(std::move(result).error().in_file(source.native()));

    const base::Path destination = call.value("destination")
                                       ? base::Path(*call.value("destination"))
                                       : default_destination(source);
    if (destination.has_parent_path())
        TENON_TRY(base::make_directories(destination.parent_path()));
    TENON_TRY(base::write_file(destination, result->wasm));
    auto object = data::Value::object({});
    object.set("destination", data::Value(destination.native()));
    return call.answer(fmt::format("Successfully signed {}", destination.native()),
                       std::move(object));
}

/// Nothing to verify is no failure, unless a signature was asked for.
Result<> answer_unsigned(Call& call, const base::Path& file, bool required) {
    if (required)
        call.set_failed();
    auto object = data::Value::object({});
    object.set("verified", data::Value(false));
    object.set("reasons", data::Value::array({}));
    object.set("signed", data::Value(false));
    object.set("file", data::Value(file.native()));
    return call.answer(
        fmt::format("{}: {}", base::printable(file.native()),
                    required ? "FAILED\n  failure: the file carries no claims" : "not signed"),
        std::move(object));
}

Result<> verify(Call& call) {
    const base::Path file = *call.argument(0);
    auto trust = TENON_TRY(trust_of(call));
    trust.require_signature = call.has("require-signature");
    const auto wasm = TENON_TRY(base::read_file(file, max_wasm_bytes));
    auto found = claims::inspect_wasm(wasm, trust);
    if (!found)
        return fail(std::move(found).error().in_file(file.native()));
    if (*found)
        return answer_verdict(call, file, (*found)->verdict);
    return answer_unsigned(call, file, call.has("require-signature") || !trust.issuers.empty());
}

constexpr Option sign_options[] = {
    {.name = "destination",
     .letter = 'd',
     .kind = ValueKind::file,
     .value = "FILE",
     .help = "where the signed file goes; without it beside the source, with `_s` behind its name"},
    name_option,
    tag_option,
    rev_option,
    ver_option,
    call_alias_option,
    issuer_option,
    subject_option,
    directory_option(0),
    expires_option,
    nbf_option,
    disable_keygen_option,
    jti_option};
constexpr Positional sign_arguments[] = {{.name = "SOURCE", .help = "module or component to sign"}};
constexpr Option verify_options[] = {
    trusted_issuer_option,
    {.name = "require-signature", .help = "a file without claims fails, too"}};
constexpr Positional verify_arguments[] = {{.name = "FILE", .help = "module or component"}};

} // namespace

constexpr Verb claims_verb{.path = "claims",
                           .summary = "sign modules and components, and look at what was signed"};

constexpr Verb claims_sign_verb{
    .path = "claims sign",
    .summary = "sign a module or component",
    .description =
        "Puts a token into a copy of the file. Name, version, revision and tags come from the "
        "options or from the project file of the current directory. A token that is there "
        "already is replaced; if its signature or hash is wrong, the file is refused.",
    .options = sign_options,
    .positionals = sign_arguments,
    .output = OutputMeaning::format,
    .run = sign,
    .example = "tenon claims sign add.wasm --name adder --rev 1 --ver 0.1.0"};

constexpr Verb claims_verify_verb{
    .path = "claims verify",
    .summary = "check signature, dates, keys and hash of a signed file",
    .description = "Prints a verdict with every reason and leaves with 1 if anything fails. A file "
                   "without claims "
                   "is reported as not signed and passes, unless `--require-signature` or "
                   "`--issuer` is given.",
    .options = verify_options,
    .positionals = verify_arguments,
    .output = OutputMeaning::format,
    .run = verify,
    .example = "tenon claims verify add_s.wasm"};

} // namespace tenon::cli
