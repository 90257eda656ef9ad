// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What identifiers of a module stand for, and the name section that remembers them.
//
// Source: https://webassembly.github.io/spec/core/text/conventions.html#contexts,
// https://webassembly.github.io/spec/core/appendix/custom.html#name-section
#pragma once

#include "base/keyed_hash.hpp"
#include "wat/cursor.hpp"

#include <array>
#include <map>
#include <utility>
#include <vector>

namespace tenon::wat {

enum class Space : std::uint8_t { type, func, table, memory, global, tag, elem, data };
inline constexpr std::size_t space_count = 8;

using NameMap = std::vector<std::pair<std::uint32_t, std::string_view>>;

/// An identifier and `(@name "…")`, as they stand behind the keyword of a definition.
struct Naming {
    Token id;                              ///< an `id`, or nothing
    std::optional<std::string_view> shown; ///< what goes into the name section
};
/// Takes both, where they are there.
Result<Naming> read_naming(Cursor& in);

/// Words in one scope, each once.
class Scope {
public:
    Result<> add(Cursor& in, const Naming& naming, std::uint32_t index, std::string_view what);
    [[nodiscard]] const std::uint32_t* find(std::string_view id) const noexcept;
    void clear();
    /// The error that nothing has this name; `at` is the identifier.
    [[nodiscard]] base::Error unknown(Cursor& in, std::string_view what, const Token& at) const;

private:
    base::TextViewMap<std::uint32_t> ids_;
};

/// An index by number, or by the name that it has in `scope`.
Result<std::uint32_t> read_index(Cursor& in, const Scope& scope, std::string_view what);

class Names {
public:
    /// The index of the next definition in the space.
    Result<std::uint32_t> define(Cursor& in, Space space, const Naming& naming);
    /// A definition that has no name.
    std::uint32_t define(Space space) { return counts_[static_cast<std::size_t>(space)]++; }
    [[nodiscard]] std::uint32_t count(Space space) const noexcept {
        return counts_[static_cast<std::size_t>(space)];
    }
    Result<std::uint32_t> index(Cursor& in, Space space);
    [[nodiscard]] const Scope& scope(Space space) const noexcept {
        return scopes_[static_cast<std::size_t>(space)];
    }
    /// Whether an index may stand here.
    [[nodiscard]] static bool at_index(const Cursor& in) noexcept {
        return in.at(TokenKind::number) || in.at(TokenKind::id);
    }

    void set_module(std::string_view name) { module_ = name; }
    // What has names in a definition, which come in the order of their indices.
    void add_locals(std::uint32_t func, const NameMap& names) { add(locals_, func, names); }
    void add_labels(std::uint32_t func, const NameMap& names) { add(labels_, func, names); }
    void add_type_params(std::uint32_t type, const NameMap& names) {
        add(type_params_, type, names);
    }
    void add_tag_params(std::uint32_t tag, const NameMap& names) { add(tag_params_, tag, names); }

    // Fields of structures, which have a scope for each type.
    Result<> define_field(Cursor& in, std::uint32_t type, std::uint32_t index,
                          const Naming& naming);
    Result<std::uint32_t> field_index(Cursor& in, std::uint32_t type);

    /// What the `name` section holds; empty if nothing has a name.
    [[nodiscard]] Buffer section() const;

private:
    struct Indirect {
        Buffer bytes;
        std::uint32_t count = 0;
    };
    static void add(Indirect& to, std::uint32_t index, const NameMap& names);

    std::array<Scope, space_count> scopes_;
    std::array<NameMap, space_count> names_;
    std::array<std::uint32_t, space_count> counts_{};
    std::optional<std::string_view> module_;
    Indirect locals_, labels_, type_params_, tag_params_;
    std::unordered_map<std::uint32_t, Scope> fields_;
    std::map<std::uint32_t, NameMap> field_names_;
};

/// The word for one of a space.
[[nodiscard]] std::string_view word_of(Space space) noexcept;

// Pieces of sections.

void append_map(Buffer& out, const NameMap& names);
void append_name(Buffer& out, std::string_view name);
void append_section(Buffer& out, std::uint8_t id, Bytes content);
void append_custom(Buffer& out, std::string_view name, Bytes content);

} // namespace tenon::wat
