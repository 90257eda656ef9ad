// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "archive/writing.hpp"

#include "archive/reading.hpp"
#include "pack/tar.hpp"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace tenon::archive {
namespace {

constexpr std::array<Byte, pack::tar_end_size> zeros{};

} // namespace

std::string entry_name(std::string_view target) {
    return fmt::format("{}.bin", target);
}

Result<std::unique_ptr<Writing>> Writing::begin(const base::Path& path, bool compress, bool durable,
                                                const Work& work) {
    base::NewFileOptions options;
    options.durable = durable;
    options.only_regular = true;
    auto file = TENON_TRY(base::NewFile::create(path, options));
    std::unique_ptr<Writing> writing(new Writing(std::move(file), work));
    if (compress)
        writing->gzip_.emplace(
            [target = writing.get()](Bytes bytes) { return target->file_.write(bytes); },
            work.threads, work.stop);
    return writing;
}

Result<> Writing::put(Bytes bytes) {
    if (work_.stop.stop_requested())
        return pack::interrupted();
    return gzip_ ? gzip_->write(bytes) : file_.write(bytes);
}

Result<> Writing::begin_entry(std::string_view name, std::uint64_t size) {
    TENON_ASSERT(left_ == 0);
    if (gzip_)
        TENON_TRY(gzip_->cut());
    const auto header = TENON_TRY(pack::tar_header(name, size));
    left_ = size;
    padding_ = pack::tar_padding(size);
    return put(header);
}

Result<> Writing::write(Bytes bytes) {
    TENON_ASSERT(bytes.size() <= left_);
    left_ -= bytes.size();
    if (work_.progress != nullptr)
        work_.progress->advance(bytes.size());
    return put(bytes);
}

Result<> Writing::end_entry() {
    TENON_ASSERT(left_ == 0);
    return put(Bytes(zeros).first(padding_));
}

Result<> Writing::entry(std::string_view name, Bytes content) {
    TENON_TRY(begin_entry(name, content.size()));
    TENON_TRY(write(content));
    return end_entry();
}

Result<> Writing::copy_packed(int fd, const base::Path& name, const PackedPiece& piece) {
    TENON_ASSERT(gzip_.has_value());
    pack::FileSource source(fd, name, piece.begin, piece.end);
    if (work_.progress != nullptr)
        work_.progress->advance(piece.unpacked_size);
    return gzip_->append(source, piece.crc, piece.unpacked_size);
}

Result<> Writing::copy_plain(int fd, const base::Path& name, std::uint64_t begin,
                             std::uint64_t size) {
    TENON_ASSERT(!gzip_.has_value() && size <= left_);
    left_ -= size;
    constexpr std::size_t piece_size = std::size_t{8} << 20; // between looks at the stop token
    auto from = static_cast<off_t>(begin);
    while (size > 0) {
        if (work_.stop.stop_requested())
            return pack::interrupted();
        // Lets file systems that can share the blocks.
        const auto done = ::copy_file_range(
            fd, &from, file_.fd(), nullptr,
            static_cast<std::size_t>(std::min<std::uint64_t>(size, piece_size)), 0);
        if (done <= 0)
            break;
        size -= static_cast<std::uint64_t>(done);
        if (work_.progress != nullptr)
            work_.progress->advance(static_cast<std::uint64_t>(done));
    }
    // Other systems, and whatever is no regular file.
    pack::FileSource source(fd, name, static_cast<std::uint64_t>(from),
                            static_cast<std::uint64_t>(from) + size);
    Buffer buffer(size == 0 ? 0 : std::size_t{1} << 20);
    while (size > 0) {
        const auto count = TENON_TRY(source.read(buffer, work_.stop));
        if (count == 0)
            return fail(Errc::truncated, fmt::format("`{}` ends too early", name.native()));
        size -= count;
        TENON_TRY(put(Bytes(buffer).first(count)));
        if (work_.progress != nullptr)
            work_.progress->advance(count);
    }
    return {};
}

Result<> Writing::finish() {
    if (!gzip_)
        return put(zeros);
    TENON_TRY(gzip_->cut());
    TENON_TRY(put(zeros));
    return gzip_->finish();
}

} // namespace tenon::archive
