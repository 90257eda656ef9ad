// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the files of the decoder share.
#pragma once

#include "base/reader.hpp"
#include "component/ast.hpp"

#include <algorithm>
#include <string>

namespace tenon::component {

inline constexpr int max_type_depth = 100;
/// No list is longer: as the limits of the JavaScript interface for types.
inline constexpr std::uint32_t max_items = 1'000'000;
// Shorter ones, as long as other tools and hosts take them.
inline constexpr std::uint32_t max_params = 1'000;
inline constexpr std::uint32_t max_members = 10'000; ///< of records, variants, tuples and enums
inline constexpr std::uint32_t max_canon_options = 10;
inline constexpr std::uint32_t max_arguments = 100'000; ///< of instances; their exports too
inline constexpr std::uint32_t max_start_arguments = 1'000;

/// How many items the lists of a component may have together: two bytes of a file can ask for two
/// hundred bytes of memory.
inline constexpr std::uint32_t max_all_items = 2'000'000;

/// The bytes of a section, and how many items its lists may still have.
class Input : public Reader {
public:
    Input(Bytes data, std::uint64_t base, std::uint32_t& items_left)
        : Reader(data, base), items_left_(items_left) {}

    Result<> take_items(std::uint32_t count, std::uint64_t offset) {
        if (count > items_left_)
            return fail(error_at(offset, Errc::limit,
                                 "the lists of the component have more than " +
                                     std::to_string(max_all_items) + " items"));
        items_left_ -= count;
        return {};
    }

private:
    std::uint32_t& items_left_; ///< of the whole component, what is nested in it included
};

/// The error for a count.
base::Error too_long(const Reader& in, std::uint64_t offset, std::uint32_t most);

/// Reads a count and that many items of at least one byte each.
template <class Item, class Read>
Result<std::vector<Item>> read_vector(Input& in, Read read, std::uint32_t most = max_items) {
    const auto offset = in.offset();
    const auto count = TENON_TRY(in.u32());
    if (count > most)
        return fail(too_long(in, offset, most));
    TENON_TRY(in.take_items(count, offset));
    std::vector<Item> items;
    items.reserve(std::min<std::size_t>({count, in.remaining(), 1024}));
    for (std::uint32_t i = 0; i < count; ++i)
        items.push_back(TENON_TRY(read(in)));
    return items;
}

/// `00` for nothing, or `01` and an item.
template <class Read> auto read_optional(Input& in, Read read)
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

Result<std::string> read_name(Input& in);
Result<ast::ExternName> read_extern_name(Input& in);
Result<ast::SortIdx> read_sort_idx(Input& in);
Result<CoreSort> read_core_sort(Reader& in);

Result<ast::ValType> read_component_val_type(Input& in);
Result<ast::ExternType> read_component_extern_type(Input& in);
Result<ast::Type> read_type(Input& in, int depth);
Result<ast::CoreType> read_core_type(Input& in);
Result<ast::Alias> read_alias(Input& in);
Result<ast::Import> read_import(Input& in);
Result<ast::Export> read_export(Input& in);
Result<ast::Canon> read_canon(Input& in);
Result<ast::CoreInstance> read_core_instance(Input& in);
Result<ast::Instance> read_instance(Input& in);

} // namespace tenon::component
