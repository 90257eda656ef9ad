// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The numbers of the text format: what the letters of a token are worth, or why not.
//
// Source: https://webassembly.github.io/spec/core/text/values.html
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

namespace tenon::wat {

enum class NumberProblem : std::uint8_t { malformed, out_of_range };
template <class T> using Number = std::expected<T, NumberProblem>;

/// Without a sign, below 2^bits.
Number<std::uint64_t> parse_unsigned(std::string_view text, unsigned bits);
/// Between -2^(bits-1) and 2^bits - 1, as both spellings are allowed; as a two's complement number
/// of `bits`, extended by its sign to 64.
Number<std::int64_t> parse_integer(std::string_view text, unsigned bits);
/// The bits of the nearest number, ties to even. Too large is an error, too small is zero.
Number<std::uint32_t> parse_f32(std::string_view text);
Number<std::uint64_t> parse_f64(std::string_view text);

} // namespace tenon::wat
