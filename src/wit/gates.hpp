// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// `@since`, `@unstable`, `@deprecated`: which items exist, and what is remembered of their gates.
#pragma once

#include "wit/ast.hpp"
#include "wit/model.hpp"

#include <set>
#include <span>
#include <string>

namespace tenon::wit {

struct Features {
    std::set<std::string, std::less<>> enabled;
    bool all = false;
};

/// What an item's attributes come to.
struct Gate {
    bool open = true; ///< false: the item does not exist
    Stability stability;
    std::optional<std::string> external_id;
};

/// `span` is the item's name. Fails for a version that the package has not reached, or cannot.
Result<Gate> gate(const ast::Attributes& attributes, const PackageName& package,
                  const Features& features, const Sources& sources, Span span);

} // namespace tenon::wit
