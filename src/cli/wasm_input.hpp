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

inline constexpr Positional wasm_file_argument{
    .name = "FILE",
    .help = "module or component, binary or text; standard input if there is none, or `-`",
    .required = false};

/// For verbs that change a binary.
inline constexpr Option wat_option{
    .name = "wat", .letter = 't', .help = "write the result as text instead of binary"};
/// The result of such a verb, where `--output` says; as text with `--wat`.
Result<> deliver_binary(Call& call, Bytes bytes);

/// Hands text over piece by piece to where `--output` says: a file that appears when all of it is
/// there, or standard output. `print` is called once, with a function that takes a piece.
using PieceSink = std::function<Result<>(std::string_view)>;
Result<> deliver_pieces(Call& call, const std::function<Result<>(const PieceSink&)>& print);

} // namespace tenon::cli
