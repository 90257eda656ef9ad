// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DIR/sha256/44/44136fa3…: two digits a folder keep each of them small. A file's modification time
// is its last use, since access times are not kept on many systems.
#include "blob/cache.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <fmt/format.h>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace tenon::blob {
namespace {

namespace fs = std::filesystem;

/// Refuses a folder in which others may have put something.
Result<> refuse_foreign(const base::Path& directory) {
    struct stat status;
    if (::lstat(directory.c_str(), &status) != 0) {
        if (errno == ENOENT)
            return {};
        return fail(base::system_error(fmt::format("cannot use the cache `{}`", directory.native()),
                                       errno));
    }
    const auto untrusted = [&](std::string_view why) {
        return fail(base::Error(Errc::untrusted, fmt::format("the cache `{}` is not to be trusted",
                                                             directory.native()))
                        .because(std::string(why))
                        .help("name a folder of your own, or remove this one"));
    };
    if (S_ISLNK(status.st_mode))
        return untrusted("it is a symbolic link");
    if (!S_ISDIR(status.st_mode))
        return untrusted("it is no folder");
    if (status.st_uid != ::geteuid())
        return untrusted(fmt::format("it belongs to the user with number {}", status.st_uid));
    if ((status.st_mode & 022) != 0)
        return untrusted("other users can write to it");
    return {};
}

struct Kept {
    base::Path path;
    std::uint64_t size;
    fs::file_time_type used;
};

/// What has such a name is on its way to its own, or was left by somebody who was killed before.
bool on_its_way(const base::Path& path, fs::file_time_type written) {
    return path.filename().native().starts_with('.') &&
           written > fs::file_time_type::clock::now() - std::chrono::hours(1);
}

/// Every file below; what vanishes meanwhile is passed over.
std::vector<Kept> list(const base::Path& directory) {
    std::vector<Kept> kept;
    std::error_code gone;
    for (const auto algorithm : {Algorithm::sha256, Algorithm::sha512}) {
        fs::recursive_directory_iterator entry(directory / algorithm_name(algorithm), gone), end;
        for (; !gone && entry != end; entry.increment(gone)) {
            std::error_code vanished;
            if (!entry->is_regular_file(vanished) || entry->is_symlink(vanished))
                continue;
            const auto size = entry->file_size(vanished);
            const auto used = entry->last_write_time(vanished);
            if (!vanished && !on_its_way(entry->path(), used))
                kept.push_back({entry->path(), size, used});
        }
    }
    return kept;
}

} // namespace

Result<Cache> Cache::open(base::Path directory, std::uint64_t limit_bytes) {
    TENON_TRY(refuse_foreign(directory));
    TENON_TRY(base::make_private_directory(directory));
    TENON_TRY(refuse_foreign(directory)); // whoever was quicker to make it
    return Cache(std::move(directory), limit_bytes);
}

base::Path Cache::place(const Digest& digest) const {
    return directory_ / algorithm_name(digest.algorithm()) / digest.hex().substr(0, 2) /
           digest.hex();
}

Result<std::optional<base::Fd>> Cache::find(const Digest& digest, std::uint64_t size) const {
    const auto path = place(digest);
    base::Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd && errno == ENOENT)
        return std::nullopt;
    struct stat status;
    if (!fd || ::fstat(fd.get(), &status) != 0)
        return fail(base::system_error(fmt::format("cannot read `{}`", path.native()), errno));
    if (!S_ISREG(status.st_mode) || static_cast<std::uint64_t>(status.st_size) != size)
        return std::nullopt; // damaged; `add` replaces it
    // Without its time it would go sooner than it should: no reason to fail.
    [[maybe_unused]] const int marked = ::futimens(fd.get(), nullptr);
    return fd;
}

Result<base::Fd> Cache::add(const Digest& digest, const Fill& fill) {
    const auto path = place(digest);
    TENON_TRY(base::make_private_directory(path.parent_path().parent_path()));
    TENON_TRY(base::make_private_directory(path.parent_path()));
    auto file = TENON_TRY(base::NewFile::create(path, {.mode = 0600, .only_regular = true}));
    const auto found = TENON_TRY(fill(file.fd()));
    if (found != digest)
        return fail(
            base::Error(Errc::hash_mismatch,
                        fmt::format("`{}` was to be kept, but something else came", digest.text()))
                .because(fmt::format("received {}", found.text())));
    struct stat status;
    if (::fstat(file.fd(), &status) != 0)
        return fail(base::system_error(fmt::format("cannot read `{}`", path.native()), errno));
    // Opened anew: what is handed out must not be writable.
    base::Fd fd(::open(fmt::format("/proc/self/fd/{}", file.fd()).c_str(), O_RDONLY | O_CLOEXEC));
    if (static_cast<std::uint64_t>(status.st_size) > limit_bytes_ && fd)
        return fd;
    TENON_TRY(file.commit());
    if (!fd)
        fd = TENON_TRY(base::open_to_read(path));
    TENON_TRY(make_room(path));
    return fd;
}

Result<base::Fd> Cache::lock() const {
    const auto path = directory_ / "lock";
    base::Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd)
        return fail(base::system_error(fmt::format("cannot open `{}`", path.native()), errno));
    while (::flock(fd.get(), LOCK_EX) != 0)
        if (errno != EINTR)
            return fail(base::system_error(fmt::format("cannot lock `{}`", path.native()), errno));
    return fd;
}

// One process at a time, so that two of them do not both remove enough for one.
Result<> Cache::make_room(const base::Path& newest) {
    const auto held = TENON_TRY(lock());
    auto kept = list(directory_);
    std::uint64_t total = 0;
    for (const auto& file : kept)
        total += file.size;
    if (total <= limit_bytes_)
        return {};
    std::ranges::sort(kept, {}, &Kept::used);
    for (const auto& file : kept) {
        if (total <= limit_bytes_)
            break;
        if (file.path == newest)
            continue;
        std::error_code gone;
        fs::remove(file.path, gone);
        if (!gone)
            total -= file.size;
    }
    return {};
}

Result<Cache::Emptied> Cache::drain() {
    const auto held = TENON_TRY(lock());
    Emptied emptied;
    for (const auto& file : list(directory_)) {
        std::error_code error;
        if (fs::remove(file.path, error)) {
            ++emptied.files;
            emptied.bytes += file.size;
        } else if (error) {
            return fail(base::system_error(fmt::format("cannot remove `{}`", file.path.native()),
                                           error.value()));
        }
    }
    return emptied;
}

} // namespace tenon::blob
