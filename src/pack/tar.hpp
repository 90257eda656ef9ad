// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tar files: a writer of the bare GNU headers that provider archives have, and a reader of what
// tars in the world have (ustar with prefix, GNU long names and large numbers, pax records). Knows
// nothing about what the names mean.
#pragma once

#include "pack/read_ahead.hpp"

#include <array>
#include <string>

namespace tenon::pack {

inline constexpr std::size_t tar_block_size = 512;
using TarBlock = std::array<Byte, tar_block_size>;

/// A header with name, size, time 0, checksum and GNU magic; all else is zero. No long name is ever
/// written: more than 100 bytes are an error.
Result<TarBlock> tar_header(std::string_view name, std::uint64_t size);
/// Zero bytes that follow so many bytes of data.
std::size_t tar_padding(std::uint64_t size) noexcept;
/// Zero bytes that end the file.
inline constexpr std::size_t tar_end_size = 2 * tar_block_size;

struct TarLimits {
    std::uint64_t max_entries = 65536;
    std::uint64_t max_bytes = std::numeric_limits<std::uint64_t>::max() / 2; ///< of all entries
};

enum class TarKind { file, directory, link, other };

struct TarEntry {
    std::string name; ///< as it stands: any bytes
    TarKind kind = TarKind::file;
    std::uint64_t size = 0;  ///< of its data
    std::uint64_t begin = 0; ///< offset of its first header
    std::uint64_t data = 0;  ///< offset of its data
    bool bare = false;       ///< one header, of the very bytes that `tar_header` makes

    /// Offset behind its padding.
    [[nodiscard]] std::uint64_t end() const noexcept { return data + size + tar_padding(size); }
};

class TarReader {
public:
    /// `in` must outlive it.
    TarReader(ReadAhead& in, TarLimits limits) : in_(in), limits_(limits) {}

    /// The next entry (what is left of the one before is skipped), or nothing at the end: at the
    /// first zero block, or where the input ends between entries. All offsets in errors count in
    /// the tar stream.
    Result<std::optional<TarEntry>> next();
    /// The next piece of the entry's data, or nothing at its end. Valid until the next call.
    Result<Bytes> data();

private:
    struct Overrides; // what records in front of an entry say about it

    Result<bool> read_block(TarBlock& block);
    Result<TarEntry> parse(const TarBlock& block, std::uint64_t offset) const;
    Result<> skip_rest();
    [[nodiscard]] base::Error truncated() const;
    static Result<> check_global(std::string_view records, const TarEntry& header);
    Result<std::string> read_record(const TarEntry& record);
    Result<> apply(const Overrides& overrides, char type, TarEntry& entry) const;

    ReadAhead& in_;
    TarLimits limits_;
    TarEntry entry_;
    std::uint64_t left_ = 0;    // of the entry's data
    std::uint64_t padding_ = 0; // behind it
    std::uint64_t count_ = 0;   // of headers
};

} // namespace tenon::pack
