// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Digest of a stream, computed on a thread of its own while the caller fetches and writes more.
// Memory stays the same however long the stream is.
#pragma once

#include "blob/digest.hpp"

#include <memory>

namespace tenon::blob {

class BackgroundHasher {
public:
    explicit BackgroundHasher(Algorithm algorithm);
    BackgroundHasher(const BackgroundHasher&) = delete;
    BackgroundHasher& operator=(const BackgroundHasher&) = delete;
    ~BackgroundHasher();

    /// The next buffer to fill; waits while all of them are still to be hashed.
    [[nodiscard]] MutableBytes buffer();
    /// Hashes the first `filled` bytes of that buffer, which may be read until the next call of
    /// `buffer`. The thread starts with the second one, so that a small stream needs none.
    void push(std::size_t filled);
    /// Forgets everything: the stream begins anew.
    void restart();
    /// Ends the hash; the object may not be used afterwards.
    [[nodiscard]] Digest finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace tenon::blob
