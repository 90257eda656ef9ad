// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "archive/reading.hpp"
#include "archive/writing.hpp"

#include <algorithm>
#include <atomic>
#include <fmt/core.h>
#include <system_error>
#include <thread>

namespace tenon::archive {
namespace {

constexpr std::size_t piece_size = std::size_t{256} * 1024;
constexpr std::size_t max_readers = 8;

} // namespace

Result<OpenBinary> OpenBinary::open(const Binary& binary) {
    TENON_TRY(check_target_name(binary.target));
    OpenBinary opened;
    opened.target_ = binary.target;
    opened.path_ = binary.file;
    opened.fd_ = TENON_TRY(base::open_regular(binary.file));
    return opened;
}

Result<std::string> OpenBinary::read(const pack::Sink& sink, const Work& work,
                                     std::uint64_t& size) const {
    pack::FileSource source(fd_.get(), path_);
    crypto::Sha256 hash;
    Buffer buffer(piece_size);
    for (size = 0;;) {
        if (work.stop.stop_requested())
            return pack::interrupted();
        const auto count = TENON_TRY(source.read(buffer, work.stop));
        if (count == 0)
            return hash_text(hash.finish());
        const auto piece = Bytes(buffer).first(count);
        hash.update(piece);
        size += count;
        TENON_TRY(sink(piece));
    }
}

Result<> OpenBinary::measure(const Work& work) {
    const auto advance = [&](Bytes piece) -> Result<> {
        if (work.progress != nullptr)
            work.progress->advance(piece.size());
        return {};
    };
    hash_ = TENON_TRY(read(advance, work, size_));
    return {};
}

Result<> OpenBinary::read_again(const pack::Sink& sink, const Work& work) const {
    const auto changed = [&] {
        return fail(Errc::io, fmt::format("`{}` was changed while it was packed", path_.native()));
    };
    std::uint64_t so_far = 0;
    const auto bounded = [&](Bytes piece) -> Result<> {
        so_far += piece.size();
        if (so_far > size_) // the header has promised another size already
            return changed();
        return sink(piece);
    };
    std::uint64_t size = 0;
    if (TENON_TRY(read(bounded, work, size)) != hash_)
        return changed();
    return {};
}

Result<> measure(std::vector<OpenBinary>& binaries, const Work& work) {
    const auto processors =
        work.threads != 0 ? work.threads : std::max(1U, std::thread::hardware_concurrency());
    const auto readers = std::min({binaries.size(), std::size_t{processors}, max_readers});
    std::vector<Result<>> results(binaries.size());
    std::atomic<std::size_t> next = 0;
    const auto read = [&] {
        for (std::size_t i = next++; i < binaries.size(); i = next++)
            results[i] = binaries[i].measure(work);
    };
    {
        std::vector<std::jthread> others;
        try {
            for (std::size_t i = 1; i < readers; ++i)
                others.emplace_back(read);
        } catch (const std::system_error&) {
            others.shrink_to_fit(); // those that were to be had, and this one, do it
        }
        read();
    }
    for (auto& result : results)
        TENON_TRY(std::move(result));
    return {};
}

} // namespace tenon::archive
