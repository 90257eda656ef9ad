// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The result of a verb whose `-o` names a file: there, or on standard output.
#pragma once

#include "cli/verb.hpp"

namespace tenon::cli {

Result<> deliver_text(Call& call, std::string_view text);
/// Refused where standard output is a terminal.
Result<> deliver_bytes(Call& call, Bytes bytes);
/// The same for bytes that lie in several places; a file appears whole or not at all.
Result<> deliver_pieces(Call& call, std::span<const Bytes> pieces);
/// The same, or with the verb's option `wat` the text of what they are together.
Result<> deliver_wasm(Call& call, std::span<const Bytes> pieces);
inline constexpr Option wat_option{
    .name = "wat", .letter = 't', .help = "print the result as text"};

} // namespace tenon::cli
