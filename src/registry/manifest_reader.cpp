// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/manifest_reader.hpp"

#include <fmt/core.h>

namespace tenon::registry {

std::size_t weigh_json(std::string_view text) noexcept {
    // Readers keep where each line begins, which is less than what a value takes.
    constexpr std::size_t lines_a_value = 4;
    std::size_t values = 1;
    std::size_t lines = 0;
    bool quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        lines += c == '\n' ? 1 : 0;
        if (c == '"')
            quoted = !quoted;
        else if (quoted)
            at += c == '\\' ? 1 : 0;
        else if (c == ',' || c == '[' || c == '{')
            ++values;
    }
    return values + lines / lines_a_value;
}

Result<oci::Manifest> ManifestReader::read(std::string_view text, std::string_view media_type) {
    const auto weight = weigh_json(text);
    if (weight > max_weight)
        return fail(Errc::limit,
                    fmt::format("manifests of more than {} values are not accepted", max_weight));
    const auto turn = weight_.take(weight);
    return oci::parse_manifest(std::string(text), media_type, "manifest");
}

} // namespace tenon::registry
