// LINK: tenon_registry
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// `Range` and `Content-Range`: whatever is selected lies within the representation, and a chunk's
// range that is understood says the same when it is written plainly.
#include "registry/range.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using tenon::registry::Selection;
    const std::string_view field(reinterpret_cast<const char*>(bytes), size);
    for (const std::uint64_t length :
         {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2048}, UINT64_MAX - 1, UINT64_MAX}) {
        const auto selected = tenon::registry::select_range(field, length);
        if (selected.kind != Selection::Kind::part)
            continue;
        if (selected.length == 0 || selected.offset >= length ||
            selected.length > length - selected.offset)
            std::abort();
    }
    const auto chunk = tenon::registry::parse_chunk_range(field);
    if (!chunk)
        return 0;
    if (chunk->last < chunk->first)
        std::abort();
    const auto plain = std::to_string(chunk->first) + "-" + std::to_string(chunk->last);
    if (tenon::registry::parse_chunk_range(plain) != chunk)
        std::abort();
    return 0;
}
