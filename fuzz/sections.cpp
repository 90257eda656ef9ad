// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// LINK: tenon_wasm
// Sections of modules and components, nested ones too: every part lies where its offset says, and
// the sections together are the file.
#include "wasm/sections.hpp"
#include "base/error.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace {

using tenon::Buffer, tenon::Bytes;
using tenon::wasm::looks_like_wasm, tenon::wasm::max_component_depth, tenon::wasm::SectionWalker;

/// Whether `part` is what stands in the file at `offset`.
bool lies_at(Bytes file, std::uint64_t offset, Bytes part) {
    return offset + part.size() <= file.size() && part.data() == file.data() + offset;
}

void walk(Bytes file, Bytes data, std::uint64_t base, int depth) {
    if (depth > max_component_depth)
        return;
    auto walker = SectionWalker::begin(data, base);
    if (!walker) {
        TENON_ASSERT(walker.error().offset() >= base &&
                     walker.error().offset() <= base + data.size());
        return;
    }
    TENON_ASSERT(looks_like_wasm(data));
    Buffer again(data.begin(), data.begin() + 8);
    for (;;) {
        const auto next = walker->next();
        if (!next) {
            TENON_ASSERT(next.error().offset() >= base &&
                         next.error().offset() <= base + data.size());
            return;
        }
        if (!*next)
            break;
        const auto& section = **next;
        TENON_ASSERT(lies_at(file, section.offset, section.whole));
        TENON_ASSERT(lies_at(file, section.content_offset, section.content));
        TENON_ASSERT(section.whole.front() == section.id);
        TENON_ASSERT(section.whole.end() == section.content.end());
        if (section.id == 0)
            TENON_ASSERT(section.payload.end() == section.content.end() &&
                         section.name.size() + section.payload.size() < section.content.size());
        again.insert(again.end(), section.whole.begin(), section.whole.end());
        if (walker->is_nested(section))
            walk(file, section.content, section.content_offset, depth + 1);
    }
    TENON_ASSERT(std::ranges::equal(again, data));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    walk({data, size}, {data, size}, 0, 0);
    return 0;
}
