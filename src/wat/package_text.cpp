// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/package_text.hpp"

#include "wasm/sections.hpp"
#include "wat/parse.hpp"

#include <utility>

namespace tenon::wat {

Result<wit::Decoded> decode_package(Bytes content, const std::string& name, std::stop_token stop) {
    if (wasm::looks_like_wasm(content))
        return component::decode_package(content, name);
    const auto binary = TENON_TRY(parse(name, as_text(content), std::move(stop)));
    return component::decode_package(binary, name);
}

} // namespace tenon::wat
