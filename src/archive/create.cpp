// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A new archive: everything is hashed first, since the token stands in front of what it vouches
// for.
#include "archive/reading.hpp"
#include "archive/sealing.hpp"
#include "archive/writing.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <numeric>

namespace tenon::archive {
namespace {

Result<std::vector<OpenBinary>> open_sorted(const std::vector<Binary>& binaries) {
    if (binaries.empty())
        return fail(Errc::usage, "an archive needs at least one executable");
    std::vector<OpenBinary> opened;
    opened.reserve(binaries.size());
    for (const auto& binary : binaries)
        opened.push_back(TENON_TRY(OpenBinary::open(binary)));
    std::ranges::sort(opened, {}, &OpenBinary::target);
    const auto twice = std::ranges::adjacent_find(opened, {}, &OpenBinary::target);
    if (twice != opened.end())
        return fail(Errc::usage, fmt::format("target `{}` is given twice", twice->target()));
    return opened;
}

std::uint64_t total_size(const std::vector<OpenBinary>& binaries) {
    return std::accumulate(
        binaries.begin(), binaries.end(), std::uint64_t{0},
        [](std::uint64_t sum, const OpenBinary& binary) { return sum + binary.size(); });
}

} // namespace

Result<std::string> seal_token(claims::ProviderClaims provider, const Seal& seal,
                               const KeptDates& dates) {
    auto claims = TENON_TRY(
        claims::new_claims(std::move(provider), *seal.subject, seal.id, {seal.now, {}, {}}));
    claims.expires = dates.expires;
    claims.not_before = dates.not_before;
    return claims::sign_token(std::move(claims), *seal.issuer);
}

Result<> create(const base::Path& path, const Contents& contents, bool compress, const Seal& seal,
                const Work& work) {
    auto binaries = TENON_TRY(open_sorted(contents.binaries));
    if (work.progress != nullptr)
        work.progress->begin("hashing", 0);
    TENON_TRY(measure(binaries, work));

    auto claims = contents.claims;
    claims.target_hashes.clear();
    for (const auto& binary : binaries)
        claims.target_hashes[binary.target()] = binary.hash();
    if (contents.world)
        claims.target_hashes[std::string(world_name)] = hash_text(crypto::sha256(*contents.world));
    const auto token = TENON_TRY(seal_token(std::move(claims), seal, {}));

    if (work.progress != nullptr)
        work.progress->begin(compress ? "compressing" : "packing", total_size(binaries));
    // What replaces an archive must not be lost to a power cut; what is new can be made again.
    std::error_code ignored; // what cannot be looked at is not replaced either
    const bool replaces = std::filesystem::exists(path, ignored);
    auto writing = TENON_TRY(Writing::begin(path, compress, replaces, work));
    TENON_TRY(writing->entry(token_name, as_bytes(token)));
    if (contents.world)
        TENON_TRY(writing->entry(world_name, *contents.world));
    for (const auto& binary : binaries)
        TENON_TRY(write_binary(*writing, binary, work));
    TENON_TRY(writing->finish());
    if (work.progress != nullptr)
        work.progress->end();
    return writing->commit();
}

Result<> write_binary(Writing& writing, const OpenBinary& binary, const Work& work) {
    TENON_TRY(writing.begin_entry(entry_name(binary.target()), binary.size()));
    TENON_TRY(binary.read_again([&](Bytes piece) { return writing.write(piece); }, work));
    return writing.end_entry();
}

} // namespace tenon::archive
