// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#endpoints
#include "registry/route.hpp"

#include <algorithm>
#include <array>

namespace tenon::registry {
namespace {

struct Row {
    Resource resource;
    std::size_t reading; ///< how many of the methods only read
    std::array<std::string_view, 4> methods;
    std::size_t count;
};
constexpr std::array rows{
    Row{Resource::none, 2, {"GET", "HEAD"}, 2},
    Row{Resource::base, 2, {"GET", "HEAD"}, 2},
    Row{Resource::catalog, 2, {"GET", "HEAD"}, 2},
    Row{Resource::tags, 2, {"GET", "HEAD"}, 2},
    Row{Resource::referrers, 2, {"GET", "HEAD"}, 2},
    Row{Resource::blob, 2, {"GET", "HEAD", "DELETE"}, 3},
    Row{Resource::uploads, 0, {"POST"}, 1},
    Row{Resource::upload, 0, {"GET", "PATCH", "PUT", "DELETE"}, 4},
    Row{Resource::manifest, 2, {"GET", "HEAD", "PUT", "DELETE"}, 4},
};

/// Takes the last part of a path off; the slash before it goes too.
std::string_view take_last(std::string_view& path) noexcept {
    const auto slash = path.rfind('/');
    if (slash == std::string_view::npos) {
        const auto last = path;
        path = {};
        return last;
    }
    const auto last = path.substr(slash + 1);
    path = path.substr(0, slash);
    return last;
}

bool take_suffix(std::string_view& path, std::string_view suffix) noexcept {
    if (!path.ends_with(suffix))
        return false;
    path.remove_suffix(suffix.size());
    return true;
}

} // namespace

Route find_route(std::string_view path) {
    if (path == "/v2/" || path == "/v2")
        return {Resource::base, {}, {}};
    if (!path.starts_with("/v2/"))
        return {};
    auto rest = path.substr(4);
    if (rest == "_catalog")
        return {Resource::catalog, {}, {}};
    if (take_suffix(rest, "/tags/list"))
        return {Resource::tags, std::string(rest), {}};
    if (take_suffix(rest, "/blobs/uploads/") || take_suffix(rest, "/blobs/uploads"))
        return {Resource::uploads, std::string(rest), {}};
    const auto reference = take_last(rest);
    constexpr std::pair<std::string_view, Resource> kinds[] = {
        {"/blobs/uploads", Resource::upload}, // before the shorter one
        {"/blobs", Resource::blob},
        {"/manifests", Resource::manifest},
        {"/referrers", Resource::referrers},
    };
    for (const auto& [suffix, resource] : kinds)
        if (take_suffix(rest, suffix))
            return {resource, std::string(rest), std::string(reference)};
    return {};
}

std::span<const std::string_view> methods_of(Resource resource, bool read_only) noexcept {
    const auto& row = *std::ranges::find(rows, resource, &Row::resource);
    return std::span(row.methods).first(read_only ? row.reading : row.count);
}

} // namespace tenon::registry
