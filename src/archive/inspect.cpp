// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What an archive is worth: token, hashes and structure, held against each other.
#include "archive/reading.hpp"

#include "base/ascii.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::archive {
namespace {

using claims::Weight;
using Hashes = std::map<std::string, std::string>;

/// `what` is `target `x`` or `world.wasm`, `key` its name among the hashes.
void check_hash(const Hashes& promised, std::string_view what, const std::string& key,
                const std::string& found, claims::Verdict& verdict) {
    const auto entry = promised.find(key);
    if (entry == promised.end())
        return verdict.add(Weight::failure, Errc::hash_mismatch,
                           fmt::format("token has no hash of {}", what));
    if (entry->second == found)
        return;
    verdict.add(Weight::failure, Errc::hash_mismatch,
                base::upper_case(entry->second) == found
                    ? fmt::format("hash of {} is in lower case, which other readers refuse", what)
                    : fmt::format("hash of {} does not match", what));
}

void check_hashes(const Scan& scan, const Hashes& promised, claims::Verdict& verdict) {
    for (const auto& part : scan.targets)
        check_hash(promised, fmt::format("target `{}`", part.stem), part.stem, part.hash, verdict);
    if (scan.world)
        check_hash(promised, fmt::format("`{}`", world_name), std::string(world_name),
                   scan.world->hash, verdict);
    for (const auto& [key, hash] : promised) {
        if (key == world_name) {
            if (!scan.world)
                verdict.add(Weight::warning, Errc::invalid,
                            fmt::format("token names `{}`, which the archive lacks", key));
        } else if (std::ranges::find(scan.targets, key, &Part::stem) == scan.targets.end()) {
            verdict.add(Weight::warning, Errc::invalid,
                        fmt::format("token names target `{}`, which the archive lacks",
                                    base::printable(key)));
        }
    }
}

Result<claims::Token> parse(const Scan& scan, const std::string& name) {
    auto token = claims::parse_token(scan.token, claims::MetadataKind::provider, scan.token_offset);
    if (!token)
        return fail(std::move(token).error().within(fmt::format("`{}`", token_name)).in_file(name));
    if (!token->claims.metadata)
        return fail(base::Error(Errc::invalid, "token says nothing of a provider: it has no "
                                               "`wascap` metadata")
                        .within(fmt::format("`{}`", token_name))
                        .in_file(name));
    return token;
}

} // namespace

const claims::ProviderClaims& Info::provider() const {
    TENON_ASSERT(token.claims.metadata.has_value());
    return std::get<claims::ProviderClaims>(*token.claims.metadata);
}

Result<Info> judge(Scan scan, bool compressed, const std::string& name,
                   const claims::Trust& trust) {
    const auto incomplete = [&](std::string_view what) {
        auto error = base::Error(Errc::invalid, fmt::format("archive holds no {}", what));
        for (const auto& reason : scan.verdict.reasons)
            error = std::move(error).because(reason.message);
        return fail(std::move(error).in_file(name).help(
            "a provider archive holds a token, `claims.jwt`, and at least one executable"));
    };
    if (scan.token_offset == 0)
        return incomplete("token");
    if (scan.targets.empty())
        return incomplete("executable");
    Info info;
    info.token = TENON_TRY(parse(scan, compressed ? name + ", unpacked" : name));
    info.verdict = claims::check_token(info.token, claims::MetadataKind::provider, trust);
    check_hashes(scan, info.provider().target_hashes, info.verdict);
    info.verdict.reasons.insert(info.verdict.reasons.end(), scan.verdict.reasons.begin(),
                                scan.verdict.reasons.end());
    for (const auto& part : scan.targets)
        info.targets.push_back({part.stem, part.entry.size, part.hash});
    if (scan.world)
        info.world_size = scan.world->entry.size;
    if (scan.world && !scan.world_content.empty())
        info.world = std::move(scan.world_content);
    info.compressed = compressed;
    return info;
}

namespace {

Result<Info> inspect_file(const ArchiveFile& file, const claims::Trust& trust, const Work& work) {
    auto found = TENON_TRY(scan(file, work, false));
    return judge(std::move(found), file.compressed(), file.path().native(), trust);
}

} // namespace

Result<Info> inspect(const base::Path& path, const claims::Trust& trust, const Work& work) {
    return inspect_file(TENON_TRY(ArchiveFile::open(path, work.stop)), trust, work);
}

Result<Info> inspect(int fd, const std::string& name, const claims::Trust& trust,
                     const Work& work) {
    return inspect_file(TENON_TRY(ArchiveFile::over(fd, name, work.stop)), trust, work);
}

Result<Info> inspect(Bytes archive, const std::string& name, const claims::Trust& trust,
                     const Work& work) {
    const bool compressed = is_compressed(archive);
    auto reading = TENON_TRY(Reading::begin(std::make_unique<pack::MemorySource>(archive),
                                            compressed, name, work, quickest_mode(work)));
    auto found = TENON_TRY(scan(*reading, work));
    return judge(std::move(found), compressed, name, trust);
}

} // namespace tenon::archive
