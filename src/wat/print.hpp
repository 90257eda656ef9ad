// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Binaries to text, in the layout of `wasm-tools print`: core modules and components, with the
// names that their name sections give. What is printed need not be valid, only well-formed; the
// text of what is valid can be parsed again.
//
// Source: https://webassembly.github.io/spec/core/text/index.html and the Component Model,
// design/mvp/Explainer.md.
#pragma once

#include "wat/text_out.hpp"

#include <string>

namespace tenon::wat {

struct PrintOptions {
    /// Operators with their operands inside: `(i32.add (local.get 0) (local.get 1))`.
    bool fold = false;
    /// Each line begins with the offset in the file of what it shows, as a comment.
    bool offsets = false;
    /// `...` in the place of bodies, segments' contents and custom sections'.
    bool skeleton = false;
    /// Names like `$#func7` for what has none.
    bool name_unnamed = false;
    std::string indent = "  ";
};

/// Prints a module or component; the text goes to `sink` in pieces, in the order of the file.
/// `malformed`, `truncated` or `limit` with the offset for what cannot be read (what stands in
/// front of an unreadable body has been printed then), and what `sink` failed with.
Result<> print(Bytes binary, const PrintOptions& options, const TextSink& sink);

/// The same, into a string.
Result<std::string> print(Bytes binary, const PrintOptions& options = {});

} // namespace tenon::wat
