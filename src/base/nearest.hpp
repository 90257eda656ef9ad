// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// "Did you mean": the known word that lies nearest to a mistyped one.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace tenon::base {

/// The candidate with the fewest edits (insert, delete, replace, swap of neighbours), if they are
/// few enough to be a slip of the hand: at most a third of the longer word, rounded up. Upper and
/// lower case are alike; ties go to the first candidate. Nothing is near to nothing, nor to a word
/// of more than 64 bytes.
std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> candidates);

} // namespace tenon::base
