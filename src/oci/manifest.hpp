// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Image manifests and indexes (OCI image specification 1.1), as much of them as clients and
// registries act on; unknown members are carried in the bytes, which are never rewritten.
#pragma once

#include "base/error.hpp"
#include "blob/digest.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenon::oci {

namespace media {
inline constexpr std::string_view image_manifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view image_index = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view docker_manifest =
    "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr std::string_view docker_list =
    "application/vnd.docker.distribution.manifest.list.v2+json";
inline constexpr std::string_view empty = "application/vnd.oci.empty.v1+json";
inline constexpr std::string_view wasm_config = "application/vnd.wasm.config.v0+json";
inline constexpr std::string_view wasm_layer = "application/wasm";
inline constexpr std::string_view provider_config =
    "application/vnd.wasmcloud.provider.archive.config";
inline constexpr std::string_view provider_layer =
    "application/vnd.wasmcloud.provider.archive.layer.v1+par";
inline constexpr std::string_view actor_config = "application/vnd.wasmcloud.actor.archive.config";
inline constexpr std::string_view actor_layer = "application/vnd.module.wasm.content.layer.v1+wasm";
inline constexpr std::string_view image_layer_tar = "application/vnd.oci.image.layer.v1.tar";
} // namespace media

/// Sorted by key, as canonical JSON wants it.
using Annotations = std::vector<std::pair<std::string, std::string>>;

/// What a manifest within an index is for.
struct Platform {
    std::string architecture; ///< `amd64`, `wasm`
    std::string os;           ///< `linux`, `wasip2`
};

struct Descriptor {
    std::string media_type;
    blob::Digest digest;
    std::uint64_t size = 0;
    std::optional<std::string> artifact_type = {};
    Annotations annotations = {};
    std::optional<Platform> platform = {};
};

/// A manifest or index. For an index `layers` is empty and `manifests` is filled.
struct Manifest {
    std::string media_type; ///< of the document: its own member, else what its content says it is
    bool index = false;
    std::optional<std::string> artifact_type;
    std::optional<Descriptor> config;
    std::vector<Descriptor> layers;
    std::vector<Descriptor> manifests;
    std::optional<Descriptor> subject;
    Annotations annotations;

    /// What referrers show: `artifactType`, else the config's media type, else nothing.
    [[nodiscard]] std::optional<std::string> shown_artifact_type() const;
};

/// Largest manifest that is read or accepted, in bytes; the specification asks for 4 MiB at least.
inline constexpr std::uint64_t max_manifest_bytes = 4 * 1024 * 1024;

/// `content_type` is the header's, without parameters; a member `mediaType` that contradicts it is
/// `invalid`. Errors name line and column within `name`.
Result<Manifest> parse_manifest(std::string text, std::string_view content_type, std::string name);

/// Canonical JSON (keys sorted, no blanks) of a manifest or index, byte for byte what `wash` and
/// `wkg` write; `with_media_type` writes the member `mediaType`.
[[nodiscard]] std::string write_manifest(const Manifest& manifest, bool with_media_type);

} // namespace tenon::oci
