// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The outer structure of modules and components: the preamble and the sections behind it, without
// looking inside. https://webassembly.github.io/spec/core/binary/modules.html#sections and
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#component-definitions
#pragma once

#include "base/reader.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace tenon::wasm {

enum class Layer : std::uint8_t { module, component };

struct Preamble {
    Layer layer;
    std::uint16_t version; ///< 1 for modules; 0x0d and older drafts for components
};

/// Whether the bytes begin as WebAssembly does (`\0asm`), whatever follows.
[[nodiscard]] bool looks_like_wasm(Bytes data) noexcept;

/// `code`, `data count`; empty for an id that the layer does not know.
[[nodiscard]] std::string_view section_word(Layer layer, std::uint8_t id) noexcept;

struct Section {
    std::uint8_t id;      ///< 0 custom; in components 1 is a core module and 4 a component
    std::uint64_t offset; ///< of the id byte, in the whole file
    Bytes whole;          ///< id, size and content, as they stand in the file
    Bytes content;
    std::uint64_t content_offset;
    std::string_view name; ///< of a custom section; empty for others
    Bytes payload;         ///< a custom section's bytes behind its name
};

/// Walks the sections of one module or component. Nested ones are walked by a walker of their own,
/// made from `content` and `content_offset`.
class SectionWalker {
public:
    /// Reads the preamble. `base` is the offset of the first byte in the whole file.
    static Result<SectionWalker> begin(Bytes data, std::uint64_t base = 0);

    [[nodiscard]] Preamble preamble() const noexcept { return preamble_; }
    /// The next section, or nothing at the end.
    Result<std::optional<Section>> next();
    /// Whether the section holds a module or component that can be walked in turn.
    [[nodiscard]] bool is_nested(const Section& section) const noexcept;

private:
    SectionWalker(Reader in, Preamble preamble) : in_(in), preamble_(preamble) {}
    Reader in_;
    Preamble preamble_;
};

/// How deeply components may nest before reading stops with `Errc::limit`.
inline constexpr int max_component_depth = 100;

} // namespace tenon::wasm
