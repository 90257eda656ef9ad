// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The module of stand-ins, which is instantiated before all others: for each a function that jumps
// to what is put in its place later, through a table or a global.
#pragma once

#include "compose/shims.hpp"

#include <optional>

namespace tenon::compose {

// What it exports beside `0`, `1`, …

inline constexpr std::string_view shim_table = "$imports";
inline constexpr std::string_view shim_memory = "$memory";
inline constexpr std::string_view shim_base_get = "$get-tls-base";
inline constexpr std::string_view shim_base_set = "$set-tls-base";
/// The global of a stand-in that does not use the table.
[[nodiscard]] std::string shim_global(std::size_t number);

/// Nothing if nothing needs it. It also holds the memory that the main module imports, and the base
/// of thread-local storage where there are no threads.
[[nodiscard]] std::optional<Buffer> write_shim_module(const Plan& plan, const Shims& shims,
                                                      const NewOptions& options);

/// The table that stand-ins go through.
[[nodiscard]] wasm::TableType shim_table_type(std::size_t shims);

} // namespace tenon::compose
