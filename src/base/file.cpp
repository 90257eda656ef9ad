// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <random>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tenon::base {
namespace {

constexpr std::size_t chunk_size = 64 * 1024;

Error cannot(std::string_view verb, const Path& path, int error_number) {
    return system_error(fmt::format("cannot {} `{}`", verb, path.native()), error_number);
}

template <class Call> auto retry(Call call) {
    for (;;) {
        const auto result = call();
        if (result >= 0 || errno != EINTR)
            return result;
    }
}

/// The directory that a name lies in, as something `open` takes.
Path directory_of(const Path& path) {
    auto parent = path.parent_path();
    return parent.empty() ? Path(".") : parent;
}

std::string hidden_neighbour(const Path& target) {
    constexpr std::size_t name_limit = 200; // of the 255 bytes that file systems allow
    std::random_device device;
    return fmt::format("{}/.{}.{:08x}{:08x}.tmp", directory_of(target).native(),
                       target.filename().native().substr(0, name_limit), device(), device());
}

/// Where a path leads when its last part is a symbolic link, even a dangling one.
Result<Path> follow_links(const Path& path) {
    constexpr int most_links = 40; // the kernel's own limit
    Path target = path;
    for (int links = 0; links < most_links; ++links) {
        std::error_code not_a_link;
        const auto next = std::filesystem::read_symlink(target, not_a_link);
        if (not_a_link)
            return target;
        target = directory_of(target) / next; // an absolute `next` replaces the directory
    }
    return fail(cannot("write", path, ELOOP));
}

/// Names of open descriptors (`/dev/stdout`) are written to, never replaced.
bool names_a_descriptor(const Path& path) {
    return path.native().starts_with("/proc/") || path.native().starts_with("/dev/fd/") ||
           path.native().starts_with("/dev/std");
}

std::string through_proc(int fd) {
    return fmt::format("/proc/self/fd/{}", fd);
}

Result<> sync_directory(const Path& directory) {
    const Fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    // Some file systems cannot sync a directory (EINVAL); the rename is all that they offer.
    if (!fd || (::fsync(fd.get()) != 0 && errno != EINVAL))
        return fail(cannot("sync", directory, errno));
    return {};
}

} // namespace

namespace {

/// Waits until `read` gives something, be it the end.
Result<> wait_to_read(int fd, const Path& name, const std::stop_token& stop) {
    Fd bell;
    if (stop.stop_possible()) {
        bell.reset(::eventfd(0, EFD_CLOEXEC));
        if (!bell)
            return fail(cannot("wait for", name, errno));
    }
    const std::stop_callback ring(stop, [&bell] {
        const std::uint64_t once = 1;
        TENON_ASSERT(::write(bell.get(), &once, sizeof once) == sizeof once);
    });
    pollfd ready[] = {{fd, POLLIN, 0}, {bell.get(), POLLIN, 0}}; // no bell: passed over
    if (retry([&] { return ::poll(ready, 2, -1); }) < 0)
        return fail(cannot("wait for", name, errno));
    if (stop.stop_requested())
        return fail(Errc::interrupted, "interrupted");
    return {};
}

/// A named pipe without waiting for its writer in `open`, which no stop could end.
Result<Fd> open_pipe(const Path& path, const std::stop_token& stop) {
    Fd fd(retry([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); }));
    if (!fd)
        return fail(cannot("read", path, errno));
    TENON_TRY(wait_to_read(fd.get(), path, stop));
    const int flags = ::fcntl(fd.get(), F_GETFL);
    if (flags < 0 || ::fcntl(fd.get(), F_SETFL, flags & ~O_NONBLOCK) != 0)
        return fail(cannot("read", path, errno));
    return fd;
}

bool is_pipe(const Path& path) {
    struct stat status;
    return ::stat(path.c_str(), &status) == 0 && S_ISFIFO(status.st_mode);
}

Error no_regular_file(const Path& path) {
    return {Errc::usage, fmt::format("`{}` is no regular file", path.native())};
}

} // namespace

Result<Fd> open_to_read(const Path& path, const std::stop_token& stop) {
    if (is_pipe(path))
        return open_pipe(path, stop);
    Fd fd(retry([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY); }));
    if (!fd)
        return fail(cannot("read", path, errno));
    struct stat status;
    if (::fstat(fd.get(), &status) != 0)
        return fail(cannot("read", path, errno));
    if (S_ISDIR(status.st_mode))
        return fail(cannot("read", path, EISDIR));
    return fd;
}

Result<Fd> open_regular(const Path& path) {
    if (is_pipe(path)) // or `open` would wait for its writer first
        return fail(no_regular_file(path));
    auto fd = TENON_TRY(open_to_read(path));
    TENON_TRY(check_regular(fd.get(), path));
    return fd;
}

Result<> check_regular(int fd, const Path& name) {
    struct stat status;
    if (::fstat(fd, &status) != 0)
        return fail(cannot("read", name, errno));
    if (!S_ISREG(status.st_mode))
        return fail(no_regular_file(name));
    return {};
}

Result<std::size_t> read_some(int fd, MutableBytes into, const Path& name,
                              const std::stop_token& stop) {
    std::size_t done = 0;
    while (done < into.size()) {
        if (stop.stop_possible())
            TENON_TRY(wait_to_read(fd, name, stop));
        const auto got = retry([&] { return ::read(fd, into.data() + done, into.size() - done); });
        if (got < 0 && errno == EAGAIN) { // somebody made our pipe or terminal non-blocking
            TENON_TRY(wait_to_read(fd, name, stop));
            continue;
        }
        if (got < 0)
            return fail(cannot("read", name, errno));
        if (got == 0)
            break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

Result<std::size_t> read_at(int fd, std::uint64_t offset, MutableBytes into, const Path& name) {
    std::size_t done = 0;
    while (done < into.size()) {
        const auto got = retry([&] {
            return ::pread(fd, into.data() + done, into.size() - done,
                           static_cast<off_t>(offset + done));
        });
        if (got < 0)
            return fail(cannot("read", name, errno));
        if (got == 0)
            break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

Result<Buffer> read_all(int fd, std::uint64_t limit, const Path& name,
                        const std::stop_token& stop) {
    const auto too_large = [&] {
        return fail(Errc::limit, fmt::format("`{}` is larger than {} bytes", name.native(), limit));
    };
    Buffer content;
    auto room = chunk_size;
    struct stat status;
    if (::fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
        const auto size = static_cast<std::uint64_t>(status.st_size);
        if (size > limit)
            return too_large();
        room = size + 1; // the last byte is never filled, so that one read finds the end
    }
    for (;;) {
        const auto have = content.size();
        content.resize(have + room);
        const auto got = TENON_TRY(read_some(fd, MutableBytes(content).subspan(have), name, stop));
        content.resize(have + got);
        if (content.size() > limit)
            return too_large();
        if (got < room)
            return content;
        room = std::max(chunk_size, content.capacity() - content.size());
    }
}

Result<Buffer> read_file(const Path& path, std::uint64_t limit, const std::stop_token& stop) {
    const auto fd = TENON_TRY(open_to_read(path, stop));
    return read_all(fd.get(), limit, path, stop);
}

Error NewFile::failed(std::string_view what, int error_number) const {
    return cannot(what, path_, error_number);
}

NewFile::NewFile(NewFile&& other) noexcept
    : path_(std::move(other.path_)), target_(std::move(other.target_)),
      temporary_(std::exchange(other.temporary_, {})), options_(other.options_),
      fd_(std::move(other.fd_)), size_(other.size_), direct_(other.direct_) {}

NewFile::~NewFile() {
    if (!temporary_.empty())
        ::unlink(temporary_.c_str());
}

Result<NewFile> NewFile::create(const Path& path, NewFileOptions options) {
    NewFile file(path, options);
    if (path.empty() || !path.has_filename())
        return fail(file.failed("write", path.empty() ? ENOENT : EISDIR));
    struct stat status;
    const bool there = ::stat(path.c_str(), &status) == 0;
    if (there && S_ISDIR(status.st_mode))
        return fail(file.failed("write", EISDIR));
    const bool direct = there && (!S_ISREG(status.st_mode) || names_a_descriptor(path));
    if (direct && options.only_regular)
        return fail(Error(Errc::io, fmt::format("`{}` is no regular file", path.native()))
                        .help("name a file, which appears when it is whole"));
    if (direct) {
        file.direct_ = true;
        file.fd_.reset(
            retry([&] { return ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY); }));
        if (!file.fd_)
            return fail(file.failed("write", errno));
        return file;
    }
    if (there && !options.replace)
        return fail(file.failed("create", EEXIST));
    // The directory alone would allow it, but whoever protects a file does not expect a new one.
    if (there && ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) != 0)
        return fail(file.failed("write", errno));
    file.target_ = TENON_TRY(follow_links(path));

    if (there)
        file.options_.mode = status.st_mode & 0777;
    TENON_TRY(file.open_temporary());
    if (there && ::fchmod(file.fd_.get(), file.options_.mode) != 0) // the umask was applied
        return fail(file.failed("write", errno));
    return file;
}

/// Opens an unnamed file, or a hidden one where the file system has no unnamed ones, or where they
/// could not be named later because `/proc` is missing.
Result<> NewFile::open_temporary() {
    const auto directory = directory_of(target_);
    fd_.reset(retry(
        [&] { return ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, options_.mode); }));
    if (fd_ && ::access(through_proc(fd_.get()).c_str(), F_OK) == 0)
        return {};
    if (!fd_ && errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)
        return fail(failed("write", errno));
    auto name = hidden_neighbour(target_);
    fd_.reset(retry([&] {
        return ::open(name.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, options_.mode);
    }));
    if (!fd_)
        return fail(failed("write", errno));
    temporary_ = std::move(name);
    return {};
}

Result<> NewFile::write(Bytes bytes) {
    while (!bytes.empty()) {
        const auto done = retry([&] { return ::write(fd_.get(), bytes.data(), bytes.size()); });
        if (done < 0)
            return fail(failed("write", errno));
        bytes = bytes.subspan(static_cast<std::size_t>(done));
        size_ += static_cast<std::size_t>(done);
    }
    return {};
}

Result<> NewFile::write_at(std::uint64_t offset, Bytes bytes) {
    while (!bytes.empty()) {
        const auto done = retry([&] {
            return ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
        });
        if (done < 0)
            return fail(failed("write", errno));
        bytes = bytes.subspan(static_cast<std::size_t>(done));
        offset += static_cast<std::size_t>(done);
    }
    return {};
}

// An unnamed file cannot replace a name in one step: it is linked beside the target first, then
// renamed over it.
Result<> NewFile::give_name() {
    const auto source = temporary_.empty() ? through_proc(fd_.get()) : temporary_;
    const auto link_to = [&](const char* name) {
        return ::linkat(AT_FDCWD, source.c_str(), AT_FDCWD, name, AT_SYMLINK_FOLLOW);
    };
    if (temporary_.empty() || !options_.replace) {
        if (link_to(target_.c_str()) == 0)
            return {};
        if (errno != EEXIST || !options_.replace)
            return fail(failed("create", errno));
    }
    if (temporary_.empty()) {
        auto name = hidden_neighbour(target_);
        if (link_to(name.c_str()) != 0)
            return fail(failed("write", errno));
        temporary_ = std::move(name);
    }
    if (::rename(temporary_.c_str(), target_.c_str()) != 0)
        return fail(failed("write", errno));
    temporary_.clear();
    return {};
}

// Some file systems (NFS, quotas) report a failed write only when a descriptor is closed. An
// unnamed file would be lost with its last one, so a second one is closed in its place.
Result<> NewFile::settle() {
    const int second = ::fcntl(fd_.get(), F_DUPFD_CLOEXEC, 0);
    if (second < 0 || (::close(second) != 0 && errno != EINTR))
        return fail(failed("write", errno));
    if (options_.durable && ::fsync(fd_.get()) != 0 && !(direct_ && errno == EINVAL))
        return fail(failed("sync", errno));
    return {};
}

Result<> NewFile::commit() {
    TENON_TRY(settle());
    if (direct_)
        return {};
    TENON_TRY(give_name());
    if (options_.durable)
        TENON_TRY(sync_directory(directory_of(target_)));
    return {};
}

Result<> write_file(const Path& path, Bytes content, NewFileOptions options) {
    auto file = TENON_TRY(NewFile::create(path, options));
    TENON_TRY(file.write(content));
    return file.commit();
}

Result<> make_directories(const Path& path) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error)
        return fail(cannot("create directory", path, error.value()));
    return {};
}

namespace {

constexpr mode_t private_mode = 0700;

/// Gives a directory that was just made the bits that the umask took from its owner. Changed
/// through a descriptor, so that the name cannot be swapped in between.
Result<> undo_umask(const Path& path) {
    const Fd fd(::open(path.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat status;
    if (!fd || ::fstat(fd.get(), &status) != 0)
        return fail(cannot("open directory", path, errno));
    if ((status.st_mode & private_mode) != private_mode &&
        ::chmod(through_proc(fd.get()).c_str(), private_mode) != 0)
        return fail(cannot("make private", path, errno));
    return {};
}

} // namespace

Result<std::optional<Error>> make_private_directory(const Path& path) {
    constexpr mode_t others_write = 022, others = 077;
    if (!path.has_filename() && path.has_relative_path()) // `keys/`
        return make_private_directory(path.parent_path());
    if (path.has_parent_path())
        TENON_TRY(make_directories(path.parent_path()));
    if (::mkdir(path.c_str(), private_mode) == 0) {
        TENON_TRY(undo_umask(path));
        return std::nullopt;
    }
    if (errno != EEXIST)
        return fail(cannot("create directory", path, errno));
    struct stat status;
    if (::stat(path.c_str(), &status) != 0)
        return fail(cannot("open directory", path, errno));
    if (!S_ISDIR(status.st_mode))
        return fail(cannot("open directory", path, ENOTDIR));
    const auto refused = [&](std::string_view why) {
        return fail(Error(Errc::io, fmt::format("`{}` {}", path.native(), why))
                        .help("name a directory of your own that only you can enter"));
    };
    if (status.st_uid != ::geteuid())
        return refused("belongs to another user");
    if ((status.st_mode & S_ISVTX) != 0)
        return refused("is a directory that users share");
    if ((status.st_mode & others) == 0)
        return std::nullopt;
    return Error(Errc::io, fmt::format("others can {} `{}`",
                                       (status.st_mode & others_write) != 0 ? "replace files in"
                                                                            : "look into",
                                       path.native()))
        .help(fmt::format("chmod 700 {}", path.native()));
}

} // namespace tenon::base
