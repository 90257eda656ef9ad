// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How the text format spells vectors: as lanes of one of six shapes.
#pragma once

#include "wat/cursor.hpp"

#include <algorithm>
#include <array>

namespace tenon::wat {

struct VectorShape {
    std::string_view word;
    unsigned bits; ///< of a lane
    bool is_float;
    [[nodiscard]] constexpr unsigned lanes() const noexcept { return 128 / bits; }
};
inline constexpr std::array<VectorShape, 6> vector_shapes = {{
    {"i8x16", 8, false},
    {"i16x8", 16, false},
    {"i32x4", 32, false},
    {"i64x2", 64, false},
    {"f32x4", 32, true},
    {"f64x2", 64, true},
}};

/// Takes the word of a shape.
inline Result<VectorShape> read_vector_shape(Cursor& in) {
    const auto* const shape = std::ranges::find(vector_shapes, in.token().text, &VectorShape::word);
    if (!in.at(TokenKind::keyword) || shape == vector_shapes.end())
        return fail(in.unexpected("the shape of a vector, such as `i32x4`"));
    in.advance();
    return *shape;
}

} // namespace tenon::wat
