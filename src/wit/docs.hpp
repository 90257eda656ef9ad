// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What comments say, without their marks. All comments that stand before an item are its
// documentation, plain ones too.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tenon::wit {

/// The text of the comments, each from its `/` to its end; lines without trailing blanks, moved to
/// the left by the smallest indentation, no empty lines at the end.
[[nodiscard]] std::string docs_text(std::span<const std::string_view> comments);

/// Moved to the left by the smallest indentation of its lines, without blanks at their ends and
/// without empty lines at its own: what `docs_text` would read from it as comments.
[[nodiscard]] std::string dedented(std::string_view text);

} // namespace tenon::wit
