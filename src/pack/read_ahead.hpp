// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A source as views of its next bytes, without copying. What the source lends is passed on; the
// rest is read into buffers. With a thread of its own the source works on the next buffers while
// the caller looks at this one: inflating and hashing then overlap.
#pragma once

#include "pack/source.hpp"

#include <memory>
#include <stop_token>

namespace tenon::pack {

class ReadAhead {
public:
    enum class Threading { own_thread, same_thread };
    /// `source` must outlive it, and belongs to it until `finished`.
    ReadAhead(Source& source, Threading threading, std::stop_token stop);
    ~ReadAhead();
    ReadAhead(const ReadAhead&) = delete;
    ReadAhead& operator=(const ReadAhead&) = delete;

    /// The next bytes: at most so many, at least one unless the source is at its end. Valid until
    /// the next call. An error of the source comes behind the bytes that were read before it.
    Result<Bytes> take(std::size_t at_most);
    /// Reads to the end of the source and lets go of it.
    Result<> drain();

    /// How many bytes were taken.
    [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }

private:
    class Ring;
    std::unique_ptr<Ring> ring_;
    Bytes rest_; // of the buffer at hand
    std::uint64_t offset_ = 0;
};

} // namespace tenon::pack
