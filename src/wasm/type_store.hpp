// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Defined types made canonical: two types are the same if and only if their ids are, whichever
// modules they came from. A store belongs to an engine, or to one call; ids mean nothing elsewhere.
//
// Types of a recursive group are equal if the groups are equal as wholes
// (https://webassembly.github.io/spec/core/valid/conventions.html#rolling-and-unrolling), so a
// group is looked up by its spelling: references into the group by position, all others by id.
#pragma once

#include "wasm/types.hpp"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace tenon::wasm {

struct TypeId {
    std::uint32_t value;
    friend auto operator<=>(TypeId, TypeId) = default;
};

/// In the place of what has an index but is no defined type (the type of a module).
inline constexpr TypeId no_type{UINT32_MAX};

/// How long a chain of supertypes may be: as the JavaScript interface has it.
inline constexpr std::size_t max_subtyping_depth = 63;

class TypeStore {
public:
    /// A type whose references (`ValType::type`, supertypes) are ids of the store.
    struct Definition {
        SubType type;
        std::uint32_t depth = unplaced; ///< how many supertypes are above each other
        /// Where in `lines_` they begin, the root first. Types with one supertype share them.
        std::uint32_t line = 0;
        std::uint32_t own_line = no_line; ///< the same and itself, made for its first subtype
        /// How many fields of a structure, from the first on, have a default.
        std::uint32_t defaults = 0;
    };

    /// Ids of the group's types. `known` gives the ids of the module's types before the group;
    /// references beyond both, or to a `no_type`, are `invalid`, as are supertypes that do not fit
    /// and chains that are too long. `offset` is that of the group, for messages.
    Result<std::vector<TypeId>> add(const RecType& group, std::span<const TypeId> known,
                                    std::uint64_t offset);

    [[nodiscard]] const Definition& operator[](TypeId id) const { return types_.at(id.value); }
    /// The function type behind an id, or null.
    [[nodiscard]] const FuncType* func(TypeId id) const;
    [[nodiscard]] const StructType* structure(TypeId id) const;
    [[nodiscard]] const ArrayType* array(TypeId id) const;

    /// By the supertypes that were declared; one comparison.
    [[nodiscard]] bool is_subtype(TypeId sub, TypeId super) const;
    [[nodiscard]] bool is_subtype(ValType sub, ValType super) const;
    /// Of results, one by one, and as many.
    /// https://webassembly.github.io/spec/core/valid/matching.html#result-types
    [[nodiscard]] bool matches(std::span<const ValType> sub, std::span<const ValType> super) const;
    /// Of references without regard to null; `bottom` stands below everything.
    [[nodiscard]] bool is_heap_subtype(ValType sub, ValType super) const;
    /// The root of the tree of heap types that it is in: `any`, `func`, `extern`, `exn`.
    [[nodiscard]] Heap top_of(ValType reference) const;

private:
    static constexpr std::uint32_t unplaced = UINT32_MAX; // while its group is checked
    static constexpr std::uint32_t no_line = UINT32_MAX;

    void place(TypeId id);
    [[nodiscard]] bool fits(const SubType& sub, const SubType& super) const;
    [[nodiscard]] bool fits(const FieldType& sub, const FieldType& super) const;
    Result<> check(TypeId id, std::uint64_t offset) const;

    std::vector<Definition> types_;
    std::vector<TypeId> lines_;
    std::map<std::string, std::uint32_t, std::less<>> groups_; ///< spelling to the first id
};

} // namespace tenon::wasm
