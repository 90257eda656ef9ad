// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The types of a module: reading each kind out of the text, and the table of all of them, which
// grows behind the explicit ones by those that functions and blocks spell in place.
//
// Source: https://webassembly.github.io/spec/core/text/types.html
#pragma once

#include "wasm/op_reader.hpp"
#include "wasm/types.hpp"
#include "wat/names.hpp"

namespace tenon::wat {

using wasm::FuncType;
using wasm::ValType;

/// `(type x)? (param …)* (result …)*`
struct TypeUse {
    std::optional<std::uint32_t> index;
    Token index_token;
    bool is_inline = false; ///< whether there is any parameter or result
    FuncType type;          ///< as spelled in place
};

class TypeTable {
public:
    /// Takes over a group; its types get the next indices.
    void add(const wasm::RecType& group);
    /// The first plain function type like this one, which is added if there is none.
    std::uint32_t index_of(const FuncType& type);
    /// A function type by index, or null.
    [[nodiscard]] const FuncType* func(std::uint32_t index) const noexcept;
    [[nodiscard]] bool is_defined(std::uint32_t index) const noexcept {
        return index < types_.size();
    }
    /// While it is frozen several threads can resolve uses of types; those that it would grow by
    /// fail with the code `no_new_type`.
    void set_frozen(bool is) noexcept { is_frozen_ = is; }
    static constexpr Errc no_new_type = Errc::not_found;
    /// Whether the use can be resolved as things are, or it is allowed to change them.
    [[nodiscard]] bool can_resolve(const TypeUse& use) const;
    /// For a use of a type that is not there, but may come with another use.
    void check_later(TypeUse use) { unchecked_.push_back(std::move(use)); }
    [[nodiscard]] const std::vector<TypeUse>& unchecked() const noexcept { return unchecked_; }
    /// What the type section holds, without the number of groups.
    [[nodiscard]] const Buffer& bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::uint32_t groups() const noexcept { return groups_; }

private:
    std::vector<std::optional<FuncType>> types_; ///< nothing where it is no function
    base::TextMap<std::uint32_t> plain_;
    std::vector<TypeUse> unchecked_;
    Buffer bytes_;
    std::uint32_t groups_ = 0;
    bool is_frozen_ = false;
};

/// What is known of the names of parameters: where they go.
struct ParamNames {
    Scope* scope; ///< null where they are only for show, so that two may have the same
    NameMap& shown;
};

/// The bytes of a function type, to look others like it up.
[[nodiscard]] std::string key_of(const FuncType& type);

// Each reads at the cursor; names of types come from `names`.

[[nodiscard]] bool at_val_type(Cursor& in);
[[nodiscard]] bool at_ref_type(Cursor& in);
Result<ValType> read_val_type(Cursor& in, Names& names);
Result<ValType> read_ref_type(Cursor& in, Names& names);
Result<wasm::HeapType> read_heap_type(Cursor& in, Names& names);
/// The heap type of a word such as `func`.
[[nodiscard]] std::optional<wasm::Heap> find_heap(std::string_view word) noexcept;
Result<wasm::Heap> heap_by_word(Cursor& in);
Result<wasm::Limits> read_limits(Cursor& in, bool is_64);
/// Limits and element, behind the address type.
Result<wasm::TableType> read_table_type(Cursor& in, Names& names, bool is_64);
Result<wasm::MemoryType> read_memory_type(Cursor& in, bool is_64);
/// `i32` or `i64` in front of limits; whether it is the latter.
bool take_address_type(Cursor& in);
Result<std::optional<std::uint32_t>> read_page_size(Cursor& in);
Result<wasm::GlobalType> read_global_type(Cursor& in, Names& names);
/// Names of parameters are an error without `params`.
Result<TypeUse> read_type_use(Cursor& in, Names& names, ParamNames* params);
/// The index of the type, which is added to the table if it is new.
Result<std::uint32_t> resolve(const Cursor& in, TypeTable& types, const TypeUse& use);
/// Whether a use with an index says the same in place.
Result<> check(const Cursor& in, const TypeTable& types, const TypeUse& use);
/// The type as a section of its kind has it: without the byte in front that says of what kind it
/// is.
void append_type(Buffer& out, const wasm::ExternType& type);
/// The definition behind `(type`, its name passed over; `index` is its own.
Result<wasm::SubType> read_type_definition(Cursor& in, Names& names, std::uint32_t index);

} // namespace tenon::wat
