// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What refers to a manifest: the registry's own list, or, where it keeps none, the index under the
// referrers tag, which the clients keep (OCI distribution specification, section "Referrers Tag
// Schema").
#include "base/ascii.hpp"
#include "data/value.hpp"
#include "oci/client.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::oci {
namespace {

constexpr std::size_t max_pages = 10'000;
constexpr std::size_t max_referrers = 100'000;

bool has_tag_character(char c) {
    return base::is_alphanumeric(c) || c == '_' || c == '.' || c == '-';
}

void keep_type(std::vector<Descriptor>& descriptors, const std::string& artifact_type) {
    if (!artifact_type.empty())
        std::erase_if(descriptors, [&](const Descriptor& descriptor) {
            return descriptor.artifact_type != artifact_type;
        });
}

data::Value to_value(const Descriptor& descriptor) {
    auto value = data::Value::object({});
    value.set("mediaType", data::Value(descriptor.media_type));
    value.set("digest", data::Value(descriptor.digest.text()));
    value.set("size", data::Value(data::Number{std::to_string(descriptor.size)}));
    if (descriptor.artifact_type)
        value.set("artifactType", data::Value(*descriptor.artifact_type));
    if (!descriptor.annotations.empty()) {
        auto annotations = data::Value::object({});
        for (const auto& [key, text] : descriptor.annotations)
            annotations.set(key, data::Value(text));
        value.set("annotations", std::move(annotations));
    }
    return value;
}

/// The index with one entry more or less; nothing when that is what it is already. What other tools
/// wrote into it stays.
Result<std::optional<std::string>> changed_index(std::string bytes, const Descriptor& descriptor,
                                                 bool add) {
    const auto document = TENON_TRY(data::parse_json({"referrers", std::move(bytes)}));
    auto root = document.root;
    auto kept = data::Value::array({});
    bool present = false;
    if (const auto* manifests = root.find("manifests"))
        for (const auto& item : manifests->items()) {
            const auto* digest = item.find("digest");
            const bool same =
                digest && digest->string() && *digest->string() == descriptor.digest.text();
            present = present || same;
            if (!same || add)
                kept.push_back(item);
        }
    if (present == add)
        return std::nullopt;
    if (add)
        kept.push_back(to_value(descriptor));
    root.set("manifests", std::move(kept));
    return data::to_json(root);
}

} // namespace

std::string referrers_tag(const blob::Digest& digest) {
    auto algorithm = std::string(blob::algorithm_name(digest.algorithm())).substr(0, 32);
    auto tag = fmt::format("{}-{}", algorithm, digest.hex().substr(0, 64));
    for (char& c : tag)
        c = has_tag_character(c) ? c : '-';
    return tag;
}

Result<bool> Registry::has_referrers_api(const std::string& repository,
                                         const blob::Digest& digest) {
    const auto response = TENON_TRY(session_.send(
        {.method = "GET",
         .url = session_.url(fmt::format("{}/referrers/{}", repository, digest.text())),
         .scopes = scopes(repository)}));
    return response.status() == 200;
}

Result<std::vector<Descriptor>> Registry::referrers(const std::string& repository,
                                                    const blob::Digest& digest,
                                                    const std::string& artifact_type) {
    const auto what = fmt::format("what refers to `{}` in `{}`", digest.text(), repository);
    Call call{.method = "GET",
              .url = session_.url(fmt::format("{}/referrers/{}", repository, digest.text()),
                                  artifact_type.empty()
                                      ? std::string()
                                      : "artifactType=" + net::percent_encode(artifact_type)),
              .scopes = scopes(repository)};
    call.headers.add("Accept", std::string(media::image_index));
    std::vector<Descriptor> found;
    for (std::size_t page = 0; page < max_pages; ++page) {
        std::optional<net::Url> next;
        auto body = get_page(call, what, next, nullptr);
        if (!body && page == 0 && body.error().code() == Errc::not_found) {
            auto index = get_manifest(repository, referrers_tag(digest));
            if (!index && index.error().code() == Errc::not_found)
                return found;
            if (!index)
                return fail(std::move(index).error());
            found = std::move(index->manifest.manifests);
            keep_type(found, artifact_type);
            return found;
        }
        if (!body)
            return fail(std::move(body).error());
        auto index = TENON_TRY(parse_manifest(*std::move(body), media::image_index, "referrers"));
        found.insert(found.end(), std::move_iterator(index.manifests.begin()),
                     std::move_iterator(index.manifests.end()));
        if (found.size() > max_referrers)
            return fail(Errc::limit, fmt::format("{} are more than {}", what, max_referrers));
        if (!next) {
            keep_type(found, artifact_type); // a registry may ignore the filter
            return found;
        }
        call.url = *std::move(next);
    }
    return fail(Errc::limit, fmt::format("{} has more than {} pages", what, max_pages));
}

// Two clients that do this at the same moment can lose an entry; the specification knows no remedy.
Result<> Registry::change_referrers_tag(const std::string& repository, const blob::Digest& subject,
                                        const Descriptor& descriptor, bool add) {
    const auto tag = referrers_tag(subject);
    auto index = get_manifest(repository, tag);
    std::string bytes;
    if (index)
        bytes = std::move(index->bytes);
    else if (index.error().code() != Errc::not_found)
        return fail(std::move(index).error());
    else if (!add)
        return {};
    else
        bytes = fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","manifests":[]}})",
                            media::image_index);
    auto changed = TENON_TRY(changed_index(std::move(bytes), descriptor, add));
    if (!changed)
        return {};
    TENON_TRY(put_manifest(repository, tag, *changed, media::image_index));
    return {};
}

} // namespace tenon::oci
