// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The one file that a verb on binaries reads: a binary, or text that is made into one.
#pragma once

#include "cli/verb.hpp"

#include <string>

namespace tenon::cli {

struct WasmInput {
    std::string name; ///< the path; `<stdin>` for standard input
    Buffer bytes;
};

/// The first argument's file; standard input where there is none, or `-`.
Result<WasmInput> read_wasm(const Call& call);

/// A core module, binary or text; `-` is standard input.
Result<Buffer> read_core_module(const Call& call, const std::string& path);

/// A component in either format; `invalid` for anything else.
Result<WasmInput> read_component(const Call& call, const std::string& path);

inline constexpr Positional wasm_file_argument{
    .name = "FILE",
    .help = "module or component, binary or text; standard input if there is none, or `-`",
    .required = false};

} // namespace tenon::cli
