// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md
#include "oci/client.hpp"

#include "data/value.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::oci {
namespace {

constexpr std::size_t max_pages = 10'000;
constexpr std::size_t max_tags = 1'000'000;

std::string_view without_parameters(std::string_view content_type) {
    content_type = content_type.substr(0, content_type.find(';'));
    while (content_type.ends_with(' ') || content_type.ends_with('\t'))
        content_type.remove_suffix(1);
    return content_type;
}

bool is_manifest_type(std::string_view type) {
    return type == media::image_manifest || type == media::image_index ||
           type == media::docker_manifest || type == media::docker_list;
}

void accept_manifests(net::Headers& headers) {
    headers.add("Accept", fmt::format("{}, {}, {}, {}", media::image_manifest, media::image_index,
                                      media::docker_manifest, media::docker_list));
}

/// 202 by the specification; some say it in their own way.
bool is_deleted(int status) {
    return status == 200 || status == 202 || status == 204;
}

std::string manifest_path(const std::string& repository, const std::string& name) {
    return fmt::format("{}/manifests/{}", repository, name);
}

std::optional<blob::Digest> digest_header(const net::Response& response) {
    const auto field = response.headers().find("Docker-Content-Digest");
    if (!field)
        return std::nullopt;
    auto digest = blob::Digest::parse(*field);
    return digest ? std::optional(*std::move(digest)) : std::nullopt;
}

base::Error other_bytes(const std::string& sentence, const blob::Digest& promised,
                        const blob::Digest& found) {
    return base::Error(Errc::hash_mismatch, sentence)
        .because(fmt::format("promised {}", promised.text()))
        .because(fmt::format("received {}", found.text()));
}

} // namespace

Result<Registry> Registry::open(net::Client& client, std::string_view host,
                                RegistryOptions options) {
    auto session = TENON_TRY(Session::open(client, host, options.session));
    return Registry(std::move(session), std::move(options));
}

std::vector<Scope> Registry::scopes(const std::string& repository, unsigned actions) const {
    return {{repository, actions | Scope::pull | (options_.push ? Scope::push : 0U)}};
}

Result<> Registry::ping() {
    auto response = TENON_TRY(session_.send({.method = "GET", .url = session_.url("")}));
    if (response.status() == 200)
        return {};
    return fail(session_.refuse(response, fmt::format("`{}` does not let us in", host())));
}

Result<FetchedManifest> Registry::get_manifest(const std::string& repository,
                                               const std::string& name) {
    Call call{.method = "GET",
              .url = session_.url(manifest_path(repository, name)),
              .scopes = scopes(repository)};
    accept_manifests(call.headers);
    auto response = TENON_TRY(session_.send(call));
    const auto what = fmt::format("manifest `{}` of `{}`", name, repository);
    if (response.status() != 200)
        return fail(
            session_.refuse(response, fmt::format("registry `{}` does not give {}", host(), what)));
    auto bytes = response.read_all(max_manifest_bytes);
    if (!bytes)
        return fail(std::move(bytes).error().within(what));
    const auto asked = blob::Digest::parse(name);
    const auto promised = asked ? std::optional(*asked) : digest_header(response);
    auto digest = blob::Digest::of(as_bytes(*bytes),
                                   promised ? promised->algorithm() : blob::Algorithm::sha256);
    if (promised && *promised != digest)
        return fail(
            other_bytes(fmt::format("registry `{}` gave something else than {}", host(), what),
                        *promised, digest));
    const auto header = response.headers().find("Content-Type");
    auto type = header ? without_parameters(*header) : std::string_view();
    if (!is_manifest_type(type))
        type = {}; // servers of plain files say text/plain; the content says what it is
    auto manifest = parse_manifest(*bytes, type, name);
    if (!manifest)
        return fail(std::move(manifest).error().within(fmt::format("{} at `{}`", what, host())));
    return FetchedManifest{*std::move(manifest), *std::move(bytes), std::move(digest)};
}

Result<std::optional<Descriptor>> Registry::head_manifest(const std::string& repository,
                                                          const std::string& name) {
    Call call{.method = "HEAD",
              .url = session_.url(manifest_path(repository, name)),
              .scopes = scopes(repository)};
    accept_manifests(call.headers);
    auto response = TENON_TRY(session_.send(call));
    if (response.status() == 404)
        return std::nullopt;
    if (response.status() != 200)
        return fail(session_.refuse(
            response, fmt::format("registry `{}` does not let us look for manifest `{}` of `{}`",
                                  host(), name, repository)));
    auto digest = digest_header(response);
    if (!digest) { // before version 1.1 nobody had to send it
        auto fetched = TENON_TRY(get_manifest(repository, name));
        return Descriptor{fetched.manifest.media_type, std::move(fetched.digest),
                          fetched.bytes.size()};
    }
    const auto type = response.headers().find("Content-Type");
    return Descriptor{std::string(type ? without_parameters(*type) : ""), *std::move(digest),
                      response.length().value_or(0)};
}

Result<blob::Digest> Registry::put_manifest(const std::string& repository, const std::string& name,
                                            const std::string& bytes, std::string_view media_type) {
    const auto asked = blob::Digest::parse(name);
    auto digest =
        blob::Digest::of(as_bytes(bytes), asked ? asked->algorithm() : blob::Algorithm::sha256);
    Call call{.method = "PUT",
              .url = session_.url(manifest_path(repository, name)),
              .content = [&bytes]() -> Result<net::Content> { return net::Content(bytes); },
              .scopes = scopes(repository, Scope::push)};
    call.headers.add("Content-Type", std::string(media_type));
    auto response = TENON_TRY(session_.send(call));
    const auto what = fmt::format("manifest `{}` of `{}`", name, repository);
    if (response.status() != 201)
        return fail(
            session_.refuse(response, fmt::format("registry `{}` does not take {}", host(), what)));
    const auto stored = digest_header(response);
    if (stored && stored->algorithm() == digest.algorithm() && *stored != digest)
        return fail(
            other_bytes(fmt::format("registry `{}` stored something else than {}", host(), what),
                        digest, *stored));
    const bool kept_by_registry = response.headers().find("OCI-Subject").has_value();
    [[maybe_unused]] const auto skipped = response.read_all(64 * 1024);
    const auto manifest = parse_manifest(bytes, media_type, name);
    if (manifest && manifest->subject && !kept_by_registry) {
        auto annotations = manifest->annotations;
        TENON_TRY(change_referrers_tag(repository, manifest->subject->digest,
                                       Descriptor{std::string(media_type), digest, bytes.size(),
                                                  manifest->shown_artifact_type(),
                                                  std::move(annotations)},
                                       true));
    }
    return digest;
}

Result<> Registry::delete_manifest(const std::string& repository, const std::string& name) {
    // What stands in for the referrers API is the client's to keep: the entry of a manifest that
    // goes away goes with it.
    const auto digest = blob::Digest::parse(name);
    std::optional<FetchedManifest> doomed;
    if (digest) {
        auto fetched = get_manifest(repository, name);
        if (fetched && fetched->manifest.subject)
            doomed = *std::move(fetched);
    }
    auto response =
        TENON_TRY(session_.send({.method = "DELETE",
                                 .url = session_.url(manifest_path(repository, name)),
                                 .scopes = scopes(repository, Scope::push | Scope::remove)}));
    if (!is_deleted(response.status()))
        return fail(
            session_.refuse(response, fmt::format("registry `{}` does not delete manifest `{}` of "
                                                  "`{}`",
                                                  host(), name, repository)));
    if (!doomed)
        return {};
    const auto& subject = doomed->manifest.subject->digest;
    if (TENON_TRY(has_referrers_api(repository, subject)))
        return {};
    return change_referrers_tag(
        repository, subject,
        Descriptor{doomed->manifest.media_type, doomed->digest, doomed->bytes.size()}, false);
}

Result<bool> Registry::has_blob(const std::string& repository, const blob::Digest& digest) {
    auto response = TENON_TRY(
        session_.send({.method = "HEAD",
                       .url = session_.url(fmt::format("{}/blobs/{}", repository, digest.text())),
                       .scopes = scopes(repository)}));
    if (response.status() == 200)
        return true;
    if (response.status() == 404)
        return false;
    return fail(session_.refuse(
        response, fmt::format("registry `{}` does not let us look for blob `{}` of `{}`", host(),
                              digest.text(), repository)));
}

Result<> Registry::delete_blob(const std::string& repository, const blob::Digest& digest) {
    auto response = TENON_TRY(
        session_.send({.method = "DELETE",
                       .url = session_.url(fmt::format("{}/blobs/{}", repository, digest.text())),
                       .scopes = scopes(repository, Scope::push | Scope::remove)}));
    if (is_deleted(response.status()))
        return {};
    return fail(
        session_.refuse(response, fmt::format("registry `{}` does not delete blob `{}` of `{}`",
                                              host(), digest.text(), repository)));
}

/// One page of a list, and where the next one is.
Result<std::string> Registry::get_page(const Call& call, const std::string& what,
                                       std::optional<net::Url>& next, net::Headers* headers) {
    auto response = TENON_TRY(session_.send(call));
    if (response.status() != 200)
        return fail(
            session_.refuse(response, fmt::format("registry `{}` does not give {}", host(), what)));
    auto body = response.read_all(max_manifest_bytes);
    if (!body)
        return fail(std::move(body).error().within(fmt::format("{} at `{}`", what, host())));
    next.reset();
    for (const auto field : response.headers().all("Link")) {
        const auto link = next_link(field);
        if (!link)
            continue;
        next = TENON_TRY(session_.follow(response.url(), *link));
        if (next->text() == call.url.text())
            return fail(
                Errc::invalid,
                fmt::format("registry `{}` names a page of {} as its own next one", host(), what));
    }
    if (headers)
        *headers = response.headers();
    return body;
}

Result<std::vector<std::string>> Registry::tags(const std::string& repository) {
    std::vector<std::string> found;
    const auto what = fmt::format("the tags of `{}`", repository);
    Call call{.method = "GET",
              .url = session_.url(fmt::format("{}/tags/list", repository)),
              .scopes = scopes(repository)};
    for (std::size_t page = 0; page < max_pages; ++page) {
        std::optional<net::Url> next;
        auto body = TENON_TRY(get_page(call, what, next, nullptr));
        auto document = data::parse_json({"tags", std::move(body)});
        if (!document)
            return fail(
                std::move(document).error().within(fmt::format("{} at `{}`", what, host())));
        if (document->root.kind() != data::Kind::object)
            return fail(document->error(document->root.place(), Errc::invalid,
                                        "a list of tags must be an object"));
        const auto* tags = document->root.find("tags"); // null where there are none
        for (const auto& tag : tags ? tags->items() : std::span<const data::Value>()) {
            if (!tag.string())
                return fail(document->error(tag.place(), Errc::invalid, "a tag must be a string"));
            if (found.size() == max_tags)
                return fail(Errc::limit,
                            fmt::format("`{}` has more than {} tags", repository, max_tags));
            found.push_back(*tag.string());
        }
        if (!next)
            return found;
        call.url = *std::move(next);
    }
    return fail(Errc::limit, fmt::format("{} have more than {} pages", what, max_pages));
}

std::optional<std::string> next_link(std::string_view field) {
    // https://www.rfc-editor.org/rfc/rfc8288#section-3
    while (!field.empty()) {
        const auto open = field.find('<');
        const auto close = field.find('>', open);
        if (open == field.npos || close == field.npos)
            return std::nullopt;
        const auto end = std::min(field.find(',', close), field.size());
        const auto parameters = field.substr(close + 1, end - close - 1);
        if (parameters.find("rel=\"next\"") != parameters.npos ||
            parameters.find("rel=next") != parameters.npos)
            return std::string(field.substr(open + 1, close - open - 1));
        field.remove_prefix(end);
    }
    return std::nullopt;
}

} // namespace tenon::oci
