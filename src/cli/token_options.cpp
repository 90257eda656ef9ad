// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/token_options.hpp"

#include <fmt/core.h>
#include <limits>
#include <set>

namespace tenon::cli {

Result<std::optional<std::int32_t>> revision(const Call& call, std::string_view option) {
    const auto given = TENON_TRY(call.integer(option, std::numeric_limits<std::int32_t>::min(),
                                              std::numeric_limits<std::int32_t>::max()));
    return given ? std::optional(static_cast<std::int32_t>(*given)) : std::nullopt;
}

Result<> missing(std::string_view what, std::string_view option) {
    return fail(
        base::Error(Errc::usage, fmt::format("{} is required", what))
            .help(fmt::format("give `--{}`, or run it where a project file says it", option)));
}

Result<claims::ComponentClaims> component_metadata(const Call& call,
                                                   const std::optional<project::Project>& project) {
    claims::ComponentClaims metadata;
    metadata.name = call.value("name");
    metadata.rev = TENON_TRY(revision(call, "rev"));
    metadata.ver = call.value("ver");
    metadata.tags = call.values("tag");
    if (project) {
        fill_up(metadata, *project);
        if (project->component && !project->component->tags.empty()) {
            std::set<std::string> merged(metadata.tags->begin(), metadata.tags->end());
            merged.insert(project->component->tags.begin(), project->component->tags.end());
            metadata.tags = std::vector<std::string>(merged.begin(), merged.end());
        }
    }
    if (const auto alias = call.value("call-alias"))
        metadata.call_alias = TENON_TRY(claims::normalize_call_alias(*alias));
    if (!metadata.name)
        TENON_TRY(missing("component name", "name"));
    if (!metadata.rev)
        TENON_TRY(missing("component revision number", "rev"));
    if (!metadata.ver)
        TENON_TRY(missing("component version", "ver"));
    return metadata;
}

Result<claims::Claims> token_claims(const Call& call, claims::Metadata metadata,
                                    const crypto::PublicKey& subject) {
    constexpr std::int64_t century_in_days = 36525;
    const auto days = [&call](std::string_view option) -> Result<std::optional<std::uint64_t>> {
        const auto given = TENON_TRY(call.integer(option, 0, century_in_days));
        return given ? std::optional(static_cast<std::uint64_t>(*given)) : std::nullopt;
    };
    const auto now = TENON_TRY(call.stamp_time());
    const auto expires = TENON_TRY(days("expires"));
    const auto not_before = TENON_TRY(days("nbf"));
    auto id = TENON_TRY(token_id(call));
    return claims::new_claims(
        std::move(metadata), subject, std::move(id),
        {.now = now, .expires_in_days = expires, .not_before_in_days = not_before});
}

} // namespace tenon::cli
