// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon par create | insert | verify | extract
#include "archive/archive.hpp"
#include "cli/limits.hpp"
#include "cli/rows.hpp"
#include "cli/signing.hpp"
#include "cli/token_options.hpp"
#include "cli/verdict_text.hpp"
#include "component/package_file.hpp"

#include <filesystem>
#include <fmt/core.h>

namespace tenon::cli {
namespace {

Result<std::optional<data::Value>> read_schema(const Call& call) {
    const auto path = call.value("schema");
    if (!path)
        return std::nullopt;
    const auto bytes = TENON_TRY(base::read_file(*path, max_schema_bytes, call.stop()));
    auto document =
        TENON_TRY(data::parse_json({.file = *path, .text = std::string(as_text(bytes))}));
    return std::move(document.root);
}

Result<std::optional<Buffer>> world_of(const Call& call) {
    const auto folder = call.value("wit-directory");
    if (!folder)
        return std::nullopt;
    auto encoded = component::encode_path(*folder, {"tenon", TENON_VERSION});
    if (!encoded)
        return fail(std::move(encoded).error().wrap(
            fmt::format("failed to add WIT directory @ `{}`", *folder)));
    return *std::move(encoded);
}

/// wash's rule: `.gz` is put behind a name whose last extension is another one.
base::Path destination_of(const Call& call, const base::Path& binary, bool compress) {
    base::Path path = call.value("destination")
                          ? base::Path(*call.value("destination"))
                          : base::Path(binary.stem().native() + (compress ? ".par.gz" : ".par"));
    if (compress && path.extension() != ".gz")
        path += ".gz";
    return path;
}

/// What is to be written must not be what is read.
Result<> check_other_file(const base::Path& destination, const base::Path& input) {
    std::error_code none; // what is not there is no other file's
    if (!std::filesystem::equivalent(destination, input, none))
        return {};
    return fail(base::Error(Errc::usage, fmt::format("`{}` would be written over `{}`",
                                                     destination.native(), input.native()))
                    .help("name another file with `--destination`"));
}

Result<> create(Call& call) {
    const base::Path binary = *call.value("binary");
    const auto target = call.value("arch").value_or(archive::machine_target());
    const bool compress = call.has("compress");
    archive::Contents contents;
    contents.claims.name = call.value("name");
    contents.claims.vendor = *call.value("vendor");
    contents.claims.rev = TENON_TRY(revision(call, "revision"));
    contents.claims.ver = call.value("version");
    contents.claims.config_schema = TENON_TRY(read_schema(call));
    contents.binaries.push_back({.target = target, .file = binary});
    contents.world = TENON_TRY(world_of(call));
    TENON_TRY(archive::check_target_name(target));
    const auto readable = base::open_regular(binary); // before a key is made
    if (!readable)
        return fail(base::Error(readable.error().code(),
                                fmt::format("failed to load binary `{}`", binary.native()))
                        .because(readable.error().causes().empty()
                                     ? readable.error().message()
                                     : readable.error().causes().front()));

    const auto destination = destination_of(call, binary, compress);
    TENON_TRY(check_other_file(destination, binary));
    if (const auto schema = call.value("schema"))
        TENON_TRY(check_other_file(destination, *schema));

    const auto store = key_store(call);
    const auto issuer = TENON_TRY(account_key(call, store, "issuer"));
    const auto subject = TENON_TRY(choose_key(
        call, store, "subject", claims::key_name(binary.native(), crypto::KeyType::service),
        crypto::KeyType::service));
    const auto subject_key = subject.public_key();
    const auto now = TENON_TRY(call.stamp_time());
    auto id = TENON_TRY(token_id(call));
    const archive::Seal seal{
        .issuer = &issuer, .subject = &subject_key, .now = now, .id = std::move(id)};
    const auto work = TENON_TRY(work_of(call));
    TENON_TRY(archive::create(destination, contents, compress, seal, work));
    auto object = data::Value::object({});
    object.set("file", data::Value(destination.native()));
    return call.answer(fmt::format("Successfully created archive {}", destination.native()),
                       std::move(object));
}

void warn_of_present_state(Call& call, const archive::Info& info, const crypto::PublicKey& issuer,
                           const crypto::PublicKey& subject) {
    for (const auto& reason : info.verdict.reasons)
        call.warn(base::Error(reason.code, "the archive as it was: " + reason.message));
    if (info.token.claims.issuer != issuer.text())
        call.warn(
            base::Error(Errc::untrusted, fmt::format("the issuer changes from `{}` to `{}`",
                                                     info.token.claims.issuer, issuer.text())));
    if (info.token.claims.subject != subject.text())
        call.warn(base::Error(Errc::untrusted,
                              fmt::format("the provider's identity changes from `{}` to `{}`",
                                          info.token.claims.subject, subject.text())));
}

Result<> insert(Call& call) {
    const base::Path path = *call.argument(0);
    const base::Path binary = *call.value("binary");
    const auto target = call.value("arch").value_or(archive::machine_target());
    const auto work = TENON_TRY(work_of(call));
    const auto store = key_store(call);
    const auto stamp = TENON_TRY(call.stamp_time());
    auto id = TENON_TRY(token_id(call));

    // Both live until `insert` is done with the seal.
    std::optional<crypto::KeyPair> issuer;
    std::optional<crypto::PublicKey> subject;
    const auto seal = [&](const archive::Info& info) -> Result<archive::Seal> {
        issuer.emplace(TENON_TRY(account_key(call, store, "issuer")));
        if (call.has("subject")) {
            const auto given =
                TENON_TRY(choose_key(call, store, "subject", "", crypto::KeyType::service));
            subject.emplace(given.public_key());
        } else {
            auto kept = crypto::PublicKey::parse(info.token.claims.subject);
            if (!kept)
                return fail(std::move(kept)
                                .error()
                                .wrap("the subject of the archive's token is no public key")
                                .help("name the provider's key with `--subject`"));
            subject.emplace(*kept);
        }
        warn_of_present_state(call, info, issuer->public_key(), *subject);
        return archive::Seal{.issuer = &*issuer, .subject = &*subject, .now = stamp, .id = id};
    };
    TENON_TRY(archive::insert(
        path, {.binary = {.target = target, .file = binary}, .now = call.now()}, seal, work));
    auto object = data::Value::object({});
    object.set("file", data::Value(path.native()));
    return call.answer(
        fmt::format("Successfully inserted {} into archive {}", binary.native(), path.native()),
        std::move(object));
}

Result<> verify(Call& call) {
    const base::Path path = *call.argument(0);
    const auto trust = TENON_TRY(trust_of(call));
    const auto work = TENON_TRY(work_of(call));
    const auto info = TENON_TRY(archive::inspect(path, trust, work));
    return answer_verdict(call, path, info.verdict);
}

Result<> extract(Call& call) {
    const base::Path path = *call.argument(0);
    const auto trust = TENON_TRY(trust_of(call));
    const auto work = TENON_TRY(work_of(call));
    archive::Extraction extraction;
    extraction.targets = call.values("arch");
    extraction.directory = call.value("directory").value_or(".");
    if (const auto destination = call.value("destination")) {
        if (extraction.targets.size() > 1)
            return fail(
                base::Error(Errc::usage,
                            "`--destination` names one file, but several targets were asked for")
                    .help("use `--directory` for several"));
        TENON_TRY(check_other_file(*destination, path));
        extraction.output = *destination;
    }
    const auto files = TENON_TRY(archive::extract(path, extraction, trust, work));
    auto names = data::Value::array({});
    std::string text;
    for (const auto& file : files) {
        names.push_back(data::Value(file.native()));
        text += fmt::format("{}Successfully extracted {}", text.empty() ? "" : "\n", file.native());
    }
    auto object = data::Value::object({});
    object.set("files", std::move(names));
    return call.answer(text, std::move(object));
}

constexpr Option arch_option{
    .name = "arch",
    .letter = 'a',
    .kind = ValueKind::text,
    .value = "ARCH-OS",
    .help = "target of the executable, e.g. x86_64-linux (default: this machine's)"};
constexpr Option binary_option{.name = "binary",
                               .letter = 'b',
                               .kind = ValueKind::file,
                               .value = "FILE",
                               .help = "the executable",
                               .required = true};

constexpr Option create_options[] = {
    {.name = "vendor",
     .letter = 'v',
     .kind = ValueKind::text,
     .value = "VENDOR",
     .help = "who makes the provider",
     .required = true},
    {.name = "name",
     .letter = 'n',
     .kind = ValueKind::text,
     .value = "NAME",
     .help = "name of the provider",
     .required = true},
    binary_option,
    arch_option,
    {.name = "revision",
     .letter = 'r',
     .kind = ValueKind::number,
     .value = "REV",
     .help = "revision number"},
    {.name = "version", .kind = ValueKind::text, .value = "VERSION", .help = "version for people"},
    {.name = "schema",
     .letter = 'j',
     .kind = ValueKind::file,
     .value = "FILE",
     .help = "file with the JSON schema of links' configuration",
     .environment = "WASH_JSON_SCHEMA"},
    {.name = "destination",
     .kind = ValueKind::file,
     .value = "FILE",
     .help = "where the archive goes (default: the executable's name with `.par` or `.par.gz`)"},
    {.name = "compress", .help = "compress with gzip"},
    {.name = "wit-directory",
     .kind = ValueKind::directory,
     .value = "DIR",
     .help = "folder with the WIT to put into the archive as `world.wasm`",
     .environment = "WIT_DIR"},
    directory_option('d'),
    issuer_option,
    subject_option,
    disable_keygen_option,
    jti_option,
    threads_option};

constexpr Option insert_options[] = {binary_option, arch_option,         directory_option('d'),
                                     issuer_option, subject_option,      disable_keygen_option,
                                     jti_option,    max_unpacked_option, threads_option};

constexpr Option verify_options[] = {trusted_issuer_option, max_unpacked_option};

constexpr Option extract_options[] = {
    {.name = "arch",
     .letter = 'a',
     .kind = ValueKind::text,
     .value = "ARCH-OS",
     .help = "target to extract (default: all); may be given several times",
     .repeated = true},
    {.name = "directory",
     .letter = 'C',
     .kind = ValueKind::directory,
     .value = "DIR",
     .help = "where the files go, each called `<target>.bin` (default: here)"},
    {.name = "destination",
     .kind = ValueKind::file,
     .value = "FILE",
     .help = "the one file to write",
     .excludes = "directory"},
    trusted_issuer_option,
    max_unpacked_option};

constexpr Positional archive_argument[] = {
    {.name = "ARCHIVE", .help = "provider archive, plain or gzip"}};

} // namespace

constexpr Verb par_verb{.path = "par",
                        .summary = "make, extend, check and unpack provider archives"};

constexpr Verb par_create_verb{
    .path = "par create",
    .summary = "pack an executable into a signed provider archive",
    .description =
        "Keys that are not given are looked up in the key directories, and made there once.",
    .options = create_options,
    .output = OutputMeaning::format,
    .run = create,
    .example = "tenon par create --vendor acme --name Echo --binary echo --compress",
    .long_running = true};

constexpr Verb par_insert_verb{
    .path = "par insert",
    .summary = "put the executable of another target into an archive",
    .description = "The archive is replaced in one step; whatever else is in it stays byte for "
                   "byte. It keeps its "
                   "subject, the provider's identity, unless `--subject` names another. An archive "
                   "whose signature or hashes are wrong is refused; one that has expired is taken, "
                   "with a warning.",
    .options = insert_options,
    .positionals = archive_argument,
    .output = OutputMeaning::format,
    .run = insert,
    .example = "tenon par insert echo.par.gz --arch aarch64-linux --binary echo-arm",
    .long_running = true};

constexpr Verb par_verify_verb{
    .path = "par verify",
    .summary = "check signature, dates, keys and hashes of an archive",
    .description = "Prints a verdict with every reason and leaves with 1 if anything fails.",
    .options = verify_options,
    .positionals = archive_argument,
    .output = OutputMeaning::format,
    .run = verify,
    .example = "tenon par verify echo.par.gz",
    .long_running = true};

constexpr Verb par_extract_verb{
    .path = "par extract",
    .summary = "write the executables of an archive that passes every check",
    .options = extract_options,
    .positionals = archive_argument,
    .output = OutputMeaning::format,
    .run = extract,
    .example = "tenon par extract echo.par.gz --arch x86_64-linux --destination echo",
    .long_running = true};

} // namespace tenon::cli
