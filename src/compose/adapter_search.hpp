// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where the adapters of WASI 0.1 are on this machine: the packages that carry them put them into
// known places.
#pragma once

#include "base/file.hpp"

#include <optional>
#include <vector>

namespace tenon::compose {

/// Which of them: `command` for programs with `_start`, `reactor` for all others.
enum class WasiAdapter : std::uint8_t { command, reactor };
/// The module that it takes the place of.
inline constexpr std::string_view wasi_module = "wasi_snapshot_preview1";

struct AdapterPlaces {
    base::Path folder;     ///< where the caller stands; `vendor/` and `node_modules/` are looked
                           ///< for there and above
    base::Path cargo_home; ///< cargo's folder, or empty
};

/// The newest one of the first place that has any. Nothing is run and nothing fetched.
[[nodiscard]] std::optional<base::Path> find_wasi_adapter(WasiAdapter which,
                                                          const AdapterPlaces& places);

/// Whether a module has the entry of a program.
Result<WasiAdapter> wasi_adapter_for(Bytes module);

} // namespace tenon::compose
