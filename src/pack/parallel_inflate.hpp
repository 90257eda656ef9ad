// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A deflate stream unpacked on several processors, as far as it is made of pieces that stand alone,
// as our own writer's is. What looks like the border of such a piece need not be one: a piece
// counts only when it was unpacked by itself without a reference to before it, from a border to a
// border. Where that ends, somebody else goes on in the old way, from the last true border.
#pragma once

#include "pack/source.hpp"

#include <memory>

namespace tenon::pack {

class ParallelInflate {
public:
    /// What a piece may measure. Smaller ones are taken together; where one is larger, it ends. The
    /// chunks of our own writer fit: a mebibyte, of which deflate makes no less than a thousandth.
    struct Sizes {
        std::size_t least_packed = 1000;
        std::size_t most_packed = (1 << 20) + (64 << 10);
        std::size_t most_unpacked = (2 << 20) + (64 << 10);
    };
    /// `head` was read from `packed` before. With no threads, it is all done by the caller's.
    ParallelInflate(Source& packed, Bytes head, unsigned threads, Sizes sizes);
    ~ParallelInflate();
    ParallelInflate(const ParallelInflate&) = delete;
    ParallelInflate& operator=(const ParallelInflate&) = delete;

    struct Piece {
        Bytes unpacked; ///< valid until the next call
        std::uint32_t crc;
        std::size_t packed_size;
    };
    /// The next piece, or nothing where it ends.
    Result<std::optional<Piece>> next(const std::stop_token& stop);

    /// Behind the last piece: what was read of `packed` and belongs to no piece.
    Result<Buffer> rest(const std::stop_token& stop);
    /// Behind the last piece: the output before it as far as deflate can refer back.
    [[nodiscard]] Bytes window() const noexcept;

private:
    class Line;
    std::unique_ptr<Line> line_;
};

} // namespace tenon::pack
