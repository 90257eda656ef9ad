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
    .help = "allow more than WebAssembly 3.0 and WASI 0.3 need (`threads`, `cm-threading`, "
            "`all`), or less (`-simd`)",
    .repeated = true};

/// What the option says, on top of `features`: `threads`, `-simd`, `all`, `-all`. A name that no
/// feature has is a misuse. `option` is its name, where `features` means those of WIT.
Result<wasm::Features> wasm_features_of(const Call& call,
                                        wasm::Features features = wasm::Features::standard(),
                                        std::string_view option = "features");

} // namespace tenon::cli
