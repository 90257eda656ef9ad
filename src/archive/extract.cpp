// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Executables out of an archive: verified whole first, then written while being hashed again, and
// given their names only when all of them are there.
#include "archive/reading.hpp"
#include "archive/writing.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <ranges>

namespace tenon::archive {
namespace {

constexpr mode_t executable_mode = 0755;
constexpr std::size_t most_named = 8; // targets in a message

struct Target {
    const Part* part;
    base::Path path;
    std::optional<base::NewFile> file;
};

Result<std::vector<Target>> choose(const Scan& scan, const Extraction& extraction,
                                   const base::Path& archive) {
    std::vector<Target> chosen;
    const auto add = [&](const Part& part) {
        chosen.push_back({&part, extraction.directory / entry_name(part.stem), std::nullopt});
    };
    for (const auto& name : extraction.targets) {
        const auto part = std::ranges::find(scan.targets, name, &Part::stem);
        if (part == scan.targets.end()) {
            std::string there;
            for (const auto& one : scan.targets | std::views::take(most_named))
                there += fmt::format("{}`{}`", there.empty() ? "" : ", ", one.stem);
            return fail(base::Error(Errc::not_found,
                                    fmt::format("`{}` has no target `{}`", archive.native(), name))
                            .help("it has " + there));
        }
        const bool again = std::ranges::any_of(
            chosen, [&](const Target& target) { return target.part == &*part; });
        if (!again)
            add(*part);
    }
    if (extraction.targets.empty())
        for (const auto& part : scan.targets)
            add(part);
    if (extraction.output) {
        if (chosen.size() != 1)
            return fail(base::Error(Errc::usage, fmt::format("{} targets cannot go into one file",
                                                             chosen.size()))
                            .help("name one with `--arch`, or give a directory"));
        chosen.front().path = *extraction.output;
    }
    return chosen;
}

Result<> create_files(std::vector<Target>& targets) {
    for (auto& target : targets) {
        base::NewFileOptions options;
        options.mode = executable_mode;
        options.only_regular = true;
        auto file = TENON_TRY(base::NewFile::create(target.path, options));
        struct stat status{};
        // A file that was there keeps its own mode, but has to become executable for those who can
        // read it.
        if (::fstat(file.fd(), &status) == 0 && S_ISREG(status.st_mode) &&
            ::fchmod(file.fd(), (status.st_mode | (status.st_mode & 0444) >> 2) & 07777) != 0)
            return fail(base::system_error(
                fmt::format("cannot make `{}` executable", target.path.native()), errno));
        target.file.emplace(std::move(file));
    }
    return {};
}

Result<> write_one(Target& target, Reading& reading, const ArchiveFile& archive) {
    crypto::Sha256 hash;
    for (;;) {
        const auto piece = TENON_TRY(reading.data());
        if (piece.empty())
            break;
        hash.update(piece);
        TENON_TRY(target.file->write(piece));
    }
    if (hash_text(hash.finish()) != target.part->hash)
        return fail(archive.changed());
    return {};
}

Result<> write_all(std::vector<Target>& targets, const ArchiveFile& file, const Work& work) {
    auto reading = TENON_TRY(Reading::begin(file.source(), file.compressed(), file.path().native(),
                                            work, quickest_mode(work)));
    for (std::size_t left = targets.size(); left > 0;) {
        const auto member = TENON_TRY(reading->next());
        if (!member)
            return fail(file.changed());
        const auto target = std::ranges::find_if(targets, [&](const Target& one) {
            return one.part->entry.begin == member->entry.begin;
        });
        if (target == targets.end())
            continue;
        TENON_TRY(write_one(*target, *reading, file));
        --left;
    }
    return {};
}

/// All names or none, as far as a file system lets one: files that replaced others stay, since the
/// others cannot be brought back.
Result<std::vector<base::Path>> commit(std::vector<Target>& targets) {
    std::vector<base::Path> done;
    std::vector<base::Path> fresh;
    std::error_code best_effort; // the first failure is the one to report
    for (auto& target : targets) {
        const bool replaces = std::filesystem::exists(target.path, best_effort);
        auto committed = target.file->commit();
        if (!committed) {
            for (const auto& path : fresh)
                std::filesystem::remove(path, best_effort);
            return fail(std::move(committed).error());
        }
        done.push_back(target.path);
        if (!replaces)
            fresh.push_back(target.path);
    }
    return done;
}

} // namespace

Result<std::vector<base::Path>> extract(const base::Path& path, const Extraction& extraction,
                                        const claims::Trust& trust, const Work& work) {
    const auto file = TENON_TRY(ArchiveFile::open(path, work.stop));
    TENON_TRY(file.check_repeatable());
    const auto found = TENON_TRY(scan(file, work, false));
    const auto info = TENON_TRY(judge(found, file.compressed(), path.native(), trust));
    TENON_TRY(info.verdict.require_fit(fmt::format("`{}`", path.native())));
    auto targets = TENON_TRY(choose(found, extraction, path));
    TENON_TRY(create_files(targets));
    if (work.progress != nullptr)
        work.progress->begin("extracting", 0);
    TENON_TRY(write_all(targets, file, work));
    if (work.progress != nullptr)
        work.progress->end();
    return commit(targets);
}

} // namespace tenon::archive
