// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Pushing manifests, and deleting things.
#include "registry/api.hpp"
#include "registry/counted_body.hpp"

#include "oci/reference.hpp"

#include <fmt/core.h>

namespace tenon::registry {
namespace {

constexpr std::size_t max_tags = 64;

/// The type without parameters.
std::string content_type(const net::ServerRequest& request) {
    auto field = request.headers.find("Content-Type").value_or("");
    field = field.substr(0, field.find(';'));
    while (!field.empty() && (field.back() == ' ' || field.back() == '\t'))
        field.remove_suffix(1);
    return std::string(field);
}

net::ServerResponse too_large() {
    return answer_problem(
        Problem::manifest_too_large,
        fmt::format("manifests of more than {} bytes are not accepted", oci::max_manifest_bytes));
}

Result<std::string> read_all(net::RequestBody& body, std::uint64_t expected) {
    std::string text;
    text.reserve(static_cast<std::size_t>(std::min(expected, oci::max_manifest_bytes)));
    Buffer buffer(64 * 1024);
    for (;;) {
        const auto got = TENON_TRY(body.read(buffer));
        if (got == 0)
            return text;
        text += as_text(Bytes(buffer).first(got));
    }
}

std::string message_of(const base::Error& error) {
    auto text = error.message();
    if (const auto& source = error.source(); source && source->place.line != 0)
        text += fmt::format(" (line {}, column {})", source->place.line, source->place.column);
    return text;
}

/// While a manifest is being stored it shall not take more memory than it must.
void drop_what_nobody_needs(oci::Manifest& manifest) {
    if (!manifest.subject)
        manifest.annotations = {};
    for (auto* list : {&manifest.layers, &manifest.manifests})
        for (auto& descriptor : *list) {
            descriptor.annotations = {};
            descriptor.artifact_type.reset();
            descriptor.platform.reset();
        }
}

net::ServerResponse missing_blobs(const std::vector<blob::Digest>& missing) {
    return answer_problem(
        Problem::manifest_blob_unknown,
        missing.size() == 1
            ? "the manifest names a blob that is not here"
            : fmt::format("the manifest names {} blobs that are not here", missing.size()),
        "digest", missing.front().text());
}

} // namespace

net::ServerResponse Api::put_manifest(const Call& call, net::RequestBody& body) {
    const auto& name = call.route.reference;
    std::vector<std::string> tags;
    std::optional<blob::Digest> wanted;
    if (oci::is_tag(name)) {
        tags.push_back(name);
    } else {
        auto digest = blob::Digest::parse(name);
        if (!digest)
            return name.find(':') == std::string::npos
                       ? answer_problem(Problem::tag_invalid, "not a tag", "tag", name)
                       : answer_problem(Problem::digest_invalid, digest.error().message(), "digest",
                                        name);
        wanted = *std::move(digest);
        for (const auto& parameter : call.parameters)
            if (parameter.name == "tag")
                tags.push_back(parameter.value);
    }
    if (tags.size() > max_tags)
        return answer_problem(Problem::too_many_tags,
                              fmt::format("more than {} tags in one request", max_tags));
    for (const auto& tag : tags)
        if (!oci::is_tag(tag))
            return answer_problem(Problem::tag_invalid, "not a tag", "tag", tag);

    if (call.request.content_length.value_or(0) > oci::max_manifest_bytes)
        return too_large();
    // Large ones are received and kept a few at a time, however many clients send theirs slowly.
    const auto expected = call.request.content_length.value_or(oci::max_manifest_bytes);
    Budget::Share room;
    if (expected > ManifestCache::max_manifest_bytes) {
        room = manifest_bytes_.take_within(expected, options_.patience);
        if (!room)
            return busy("too many large manifests are being pushed");
    }
    CountedBody counted(body, oci::max_manifest_bytes);
    auto text = read_all(counted, call.request.content_length.value_or(0));
    if (!text) {
        if (counted.exceeded())
            return too_large();
        return broken_off(text.error());
    }
    auto digest =
        blob::Digest::of(as_bytes(*text), wanted ? wanted->algorithm() : blob::Algorithm::sha256);
    if (wanted && digest != *wanted)
        return answer_problem(Problem::digest_invalid, "the content has another digest", "received",
                              digest.text());
    auto manifest = store_.reader().read(*text, content_type(call.request));
    if (!manifest)
        return answer_problem(manifest.error().code() == Errc::limit ? Problem::manifest_too_large
                                                                     : Problem::manifest_invalid,
                              message_of(manifest.error()));
    if (manifest->shown_artifact_type().value_or("").size() > max_media_type_bytes)
        return answer_problem(Problem::manifest_invalid, "the artifact's type is too long");
    drop_what_nobody_needs(*manifest);
    return store_manifest(
        call, {std::move(digest), *std::move(manifest), *std::move(text), std::move(tags)},
        wanted.has_value());
}

net::ServerResponse Api::store_manifest(const Call& call, NewManifest manifest, bool by_digest) {
    const auto& repository = call.route.repository;
    net::ServerResponse answer{
        201,
        {{"Location", fmt::format("/v2/{}/manifests/{}", repository, manifest.digest.text())},
         {"Docker-Content-Digest", manifest.digest.text()}},
        std::string()};
    if (manifest.manifest.subject)
        answer.headers.add("OCI-Subject", manifest.manifest.subject->digest.text());
    if (by_digest)
        for (const auto& tag : manifest.tags)
            answer.headers.add("OCI-Tag", tag);
    const auto holder = store_.make(repository);
    if (!holder)
        return fault(holder.error());
    const auto missing = store_.put_manifest(**holder, std::move(manifest));
    if (!missing)
        return missing.error().code() == Errc::invalid
                   ? answer_problem(Problem::manifest_invalid, missing.error().message())
                   : fault(missing.error());
    if (!missing->empty())
        return missing_blobs(*missing);
    return answer;
}

net::ServerResponse Api::drop_manifest(const Call& call) {
    const auto& name = call.route.reference;
    const auto repository = store_.find(call.route.repository);
    if (!repository)
        return fault(repository.error());
    const auto unknown = [&] {
        return answer_problem(Problem::manifest_unknown, "there is no such manifest", "name", name);
    };
    Result<bool> dropped = false;
    if (oci::is_tag(name)) {
        if (!*repository)
            return unknown();
        dropped = store_.drop_tag(**repository, name);
    } else {
        const auto digest = blob::Digest::parse(name);
        if (!digest)
            return answer_problem(Problem::digest_invalid, digest.error().message(), "digest",
                                  name);
        if (!*repository)
            return unknown();
        dropped = store_.drop_manifest(**repository, *digest);
    }
    if (!dropped)
        return fault(dropped.error());
    return *dropped ? net::ServerResponse{202, {}, std::string()} : unknown();
}

net::ServerResponse Api::drop_blob(const Call& call) {
    const auto digest = blob::Digest::parse(call.route.reference);
    if (!digest)
        return answer_problem(Problem::digest_invalid, digest.error().message(), "digest",
                              call.route.reference);
    const auto dropped = store_.drop_blob(call.route.repository, *digest);
    if (!dropped)
        return fault(dropped.error());
    if (*dropped == Dropped::manifest) {
        auto answer = answer_problem(Problem::unsupported, "this is a manifest; delete it as one",
                                     "digest", digest->text());
        answer.headers.add("Allow", "GET, HEAD");
        return answer;
    }
    if (*dropped == Dropped::missing)
        return answer_problem(Problem::blob_unknown, "there is no such blob", "digest",
                              digest->text());
    return {202, {}, std::string()};
}

} // namespace tenon::registry
