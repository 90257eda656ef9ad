// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <random>
#include <sys/stat.h>

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
    std::random_device device;
    return fmt::format("{}/.{}.{:08x}{:08x}.tmp", directory_of(target).native(),
                       target.filename().native(), device(), device());
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

Result<Fd> open_to_read(const Path& path) {
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

Result<std::size_t> read_some(int fd, MutableBytes into, const Path& name) {
    std::size_t done = 0;
    while (done < into.size()) {
        const auto got = retry([&] { return ::read(fd, into.data() + done, into.size() - done); });
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

Result<Buffer> read_all(int fd, std::uint64_t limit, const Path& name) {
    Buffer content;
    struct stat status;
    if (::fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0)
        content.reserve(std::min(static_cast<std::uint64_t>(status.st_size), limit) + 1);
    for (;;) {
        const auto have = content.size();
        content.resize(std::max(have + chunk_size, content.capacity()));
        const auto got = TENON_TRY(read_some(fd, MutableBytes(content).subspan(have), name));
        content.resize(have + got);
        if (content.size() > limit)
            return fail(Error(Errc::limit,
                              fmt::format("`{}` is larger than {} bytes", name.native(), limit)));
        if (content.size() < content.capacity() || got == 0)
            return content;
    }
}

Result<Buffer> read_file(const Path& path, std::uint64_t limit) {
    const auto fd = TENON_TRY(open_to_read(path));
    return read_all(fd.get(), limit, path);
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
    std::error_code ignored; // a dangling link or a missing file: the name itself is the target
    file.target_ = std::filesystem::weakly_canonical(path, ignored);
    if (ignored || file.target_.empty())
        file.target_ = path;

    struct stat status;
    if (::stat(path.c_str(), &status) == 0) {
        if (S_ISDIR(status.st_mode))
            return fail(file.failed("write", EISDIR));
        if (!S_ISREG(status.st_mode)) {
            file.direct_ = true;
            file.fd_.reset(
                retry([&] { return ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY); }));
            if (!file.fd_)
                return fail(file.failed("write", errno));
            return file;
        }
        if (!options.replace)
            return fail(file.failed("create", EEXIST));
        file.options_.mode = status.st_mode & 07777;
    }

    const auto directory = directory_of(file.target_);
    file.fd_.reset(retry([&] {
        return ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, file.options_.mode);
    }));
    if (!file.fd_ && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
        auto name = hidden_neighbour(file.target_);
        file.fd_.reset(retry([&] {
            return ::open(name.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, file.options_.mode);
        }));
        if (file.fd_)
            file.temporary_ = std::move(name);
    }
    if (!file.fd_)
        return fail(file.failed("write", errno));
    if (file.options_.mode != options.mode && ::fchmod(file.fd_.get(), file.options_.mode) != 0)
        return fail(file.failed("write", errno));
    return file;
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

Result<> NewFile::commit() {
    if (direct_) {
        fd_.reset();
        return {};
    }
    if (options_.durable && ::fsync(fd_.get()) != 0)
        return fail(failed("sync", errno));
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

Result<> make_private_directory(const Path& path) {
    if (path.has_parent_path())
        TENON_TRY(make_directories(path.parent_path()));
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        return fail(cannot("create directory", path, errno));
    // Opened first and changed through the descriptor, so that the name cannot be swapped in
    // between.
    const Fd fd(retry([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (!fd)
        return fail(cannot("open directory", path, errno));
    struct stat status;
    if (::fstat(fd.get(), &status) != 0)
        return fail(cannot("open directory", path, errno));
    if ((status.st_mode & 07777) != 0700 && ::fchmod(fd.get(), 0700) != 0)
        return fail(cannot("make private", path, errno));
    return {};
}

} // namespace tenon::base
