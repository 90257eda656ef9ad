// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The types of core modules as their binaries spell them: names by index, nothing looked up.
//
// Source: WebAssembly 3.0, https://webassembly.github.io/spec/core/binary/types.html, with the
// proposals threads (shared memories) and custom page sizes.
#pragma once

#include "base/reader.hpp"

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

namespace tenon::wasm {

/// No module may define more; what needs room in a packed type index relies on it. These limits are
/// those of the JavaScript interface: https://webassembly.github.io/spec/js-api/#limits
inline constexpr std::uint32_t max_types = 1'000'000;
/// Of a function: parameters, and as many results.
inline constexpr std::uint32_t max_params = 1'000;
inline constexpr std::uint32_t max_fields = 10'000;

/// Heap types that need no definition; values are the codes of the binary format.
enum class Heap : std::uint8_t {
    noexn = 0x74,
    nofunc = 0x73,
    noextern = 0x72,
    none = 0x71,
    func = 0x70,
    extern_ = 0x6f,
    any = 0x6e,
    eq = 0x6d,
    i31 = 0x6c,
    struct_ = 0x6b,
    array = 0x6a,
    exn = 0x69,
};

/// A value type in one word.
class ValType {
public:
    enum class Kind : std::uint8_t {
        i32 = 0x7f,
        i64 = 0x7e,
        f32 = 0x7d,
        f64 = 0x7c,
        v128 = 0x7b,
        ref = 0x64,    ///< to a heap type without definition
        ref_to = 0x63, ///< to a defined type
        bottom = 0,    ///< below every type: what unreachable code has on its stack
    };
    /// So many types can be told apart.
    static constexpr std::uint32_t max_type = 1U << 23;
    constexpr ValType() noexcept : ValType(Kind::i32) {}
    /// A number or vector.
    constexpr explicit ValType(Kind kind) noexcept : word_(static_cast<std::uint32_t>(kind)) {}
    static constexpr ValType ref(Heap heap, bool nullable) noexcept {
        return ValType(Kind::ref, static_cast<std::uint32_t>(heap), nullable);
    }
    /// `type` is below `max_type`.
    static constexpr ValType ref_to(std::uint32_t type, bool nullable) noexcept {
        return ValType(Kind::ref_to, type, nullable);
    }

    [[nodiscard]] constexpr Kind kind() const noexcept { return static_cast<Kind>(word_ & 0xff); }
    static constexpr ValType bottom() noexcept { return ValType(Kind::bottom); }
    [[nodiscard]] constexpr bool is_bottom() const noexcept { return kind() == Kind::bottom; }
    [[nodiscard]] constexpr bool is_reference() const noexcept {
        return kind() == Kind::ref || kind() == Kind::ref_to;
    }
    /// The same without null; bottom stays what it is.
    [[nodiscard]] constexpr ValType as_non_null() const noexcept {
        auto same = *this;
        same.word_ &= ~std::uint32_t{0x100};
        return same;
    }
    /// Whether there is a value that a variable of the type has from the beginning.
    [[nodiscard]] constexpr bool has_default() const noexcept {
        return !is_reference() || is_nullable();
    }
    [[nodiscard]] constexpr bool is_nullable() const noexcept { return (word_ & 0x100) != 0; }
    /// Of `ref`.
    [[nodiscard]] constexpr Heap heap() const noexcept { return static_cast<Heap>(word_ >> 9); }
    /// Of `ref_to`.
    [[nodiscard]] constexpr std::uint32_t type() const noexcept { return word_ >> 9; }
    friend constexpr bool operator==(ValType, ValType) = default;

private:
    constexpr ValType(Kind kind, std::uint32_t what, bool nullable) noexcept
        : word_(static_cast<std::uint32_t>(kind) | (nullable ? 0x100u : 0u) | what << 9) {}
    std::uint32_t word_;
};

/// Whether two lists of one length are the same, compared as memory where they are long.
[[nodiscard]] inline bool is_same(std::span<const ValType> left,
                                  std::span<const ValType> right) noexcept {
    constexpr std::size_t is_long = 8;
    if (left.size() >= is_long)
        return std::memcmp(left.data(), right.data(), left.size_bytes()) == 0;
    for (std::size_t i = 0; i < left.size(); ++i)
        if (left[i] != right[i])
            return false;
    return true;
}

/// What a field of a structure or array holds.
struct Storage {
    enum class Packed : std::uint8_t { no, i8 = 0x78, i16 = 0x77 };
    Packed packed = Packed::no;
    ValType type; ///< where it is not packed
};
struct FieldType {
    Storage storage;
    bool is_mutable = false;
    [[nodiscard]] constexpr bool has_default() const noexcept {
        return storage.packed != Storage::Packed::no || storage.type.has_default();
    }
};
struct FuncType {
    std::vector<ValType> params, results;
};
struct StructType {
    std::vector<FieldType> fields;
};
struct ArrayType {
    FieldType element;
};
/// The supertype that a type names, or none: the grammar has a list, in which no valid type has
/// two.
class Supertypes {
public:
    [[nodiscard]] constexpr bool empty() const noexcept { return index_ == none; }
    [[nodiscard]] constexpr std::uint32_t front() const noexcept { return index_; }
    [[nodiscard]] constexpr const std::uint32_t* begin() const noexcept { return &index_; }
    [[nodiscard]] constexpr const std::uint32_t* end() const noexcept {
        return &index_ + (empty() ? 0 : 1);
    }
    /// An index below `max_types`, or an id of a store.
    constexpr void set(std::uint32_t index) noexcept { index_ = index; }

private:
    static constexpr std::uint32_t none = UINT32_MAX;
    std::uint32_t index_ = none;
};
struct SubType {
    bool is_plain = true; ///< spelled without `sub`: final and without supertypes
    bool is_final = true;
    Supertypes supertypes;
    std::variant<FuncType, StructType, ArrayType> composite;
};
struct RecType {
    bool is_plain = true; ///< one type, spelled without `rec`
    std::vector<SubType> types;
};

struct Limits {
    std::uint64_t min = 0;
    std::optional<std::uint64_t> max;
    bool is_64 = false;
    bool is_shared = false;
};
struct TableType {
    ValType element;
    Limits limits;
};
struct MemoryType {
    Limits limits;
    std::optional<std::uint32_t> page_size_log2; ///< where it is said
};
struct GlobalType {
    ValType type;
    bool is_mutable = false;
};
struct TagType {
    std::uint32_t type;
};
struct FuncRef {
    std::uint32_t type;
};
using ExternType = std::variant<FuncRef, TableType, MemoryType, GlobalType, TagType>;

// Reading: `malformed`, `truncated`, or `limit` with the offset of the offending byte. Indices are
// not looked up.

/// A count, which is at most `most`; `what` says of what.
Result<std::uint32_t> read_count(Reader& in, std::uint32_t most, std::string_view what);
Result<ValType> read_val_type(Reader& in);
/// A heap type alone, as the reference to it that takes null or not.
Result<ValType> read_reference_type(Reader& in, bool nullable);
Result<RecType> read_rec_type(Reader& in);
Result<ExternType> read_extern_type(Reader& in);
Result<TableType> read_table_type(Reader& in);
Result<MemoryType> read_memory_type(Reader& in);
Result<GlobalType> read_global_type(Reader& in);
Result<TagType> read_tag_type(Reader& in);

// Writing, every integer and type in its shortest form.

void append(Buffer& out, ValType type);
void append(Buffer& out, const RecType& type);
void append(Buffer& out, const ExternType& type);

} // namespace tenon::wasm
