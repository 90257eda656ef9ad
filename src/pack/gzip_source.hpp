// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reading one gzip member (RFC 1952), streaming. Checksum and length are verified; what is cut and
// what is corrupt are told apart, each at the offset of the packed byte.
#pragma once

#include "pack/source.hpp"

#include <memory>
#include <vector>

namespace tenon::pack {

/// There is none on the ratio: deflate cannot make more than 1032 bytes of one.
struct GzipLimits {
    std::uint64_t max_unpacked_bytes = std::numeric_limits<std::uint64_t>::max();
};

/// A place where the packed stream is at a byte boundary, between blocks, and nothing behind refers
/// to what lies before: the stream can be cut there.
struct FlushPoint {
    std::uint64_t packed;   ///< offset in the file
    std::uint64_t unpacked; ///< bytes of output before it
    std::uint32_t crc;      ///< CRC-32 of all output before it
};

/// What stands behind the member.
enum class Behind { nothing, other_bytes, second_member };

class GzipSource final : public Source {
public:
    /// With `cut` the stream is taken apart at every flush point, as if each began a stream of its
    /// own. A stream whose flush points are not such (a sync flush) then fails with `not_cuttable`.
    /// With `parallel` several threads unpack what is cut, if it is, to be lent; the content and
    /// the errors are those of `plain`.
    enum class Mode { plain, cut, parallel };
    /// `packed` must outlive it. `threads` is for `parallel`: 0 as many as there are processors, 1
    /// only that of the caller.
    GzipSource(Source& packed, GzipLimits limits, Mode mode = Mode::plain, unsigned threads = 0);
    ~GzipSource() override;
    GzipSource(const GzipSource&) = delete;
    GzipSource& operator=(const GzipSource&) = delete;

    Result<std::size_t> read(MutableBytes into, const std::stop_token& stop) override;
    /// With `parallel`: what other threads have unpacked.
    Result<std::optional<Bytes>> lend(const std::stop_token& stop) override;

    /// After the end: what was there behind the member. Unread and ignored otherwise.
    [[nodiscard]] Behind behind() const noexcept;
    /// The ends of what can be cut out, in order; the first is the start of the packed data.
    [[nodiscard]] const std::vector<FlushPoint>& flush_points() const noexcept;
    /// The last error came from cutting; without it the stream may be fine.
    [[nodiscard]] bool not_cuttable() const noexcept;

private:
    class Inflater;
    std::unique_ptr<Inflater> inflater_;
};

} // namespace tenon::pack
