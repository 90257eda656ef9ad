// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A module or component byte by byte: where each thing stands, its bytes, and what it is.
#pragma once

#include "base/bytes.hpp"
#include "wat/text_out.hpp"

namespace tenon::wat {

/// The text goes to `sink` in pieces, in the order of the file. `malformed`, `truncated` or `limit`
/// with the offset where the file cannot be read on (what stands in front has been handed over
/// then), and what `sink` failed with.
Result<> dump(Bytes binary, const TextSink& sink);

} // namespace tenon::wat
