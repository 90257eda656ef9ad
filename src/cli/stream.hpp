// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Writing to the descriptors of a World. No stdio: its buffers and locks cost more than the few
// writes that a verb does.
#pragma once

#include <string_view>

namespace tenon::cli {

/// Writes everything; gives 0 or the error number.
int write_all(int fd, std::string_view text) noexcept;

bool is_terminal(int fd) noexcept;

} // namespace tenon::cli
