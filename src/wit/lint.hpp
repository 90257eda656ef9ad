// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is allowed in WIT, and yet not good: things that nobody uses, that nobody explains, or that
// cannot be encoded.
#pragma once

#include "wit/model.hpp"

#include <string_view>
#include <vector>

namespace tenon::wit {

struct Finding {
    std::string_view rule; ///< `unused-type`, `missing-docs`, …
    base::Error problem;   ///< to be rendered as a warning
};

/// Of one package, in the order of its text.
[[nodiscard]] std::vector<Finding> lint(const Model& model, PackageIdx package);

/// What is in the package `old` and would break those who use it in `now`, another version of it:
/// the rule is `breaking-change`, the place that in `now`. In the order of the text of `now`.
[[nodiscard]] std::vector<Finding> lint_against(const Model& old_model, PackageIdx old,
                                                const Model& now_model, PackageIdx now);

/// Whether the version of `now` promises to be compatible with `old`: their versions are on one
/// track, or one of them has none.
[[nodiscard]] bool promises_compatibility(const PackageName& old, const PackageName& now);

} // namespace tenon::wit
