// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is inside a module or component, found for `inspect` to show; how it is shown is not known
// here.
#pragma once

#include "component/package_decode.hpp"
#include "compose/parts.hpp"
#include "wasm/extern_text.hpp"
#include "wasm/metadata.hpp"
#include "wasm/needs.hpp"
#include "wasm/sizes.hpp"
#include "wasm/tool_sections.hpp"

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace tenon::cli {

/// What is told of each core module.
struct ModuleFacts {
    std::uint64_t functions = 0, imported_functions = 0; ///< all of them; of these imported
    std::uint64_t code_bytes = 0;                        ///< of all bodies
    std::uint64_t data_segments = 0, data_bytes = 0, element_segments = 0;
    std::vector<wasm::MemoryType> memories;           ///< the first few, imported ones too
    std::vector<wasm::TableType> tables;              ///< so here
    std::uint64_t more_memories = 0, more_tables = 0; ///< that are left out of these
    wasm::DebugSections debug;
    std::vector<wasm::TargetFeature> target_features;
    std::optional<wasm::Dylink> dylink;
};

struct LargeFunction {
    std::size_t part = 0; ///< of a component, the module's position in `parts`
    std::uint32_t index = 0;
    std::uint64_t bytes = 0;
    std::string name; ///< in the name section; may be empty
};

/// Views look into the bytes that were read, which must outlive it.
struct Contents {
    std::uint64_t bytes = 0;
    wasm::Metadata metadata;
    wasm::Producers producers; ///< of it and of all that is nested in it, as long as they are few
    std::vector<wasm::SectionSize> sections;
    wasm::Features features;        ///< of it and of all core modules together
    bool features_are_whole = true; ///< whether all bodies could be read
    ModuleFacts facts;              ///< the same; lists of a module only
    std::uint64_t core_modules = 0;
    std::vector<LargeFunction> largest;
    std::optional<std::uint64_t> dependencies; ///< packages that cargo-auditable lists

    std::optional<wasm::Module> module; ///< of a module

    // Of a component.
    std::vector<compose::EmbeddedPart> parts;
    std::vector<ModuleFacts> part_facts;       ///< beside them; of components nothing
    std::optional<component::DecodedWit> wit;  ///< unless WIT cannot say it
    std::vector<std::string> imports, exports; ///< the names alone, where it cannot
    /// Imports that no world has, and what they are: `core module`.
    std::vector<std::pair<std::string, std::string_view>> foreign_imports;

    /// What could not be found out, and why.
    std::vector<base::Error> gaps;

    [[nodiscard]] bool is_module() const noexcept { return module.has_value(); }
    [[nodiscard]] bool is_package() const noexcept { return wit && !wit->world; }
};

/// `top`: how many of the largest functions are wanted. `malformed` and others for what cannot be
/// taken apart, with the path to it; `interrupted`.
Result<Contents> read_contents(Bytes binary, std::size_t top, std::stop_token stop);

/// `module`, `component`, `WIT package`.
[[nodiscard]] std::string_view kind_of(const Contents& contents) noexcept;
/// The versions of WASI that it imports from: `0.1` of a module, `0.2.3` of a component.
[[nodiscard]] std::vector<std::string> wasi_versions(const Contents& contents);

/// What hosts and linkers take it for, told by what it exports: `a command`, `an HTTP handler`.
[[nodiscard]] std::vector<std::string_view> uses_of(const Contents& contents);

/// The signatures of functions in WIT. A type can be written out at greater length than the file
/// has, so that after many megabytes of them it is only said that the rest are functions.
class Signatures {
public:
    explicit Signatures(const wit::Model& model) : model_(model) {}
    /// `func(a: u32) -> string`; long ones end in `…`.
    [[nodiscard]] std::string text(const wit::Function& function);

private:
    const wit::Model& model_;
    std::size_t written_ = 0;
};

} // namespace tenon::cli
