// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What comments say, without their marks. All comments that stand before an item are its
// documentation, plain ones too.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::wit {

/// The text of the comments, each from its `/` to its end; lines without trailing blanks, moved to
/// the left by the smallest indentation, no empty lines at the end.
[[nodiscard]] std::string docs_text(std::span<const std::string_view> comments);

/// The lines of a text, moved to the left by their smallest indentation, without blanks at their
/// ends and without empty ones at its own: what `docs_text` would read from it as comments. Views
/// of the text.
[[nodiscard]] std::vector<std::string_view> dedented_lines(std::string_view text);

} // namespace tenon::wit
