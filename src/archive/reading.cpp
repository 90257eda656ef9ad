// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "archive/reading.hpp"

#include "base/utf8.hpp"
#include "pack/conveyor.hpp"

#include <algorithm>
#include <chrono>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <thread>

namespace tenon::archive {
namespace {

constexpr std::size_t head_size = 2; // what tells gzip from tar

/// A source whose errors name the file that their offsets count in.
class NamedSource final : public pack::Source {
public:
    NamedSource(pack::Source& source, std::string name) : source_(source), name_(std::move(name)) {}
    Result<std::size_t> read(MutableBytes into, const std::stop_token& stop) override {
        auto count = source_.read(into, stop);
        if (!count)
            return fail(std::move(count).error().in_file(name_));
        return count;
    }
    Result<std::optional<Bytes>> lend(const std::stop_token& stop) override {
        auto bytes = source_.lend(stop);
        if (!bytes)
            return fail(std::move(bytes).error().in_file(name_));
        return bytes;
    }

private:
    pack::Source& source_;
    std::string name_;
};

// A tar header has room for 100 bytes; no writer of archives puts longer names in.
constexpr std::size_t max_stem_bytes = 100;

Reading::Role role_of(std::string_view stem) {
    if (stem == "claims")
        return Reading::Role::token;
    if (stem == "world")
        return Reading::Role::world;
    return Reading::Role::target;
}

/// Nothing, or what is wrong with a file's name.
std::optional<std::string> trouble_with(const pack::TarEntry& entry, std::string_view stem) {
    // What is repeated of a hostile name is bounded, and so is the number of such reasons below.
    constexpr std::size_t shown_bytes = 128;
    auto shown = base::printable(std::string_view(entry.name).substr(0, shown_bytes));
    if (entry.name.size() > shown_bytes)
        shown += "…";
    const auto trouble = [&](std::string_view what) {
        return fmt::format("archive entry `{}` at {:#x} {}", shown, entry.begin, what);
    };
    switch (entry.kind) {
    case pack::TarKind::link: return trouble("is a link");
    case pack::TarKind::other: return trouble("is a device or pipe");
    case pack::TarKind::directory:
        // Other readers do not look at the type: what has a name is an empty file to them.
        if (stem.empty())
            return std::nullopt;
        return trouble("is a directory");
    case pack::TarKind::file: break;
    }
    const bool odd = stem.empty() || stem.size() > max_stem_bytes || stem == world_name ||
                     base::printable(stem) != stem;
    if (odd)
        return trouble("has a name that no target can have");
    return std::nullopt;
}

bool same_time(const timespec& a, const timespec& b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

// The time of the content can be set back, that of the status cannot.
bool same_content(const struct stat& a, const struct stat& b) {
    return a.st_size == b.st_size && same_time(a.st_mtim, b.st_mtim) &&
           same_time(a.st_ctim, b.st_ctim);
}

} // namespace

bool is_compressed(Bytes first_bytes) noexcept {
    return first_bytes.size() >= 2 && first_bytes[0] == 0x1f && first_bytes[1] == 0x8b;
}

Result<ArchiveFile> ArchiveFile::open(const base::Path& path, const std::stop_token& stop) {
    return begin(TENON_TRY(base::open_to_read(path, stop)), path, stop);
}

Result<ArchiveFile> ArchiveFile::over(int fd, const base::Path& name, const std::stop_token& stop) {
    base::Fd mine(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
    if (!mine)
        return fail(base::system_error(fmt::format("cannot read `{}`", name.native()), errno));
    return begin(std::move(mine), name, stop);
}

Result<ArchiveFile> ArchiveFile::begin(base::Fd fd, const base::Path& path,
                                       const std::stop_token& stop) {
    ArchiveFile file;
    file.path_ = path;
    file.fd_ = std::move(fd);
    if (::fstat(file.fd(), &file.status_) != 0)
        return fail(base::system_error(fmt::format("cannot read `{}`", path.native()), errno));
    file.head_.resize(head_size);
    const auto got = S_ISREG(file.status_.st_mode)
                         ? TENON_TRY(base::read_at(file.fd(), 0, file.head_, path))
                         : TENON_TRY(base::read_some(file.fd(), file.head_, path, stop));
    file.head_.resize(got);
    if (got < head_size)
        return fail(base::Error(Errc::truncated, "not enough bytes to be a provider archive", got)
                        .in_file(path.native()));
    file.compressed_ = is_compressed(file.head_);
    return file;
}

Result<ArchiveFile> ArchiveFile::open_to_replace(const base::Path& path,
                                                 const std::stop_token& stop) {
    constexpr auto pause = std::chrono::milliseconds(10);
    for (;;) {
        auto file = TENON_TRY(open(path, stop));
        TENON_TRY(file.check_repeatable());
        // A file system without locks fails with something else than EWOULDBLOCK; there nobody
        // waits.
        while (::flock(file.fd(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
            if (stop.stop_requested())
                return pack::interrupted();
            std::this_thread::sleep_for(pause);
        }
        struct stat now{};
        if (::stat(path.c_str(), &now) != 0)
            return fail(base::system_error(fmt::format("cannot read `{}`", path.native()), errno));
        if (now.st_ino == file.status_.st_ino && now.st_dev == file.status_.st_dev)
            return file;
        // It was replaced while we waited: the lock is on the old file.
    }
}

std::uint64_t ArchiveFile::size() const noexcept {
    return S_ISREG(status_.st_mode) ? static_cast<std::uint64_t>(status_.st_size) : 0;
}

Result<> ArchiveFile::check_repeatable() const {
    if (!S_ISREG(status_.st_mode))
        return fail(Errc::usage, fmt::format("`{}` is no regular file, but has to be read twice",
                                             path_.native()));
    return {};
}

Result<> ArchiveFile::check_unchanged() const {
    struct stat now{};
    // Somebody else's result under the same name would be lost. (Who takes a file's name changes
    // the time of its status, too.)
    if (::stat(path_.c_str(), &now) != 0 || now.st_ino != status_.st_ino ||
        now.st_dev != status_.st_dev)
        return fail(Errc::io, fmt::format("`{}` was replaced meanwhile", path_.native()));
    if (::fstat(fd(), &now) != 0 || !same_content(now, status_))
        return fail(changed());
    return {};
}

base::Error ArchiveFile::changed() const {
    return base::Error(Errc::io, fmt::format("`{}` was changed while it was read", path_.native()));
}

std::unique_ptr<pack::Source> ArchiveFile::source() const {
    if (S_ISREG(status_.st_mode))
        return std::make_unique<pack::FileSource>(fd(), path_);
    return std::make_unique<pack::PipeSource>(fd(), path_, head_);
}

std::string_view stem_of(std::string_view path) noexcept {
    for (;;) {
        const auto slash = path.rfind('/');
        const auto last = slash == std::string_view::npos ? path : path.substr(slash + 1);
        if (last == "..")
            return {};
        if (!last.empty() && last != ".") {
            const auto dot = last.rfind('.');
            return dot == std::string_view::npos || dot == 0 ? last : last.substr(0, dot);
        }
        if (slash == std::string_view::npos)
            return {};
        path = path.substr(0, slash);
    }
}

Result<std::unique_ptr<Reading>> Reading::begin(std::unique_ptr<pack::Source> source,
                                                bool compressed, const std::string& name,
                                                const Work& work, pack::GzipSource::Mode mode) {
    std::unique_ptr<Reading> reading(new Reading);
    reading->work_ = work;
    reading->file_ = std::move(source);
    reading->name_ = name;
    auto* unpacked = reading->file_.get();
    if (compressed) {
        const pack::GzipLimits limits{work.limits.max_unpacked_bytes};
        reading->gzip_ = std::make_unique<pack::GzipSource>(*unpacked, limits, mode, work.threads);
        reading->named_ = std::make_unique<NamedSource>(*reading->gzip_, name);
        unpacked = reading->named_.get();
        reading->name_ += ", unpacked";
    }
    const auto threading = work.threads == 1 ? pack::ReadAhead::Threading::same_thread
                                             : pack::ReadAhead::Threading::own_thread;
    reading->ahead_ = std::make_unique<pack::ReadAhead>(*unpacked, threading, work.stop);
    reading->tar_ = std::make_unique<pack::TarReader>(
        *reading->ahead_, pack::TarLimits{work.limits.max_entries, work.limits.max_unpacked_bytes});
    return reading;
}

pack::GzipSource::Mode quickest_mode(const Work& work) {
    using Mode = pack::GzipSource::Mode;
    return pack::thread_count(work.threads, 2) == 1 ? Mode::plain : Mode::parallel;
}

Reading::~Reading() = default;

base::Error Reading::explain(base::Error&& error) {
    base::Error named = std::move(error).in_file(name_);
    const bool cut = named.code() == Errc::truncated && gzip_ && ahead_->drain().has_value();
    if (cut && gzip_->behind() == pack::Behind::second_member)
        named = std::move(named).help(
            "the file goes on with a second gzip member, but in an archive only the first counts");
    return named;
}

Result<std::optional<Reading::Member>> Reading::next() {
    for (;;) {
        auto entry = tar_->next();
        if (!entry)
            return fail(explain(std::move(entry).error()));
        if (!*entry)
            return std::nullopt;
        const auto stem = stem_of((**entry).name);
        if (auto trouble = trouble_with(**entry, stem)) {
            constexpr std::size_t most_reasons = 32;
            if (verdict_.reasons.size() < most_reasons)
                verdict_.add(claims::Weight::failure, Errc::invalid, *std::move(trouble));
            continue;
        }
        if ((**entry).kind == pack::TarKind::directory)
            continue;
        return Member{role_of(stem), std::string(stem), std::move(**entry)};
    }
}

Result<Bytes> Reading::data() {
    auto piece = tar_->data();
    if (!piece)
        return fail(explain(std::move(piece).error()));
    if (work_.progress != nullptr)
        work_.progress->advance(piece->size());
    return piece;
}

// A plain archive ends with its tar; whatever stands behind is not even read.
Result<> Reading::finish() {
    if (!gzip_)
        return {};
    auto drained = ahead_->drain();
    if (!drained)
        return fail(explain(std::move(drained).error()));
    if (gzip_->behind() != pack::Behind::nothing)
        verdict_.add(claims::Weight::warning, Errc::invalid,
                     gzip_->behind() == pack::Behind::second_member
                         ? "the file goes on with a second gzip member, which is ignored"
                         : "bytes behind the gzip member are ignored");
    return {};
}

std::vector<pack::FlushPoint> Reading::flush_points() const {
    return gzip_ ? gzip_->flush_points() : std::vector<pack::FlushPoint>{};
}

bool Reading::failed_by_cutting() {
    tar_.reset();
    ahead_.reset(); // its thread may be inside `gzip_`
    return gzip_ && gzip_->not_cuttable();
}

} // namespace tenon::archive
