// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Room on a disk that is set aside: a listing is written anew beside the old one, so that without
// it nothing could be deleted from a registry whose disk is full.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <sys/types.h>

namespace tenon::registry {

class Reserve {
public:
    /// The listing of 18 000 tags.
    static constexpr std::uint64_t most_bytes = std::uint64_t{4} << 20;

    /// Replaces what lies at `path`.
    void open(std::string path, mode_t mode);
    /// Sets room aside unless that was done: up to `most_bytes`, and a 64th of the disk. None where
    /// there is none, or where a file system cannot do it.
    void fill();
    /// Makes the reserve the file `path`: `size` bytes can be written over what is in it, whatever
    /// others write. False: there is not so much.
    [[nodiscard]] bool hand_over(const std::string& path, std::uint64_t size);

private:
    std::mutex mutex_;
    std::string path_; // empty: never opened
    mode_t mode_ = 0;
    std::uint64_t size_ = 0; // of what was set aside
};

} // namespace tenon::registry
