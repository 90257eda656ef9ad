// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Names of artifacts in registries: `[host[:port]/]repository[:tag][@digest]`, and the grammar of
// each part (OCI distribution specification, section "Pulling manifests").
#pragma once

#include "base/error.hpp"
#include "blob/digest.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tenon::oci {

/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*` joined by `/`; 255 characters at most.
[[nodiscard]] bool is_repository(std::string_view name) noexcept;
/// `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`
[[nodiscard]] bool is_tag(std::string_view tag) noexcept;

struct Reference {
    std::string host; ///< `ghcr.io`, `localhost:5000`, `[::1]:5000`; Docker Hub is `docker.io`
    std::string repository; ///< `wasmcloud/http`; a bare name of Docker Hub gets `library/`
    std::optional<std::string> tag;
    std::optional<blob::Digest> digest; ///< wins over the tag

    /// The first part is a host when it contains `.` or `:` or is `localhost`. Nothing is put in
    /// for a missing tag. Errors point at the part that is wrong.
    static Result<Reference> parse(std::string_view text);

    [[nodiscard]] std::string text() const;
    /// What a manifest is asked for by: the digest, else the tag, else `latest`.
    [[nodiscard]] std::string manifest_name() const;
    /// Where to connect: `index.docker.io` is reached as `registry-1.docker.io`.
    [[nodiscard]] std::string api_host() const;
};

} // namespace tenon::oci
