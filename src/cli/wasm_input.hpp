// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The one file that a verb on binaries reads: a binary, or text that is made into one.
#pragma once

#include "cli/verb.hpp"

#include <cstdint>
#include <string>

namespace tenon::cli {

struct WasmInput {
    std::string name; ///< the path; `<stdin>` for standard input
    Buffer bytes;
    Buffer text = {}; ///< that `bytes` were made of; empty where they were read

    /// An error in `bytes`, with the place in the file: in the text where that is what was read.
    [[nodiscard]] base::Error locate(base::Error error) const;
};

/// `-` is standard input.
Result<WasmInput> read_wasm(const Call& call, const std::string& path);
/// The first argument's file; standard input where there is none.
Result<WasmInput> read_wasm(const Call& call);

/// What a path is called in answers and errors: `<stdin>` for `-`.
[[nodiscard]] std::string input_name(const std::string& path);
/// The bytes of the file, or of standard input, whatever they are.
Result<Buffer> read_input(const Call& call, const std::string& path, std::uint64_t limit);
/// Whether it begins as the text format does: with a parenthesis or a comment.
[[nodiscard]] bool looks_like_text(Bytes content);

/// A core module, binary or text; `-` is standard input.
Result<Buffer> read_core_module(const Call& call, const std::string& path);

/// A component in either format; `invalid` for anything else.
Result<WasmInput> read_component(const Call& call, const std::string& path);

inline constexpr Positional wasm_file_argument{
    .name = "FILE",
    .help = "module or component, binary or text; standard input if there is none, or `-`",
    .required = false};

} // namespace tenon::cli
