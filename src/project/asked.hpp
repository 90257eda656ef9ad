// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which targets a provider is to be built for, and what that means to its language's tools.
#pragma once

#include "project/build.hpp"

namespace tenon::project {

struct AskedTarget {
    std::string name;   ///< `x86_64-linux`; empty: whatever the tools make by themselves
    std::string triple; ///< for cargo's `--target`; empty: none
    std::string go_os;  ///< for GOOS and GOARCH; empty: none
    std::string go_arch;
};

/// From `--target`, else from `rust_target`, else from `os` and `arch`, else one without a name.
/// Each name once. A name that the language's tools cannot be told is an error.
Result<std::vector<AskedTarget>> asked_targets(const Project& project, const BuildOptions& options,
                                               const Environment& environment);

} // namespace tenon::project
