// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A model as WIT text, in the style that existing tools print it in.
#pragma once

#include "wit/model.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace tenon::wit {

struct PrintOptions {
    bool docs = true;
    std::uint64_t max_bytes = std::uint64_t{256} << 20;
    /// How often types without a name are written out. Models that were decoded can ask for any
    /// number of them.
    std::uint64_t max_written_out = 1'000'000;
};

/// The package, and after it `nested` ones as `package a:b { … }`. Fails for what WIT cannot
/// express (a model that was not read from WIT may hold that) and for texts beyond the limits.
Result<std::string> print(const Model& model, PackageIdx main,
                          std::span<const PackageIdx> nested = {}, PrintOptions options = {});

/// The package, and after it all others of the model.
Result<std::string> print_all(const Model& model, PackageIdx main, PrintOptions options = {});

/// Types and functions as they stand in WIT, for diagnostics and comparisons.
Result<std::string> print_type(const Model& model, const Type& type);
/// `name: func(…) -> …`, without `;`.
Result<std::string> print_function(const Model& model, const Function& function);

/// With `%` where it is needed.
[[nodiscard]] std::string escaped(std::string_view name);

} // namespace tenon::wit
