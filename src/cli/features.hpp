// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The option `--features` of verbs that validate.
#pragma once

#include "cli/verb.hpp"
#include "wasm/features.hpp"

namespace tenon::cli {

inline constexpr Option wasm_features_option{
    .name = "features",
    .letter = 'f',
    .kind = ValueKind::text,
    .value = "NAME,…",
    .help = "allow more than the proposals of phase 4 (`custom-page-sizes`, `cm-threading`, "
            "`all`), less (`-simd`), or a version of old (`mvp`, `wasm1`, `wasm2`, `wasm3`, "
            "`lime1`)",
    .repeated = true};

/// What the option says, on top of `features`: `threads`, `-simd`, `all`, `-all`, or `wasm2` in
/// its place. A name that no feature has is a misuse. `option` is its name, where `features` means
/// those of WIT.
Result<wasm::Features> wasm_features_of(const Call& call,
                                        wasm::Features features = wasm::Features::usual(),
                                        std::string_view option = "features");

} // namespace tenon::cli
