// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/version.hpp"

#include <fmt/core.h>

namespace tenon::wit {

std::string track_of(const Version& version) {
    if (!version.prerelease.empty())
        return fmt::format("{}.{}.{}-{}", version.major, version.minor, version.patch,
                           version.prerelease);
    if (version.major != 0)
        return fmt::format("{}", version.major);
    if (version.minor != 0)
        return fmt::format("0.{}", version.minor);
    return fmt::format("0.0.{}", version.patch);
}

} // namespace tenon::wit
