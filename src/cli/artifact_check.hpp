// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a file must stand before it is shipped: the verdict that `par verify` and `claims verify`
// give.
#pragma once

#include "cli/verb.hpp"
#include "oci/artifact.hpp"

#include <string>

namespace tenon::cli {

inline constexpr Option require_signature_option{
    .name = "require-signature", .help = "refuse modules and components without claims, too"};

/// What a file is by its first bytes; other than a module, component or something that may be an
/// archive is `invalid`.
struct FileKind {
    oci::ArtifactKind kind;
    bool module = false; ///< a core module, which travels as a component does
};
Result<FileKind> kind_of_file(int fd, const std::string& name);

/// Refuses all that fails, each reason named; `name` is what messages call the file. Trusts the
/// issuers of the option `--issuer`, or everybody; modules and components without claims pass
/// unless the options want a signature. The call must outlive the check.
Result<oci::Check> fitness_check(Call& call, std::string name);

} // namespace tenon::cli
