// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What immediates name, looked up.
#include "wasm/checker.hpp"

#include <fmt/core.h>

namespace tenon::wasm {
namespace {

base::Error unknown(std::string_view what, std::uint32_t index) {
    return {Errc::invalid, fmt::format("unknown {} {}", what, index)};
}

} // namespace

Result<TypeId> Checker::type(std::uint32_t index) const {
    if (index >= info_.types.size())
        return fail(unknown("type", index));
    return info_.types[index];
}

Result<const FuncType*> Checker::func_type(std::uint32_t index) const {
    const auto* const found = info_.store->func(TENON_TRY(type(index)));
    if (found == nullptr)
        return fail(Errc::invalid, fmt::format("type {} is not a function type", index));
    return found;
}

Result<const StructType*> Checker::struct_type(std::uint32_t index) const {
    const auto* const found = info_.store->structure(TENON_TRY(type(index)));
    if (found == nullptr)
        return fail(Errc::invalid,
                    fmt::format("type mismatch: type {} is not a structure type", index));
    return found;
}

Result<const ArrayType*> Checker::array_type(std::uint32_t index) const {
    const auto* const found = info_.store->array(TENON_TRY(type(index)));
    if (found == nullptr)
        return fail(Errc::invalid,
                    fmt::format("type mismatch: type {} is not an array type", index));
    return found;
}

Result<TypeId> Checker::function(std::uint32_t index) const {
    if (index >= info_.functions.size())
        return fail(unknown("function", index));
    return info_.functions[index];
}

Result<const TableType*> Checker::table(std::uint32_t index) const {
    if (index >= info_.tables.size())
        return fail(unknown("table", index));
    return &info_.tables[index];
}

Result<const MemoryType*> Checker::memory(std::uint32_t index) const {
    if (index >= info_.memories.size())
        return fail(unknown("memory", index));
    return &info_.memories[index];
}

Result<const FuncType*> Checker::tag(std::uint32_t index) const {
    if (index >= info_.tags.size())
        return fail(unknown("tag", index));
    return info_.store->func(info_.tags[index]);
}

// Bodies come before the data section, so that the count that stands before them is needed.
Result<> Checker::data(std::uint32_t index) const {
    if (!info_.data_count)
        return fail(Errc::malformed, "data count section required");
    if (index >= *info_.data_count)
        return fail(unknown("data segment", index));
    return {};
}

Result<ValType> Checker::element(std::uint32_t index) const {
    if (index >= info_.elements.size())
        return fail(unknown("elem segment", index));
    return info_.elements[index];
}

ValType Checker::address_of(const Limits& limits) noexcept {
    return ValType(limits.is_64 ? ValType::Kind::i64 : ValType::Kind::i32);
}

Result<BlockType> Checker::block_type(BlockType block) const {
    if (block.kind == BlockType::Kind::value)
        block.value = TENON_TRY(info_.canonical(block.value));
    if (block.kind == BlockType::Kind::type) {
        TENON_TRY(info_.features.need(Feature::multi_value, "blocks with a function type"));
        TENON_TRY(func_type(block.type));
        block.type = info_.types[block.type].value;
    }
    return block;
}

Result<ValType> Checker::heap_type(const HeapType& heap, bool nullable) const {
    // What has no room in a type is no index either.
    if (heap.is_defined && heap.type >= info_.types.size())
        return fail(unknown("type", heap.type));
    return info_.canonical(heap.is_defined ? ValType::ref_to(heap.type, nullable)
                                           : ValType::ref(heap.heap, nullable));
}

} // namespace tenon::wasm
