// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A chunk of data as a piece of a deflate stream (RFC 1951) that refers to nothing outside itself.
// libdeflate compresses better and ten times faster than zlib's best level, but only whole streams:
// so the mark of the last block is taken away again, and an empty stored block brings the piece to
// a byte boundary, as a full flush does.
#pragma once

#include "base/bytes.hpp"

#include <memory>

namespace tenon::pack {

enum class Position { inside, last }; ///< of a chunk in its stream

/// One thread's compressor; keeps its memory from chunk to chunk.
class ChunkCompressor {
public:
    ChunkCompressor();
    ~ChunkCompressor();
    ChunkCompressor(ChunkCompressor&&) noexcept;
    ChunkCompressor& operator=(ChunkCompressor&&) = delete;

    /// Replaces what is in `packed`. What was written is unpacked again and compared: a wrong
    /// archive is worse than none.
    void compress(Bytes chunk, Position position, Buffer& packed);

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace tenon::pack
