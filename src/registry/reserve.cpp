// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/reserve.hpp"

#include "base/handle.hpp"

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace tenon::registry {
namespace {

/// Less is of no use to anybody.
constexpr std::uint64_t least_bytes = 4096;

std::uint64_t wanted(int fd) {
    struct statvfs disk{};
    if (::fstatvfs(fd, &disk) != 0)
        return 0;
    return std::min<std::uint64_t>(Reserve::most_bytes, disk.f_blocks * disk.f_frsize / 64);
}

} // namespace

void Reserve::open(std::string path, mode_t mode) {
    const std::scoped_lock lock(mutex_);
    path_ = std::move(path);
    mode_ = mode;
    size_ = 0;
    ::unlink(path_.c_str());
}

void Reserve::fill() {
    const std::scoped_lock lock(mutex_);
    if (path_.empty() || size_ != 0)
        return;
    const base::Fd fd(
        ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode_));
    if (!fd)
        return;
    for (auto size = wanted(fd.get()); size >= least_bytes; size /= 2) {
        if (::fallocate(fd.get(), 0, 0, static_cast<off_t>(size)) == 0) {
            size_ = size;
            return;
        }
        if (::ftruncate(fd.get(), 0) != 0) // it may have got a part
            break;
    }
    ::unlink(path_.c_str());
}

bool Reserve::hand_over(const std::string& path, std::uint64_t size) {
    const std::scoped_lock lock(mutex_);
    // On another device it would be of no use.
    if (size > size_ || ::rename(path_.c_str(), path.c_str()) != 0)
        return false;
    size_ = 0;
    return true;
}

} // namespace tenon::registry
