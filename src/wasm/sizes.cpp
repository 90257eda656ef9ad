// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/sizes.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace tenon::wasm {
namespace {

/// Whether the content begins with the number of its items.
bool is_list(Layer layer, const Section& section) {
    const auto word = section_word(layer, section.id);
    for (const auto single : {"custom", "start", "data count", "core module", "component"})
        if (word == single)
            return false;
    return !word.empty();
}

} // namespace

Result<std::vector<SectionSize>> section_sizes(Bytes data, std::uint64_t base, std::size_t most) {
    auto walker = TENON_TRY(SectionWalker::begin(data, base));
    const auto layer = walker.preamble().layer;
    std::vector<SectionSize> out;
    std::map<std::pair<std::uint8_t, std::string_view>, std::size_t> places;
    while (const auto section = TENON_TRY(walker.next())) {
        auto name = section->name;
        if (section->id == 0 && out.size() >= most && !places.contains({0, name}))
            name = {};
        const auto [place, is_new] = places.try_emplace({section->id, name}, out.size());
        if (is_new)
            out.push_back({.what = section_word(layer, section->id), .name = name});
        auto& size = out[place->second];
        size.bytes += section->whole.size();
        ++size.sections;
        size.items += is_list(layer, *section)
                          ? TENON_TRY(Reader(section->content, section->content_offset).u32())
                          : 1;
    }
    return out;
}

std::vector<FunctionSize> largest_functions(const Module& module, std::size_t count) {
    const auto imported =
        static_cast<std::uint32_t>(std::ranges::count_if(module.imports, [](const Import& one) {
            return std::holds_alternative<FuncRef>(one.type);
        }));
    std::vector<FunctionSize> all;
    all.reserve(module.bodies.size());
    for (const auto& body : module.bodies)
        all.push_back({imported + static_cast<std::uint32_t>(all.size()), body.bytes.size()});
    const auto is_larger = [](const FunctionSize& left, const FunctionSize& right) {
        return left.bytes != right.bytes ? left.bytes > right.bytes : left.index < right.index;
    };
    count = std::min(count, all.size());
    const auto end = all.begin() + static_cast<std::ptrdiff_t>(count);
    std::ranges::partial_sort(all, end, is_larger);
    all.erase(end, all.end());
    return all;
}

} // namespace tenon::wasm
