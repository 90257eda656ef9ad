// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Understands manifests that strangers wrote at a cost that is known before: JSON of four megabytes
// can become a hundred times as much in memory, and many may come at once.
#pragma once

#include "oci/manifest.hpp"
#include "registry/budget.hpp"

#include <string_view>

namespace tenon::registry {

/// What a JSON text costs a reader: its values, and a little for its lines. Never less than there
/// are, whatever the text is.
[[nodiscard]] std::size_t weigh_json(std::string_view text) noexcept;

class ManifestReader {
public:
    /// More than an index of four megabytes holds whose descriptors are as short as can be. One of
    /// this weight takes about 60 MB while it is read.
    static constexpr std::size_t max_weight = 200'000;

    /// `at_once`: what manifests that are read at the same time may weigh together.
    explicit ManifestReader(std::size_t at_once = max_weight) : weight_(at_once) {}

    /// `limit` when it weighs too much. Waits for its turn.
    Result<oci::Manifest> read(std::string_view text, std::string_view media_type);

private:
    Budget weight_;
};

} // namespace tenon::registry
