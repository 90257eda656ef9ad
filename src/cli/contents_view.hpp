// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is inside a module or component, as a table for people and as JSON. Lists are cut where they
// are too long to be read, and say how much is left out.
#pragma once

#include "claims/verdict.hpp"
#include "cli/contents.hpp"
#include "data/value.hpp"

#include <string>
#include <string_view>

namespace tenon::cli {

/// What is known of the file besides.
struct ContentsSource {
    std::string name;                         ///< the file's, or a reference
    std::string_view format;                  ///< `binary`, `text`
    const claims::Verdict* verdict = nullptr; ///< of the signature; null: there is none
    bool has_top = false;                     ///< whether the largest functions were asked for
};

/// Names from the file are shortened, and made fit for a terminal.
[[nodiscard]] std::string contents_text(const Contents& contents, const ContentsSource& source);
/// Names are whole.
[[nodiscard]] data::Value contents_json(const Contents& contents, const ContentsSource& source);

/// How many thousandths of the whole a part is.
[[nodiscard]] std::uint64_t per_mille(std::uint64_t part, std::uint64_t whole) noexcept;

} // namespace tenon::cli
