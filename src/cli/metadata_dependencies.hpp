// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The packages that a module was built from, as cargo-auditable leaves them in `.dep-v0`.
//
// Source: https://github.com/rust-secure-code/cargo-auditable/blob/master/PARSING.md
#pragma once

#include "data/value.hpp"

namespace tenon::cli {

/// The JSON in the section: zlib's format, at most 2 MiB unpacked. `malformed`, `limit`, or
/// `unsupported` where the library that unpacks is missing.
Result<data::Value> read_dependencies(Bytes section);

} // namespace tenon::cli
