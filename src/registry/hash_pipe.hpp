// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Hashes a stream beside the thread that receives and writes it, once there is enough of it to be
// worth a thread.
#pragma once

#include "blob/digest.hpp"

#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace tenon::registry {

class HashPipe {
public:
    /// `hasher` belongs to the pipe until `finish` returns; null: bytes only pass through.
    explicit HashPipe(blob::Hasher* hasher) : hasher_(hasher) {}
    HashPipe(const HashPipe&) = delete;
    HashPipe& operator=(const HashPipe&) = delete;
    ~HashPipe() { finish(); }

    /// A buffer to fill; waits for one.
    MutableBytes buffer();
    /// The first `size` bytes of the buffer are the next ones.
    void pass(std::size_t size);
    /// Everything that was passed is hashed when this returns.
    void finish();

private:
    static constexpr std::size_t buffer_size = 128 * 1024;
    static constexpr std::size_t count = 4;
    /// What comes first is hashed where it is: a thread costs more than that.
    static constexpr std::size_t alone = 1024 * 1024;

    void work();

    blob::Hasher* hasher_;
    std::array<Buffer, count> buffers_;
    std::array<std::size_t, count> sizes_{};
    std::uint64_t passed_ = 0; // buffers; the next one to fill is the rest modulo `count`
    std::size_t bytes_ = 0;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::uint64_t given_ = 0;  // to the thread
    std::uint64_t hashed_ = 0; // by the thread, or before it began
    bool over_ = false;
    std::thread thread_;
};

} // namespace tenon::registry
