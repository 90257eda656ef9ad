// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Encoded WIT packages, be they binaries or components in the text format.
#pragma once

#include "component/package_decode.hpp"

#include <stop_token>

namespace tenon::wat {

/// As `component::decode_package`, for text too. `name` is the file's, for errors. `interrupted` if
/// it is stopped while it reads text.
Result<wit::Decoded> decode_package(Bytes content, const std::string& name,
                                    std::stop_token stop = {});

} // namespace tenon::wat
