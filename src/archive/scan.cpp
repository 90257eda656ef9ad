// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A whole pass over an archive: every part hashed, the token kept.
#include "archive/reading.hpp"

#include "base/hex.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::archive {
namespace {

using claims::Weight;

Result<> check_size(const pack::TarEntry& entry, std::uint64_t limit) {
    if (entry.size > limit)
        return fail(Errc::limit,
                    fmt::format("archive entry `{}` has {} bytes, more than the limit of {}",
                                entry.name, entry.size, limit),
                    entry.data);
    return {};
}

Result<std::string> hash_rest(Reading& reading) {
    crypto::Sha256 hash;
    for (;;) {
        const auto piece = TENON_TRY(reading.data());
        if (piece.empty())
            return hash_text(hash.finish());
        hash.update(piece);
    }
}

Result<std::string> read_rest(Reading& reading) {
    std::string content;
    for (;;) {
        const auto piece = TENON_TRY(reading.data());
        if (piece.empty())
            return content;
        content += as_text(piece);
    }
}

void warn_of_repetition(Scan& scan, std::string_view what) {
    constexpr std::size_t most_reasons = 64;
    if (scan.verdict.reasons.size() >= most_reasons)
        return;
    scan.verdict.add(Weight::failure, Errc::invalid,
                     fmt::format("archive holds {} more than once", what));
}

Result<> add_token(Scan& scan, const Reading::Member& member, Reading& reading) {
    TENON_TRY(check_size(member.entry, claims::max_token_bytes));
    if (scan.token_offset != 0)
        warn_of_repetition(scan, "a token");
    scan.token_offset = member.entry.data;
    scan.token = TENON_TRY(read_rest(reading));
    return {};
}

Result<> add_world(Scan& scan, const Reading::Member& member, Reading& reading, const Work& work) {
    TENON_TRY(check_size(member.entry, work.limits.max_world_bytes));
    if (scan.world)
        warn_of_repetition(scan, fmt::format("`{}`", world_name));
    std::string hash;
    if (work.keep_world) {
        const auto content = TENON_TRY(read_rest(reading));
        scan.world_content.assign(content.begin(), content.end());
        hash = hash_text(crypto::sha256(scan.world_content));
    } else {
        hash = TENON_TRY(hash_rest(reading));
    }
    scan.world = Part{member.stem, std::move(hash), member.entry};
    return {};
}

Result<> add_target(Scan& scan, const Reading::Member& member, Reading& reading) {
    auto hash = TENON_TRY(hash_rest(reading));
    if (std::erase_if(scan.targets, [&](const Part& part) { return part.stem == member.stem; }) > 0)
        warn_of_repetition(scan, fmt::format("target `{}`", member.stem));
    scan.targets.push_back({member.stem, std::move(hash), member.entry});
    return {};
}

Result<> add(Scan& scan, const Reading::Member& member, Reading& reading, const Work& work) {
    switch (member.role) {
    case Reading::Role::token: return add_token(scan, member, reading);
    case Reading::Role::world: return add_world(scan, member, reading, work);
    case Reading::Role::target: return add_target(scan, member, reading);
    }
    TENON_ASSERT(false);
    return {};
}

} // namespace

std::string hash_text(const crypto::Digest256& digest) {
    return base::upper_hex(digest);
}

Result<Scan> scan(Reading& reading, const Work& work) {
    Scan found;
    while (const auto member = TENON_TRY(reading.next()))
        TENON_TRY(add(found, *member, reading, work));
    TENON_TRY(reading.finish());
    for (auto& reason : reading.verdict().reasons)
        found.verdict.reasons.push_back(std::move(reason));
    found.flush_points = reading.flush_points();
    return found;
}

Result<Scan> scan(const ArchiveFile& file, const Work& work, bool cut) {
    using Mode = pack::GzipSource::Mode;
    if (work.progress != nullptr)
        work.progress->begin("verifying", file.compressed() ? 0 : file.size());
    const auto name = file.path().native();
    auto reading = TENON_TRY(Reading::begin(file.source(), file.compressed(), name, work,
                                            cut ? Mode::cut : quickest_mode(work)));
    auto found = scan(*reading, work);
    if (!found && reading->failed_by_cutting())
        return scan(file, work, false);
    if (work.progress != nullptr)
        work.progress->end();
    return found;
}

} // namespace tenon::archive
