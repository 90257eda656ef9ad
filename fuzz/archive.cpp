// LINK: tenon_archive
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Provider archives, plain and gzip, read and judged as `inspect` does. Reading in pieces, as
// `insert` does, must bring to light the same or fail; unpacking in parallel must do the same.
#include "archive/reading.hpp"

#include <algorithm>
#include <string_view>

namespace {

namespace archive = tenon::archive;
namespace pack = tenon::pack;
using tenon::as_text, tenon::Buffer, tenon::Byte, tenon::Bytes, tenon::MutableBytes, tenon::Result;

constexpr std::size_t block_size = 512;

archive::Work small_work() {
    archive::Work work;
    work.threads = 1;
    work.limits.max_unpacked_bytes = 1 << 20;
    work.limits.max_entries = 64;
    work.limits.max_world_bytes = 4096;
    return work;
}

/// Behind a first byte `T` stands a tar whose checksums are made right, so that mutation reaches
/// what lies behind them.
void repair_checksums(Buffer& tar) {
    for (std::size_t at = 0; at + block_size <= tar.size(); at += block_size) {
        const MutableBytes block = MutableBytes(tar).subspan(at, block_size);
        if (!as_text(block).substr(257).starts_with("ustar"))
            continue;
        std::ranges::fill(block.subspan(148, 8), Byte{' '});
        unsigned sum = 0;
        for (const auto byte : block)
            sum += byte;
        for (std::size_t i = 6; i-- > 0; sum /= 8)
            block[148 + i] = static_cast<Byte>('0' + sum % 8);
    }
}

Result<archive::Scan> scan(Bytes bytes, pack::GzipSource::Mode mode) {
    const auto work = small_work();
    auto reading =
        TENON_TRY(archive::Reading::begin(std::make_unique<pack::MemorySource>(bytes),
                                          archive::is_compressed(bytes), "x.par", work, mode));
    return archive::scan(*reading, work);
}

void compare(const archive::Scan& whole, const archive::Scan& pieces) {
    TENON_ASSERT(whole.token == pieces.token);
    TENON_ASSERT(whole.targets.size() == pieces.targets.size());
    for (std::size_t i = 0; i < whole.targets.size(); ++i)
        TENON_ASSERT(whole.targets[i].hash == pieces.targets[i].hash);
    TENON_ASSERT(std::ranges::is_sorted(pieces.flush_points, {}, &pack::FlushPoint::unpacked));
    TENON_ASSERT(std::ranges::is_sorted(pieces.flush_points, {}, &pack::FlushPoint::packed));
}

void compare(const tenon::base::Error& whole, const tenon::base::Error& parallel) {
    TENON_ASSERT(whole.code() == parallel.code());
    // Which limit is met first depends on how much is unpacked at a time.
    TENON_ASSERT(whole.code() == tenon::Errc::limit ||
                 (whole.message() == parallel.message() && whole.offset() == parallel.offset()));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Buffer bytes(data, data + size);
    if (!bytes.empty() && bytes.front() == 'T') {
        bytes.erase(bytes.begin());
        repair_checksums(bytes);
    }
    const auto info = archive::inspect(bytes, "x.par", {1'700'000'000, {}}, small_work());
    const auto whole = scan(bytes, pack::GzipSource::Mode::plain);
    const auto pieces = scan(bytes, pack::GzipSource::Mode::cut);
    const auto parallel = scan(bytes, pack::GzipSource::Mode::parallel);
    TENON_ASSERT(!info || whole);
    TENON_ASSERT(!pieces || whole);
    if (whole && pieces)
        compare(*whole, *pieces);
    TENON_ASSERT(whole.has_value() == parallel.has_value());
    if (whole && parallel)
        compare(*whole, *parallel);
    else if (!whole)
        compare(whole.error(), parallel.error());
    return 0;
}
