// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Seeing and removing what is in a directory that others may be able to reach.
#pragma once

#include "base/file.hpp"

#include <string>
#include <vector>

namespace tenon::base {

/// What lies in the directory behind a descriptor, without `.` and `..`, in no order; `path` is for
/// messages.
Result<std::vector<std::string>> names_in(int fd, const Path& path);

/// Removes everything in the directory and leaves the directory. Works through descriptors and
/// follows no link, so that nobody who swaps names meanwhile can lead it elsewhere. False: there is
/// no such directory. `invalid` for what is no directory, a link included; `io` for a directory of
/// another user's; `limit` for more than 128 levels.
Result<bool> empty_directory(const Path& path);

} // namespace tenon::base
