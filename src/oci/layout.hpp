// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which media types an artifact's parts have: one row a kind for writing, one a layer type for
// reading, since tools of earlier years wrote others.
#pragma once

#include "oci/artifact.hpp"

#include <optional>
#include <string_view>

namespace tenon::oci {

struct Layout {
    ArtifactKind kind;
    std::string_view name;
    std::string_view extension;
    std::string_view config_type;
    std::string_view layer_type;
    bool writes_media_type; ///< wash leaves it out of providers' manifests
};
[[nodiscard]] const Layout& layout_of(ArtifactKind kind) noexcept;

struct LayerType {
    std::string_view media_type;
    std::optional<ArtifactKind> kind; ///< nothing: the content says
};
/// Nothing for layers that hold no artifact of ours.
[[nodiscard]] const LayerType* find_layer_type(std::string_view media_type) noexcept;

} // namespace tenon::oci
