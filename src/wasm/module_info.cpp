// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/module_info.hpp"

#include "wasm/type_text.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::wasm {

Result<ValType> ModuleInfo::canonical(ValType type) const {
    TENON_TRY(features.need(type));
    if (type.kind() != ValType::Kind::ref_to)
        return type;
    if (type.type() >= types.size() || types[type.type()] == no_type)
        return fail(Errc::invalid, fmt::format("unknown type {}", type.type()));
    return ValType::ref_to(types[type.type()].value, type.is_nullable());
}

std::string ModuleInfo::text(ValType canonical) const {
    if (canonical.kind() != ValType::Kind::ref_to)
        return type_text(canonical);
    const auto found = std::ranges::find(types, TypeId{canonical.type()});
    return type_text(ValType::ref_to(static_cast<std::uint32_t>(found - types.begin()),
                                     canonical.is_nullable()));
}

} // namespace tenon::wasm
