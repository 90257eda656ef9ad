// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/sections.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace tenon::wasm {

namespace {

constexpr std::array<Byte, 4> magic{0x00, 'a', 's', 'm'};
constexpr std::size_t preamble_size = 8;
constexpr std::uint16_t module_version = 1;
constexpr std::uint16_t newest_component_version = 0x0d;

constexpr std::uint8_t custom_id = 0;
constexpr std::uint8_t core_module_id = 1; // in components
constexpr std::uint8_t component_id = 4;   // in components

constexpr std::string_view module_sections[] = {
    "custom", "type",  "import",  "function", "table", "memory",     "global",
    "export", "start", "element", "code",     "data",  "data count", "tag"};
constexpr std::string_view component_sections[] = {
    "custom", "core module", "core instance", "core type", "component", "instance", "alias",
    "type",   "canon",       "start",         "import",    "export",    "value"};

/// `section 10 (code)`; unknown ids have their number only.
std::string name_of(Layer layer, std::uint8_t id) {
    const auto word = section_word(layer, id);
    return word.empty() ? fmt::format("section {}", id) : fmt::format("section {} ({})", id, word);
}

std::string spaced_hex(Bytes bytes) {
    std::string out;
    for (const auto byte : bytes)
        out += fmt::format("{}{:02x}", out.empty() ? "" : " ", byte);
    return out;
}

/// The magic as far as the data goes: a cut-off preamble is told from another kind of file.
Result<> check_magic(const Reader& in, Bytes data) {
    if (data.empty())
        return fail(in.error(Errc::truncated, "no WebAssembly: there are no bytes at all"));
    const auto there = data.first(std::min(data.size(), magic.size()));
    if (!std::ranges::equal(there, Bytes(magic).first(there.size())))
        return fail(in.error_at(in.offset(), Errc::malformed,
                                fmt::format("no WebAssembly: it begins with `{}`, not with `{}`",
                                            spaced_hex(there), spaced_hex(magic)),
                                static_cast<std::uint32_t>(there.size())));
    if (data.size() < preamble_size)
        return fail(
            in.error_at(in.offset() + data.size(), Errc::truncated,
                        fmt::format("unexpected end: the preamble has {} bytes, {} are there",
                                    preamble_size, data.size())));
    return {};
}

/// A custom section's name and what lies behind it.
Result<> split_custom(Section& section) {
    Reader in(section.content, section.content_offset);
    section.name = TENON_TRY(in.name());
    section.payload = in.rest();
    return {};
}

} // namespace

std::string_view section_word(Layer layer, std::uint8_t id) noexcept {
    const auto words = layer == Layer::module ? std::span<const std::string_view>(module_sections)
                                              : component_sections;
    return id < words.size() ? words[id] : std::string_view();
}

bool looks_like_wasm(Bytes data) noexcept {
    return data.size() >= magic.size() && std::ranges::equal(data.first(magic.size()), magic);
}

// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#component-definitions
// The four bytes that were a module's version are version and layer, two bytes each.
Result<SectionWalker> SectionWalker::begin(Bytes data, std::uint64_t base) {
    Reader in(data, base);
    TENON_TRY(check_magic(in, data));
    TENON_TRY(in.skip(magic.size()));
    const auto bits = TENON_TRY(in.fixed_u32());
    const auto version = static_cast<std::uint16_t>(bits);
    const auto layer = bits >> 16;
    if (layer > 1)
        return fail(
            in.error_at(base + 6, Errc::malformed, fmt::format("unknown layer: {:#x}", layer), 2));
    const bool known = layer == 0 ? version == module_version : version <= newest_component_version;
    if (!known)
        return fail(in.error_at(base + 4, Errc::unsupported,
                                fmt::format("unknown binary version of a {}: {:#x}",
                                            layer == 0 ? "module" : "component", version),
                                2));
    return SectionWalker(in, {layer == 0 ? Layer::module : Layer::component, version});
}

// https://webassembly.github.io/spec/core/binary/modules.html#sections
Result<std::optional<Section>> SectionWalker::next() {
    if (in_.at_end())
        return std::nullopt;
    Section section{};
    const auto whole = in_.rest();
    section.offset = in_.offset();
    section.id = TENON_TRY(in_.u8());
    const auto name = [&] { return name_of(preamble_.layer, section.id); };

    auto size = in_.u32(); // at most five bytes, padded or not
    if (!size)
        return fail(std::move(size).error().within(name()));
    section.content_offset = in_.offset();
    if (*size > in_.remaining())
        return fail(
            in_.error_at(section.offset + 1, Errc::truncated,
                         fmt::format("{} is cut off: {} {} wanted, {} left", name(), *size,
                                     *size == 1 ? "byte" : "bytes", in_.remaining()),
                         static_cast<std::uint32_t>(section.content_offset - section.offset - 1)));
    section.content = TENON_TRY(in_.bytes(*size));
    section.whole = whole.first(whole.size() - in_.remaining());
    if (section.id == custom_id)
        if (auto split = split_custom(section); !split)
            return fail(std::move(split).error().within(name()));
    return section;
}

bool SectionWalker::is_nested(const Section& section) const noexcept {
    return preamble_.layer == Layer::component &&
           (section.id == core_module_id || section.id == component_id);
}

} // namespace tenon::wasm
