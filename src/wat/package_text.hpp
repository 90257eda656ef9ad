// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Encoded WIT packages, be they binaries or components in the text format.
#pragma once

#include "component/package_decode.hpp"

namespace tenon::wat {

/// As `component::decode_package`, for text too. `name` is the file's, for errors.
Result<wit::Decoded> decode_package(Bytes content, const std::string& name);

} // namespace tenon::wat
