// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The two fields that speak of bytes: `Range` of a download (RFC 9110 section 14) and
// `Content-Range` of an upload's chunk (OCI distribution specification, "Pushing a blob in
// chunks").
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tenon::registry {

/// What of a representation is to be sent.
struct Selection {
    enum class Kind { whole, part, unsatisfiable };
    Kind kind = Kind::whole;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    friend bool operator==(const Selection&, const Selection&) = default;
};

/// What `Range: <field>` selects of `size` bytes. Another unit, several ranges and what is not
/// understood select the whole, as section 14.2 allows; a range that ends before it begins or
/// begins behind the end is unsatisfiable.
[[nodiscard]] Selection select_range(std::string_view field, std::uint64_t size) noexcept;

/// Positions of the first and the last byte of a chunk.
struct ChunkRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    friend bool operator==(const ChunkRange&, const ChunkRange&) = default;
};

/// `0-1023`; also with the unit and size of RFC 9110, `bytes 0-1023/*`, which some clients write.
/// Nothing for all else.
[[nodiscard]] std::optional<ChunkRange> parse_chunk_range(std::string_view field) noexcept;

/// Decimal digits and nothing else; nothing where the number is too large.
[[nodiscard]] std::optional<std::uint64_t> parse_decimal(std::string_view text) noexcept;

} // namespace tenon::registry
