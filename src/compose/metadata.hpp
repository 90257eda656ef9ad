// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a core module says about itself in its sections `component-type…`: the world that it was
// written for, how its strings are encoded, and what made it.
//
// Source: the conventions of wit-bindgen and of every linker behind it; there is no other text.
#pragma once

#include "base/bytes.hpp"
#include "component/canonical_name.hpp"
#include "compose/producers.hpp"
#include "wit/merge.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tenon::compose {

inline constexpr std::string_view metadata_section = "component-type";

/// Values are those of the section.
enum class StringEncoding : std::uint8_t { utf8, utf16, latin1_utf16 };
/// As options spell it: `utf8`, `utf16`, `compact-utf16`.
[[nodiscard]] std::string_view name_of(StringEncoding encoding) noexcept;

/// How the strings of each function are encoded. Functions are known by the name of what they stand
/// in, without its version: a newer version of an interface may take its place later.
class Encodings {
public:
    void add_all(const wit::Model& model, const base::OrderedMap<wit::WorldKey, wit::WorldItem>&,
                 StringEncoding encoding);
    /// `invalid` where a function would have two encodings.
    Result<> merge(const Encodings& other);
    [[nodiscard]] std::optional<StringEncoding>
    find(const wit::Model& model, const wit::WorldKey& key, const std::string& function) const;

private:
    std::map<std::string, StringEncoding> by_function_;
};

/// What one module says, all its sections together. The world is called `root:root/root`; without a
/// section it is empty.
struct Metadata {
    wit::Model model;
    wit::WorldIdx world{};
    Encodings imports, exports;
    std::optional<Producers> producers;

    /// A model with nothing but the empty world.
    static Metadata empty();
    /// The payload of one section, in the format of today (4) or the one before it (3).
    static Result<Metadata> read(Bytes payload);
    /// Adds another one: the packages become one set, the worlds one world. Gives what the other
    /// world exports. `models` is of this model. Of no use after a failure.
    Result<std::vector<wit::WorldKey>> add(const Metadata& other, wit::Union& models);
};

/// The payload of the section, in format 4. `invalid` for worlds that have no encoding.
Result<Buffer> encode_metadata(const wit::Model& model, wit::WorldIdx world,
                               StringEncoding encoding, const Producers& producers,
                               component::InterfaceNames names = component::InterfaceNames::full);

} // namespace tenon::compose
