// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// LINK: tenon_wasm tenon_component tenon_compose
// What `inspect` finds out about a module or component: sizes add up to the file, and a valid
// module is valid with the features that it is said to need.
#include "base/error.hpp"
#include "component/decode.hpp"
#include "component/needs.hpp"
#include "compose/parts.hpp"
#include "wasm/extern_text.hpp"
#include "wasm/needs.hpp"
#include "wasm/sizes.hpp"
#include "wasm/tool_sections.hpp"
#include "wasm/validate.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace {

using tenon::Bytes;
namespace wasm = tenon::wasm;

void sizes(Bytes file) {
    const auto found = wasm::section_sizes(file, 0, 4);
    if (!found)
        return;
    std::uint64_t sum = 8; // the preamble
    for (const auto& one : *found)
        sum += one.bytes;
    TENON_ASSERT(sum == file.size());
}

void texts(const wasm::Module& module) {
    const wasm::ExternTypes types(module);
    for (const auto& import : module.imports)
        TENON_ASSERT(types.text(import.type, 100).size() < 300);
    for (const auto& one : module.exports)
        if (const auto* const type = types.find(one.kind, one.index))
            TENON_ASSERT(wasm::kind_of(*type) == one.kind);
}

void module(Bytes bytes, std::uint64_t offset) {
    const auto decoded = wasm::decode_module(bytes, offset);
    if (!decoded)
        return;
    texts(*decoded);
    const auto largest = wasm::largest_functions(*decoded, 3);
    TENON_ASSERT(std::ranges::is_sorted(largest, std::greater(), &wasm::FunctionSize::bytes));
    const auto debug = wasm::debug_sections(*decoded);
    TENON_ASSERT(debug.dwarf_bytes <= bytes.size());
    for (const auto& section : decoded->customs) {
        // Whatever the section is called, it may be read as either.
        const auto features = wasm::read_target_features(section.payload, section.offset);
        const auto dylink = wasm::read_dylink(section.payload, section.offset);
        TENON_ASSERT(!features || features->size() <= section.payload.size());
        TENON_ASSERT(!dylink || dylink->needed.size() <= section.payload.size());
    }
    if (!wasm::validate(*decoded, wasm::Features::everything()))
        return;
    const auto used = wasm::features_used(*decoded);
    TENON_ASSERT(used);
    TENON_ASSERT(wasm::validate(*decoded, *used));
}

void component(Bytes file) {
    if (const auto tree = tenon::component::decode(file)) {
        const auto used = tenon::component::features_used(*tree);
        TENON_ASSERT(used.has(wasm::Feature::mvp));
    }
    const auto parts = tenon::compose::parts_of(file);
    if (!parts)
        return;
    for (std::size_t i = 0; i < parts->size(); ++i) {
        const auto& part = (*parts)[i];
        TENON_ASSERT(part.offset + part.bytes.size() <= file.size());
        TENON_ASSERT(part.parent == tenon::compose::EmbeddedPart::outermost || part.parent < i);
        TENON_ASSERT(!tenon::compose::path_of(*parts, i).empty());
        if (part.is_module)
            module(part.bytes, part.offset);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes file(data, size);
    sizes(file);
    const auto walker = wasm::SectionWalker::begin(file);
    if (walker && walker->preamble().layer == wasm::Layer::module)
        module(file, 0);
    else if (walker)
        component(file);
    return 0;
}
