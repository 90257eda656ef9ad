// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Values of the Component Model in scripts: `(list.const (u8.const 1))`.
#pragma once

#include "wat/cursor.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tenon::wat {

/// What a float may be instead of bits, where it is an expected result.
enum class NanPattern : std::uint8_t { none, canonical, arithmetic };

struct ComponentValue {
    enum class Kind : std::uint8_t {
        bool_,
        s8,
        u8,
        s16,
        u16,
        s32,
        u32,
        s64,
        u64,
        f32,
        f64,
        char_,
        string,
        list,
        record,
        tuple,
        variant,
        enum_,
        option,
        result,
        flags,
    };
    Kind kind = Kind::bool_;
    /// Of a number, extended by its sign to 64 bits where it has one; a float's bits; 0 or 1 of a
    /// `bool_`; the code point of a `char_`; 1 where a `result` is an error.
    std::uint64_t bits = 0;
    NanPattern nan = NanPattern::none;
    std::string text;                ///< a `string`; the case of a `variant` or `enum_`
    std::vector<std::string> labels; ///< of the fields of a `record`; the `flags` that are set
    /// Elements or fields; the one thing that a `variant`, `option` or `result` holds, if any.
    std::vector<ComponentValue> items;

    friend bool operator==(const ComponentValue&, const ComponentValue&) = default;
};

/// Whether such a value begins here, behind its `(`. `f32.const` and `f64.const` do not count: core
/// values are written so too.
[[nodiscard]] bool is_component_value(const Cursor& in);
/// A value behind its `(`, up to and with its `)`. `malformed`, `truncated` or `limit` (nesting
/// beyond 100 levels) with the place.
Result<ComponentValue> read_component_value(Cursor& in);

} // namespace tenon::wat
