// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The option for names of interfaces in what a verb encodes.
#pragma once

#include "cli/verb.hpp"
#include "component/canonical_name.hpp"

namespace tenon::cli {

inline constexpr Option canonical_names_option{
    .name = "emit-canonical-names",
    .help = "name interfaces by what compatible versions have in common (`a:b/c@0.2`), and keep "
            "the rest of the version beside the name"};

/// Of a verb with the option above.
inline component::InterfaceNames interface_names_of(const Call& call) {
    return call.has("emit-canonical-names") ? component::InterfaceNames::canonical
                                            : component::InterfaceNames::full;
}

} // namespace tenon::cli
