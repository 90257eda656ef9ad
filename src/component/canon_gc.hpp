// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Functions that pass values as references to structures and arrays of the garbage collected heap
// (option `gc`, gated): whether a core signature is one that the component's types can be passed
// in. The specification has no text for it yet, so that the rules are those that the tools of the
// proposal's authors keep.
#pragma once

#include "component/canon_options.hpp"

#include <set>
#include <tuple>

namespace tenon::component {

class GcLowering {
public:
    /// `types` outlives it.
    explicit GcLowering(const Types& types) : types_(types) {}

    /// `invalid` with the component's type and the core type that does not fit it.
    Result<> check(const Func& func, wasm::TypeId core, const CanonOptions& options);

private:
    struct Visitor;
    Result<> value(const ValueType& type, const wasm::Storage& core, const CanonOptions& options,
                   bool is_field);
    template <class List> Result<> product(std::string_view what, const List& fields,
                                           const wasm::Storage& core, const CanonOptions& options);
    [[nodiscard]] static std::optional<wasm::TypeId> defined(const wasm::Storage& core);

    using Pair = std::tuple<std::uint32_t, std::uint32_t, int>;

    const Types& types_;
    std::set<Pair> fine_; ///< a type, a defined core type, and an encoding
};

} // namespace tenon::component
