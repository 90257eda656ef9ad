// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which resource a path names, and what may be done with it.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tenon::registry {

enum class Resource {
    none,
    base,    ///< `/v2/`
    catalog, ///< `/v2/_catalog`
    tags,
    referrers,
    blob,
    uploads, ///< where uploads begin
    upload,
    manifest,
};

struct Route {
    Resource resource = Resource::none;
    std::string repository; ///< not checked yet
    std::string reference;  ///< digest, tag or id of an upload, not checked yet
};

/// `path` is percent-decoded. Repositories may have parts called `blobs` or `manifests`; what a
/// path means is decided at its end.
[[nodiscard]] Route find_route(std::string_view path);

/// What `Allow` says: those that read first, then those that write.
[[nodiscard]] std::span<const std::string_view> methods_of(Resource resource,
                                                           bool read_only) noexcept;

} // namespace tenon::registry
