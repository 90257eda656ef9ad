// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The names that wasmCloud, Rust and Go have for the same machine.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tenon::project {

struct TargetRow {
    std::string_view name;        ///< of wasmCloud: `x86_64-linux`
    std::string_view rust_triple; ///< the usual one
    std::string_view go_os;
    std::string_view go_arch;
};

/// Null for a target that is not in the table; it can still be built by a command of one's own.
const TargetRow* find_target(std::string_view name) noexcept;
const TargetRow* find_target_of_go(std::string_view os, std::string_view arch) noexcept;

/// `x86_64-linux` from `x86_64-unknown-linux-musl`; nothing for an unknown form.
std::optional<std::string> target_of_triple(std::string_view triple);

/// Whether an executable whose header says `built` may be what was asked for as `asked`. The
/// header tells the processor, but of systems only those with a format or mark of their own: what
/// says linux may be for any other.
bool may_be(std::string_view built, std::string_view asked) noexcept;

} // namespace tenon::project
