// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How people see an error: a headline, the place with carets under it, and what to do. One renderer
// for WIT, text formats, manifests, flags and binaries.
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>

namespace tenon::base {

enum class Severity { error, warning, note };

struct DiagnosticStyle {
    bool color = false; ///< ANSI colours
};

/// The diagnostic, with a final newline. Text from input is made printable first.
std::string render(const Error& error, Severity severity = Severity::error,
                   DiagnosticStyle style = {});

/// An excerpt for `Error::at`: picks the line that holds `place` out of `text`.
SourceExcerpt excerpt(std::string_view file, std::string_view text, Place place,
                      std::string label = {});

} // namespace tenon::base
