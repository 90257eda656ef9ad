// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Bytes that were fetched once, kept under their digest in a folder that only its owner can use.
// Many processes may work on one cache at the same time: what appears in it is whole, and what
// disappears stays readable for whoever has it open.
#pragma once

#include "base/file.hpp"
#include "blob/digest.hpp"

#include <cstdint>
#include <functional>
#include <optional>

namespace tenon::blob {

class Cache {
public:
    static constexpr std::uint64_t usual_limit = std::uint64_t{8} << 30; ///< bytes

    /// Makes the folder if it is not there. `untrusted` when somebody else owns it or can write to
    /// it: what lies there could be anything.
    static Result<Cache> open(base::Path directory, std::uint64_t limit_bytes = usual_limit);

    /// The content, open to read; nothing when it is not here, is damaged, or could have been
    /// changed by others. Every byte is hashed once more before it is trusted. Counts as a use.
    /// Fails only with `interrupted`.
    [[nodiscard]] Result<std::optional<base::Fd>> find(const Digest& digest, std::uint64_t size,
                                                       const std::stop_token& stop = {}) const;

    /// Writes the content to the file and gives the digest of what it wrote.
    using Fill = std::function<Result<Digest>(int fd)>;
    /// Adds what `fill` writes, if that has the digest; gives it open to read. What was used least
    /// recently goes when the limit is passed. What is larger than the limit is not kept, but given
    /// all the same.
    Result<base::Fd> add(const Digest& digest, const Fill& fill);

    struct Emptied {
        std::uint64_t files = 0;
        std::uint64_t bytes = 0;
    };
    /// Removes everything.
    Result<Emptied> drain();

    [[nodiscard]] const base::Path& directory() const noexcept { return directory_; }

private:
    Cache(base::Path directory, base::Fd fd, std::uint64_t limit_bytes)
        : directory_(std::move(directory)), fd_(std::move(fd)), limit_bytes_(limit_bytes) {}
    Result<> make_room(const Digest& newest);
    Result<base::Fd> lock() const;

    base::Path directory_; // for messages
    base::Fd fd_;          // everything goes by it: whoever swaps names above leads nowhere
    std::uint64_t limit_bytes_;
};

} // namespace tenon::blob
