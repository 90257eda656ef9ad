// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a plain YAML scalar means in the core schema:
// https://yaml.org/spec/1.2.2/#103-core-schema
#pragma once

#include "data/value.hpp"

namespace tenon::data {

/// Null, a boolean, a number in JSON's spelling (0x1F becomes 31, +.5 becomes 0.5) or a string.
/// Nothing for infinity, not-a-number, numbers beyond a double, and integers in hexadecimal or
/// octal beyond 64 bits.
std::optional<Value> resolve_plain_scalar(std::string_view text, Place place);

} // namespace tenon::data
