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

} // namespace tenon::wit
