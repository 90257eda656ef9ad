// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/text_file.hpp"

#include <cstdint>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tenon::base {
namespace {

/// Of a regular file; 0 for what tells its size by its end, as files of `/proc` do.
std::uint64_t size_of(int fd) noexcept {
    struct stat status;
    const bool is_regular = ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    return is_regular ? static_cast<std::uint64_t>(status.st_size) : 0;
}

/// Smaller ones are read: that costs nothing that could be noticed, and whoever edits them
/// meanwhile does no harm.
constexpr std::uint64_t least_mapped = 16 << 20;

} // namespace

Result<std::string> read_text_file(const Path& path, std::uint64_t limit,
                                   const std::stop_token& stop) {
    const auto fd = TENON_TRY(open_to_read(path, stop));
    std::string text;
    const auto size = size_of(fd.get());
    if (size > 0 && size <= limit) {
        Result<std::size_t> got = 0;
        // The last byte is never filled, so that one read finds the end.
        text.resize_and_overwrite(size + 1, [&](char* data, std::size_t room) {
            got = read_some(fd.get(), {reinterpret_cast<Byte*>(data), room}, path, stop);
            return got.value_or(0);
        });
        if (!got)
            return fail(std::move(got).error());
        if (*got <= size)
            return text;
        const auto grown = TENON_TRY(read_file(path, limit, stop)); // meanwhile
        return std::string(as_text(grown));
    }
    const auto whole = TENON_TRY(read_all(fd.get(), limit, path, stop));
    return std::string(as_text(whole));
}

void TextFile::Unmap::close(std::string_view mapping) noexcept {
    ::munmap(const_cast<char*>(mapping.data()), mapping.size());
}

Result<TextFile> TextFile::open(const Path& path, std::uint64_t limit,
                                const std::stop_token& stop) {
    const auto fd = TENON_TRY(open_to_read(path, stop));
    const auto size = size_of(fd.get());
    if (size >= least_mapped && size <= limit) {
        auto* const data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
        if (data != MAP_FAILED) {
            TextFile file;
            file.mapping_ = Handle<Unmap>({static_cast<const char*>(data), size});
            return file;
        }
    }
    return TextFile(TENON_TRY(read_all(fd.get(), limit, path, stop)));
}

void TextFile::forget(std::string_view part) const noexcept {
    if (!mapping_)
        return;
    static const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const auto begin = (reinterpret_cast<std::uintptr_t>(part.data()) + page - 1) & ~(page - 1);
    const auto end = (reinterpret_cast<std::uintptr_t>(part.data()) + part.size()) & ~(page - 1);
    if (begin < end) // advice, which may be left unheard
        ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

} // namespace tenon::base
