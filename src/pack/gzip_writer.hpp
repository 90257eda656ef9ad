// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Writing one gzip member on all processors. Chunks are compressed independently, so that the bytes
// depend on the content and the borders alone, never on the number of threads; memory does not
// depend on the size.
#pragma once

#include "pack/source.hpp"

#include <functional>
#include <memory>
#include <stop_token>

namespace tenon::pack {

/// Takes the packed bytes, in order, on the thread that writes.
using Sink = std::function<Result<>(Bytes)>;

class GzipWriter {
public:
    /// `threads` 0: as many as there are processors (more than eight are not used).
    GzipWriter(Sink sink, unsigned threads, std::stop_token stop);
    ~GzipWriter(); ///< without `finish` the stream is left as it is: incomplete
    GzipWriter(GzipWriter&&) noexcept;
    GzipWriter& operator=(GzipWriter&&) = delete;

    Result<> write(Bytes bytes);
    /// What follows can be unpacked without what came before, and the other way round.
    Result<> cut();
    /// Puts in a piece that lay between two flush points of another stream, as it is; `crc` and
    /// `unpacked_size` are of what it unpacks to.
    Result<> append(Source& packed, std::uint32_t crc, std::uint64_t unpacked_size);
    /// Ends the member. Nothing can be written afterwards.
    Result<> finish();

private:
    class Pool;
    std::unique_ptr<Pool> pool_;
};

} // namespace tenon::pack
