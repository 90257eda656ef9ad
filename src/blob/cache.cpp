// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DIR/sha256/44/44136fa3…: two digits a folder keep each of them small. A file's modification time
// is its last use, since access times are not kept on many systems. Folders are entered one by one,
// from descriptor to descriptor, each only if it is ours alone to write to.
#include "blob/cache.hpp"

#include "base/remove.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <fmt/core.h>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tenon::blob {
namespace {

using base::Fd;

/// Why others may have put something there, or nothing.
std::optional<std::string> why_foreign(const struct stat& status) {
    if (S_ISLNK(status.st_mode))
        return "it is a symbolic link";
    if (!S_ISDIR(status.st_mode))
        return "it is no folder";
    if (status.st_uid != ::geteuid())
        return fmt::format("it belongs to the user with number {}", status.st_uid);
    if ((status.st_mode & 022) != 0)
        return "other users can write to it";
    return std::nullopt;
}

base::Error untrusted(const base::Path& shown, std::string why) {
    return base::Error(Errc::untrusted,
                       fmt::format("the cache `{}` is not to be trusted", shown.native()))
        .because(std::move(why))
        .help("name a folder of your own, or remove this one");
}

/// A folder of our own; nothing when there is none.
Result<std::optional<Fd>> open_folder(int at, const std::string& name, const base::Path& shown) {
    Fd fd(::openat(at, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    const int error = errno;
    if (!fd && error == ENOENT)
        return std::nullopt;
    struct stat status;
    const bool seen = fd ? ::fstat(fd.get(), &status) == 0
                         : ::fstatat(at, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
    if (seen)
        if (auto why = why_foreign(status))
            return fail(untrusted(shown, *std::move(why)));
    if (!fd || !seen)
        return fail(base::system_error(fmt::format("cannot use the cache `{}`", shown.native()),
                                       fd ? errno : error));
    return fd;
}

Result<Fd> make_folder(int at, const std::string& name, const base::Path& shown) {
    if (::mkdirat(at, name.c_str(), 0700) != 0 && errno != EEXIST)
        return fail(
            base::system_error(fmt::format("cannot make the folder `{}`", shown.native()), errno));
    auto folder = TENON_TRY(open_folder(at, name, shown));
    if (!folder)
        return fail(Errc::not_found, fmt::format("`{}` was removed", shown.native()));
    return *std::move(folder);
}

std::string name_of(Algorithm algorithm) {
    return std::string(algorithm_name(algorithm));
}
std::string first_digits(const Digest& digest) {
    return std::string(digest.hex().substr(0, 2));
}

/// A file that gets its name when it is whole. Until then it has none, so that whoever is killed
/// leaves nothing; where the file system must have one, it is a hidden one.
class NewEntry {
public:
    static Result<NewEntry> begin(const Fd& folder, const base::Path& shown) {
        NewEntry made(folder);
        made.fd_.reset(::openat(folder.get(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
        if (made.fd_)
            made.reader_.reset(::open(made.nameless().c_str(), O_RDONLY | O_CLOEXEC));
        if (made.reader_)
            return made;
        const bool found = made.take_hidden_name([&](const char* name) {
            made.fd_.reset(::openat(folder.get(), name,
                                    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
            return static_cast<bool>(made.fd_);
        });
        if (found)
            made.reader_.reset(
                ::openat(folder.get(), made.hidden_.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
        if (!made.reader_)
            return fail(base::system_error(
                fmt::format("cannot make a file in `{}`", shown.native()), errno));
        return made;
    }
    NewEntry(NewEntry&& other) noexcept
        : folder_(other.folder_), hidden_(std::exchange(other.hidden_, {})),
          fd_(std::move(other.fd_)), reader_(std::move(other.reader_)) {}
    NewEntry& operator=(NewEntry&&) = delete;
    ~NewEntry() {
        if (!hidden_.empty())
            ::unlinkat(folder_, hidden_.c_str(), 0);
    }

    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    /// The same file, not to be written to.
    Fd take_reader() && { return std::move(reader_); }
    /// Replaces what has that name.
    bool give_name(const std::string& name) {
        const auto link = [this](const char* as) {
            return ::linkat(AT_FDCWD, nameless().c_str(), folder_, as, AT_SYMLINK_FOLLOW) == 0;
        };
        if (hidden_.empty() && link(name.c_str()))
            return true;
        if (hidden_.empty() && (errno != EEXIST || !take_hidden_name(link)))
            return false;
        if (::renameat(folder_, hidden_.c_str(), folder_, name.c_str()) != 0)
            return false;
        hidden_.clear();
        return true;
    }

private:
    explicit NewEntry(const Fd& folder) : folder_(folder.get()) {}
    [[nodiscard]] std::string nameless() const {
        return fmt::format("/proc/self/fd/{}", fd_.get());
    }
    /// The first one that `make` finds free; errno says why when there is none.
    template <class Make> bool take_hidden_name(const Make& make) {
        constexpr unsigned most = 10'000;
        errno = EEXIST;
        for (unsigned i = 0; i < most && errno == EEXIST; ++i) {
            auto name = fmt::format(".{}-{}", ::getpid(), i);
            errno = 0;
            if (make(name.c_str())) {
                hidden_ = std::move(name);
                return true;
            }
        }
        return false;
    }

    int folder_; // the caller's
    std::string hidden_;
    Fd fd_, reader_;
};

struct Kept {
    Algorithm algorithm;
    std::string folder, name;
    std::uint64_t size;
    std::chrono::system_clock::time_point used;
};

std::chrono::system_clock::time_point time_of(const timespec& time) {
    using std::chrono::system_clock;
    return system_clock::time_point(std::chrono::duration_cast<system_clock::duration>(
        std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec)));
}

/// What has such a name is on its way to its own, or was left by somebody who was killed before.
bool on_its_way(const Kept& file) {
    return file.name.starts_with('.') &&
           file.used > std::chrono::system_clock::now() - std::chrono::hours(1);
}

/// Every file below; what vanishes meanwhile, or is not ours, is passed over.
std::vector<Kept> list(int cache, const base::Path& shown) {
    std::vector<Kept> kept;
    for (const auto algorithm : {Algorithm::sha256, Algorithm::sha512}) {
        const auto top = open_folder(cache, name_of(algorithm), shown);
        if (!top || !*top)
            continue;
        const auto folders = base::names_in((*top)->get(), shown);
        for (const auto& folder : folders ? *folders : std::vector<std::string>()) {
            const auto opened = open_folder((*top)->get(), folder, shown);
            if (!opened || !*opened)
                continue;
            const auto names = base::names_in((*opened)->get(), shown);
            for (const auto& name : names ? *names : std::vector<std::string>()) {
                struct stat status;
                if (::fstatat((*opened)->get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 ||
                    !S_ISREG(status.st_mode))
                    continue;
                Kept file{algorithm, folder, name, static_cast<std::uint64_t>(status.st_size),
                          time_of(status.st_mtim)};
                if (!on_its_way(file))
                    kept.push_back(std::move(file));
            }
        }
    }
    return kept;
}

/// False when it was gone already.
Result<bool> remove(int cache, const Kept& file, const base::Path& shown) {
    auto top = TENON_TRY(open_folder(cache, name_of(file.algorithm), shown));
    auto folder = top ? TENON_TRY(open_folder(top->get(), file.folder, shown)) : std::nullopt;
    if (!folder)
        return false;
    if (::unlinkat(folder->get(), file.name.c_str(), 0) == 0)
        return true;
    if (errno == ENOENT)
        return false;
    return fail(base::system_error(
        fmt::format("cannot remove `{}`", (shown / file.folder / file.name).native()), errno));
}

} // namespace

Result<Cache> Cache::open(base::Path directory, std::uint64_t limit_bytes) {
    auto fd = TENON_TRY(open_folder(AT_FDCWD, directory.native(), directory));
    if (!fd) {
        TENON_TRY(base::make_private_directory(directory));
        fd = TENON_TRY(make_folder(AT_FDCWD, directory.native(), directory));
    }
    return Cache(std::move(directory), *std::move(fd), limit_bytes);
}

Result<std::optional<Fd>> Cache::find(const Digest& digest, std::uint64_t size,
                                      const std::stop_token& stop) const {
    // Whatever is odd here was not put here by `add`, which replaces it.
    const auto top = open_folder(fd_.get(), name_of(digest.algorithm()), directory_);
    if (!top || !*top)
        return std::nullopt;
    const auto folder = open_folder((*top)->get(), first_digits(digest), directory_);
    if (!folder || !*folder)
        return std::nullopt;
    // Not to wait for a pipe's other end.
    Fd fd(::openat((*folder)->get(), std::string(digest.hex()).c_str(),
                   O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat status;
    if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
        status.st_uid != ::geteuid() || (status.st_mode & 022) != 0 ||
        static_cast<std::uint64_t>(status.st_size) != size)
        return std::nullopt;
    auto found = digest_of(fd.get(), size, stop, digest.algorithm());
    if (!found && found.error().code() == Errc::interrupted)
        return fail(std::move(found).error());
    if (!found || *found != digest)
        return std::nullopt;
    // Without its time it would go sooner than it should: no reason to fail.
    [[maybe_unused]] const int marked = ::futimens(fd.get(), nullptr);
    return fd;
}

Result<Fd> Cache::add(const Digest& digest, const Fill& fill) {
    const auto top = TENON_TRY(make_folder(fd_.get(), name_of(digest.algorithm()), directory_));
    const auto folder = TENON_TRY(make_folder(top.get(), first_digits(digest), directory_));
    auto file = TENON_TRY(NewEntry::begin(folder, directory_));
    const auto found = TENON_TRY(fill(file.fd()));
    if (found != digest)
        return fail(
            base::Error(Errc::hash_mismatch,
                        fmt::format("`{}` was to be kept, but something else came", digest.text()))
                .because(fmt::format("received {}", found.text())));
    struct stat status;
    if (::fstat(file.fd(), &status) != 0)
        return fail(base::system_error(
            fmt::format("cannot read what was put into `{}`", directory_.native()), errno));
    // Kept or not, it is whole: where something odd holds its name, only the next one waits longer,
    // and where no room can be made now, the next one makes it.
    if (static_cast<std::uint64_t>(status.st_size) <= limit_bytes_ &&
        file.give_name(std::string(digest.hex()))) {
        [[maybe_unused]] const auto made = make_room(digest);
    }
    return std::move(file).take_reader();
}

Result<Fd> Cache::lock() const {
    const auto shown = directory_ / "lock";
    Fd fd(::openat(fd_.get(), "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd)
        return fail(base::system_error(fmt::format("cannot open `{}`", shown.native()), errno));
    while (::flock(fd.get(), LOCK_EX) != 0)
        if (errno != EINTR)
            return fail(base::system_error(fmt::format("cannot lock `{}`", shown.native()), errno));
    return fd;
}

// One process at a time, so that two of them do not both remove enough for one.
Result<> Cache::make_room(const Digest& newest) {
    const auto held = TENON_TRY(lock());
    auto kept = list(fd_.get(), directory_);
    std::uint64_t total = 0;
    for (const auto& file : kept)
        total += file.size;
    if (total <= limit_bytes_)
        return {};
    std::ranges::sort(kept, {}, &Kept::used);
    for (const auto& file : kept) {
        if (total <= limit_bytes_)
            break;
        if (file.name == newest.hex())
            continue;
        if (remove(fd_.get(), file, directory_)) // gone already is as good
            total -= file.size;
    }
    return {};
}

Result<Cache::Emptied> Cache::drain() {
    const auto held = TENON_TRY(lock());
    Emptied emptied;
    for (const auto& file : list(fd_.get(), directory_)) {
        if (!TENON_TRY(remove(fd_.get(), file, directory_)))
            continue;
        ++emptied.files;
        emptied.bytes += file.size;
    }
    return emptied;
}

} // namespace tenon::blob
