// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Adds or replaces one target. What is in the archive stays byte for byte; where it is compressed
// in pieces that stand alone, the compressed bytes are copied. The result is what `create` would
// have made.
#include "archive/reading.hpp"
#include "archive/sealing.hpp"
#include "pack/crc32.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <map>

namespace tenon::archive {
namespace {

/// What must hold before a new token vouches for the content of an old archive. Dates may be over:
/// the caller warns.
Result<> check_usable(const claims::Verdict& verdict, const base::Path& path) {
    claims::Verdict grave;
    for (const auto& reason : verdict.reasons)
        if (reason.code != Errc::expired && reason.code != Errc::not_yet_valid)
            grave.reasons.push_back(reason);
    return grave.require_fit(fmt::format("`{}`", path.native()));
}

/// The piece of the packed file that holds just this entry, if it is compressed on its own and
/// its header is as we would write it.
std::optional<PackedPiece> piece_of(const Scan& scan, const Part& part, std::string_view name) {
    const auto& entry = part.entry;
    if (!entry.bare || entry.name != name)
        return std::nullopt;
    const auto at = [&](std::uint64_t offset) {
        const auto point =
            std::ranges::lower_bound(scan.flush_points, offset, {}, &pack::FlushPoint::unpacked);
        return point != scan.flush_points.end() && point->unpacked == offset ? &*point : nullptr;
    };
    const auto* const begin = at(entry.begin);
    const auto* const end = at(entry.end());
    if (begin == nullptr || end == nullptr)
        return std::nullopt;
    const auto size = entry.end() - entry.begin;
    return PackedPiece{begin->packed, end->packed, size,
                       pack::crc32_between(begin->crc, end->crc, size)};
}

/// Brings parts of an old archive into a new one. What has to be unpacked for that is unpacked in
/// one pass, whatever the order; a part that the pass meets before its turn waits in a file
/// without a name beside the new archive.
class Carrier {
public:
    Carrier(const ArchiveFile& file, const Scan& scan, Writing& writing, const Work& work)
        : file_(file), scan_(scan), writing_(writing), work_(work) {}

    /// Says that the part will be asked for.
    void expect(const Part& part, std::string_view name) {
        if (file_.compressed() && !piece_of(scan_, part, name))
            expected_.emplace(part.entry.begin, &part);
    }

    Result<> carry(const Part& part, std::string_view name) {
        if (file_.compressed())
            if (const auto piece = piece_of(scan_, part, name))
                return writing_.copy_packed(file_.fd(), file_.path(), *piece);
        TENON_TRY(writing_.begin_entry(name, part.entry.size));
        TENON_TRY(file_.compressed() ? unpack(part)
                                     : writing_.copy_plain(file_.fd(), file_.path(),
                                                           part.entry.data, part.entry.size));
        return writing_.end_entry();
    }

private:
    Result<> unpack(const Part& part) {
        const auto write = [this](Bytes piece) { return writing_.write(piece); };
        if (const auto waiting = waiting_.find(part.entry.begin); waiting != waiting_.end())
            return take_back(waiting->second, part.entry.size, write);
        for (;;) {
            const auto* const met = TENON_TRY(next_expected());
            expected_.erase(met->entry.begin);
            if (met == &part)
                return read(part, write);
            TENON_TRY(put_aside(*met));
        }
    }

    /// Goes on with the pass, up to the start of a part that is still needed.
    Result<const Part*> next_expected() {
        if (!pass_)
            pass_ = TENON_TRY(Reading::begin(file_.source(), true, file_.path().native(),
                                             without_progress(work_)));
        for (;;) {
            const auto member = TENON_TRY(pass_->next());
            if (!member)
                return fail(file_.changed());
            const auto found = expected_.find(member->entry.begin);
            if (found != expected_.end())
                return found->second;
        }
    }

    /// The content that the pass stands before.
    Result<> read(const Part& part, const pack::Sink& sink) {
        crypto::Sha256 hash;
        std::uint64_t size = 0;
        for (;;) {
            const auto piece = TENON_TRY(pass_->data());
            if (piece.empty())
                break;
            size += piece.size();
            if (size > part.entry.size) // the header has promised another size already
                return fail(file_.changed());
            hash.update(piece);
            TENON_TRY(sink(piece));
        }
        if (hash_text(hash.finish()) != part.hash)
            return fail(file_.changed());
        return {};
    }

    Result<> put_aside(const Part& part) {
        if (!aside_)
            aside_.emplace(TENON_TRY(base::NewFile::create(file_.path()))); // never given its name
        waiting_.emplace(part.entry.begin, aside_->size());
        return read(part, [this](Bytes piece) { return aside_->write(piece); });
    }

    Result<> take_back(std::uint64_t begin, std::uint64_t size, const pack::Sink& sink) {
        pack::FileSource source(aside_->fd(), file_.path(), begin, begin + size);
        Buffer buffer(static_cast<std::size_t>(std::min<std::uint64_t>(size, 256 * 1024)));
        while (size > 0) {
            const auto count = TENON_TRY(source.read(buffer, work_.stop));
            TENON_ASSERT(count > 0); // we wrote it, and nobody else knows the file
            TENON_TRY(sink(Bytes(buffer).first(count)));
            size -= count;
        }
        return {};
    }

    static Work without_progress(Work work) {
        work.progress = nullptr; // what is written counts
        return work;
    }

    const ArchiveFile& file_;
    const Scan& scan_;
    Writing& writing_;
    Work work_;
    std::unique_ptr<Reading> pass_;
    // Both by where the part begins in the tar stream.
    std::map<std::uint64_t, const Part*> expected_;  // ahead of the pass
    std::map<std::uint64_t, std::uint64_t> waiting_; // offsets in `aside_`
    std::optional<base::NewFile> aside_;
};

/// A target of the new archive: from the old one, or the new executable (null).
struct Line {
    std::string_view target;
    const Part* part;
};
std::vector<Line> lines_of(const Scan& scan, std::string_view added) {
    std::vector<Line> lines = {{added, nullptr}};
    for (const auto& part : scan.targets)
        if (part.stem != added)
            lines.push_back({part.stem, &part});
    std::ranges::sort(lines, {}, &Line::target);
    return lines;
}

claims::ProviderClaims claims_of(const Info& old, const Scan& scan, const std::vector<Line>& lines,
                                 const OpenBinary& added) {
    auto claims = old.provider();
    claims.target_hashes.clear();
    for (const auto& line : lines)
        claims.target_hashes[std::string(line.target)] =
            line.part != nullptr ? line.part->hash : added.hash();
    if (scan.world)
        claims.target_hashes[std::string(world_name)] = scan.world->hash;
    return claims;
}

std::uint64_t size_of(const Scan& scan, const OpenBinary& added) {
    std::uint64_t size = added.size();
    for (const auto& part : scan.targets)
        if (part.stem != added.target())
            size += part.entry.size;
    return size;
}

Result<> write(Writing& writing, const ArchiveFile& file, const Scan& scan,
               const std::vector<Line>& lines, const OpenBinary& added, const Work& work) {
    Carrier carrier(file, scan, writing, work);
    if (scan.world)
        carrier.expect(*scan.world, world_name);
    for (const auto& line : lines)
        if (line.part != nullptr)
            carrier.expect(*line.part, entry_name(line.target));
    if (scan.world)
        TENON_TRY(carrier.carry(*scan.world, world_name));
    for (const auto& line : lines) {
        if (line.part != nullptr)
            TENON_TRY(carrier.carry(*line.part, entry_name(line.target)));
        else
            TENON_TRY(write_binary(writing, added, work));
    }
    return writing.finish();
}

} // namespace

Result<> insert(const base::Path& path, const Insertion& insertion, const SealFor& seal_for,
                const Work& work) {
    auto added = TENON_TRY(OpenBinary::open(insertion.binary));
    const auto file = TENON_TRY(ArchiveFile::open_to_replace(path, work.stop));
    const auto found = TENON_TRY(scan(file, work, true));
    const auto old = TENON_TRY(judge(found, file.compressed(), path.native(), {insertion.now, {}}));
    TENON_TRY(check_usable(old.verdict, path));
    const auto seal = TENON_TRY(seal_for(old));

    if (work.progress != nullptr)
        work.progress->begin("hashing", 0);
    TENON_TRY(added.measure(work));
    const auto lines = lines_of(found, added.target());
    const auto token =
        TENON_TRY(seal_token(claims_of(old, found, lines, added), seal,
                             {old.token.claims.expires, old.token.claims.not_before}));

    if (work.progress != nullptr)
        work.progress->begin(file.compressed() ? "compressing" : "packing", size_of(found, added));
    auto writing = TENON_TRY(Writing::begin(path, file.compressed(), true, work));
    TENON_TRY(writing->entry(token_name, as_bytes(token)));
    TENON_TRY(write(*writing, file, found, lines, added, work));
    TENON_TRY(file.check_unchanged());
    if (work.progress != nullptr)
        work.progress->end();
    return writing->commit();
}

} // namespace tenon::archive
