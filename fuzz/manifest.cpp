// LINK: tenon_oci
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Manifests and indexes: whatever is read is written in a form that reads as the same.
#include "oci/manifest.hpp"
#include "oci/artifact.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using tenon::oci::choose_from_index, tenon::oci::parse_manifest, tenon::oci::write_manifest;
    const auto manifest =
        parse_manifest(std::string(reinterpret_cast<const char*>(bytes), size), "", "input");
    if (!manifest)
        return 0;
    const auto text = write_manifest(*manifest, true);
    const auto again = parse_manifest(text, manifest->media_type, "output");
    if (!again || write_manifest(*again, true) != text || again->index != manifest->index)
        std::abort();
    if (manifest->index && !choose_from_index(*manifest) && manifest->manifests.size() == 1 &&
        !manifest->manifests[0].platform && manifest->manifests[0].annotations.empty())
        std::abort();
    return 0;
}
