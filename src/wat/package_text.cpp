// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/package_text.hpp"

#include "wasm/sections.hpp"
#include "wat/parse.hpp"

namespace tenon::wat {

Result<wit::Decoded> decode_package(Bytes content, const std::string& name) {
    if (wasm::looks_like_wasm(content))
        return component::decode_package(content, name);
    const auto binary = TENON_TRY(parse(name, as_text(content)));
    return component::decode_package(binary, name);
}

} // namespace tenon::wat
