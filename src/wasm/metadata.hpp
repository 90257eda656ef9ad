// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a module or component says of itself in custom sections: its name, who made it and with
// what, under which licence. Read for all that is nested; changed for the outermost alone.
//
// Source: the sections `name`, `component-name` and `producers` of the tool conventions; the others
// are texts under the keys of OCI annotations,
// https://github.com/WebAssembly/tool-conventions/pull/230.
#pragma once

#include "wasm/producers.hpp"
#include "wasm/sections.hpp"

#include <array>
#include <optional>

namespace tenon::wasm {

/// Texts that are custom sections of their own, in the order in which they are written.
enum class Remark : std::uint8_t {
    authors,
    description,
    licenses,
    source,
    homepage,
    revision,
    version,
};
inline constexpr std::array<std::string_view, 7> remark_names{
    "authors", "description", "licenses", "source", "homepage", "revision", "version"};

struct Metadata {
    Layer layer = Layer::module;
    std::uint64_t begin = 0, end = 0; ///< in the whole file
    std::optional<std::string> name;
    std::optional<Producers> producers;
    std::array<std::optional<std::string>, remark_names.size()> remarks; ///< by `Remark`
    /// The section `.dep-v0` of cargo-auditable: JSON, compressed. Looks into the file.
    std::optional<Bytes> dependencies;
    std::vector<Metadata> children; ///< nested modules and components, in their order

    [[nodiscard]] const std::optional<std::string>& operator[](Remark remark) const {
        return remarks[static_cast<std::size_t>(remark)];
    }
};

/// Errors: as of `SectionWalker`; `malformed` for a section that cannot be read; `limit` beyond
/// `max_component_depth` levels or 100000 nested modules and components.
Result<Metadata> read_metadata(Bytes data);

/// What becomes of one text: it stays, goes, or is replaced.
struct TextChange {
    enum class Kind : std::uint8_t { keep, clear, set } kind = Kind::keep;
    std::string text = {};
};
struct MetadataChange {
    TextChange name;
    Producers producers; ///< added to those that are there
    std::array<TextChange, remark_names.size()> remarks;
};

/// The file with changed metadata; all other sections are what they were, byte for byte. A name
/// section keeps the names of everything else. Errors as above, for what needs to be read.
Result<Buffer> change_metadata(Bytes data, const MetadataChange& change);

} // namespace tenon::wasm
