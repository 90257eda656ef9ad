// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/types.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::wasm {
namespace {

std::optional<Heap> heap_of(std::uint8_t code) noexcept {
    if (code >= 0x69 && code <= 0x74)
        return static_cast<Heap>(code);
    return std::nullopt;
}

Result<std::uint32_t> read_type_index(Reader& in) {
    const auto offset = in.offset();
    const auto index = TENON_TRY(in.u32());
    if (index >= max_types)
        return fail(
            in.error_at(offset, Errc::limit,
                        fmt::format("type index {} is beyond the limit of {}", index, max_types)));
    return index;
}

/// Reads a count and that many items of at least one byte each.
template <class Item, class Read> Result<std::vector<Item>>
read_vector(Reader& in, std::uint32_t most, std::string_view what, Read read) {
    const auto count = TENON_TRY(read_count(in, most, what));
    std::vector<Item> items;
    items.reserve(std::min<std::size_t>(count, in.remaining()));
    for (std::uint32_t i = 0; i < count; ++i)
        items.push_back(TENON_TRY(read(in)));
    return items;
}

Result<bool> read_mutability(Reader& in) {
    const auto flag = TENON_TRY(in.u8());
    if (flag > 1)
        return fail(in.error_at(in.offset() - 1, Errc::malformed,
                                fmt::format("mutability is 0 or 1, not {:#04x}", flag)));
    return flag == 1;
}

Result<FieldType> read_field(Reader& in) {
    FieldType field;
    const auto rest = in.rest();
    if (!rest.empty() && (rest[0] == 0x78 || rest[0] == 0x77)) {
        field.storage.packed = static_cast<Storage::Packed>(rest[0]);
        TENON_TRY(in.skip(1));
    } else {
        field.storage.type = TENON_TRY(read_val_type(in));
    }
    field.is_mutable = TENON_TRY(read_mutability(in));
    return field;
}

Result<std::variant<FuncType, StructType, ArrayType>> read_composite(Reader& in,
                                                                     std::uint8_t code) {
    switch (code) {
    case 0x60: {
        FuncType type;
        type.params = TENON_TRY(read_vector<ValType>(in, max_params, "parameters", read_val_type));
        type.results = TENON_TRY(read_vector<ValType>(in, max_params, "results", read_val_type));
        return type;
    }
    case 0x5f: {
        StructType type;
        type.fields = TENON_TRY(read_vector<FieldType>(in, max_fields, "fields", read_field));
        return type;
    }
    case 0x5e: {
        ArrayType type;
        type.element = TENON_TRY(read_field(in));
        return type;
    }
    case 0x65:
        return fail(in.error_at(in.offset() - 1, Errc::unsupported,
                                "shared types (shared-everything-threads) are not supported"));
    default:
        return fail(in.error_at(in.offset() - 1, Errc::malformed,
                                fmt::format("no type begins with {:#04x}", code)));
    }
}

Result<SubType> read_sub_type(Reader& in) {
    SubType type;
    auto code = TENON_TRY(in.u8());
    if (code == 0x50 || code == 0x4f) {
        type.is_plain = false;
        type.is_final = code == 0x4f;
        if (TENON_TRY(read_count(in, 1, "supertypes")) == 1)
            type.supertypes.set(TENON_TRY(read_type_index(in)));
        code = TENON_TRY(in.u8());
    }
    type.composite = TENON_TRY(read_composite(in, code));
    return type;
}

enum LimitsFlag : std::uint8_t { has_max = 1, is_shared = 2, is_64 = 4, has_page_size = 8 };

// Bit 1 is from the threads proposal, bit 3 (memories only) from custom page sizes.
Result<MemoryType> read_limits(Reader& in, std::uint8_t allowed) {
    const auto flags = TENON_TRY(in.u8());
    if ((flags & ~allowed) != 0)
        return fail(in.error_at(in.offset() - 1, Errc::malformed,
                                fmt::format("no limits begin with {:#04x}", flags)));
    MemoryType type;
    auto& limits = type.limits;
    limits.is_shared = (flags & is_shared) != 0;
    limits.is_64 = (flags & is_64) != 0;
    // Of 64 bits always: what is too much for the address type is for validation to say.
    limits.min = TENON_TRY(in.u64());
    if ((flags & has_max) != 0)
        limits.max = TENON_TRY(in.u64());
    if ((flags & has_page_size) != 0)
        type.page_size_log2 = TENON_TRY(in.u32());
    return type;
}

} // namespace

Result<std::uint32_t> read_count(Reader& in, std::uint32_t most, std::string_view what) {
    const auto offset = in.offset();
    const auto count = TENON_TRY(in.u32());
    if (count > most)
        return fail(
            in.error_at(offset, Errc::limit,
                        fmt::format("{} {} are beyond the limit of {}", count, what, most)));
    return count;
}

// https://webassembly.github.io/spec/core/binary/types.html#heap-types
Result<ValType> read_reference_type(Reader& in, bool nullable) {
    const auto rest = in.rest();
    if (!rest.empty() && rest[0] >= 0x40 && rest[0] < 0x80) { // a negative number of one byte
        const auto heap = heap_of(rest[0]);
        if (!heap)
            return fail(in.error(Errc::malformed,
                                 fmt::format("no heap type has the code {:#04x}", rest[0])));
        TENON_TRY(in.skip(1));
        return ValType::ref(*heap, nullable);
    }
    const auto offset = in.offset();
    const auto index = TENON_TRY(in.s33());
    if (index < 0)
        return fail(in.error_at(offset, Errc::malformed, "a heap type's code is one byte"));
    if (index >= max_types)
        return fail(
            in.error_at(offset, Errc::limit,
                        fmt::format("type index {} is beyond the limit of {}", index, max_types)));
    return ValType::ref_to(static_cast<std::uint32_t>(index), nullable);
}

Result<ValType> read_val_type(Reader& in) {
    const auto code = TENON_TRY(in.u8());
    if (code >= 0x7b && code <= 0x7f)
        return ValType(static_cast<ValType::Kind>(code));
    if (code == 0x63 || code == 0x64)
        return read_reference_type(in, code == 0x63);
    if (const auto heap = heap_of(code))
        return ValType::ref(*heap, true);
    return fail(in.error_at(in.offset() - 1, Errc::malformed,
                            fmt::format("no value type has the code {:#04x}", code)));
}

Result<RecType> read_rec_type(Reader& in) {
    RecType type;
    const auto rest = in.rest();
    type.is_plain = rest.empty() || rest[0] != 0x4e;
    if (type.is_plain) {
        type.types.push_back(TENON_TRY(read_sub_type(in)));
        return type;
    }
    TENON_TRY(in.skip(1));
    type.types = TENON_TRY(read_vector<SubType>(in, max_types, "types", read_sub_type));
    return type;
}

Result<TableType> read_table_type(Reader& in) {
    TableType type;
    const auto offset = in.offset();
    type.element = TENON_TRY(read_val_type(in));
    if (!type.element.is_reference())
        return fail(in.error_at(offset, Errc::malformed, "a table holds references"));
    type.limits = TENON_TRY(read_limits(in, has_max | is_shared | is_64)).limits;
    return type;
}

Result<MemoryType> read_memory_type(Reader& in) {
    return read_limits(in, has_max | is_shared | is_64 | has_page_size);
}

Result<GlobalType> read_global_type(Reader& in) {
    GlobalType type;
    type.type = TENON_TRY(read_val_type(in));
    type.is_mutable = TENON_TRY(read_mutability(in));
    return type;
}

Result<TagType> read_tag_type(Reader& in) {
    const auto attribute = TENON_TRY(in.u8());
    if (attribute != 0)
        return fail(in.error_at(in.offset() - 1, Errc::malformed,
                                fmt::format("no tag has the attribute {:#04x}", attribute)));
    return TagType{TENON_TRY(read_type_index(in))};
}

// https://webassembly.github.io/spec/core/binary/types.html#external-types
Result<ExternType> read_extern_type(Reader& in) {
    const auto code = TENON_TRY(in.u8());
    switch (code) {
    case 0x00: return FuncRef{TENON_TRY(read_type_index(in))};
    case 0x01: return TENON_TRY(read_table_type(in));
    case 0x02: return TENON_TRY(read_memory_type(in));
    case 0x03: return TENON_TRY(read_global_type(in));
    case 0x04: return TENON_TRY(read_tag_type(in));
    default:
        return fail(in.error_at(in.offset() - 1, Errc::malformed,
                                fmt::format("nothing external has the code {:#04x}", code)));
    }
}

} // namespace tenon::wasm
