// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/remove.hpp"

#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace tenon::base {
namespace {

constexpr int most_levels = 128;

struct DirectoryTraits {
    using Value = DIR*;
    static constexpr DIR* none = nullptr;
    static void close(DIR* directory) noexcept { ::closedir(directory); }
};
using Directory = Handle<DirectoryTraits>;

std::unexpected<Error> cannot(std::string_view what, const Path& path, int error_number) {
    return fail(system_error(fmt::format("failed to {} `{}`", what, path.native()), error_number));
}

Result<> empty(int fd, const Path& path, int level) {
    if (level > most_levels)
        return fail(Errc::limit,
                    fmt::format("`{}` is nested too deeply to be removed", path.native()));
    for (const auto& name : TENON_TRY(names_in(fd, path))) {
        if (::unlinkat(fd, name.c_str(), 0) == 0 || errno == ENOENT)
            continue;
        if (errno != EISDIR && errno != EPERM)
            return cannot("remove", path / name, errno);
        const Fd below(::openat(fd, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!below)
            return cannot("remove", path / name, errno);
        TENON_TRY(empty(below.get(), path / name, level + 1));
        if (::unlinkat(fd, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT)
            return cannot("remove", path / name, errno);
    }
    return {};
}

} // namespace

Result<std::vector<std::string>> names_in(int fd, const Path& path) {
    // Of its own: reading moves a descriptor's place.
    Fd second(::openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const Directory directory(second ? ::fdopendir(second.get()) : nullptr);
    if (!directory)
        return cannot("read", path, errno);
    [[maybe_unused]] const int now_the_directorys = second.release();
    std::vector<std::string> names;
    for (;;) {
        errno = 0;
        const auto* const entry = ::readdir(directory.get());
        if (entry == nullptr)
            break;
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..")
            names.emplace_back(name);
    }
    if (errno != 0)
        return cannot("read", path, errno);
    return names;
}

Result<bool> empty_directory(const Path& path) {
    const Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd && errno == ENOENT)
        return false;
    if (!fd && (errno == ENOTDIR || errno == ELOOP))
        return fail(Errc::invalid,
                    fmt::format("`{}` is no directory, so it is left alone", path.native()));
    struct stat status;
    if (!fd || ::fstat(fd.get(), &status) != 0)
        return cannot("look at", path, errno);
    if (status.st_uid != ::geteuid())
        return fail(Errc::io, fmt::format("`{}` belongs to another user, so it is left alone",
                                          path.native()));
    TENON_TRY(empty(fd.get(), path, 0));
    return true;
}

} // namespace tenon::base
