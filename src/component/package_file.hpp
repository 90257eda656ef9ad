// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From WIT on disk to a binary, and from a binary to text that people read.
#pragma once

#include "base/file.hpp"
#include "component/package_decode.hpp"
#include "component/package_encode.hpp"

namespace tenon::component {

/// Reads the package in a file or folder (with its `deps/`) and encodes it.
Result<Buffer> encode_path(const base::Path& path, const Producer& producer);

/// The WIT of a component or encoded package: its main package, and after it the others that are in
/// it, nested.
Result<std::string> wit_text(Bytes component);

/// The names of what a component imports and exports, as its file has them.
struct Outside {
    std::vector<std::string> imports, exports;
};
Result<Outside> outside_of(Bytes component);

} // namespace tenon::component
