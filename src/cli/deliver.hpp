// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The result of a verb whose `-o` names a file: there, or on standard output.
#pragma once

#include "cli/verb.hpp"

#include <functional>
#include <span>
#include <string_view>

namespace tenon::cli {

Result<> deliver_text(Call& call, std::string_view text);
/// Refused where standard output is a terminal.
Result<> deliver_bytes(Call& call, Bytes bytes);
/// The same for bytes that lie in several places; a file appears whole or not at all.
Result<> deliver_pieces(Call& call, std::span<const Bytes> pieces);
/// Text that `print` hands over in pieces; a file appears when all of it is there. It is called
/// once. What it finds wrong is shown as an error in the file `source`; what is wrong with the
/// place where the text goes is not.
using TextPieces = std::function<Result<>(std::string_view)>;
Result<> deliver_printed(Call& call, const std::string& source,
                         const std::function<Result<>(const TextPieces&)>& print);

/// A module or component, or with the verb's option `wat` its text.
Result<> deliver_wasm(Call& call, std::span<const Bytes> pieces);
Result<> deliver_wasm(Call& call, Bytes whole);
inline constexpr Option wat_option{
    .name = "wat", .letter = 't', .help = "write the result as text instead of binary"};

} // namespace tenon::cli
