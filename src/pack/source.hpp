// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where packed bytes come from: a file, a part of one, or memory.
#pragma once

#include "base/file.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <stop_token>

namespace tenon::pack {

/// Something that bytes are pulled from.
class Source {
public:
    virtual ~Source() = default;
    /// Puts bytes into `into` and says how many; none only at the end. Whatever may wait, or may
    /// work without giving any, looks at `stop` meanwhile.
    virtual Result<std::size_t> read(MutableBytes into, const std::stop_token& stop) = 0;
    /// The next bytes where they lie in the source's own memory, valid until the next call; nothing
    /// when the source has none to lend from here on, and `read` goes on.
    virtual Result<std::optional<Bytes>> lend(const std::stop_token& /*stop*/) {
        return std::nullopt;
    }
};

/// Bytes in memory, which must outlive it.
class MemorySource final : public Source {
public:
    explicit MemorySource(Bytes data) : rest_(data) {}
    Result<std::size_t> read(MutableBytes into, const std::stop_token& stop) override;

private:
    Bytes rest_;
};

/// Part of a file that knows positions, read without moving the file's own. The descriptor must
/// outlive it.
class FileSource final : public Source {
public:
    FileSource(int fd, base::Path name, std::uint64_t begin = 0,
               std::uint64_t limit = std::numeric_limits<std::uint64_t>::max())
        : fd_(fd), name_(std::move(name)), at_(begin), limit_(limit) {}
    Result<std::size_t> read(MutableBytes into, const std::stop_token& stop) override;

private:
    int fd_;
    base::Path name_;
    std::uint64_t at_;
    std::uint64_t limit_;
};

/// A pipe: bytes that were read already, then the rest. The descriptor must outlive it.
class PipeSource final : public Source {
public:
    PipeSource(int fd, base::Path name, Buffer head)
        : fd_(fd), name_(std::move(name)), head_(std::move(head)) {}
    Result<std::size_t> read(MutableBytes into, const std::stop_token& stop) override;

private:
    int fd_;
    base::Path name_;
    Buffer head_;
    std::size_t taken_ = 0; // of `head_`
};

/// What everything returns that finds a stop requested.
std::unexpected<base::Error> interrupted();

} // namespace tenon::pack
