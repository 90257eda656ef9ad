// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An adapter cut down to what is used of it: adapters are large, and a program uses little of them.
//
// An adapter has no memory, no data and no tables of its own. What it needs of a stack it gets when
// it first runs: a page from the main module's allocator, or from `memory.grow`.
#pragma once

#include "wasm/module.hpp"

#include <optional>
#include <set>
#include <string>

namespace tenon::compose {

/// The module with the exports in `kept`, and what these reach. `realloc` is how the main module
/// exports its allocator, if it may be called; `name` is the module's name for people, if it is to
/// have one. `not_found` where an export is missing, `unsupported` for what adapters may not have,
/// `invalid` for definitions that are not valid.
Result<Buffer> reduce_adapter(const wasm::Module& adapter,
                              const std::set<std::string, std::less<>>& kept,
                              const std::optional<std::string>& realloc, const std::string& name);

} // namespace tenon::compose
