// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where in the text a byte of the binary came from. Nothing is kept for that while a text is
// parsed: it is parsed a second time, once something is wrong and the place is to be shown.
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tenon::wat {

/// Bytes of a binary and the places in the text that they were made from, both as offsets.
class TextPlaces {
public:
    void add(std::size_t binary, std::size_t text) { places_.push_back({binary, text}); }
    /// Those of a part that begins at `base` in the binary.
    void add(const TextPlaces& part, std::size_t base) {
        for (const auto& place : part.places_)
            add(base + place.binary, place.text);
    }
    /// The place that the byte, or the nearest before it, was made from; npos for none.
    [[nodiscard]] std::size_t find(std::size_t binary) const noexcept;

    static constexpr std::size_t npos = SIZE_MAX;

private:
    struct Place {
        std::size_t binary, text;
    };
    std::vector<Place> places_; ///< in no order
};

/// Of the text of a component that can be parsed: its definitions, those in its types, and what is
/// in its core modules. None for `(component binary …)`.
[[nodiscard]] TextPlaces component_places(std::string_view name, std::string_view text);

/// An error with an offset in the binary that `parse` made of the text: with the line of the
/// text in its place. An error without an offset gets the name alone; one that shows a text already
/// is left as it is.
base::Error placed(base::Error error, std::string_view name, std::string_view text);

} // namespace tenon::wat
