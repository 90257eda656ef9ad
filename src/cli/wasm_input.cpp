// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/wasm_input.hpp"

#include "cli/limits.hpp"
#include "wasm/sections.hpp"
#include "wat/parse.hpp"

#include <unistd.h>

namespace tenon::cli {

Result<Buffer> read_core_module(const Call& call, const std::string& path) {
    auto content =
        TENON_TRY(path == "-" ? base::read_all(STDIN_FILENO, max_wasm_bytes, "-", call.stop())
                              : base::read_file(path, max_wasm_bytes, call.stop()));
    if (wasm::looks_like_wasm(content))
        return content;
    const auto text = as_text(content);
    const auto begin = text.find_first_not_of(" \t\r\n");
    if (begin == text.npos || (text[begin] != '(' && text[begin] != ';'))
        return content; // whoever reads it says what it is not
    return wat::parse_module(path == "-" ? "<stdin>" : path, text);
}

} // namespace tenon::cli
