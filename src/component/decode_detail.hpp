// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the files of the decoder share.
#pragma once

#include "base/reader.hpp"
#include "component/ast.hpp"

#include <algorithm>

namespace tenon::component {

inline constexpr int max_type_depth = 100;
/// No list is longer: as the limits of the JavaScript interface for types.
inline constexpr std::uint32_t max_items = 1'000'000;

/// Reads a count and that many items of at least one byte each.
template <class Item, class Read> Result<std::vector<Item>> read_vector(Reader& in, Read read) {
    const auto offset = in.offset();
    const auto count = TENON_TRY(in.u32());
    if (count > max_items)
        return fail(in.error_at(offset, Errc::limit, "list has more than 1000000 items"));
    std::vector<Item> items;
    items.reserve(std::min<std::size_t>({count, in.remaining(), 1024}));
    for (std::uint32_t i = 0; i < count; ++i)
        items.push_back(TENON_TRY(read(in)));
    return items;
}

/// `00` for nothing, or `01` and an item.
template <class Read> auto read_optional(Reader& in, Read read)
    -> Result<std::optional<typename decltype(read(in))::value_type>> {
    const auto flag = TENON_TRY(in.u8());
    if (flag > 1)
        return fail(in.error_at(in.offset() - 1, Errc::malformed,
                                "0x00 or 0x01 says whether something follows"));
    std::optional<typename decltype(read(in))::value_type> item;
    if (flag == 1)
        item = TENON_TRY(read(in));
    return item;
}

/// The error for a byte, the last one read, that begins nothing: ``no alias begins with 0x07``.
base::Error no_such(const Reader& in, std::string_view what, std::uint8_t code);

Result<std::string> read_name(Reader& in);
Result<ast::ExternName> read_extern_name(Reader& in);
Result<ast::SortIdx> read_sort_idx(Reader& in);
Result<CoreSort> read_core_sort(Reader& in);

Result<ast::ValType> read_component_val_type(Reader& in);
Result<ast::ExternType> read_component_extern_type(Reader& in);
Result<ast::Type> read_type(Reader& in, int depth);
Result<ast::CoreType> read_core_type(Reader& in);
Result<ast::Alias> read_alias(Reader& in);
Result<ast::Import> read_import(Reader& in);
Result<ast::Export> read_export(Reader& in);
Result<ast::Canon> read_canon(Reader& in);
Result<ast::CoreInstance> read_core_instance(Reader& in);
Result<ast::Instance> read_instance(Reader& in);

} // namespace tenon::component
