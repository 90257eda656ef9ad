// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The definitions of a module that is being made up, imports first, and what is asked of them.
#pragma once

#include "base/choices.hpp"
#include "wasm/op_reader.hpp"
#include "wasm/types.hpp"

#include <optional>
#include <vector>

namespace tenon::wasm {

struct SmithModule {
    std::vector<RecType> groups;
    std::vector<SubType> types; ///< the same, without groups
    std::vector<std::uint32_t> functions;
    std::vector<TableType> tables;
    std::vector<MemoryType> memories;
    std::vector<GlobalType> globals;
    std::vector<std::uint32_t> tags;
    std::vector<ValType> elements; ///< of each segment
    std::uint32_t datas = 0;

    template <class Composite> [[nodiscard]] const Composite* as(std::uint32_t type) const {
        return std::get_if<Composite>(&types[type].composite);
    }
    [[nodiscard]] const FuncType& function_type(std::uint32_t function) const {
        return std::get<FuncType>(types[functions[function]].composite);
    }
    /// By declared supertypes. Types that are equal but defined twice count as different.
    [[nodiscard]] bool fits(ValType have, ValType want) const;
    [[nodiscard]] bool fits(const std::vector<ValType>& have,
                            const std::vector<ValType>& want) const;
    /// `any`, `func`, `extern` or `exn`: what it can be cast from.
    [[nodiscard]] Heap top_of(ValType reference) const;
};

/// A type that may refer to those below `types`.
ValType smith_value_type(base::Choices& choices, std::uint32_t types);
/// The same, of which a local can be: with null, where it is a reference.
ValType smith_default_type(base::Choices& choices, std::uint32_t types);
/// What stands on the stack for it.
[[nodiscard]] ValType unpacked(const FieldType& field) noexcept;
[[nodiscard]] HeapType heap_of(ValType reference) noexcept;
[[nodiscard]] inline ValType index_type(const Limits& limits) noexcept {
    return ValType(limits.is_64 ? ValType::Kind::i64 : ValType::Kind::i32);
}
/// Appends operators that make a value where only constants may stand. The globals below `globals`
/// may be used. False, and nothing is appended, where there is no such value but null.
bool smith_constant(base::Choices& choices, const SmithModule& module, std::uint32_t globals,
                    ValType want, Buffer& out);

struct SmithBody {
    Buffer bytes;    ///< locals and operators, without their size in front
    bool names_data; ///< the section that counts data segments is needed, and only then in text
};
/// The body of a function. `budget` counts down with the operators.
SmithBody smith_body(base::Choices& choices, const SmithModule& module, const FuncType& type,
                     std::uint32_t& budget);

} // namespace tenon::wasm
