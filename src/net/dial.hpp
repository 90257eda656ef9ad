// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From a host's name to a connected socket. Knows nothing of what is spoken over it.
#pragma once

#include "base/file.hpp"
#include "net/wait.hpp"

namespace tenon::net {

/// Resolves and connects over TCP, each within `limit`. Addresses are tried side by side (RFC
/// 8305): the next one begins when one has failed or has not answered for a quarter of a second.
/// The socket does not block.
Result<base::Fd> dial(const std::string& host, std::uint16_t port, std::chrono::milliseconds limit,
                      const Waiter& waiter);
/// The same for a Unix socket.
Result<base::Fd> dial_unix(const base::Path& path, std::chrono::milliseconds limit,
                           const Waiter& waiter);

} // namespace tenon::net
