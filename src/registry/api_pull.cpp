// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Blobs and manifests, whole or in part.
#include "registry/api.hpp"
#include "registry/range.hpp"

#include "oci/reference.hpp"

#include <fmt/core.h>

namespace tenon::registry {
namespace {

std::string etag_of(const blob::Digest& digest) {
    return '"' + digest.text() + '"';
}

/// `If-None-Match` lists tags, each perhaps weak; content never changes under its digest, so one
/// that occurs is one that matches.
bool has_it_already(const net::ServerRequest& request, const std::string& etag) {
    const auto field = request.headers.find("If-None-Match");
    return field && (*field == "*" || field->find(etag) != std::string_view::npos);
}

net::ServerResponse unknown_manifest(const std::string& name) {
    return answer_problem(Problem::manifest_unknown, "there is no such manifest", "name", name);
}

} // namespace

net::ServerResponse Api::get_blob(const Call& call) {
    const auto digest = blob::Digest::parse(call.route.reference);
    if (!digest)
        return answer_problem(Problem::digest_invalid, digest.error().message(), "digest",
                              call.route.reference);
    if (call.request.method == "HEAD") {
        // Whoever asks so is perhaps about to name it in a manifest.
        const auto asked = store_.ask_for_blob(call.route.repository, *digest);
        if (!asked)
            return fault(asked.error());
    }
    auto file = store_.open_blob(call.route.repository, *digest);
    if (!file)
        return fault(file.error());
    if (!*file)
        return answer_problem(Problem::blob_unknown, "there is no such blob", "digest",
                              digest->text());
    return send_blob(call, *digest, **std::move(file));
}

net::ServerResponse Api::send_blob(const Call& call, const blob::Digest& digest,
                                   Extent file) const {
    const auto etag = etag_of(digest);
    net::ServerResponse answer{200,
                               {{"Content-Type", "application/octet-stream"},
                                {"Docker-Content-Digest", digest.text()},
                                {"Accept-Ranges", "bytes"},
                                {"ETag", etag},
                                {"Cache-Control", "max-age=31536000, immutable"}}};
    if (has_it_already(call.request, etag)) {
        answer.status = 304;
        return answer;
    }
    const auto size = file.length;
    Selection selected;
    const auto range = call.request.headers.find("Range");
    const auto still = call.request.headers.find("If-Range");
    if (range && call.request.method == "GET" && (!still || *still == etag))
        selected = select_range(*range, size);
    if (selected.kind == Selection::Kind::unsatisfiable) {
        auto refusal = answer_problem(Problem::range_unsatisfiable,
                                      fmt::format("the blob has {} bytes", size));
        refusal.headers.add("Content-Range", fmt::format("bytes */{}", size));
        return refusal;
    }
    if (selected.kind == Selection::Kind::part) {
        answer.status = 206;
        answer.headers.add("Content-Range",
                           fmt::format("bytes {}-{}/{}", selected.offset,
                                       selected.offset + selected.length - 1, size));
    } else {
        selected = {Selection::Kind::whole, 0, size};
    }
    answer.content =
        net::FileContent{std::move(file.fd), file.offset + selected.offset, selected.length};
    return answer;
}

net::ServerResponse Api::get_manifest(const Call& call) {
    const auto& name = call.route.reference;
    if (!oci::is_tag(name)) {
        if (const auto digest = blob::Digest::parse(name); !digest)
            return name.find(':') == std::string::npos
                       ? unknown_manifest(name)
                       : answer_problem(Problem::digest_invalid, digest.error().message(), "digest",
                                        name);
    }
    const auto repository = store_.find(call.route.repository);
    if (!repository)
        return fault(repository.error());
    if (!*repository)
        return answer_problem(Problem::name_unknown, "there is no such repository", "name",
                              call.route.repository);
    const auto entry = store_.find_manifest(**repository, name);
    if (!entry)
        return fault(entry.error());
    if (!*entry)
        return unknown_manifest(name);
    if ((*entry)->size > ManifestCache::max_manifest_bytes)
        return send_large_manifest(call, **entry);
    const auto bytes = store_.bytes(call.route.repository, **entry);
    if (!bytes)
        return fault(bytes.error());
    if (!*bytes)
        return unknown_manifest(name);
    return send_manifest(call, **entry, **bytes);
}

/// From its file: clients that read slowly would otherwise fill the memory.
net::ServerResponse Api::send_large_manifest(const Call& call, const Entry& entry) {
    auto answer = send_manifest(call, entry, {});
    if (answer.status != 200)
        return answer;
    // Reading and hashing megabytes is for those who get them.
    const auto& repository = call.route.repository;
    auto file = call.request.method == "HEAD" ? store_.open_blob(repository, entry.digest)
                                              : store_.open_manifest(repository, entry);
    if (!file)
        return fault(file.error());
    if (!*file)
        return unknown_manifest(call.route.reference);
    answer.content = net::FileContent{std::move((*file)->fd), (*file)->offset, (*file)->length};
    return answer;
}

net::ServerResponse Api::send_manifest(const Call& call, const Entry& entry,
                                       const std::string& bytes) {
    auto etag = etag_of(entry.digest);
    const auto known = has_it_already(call.request, etag);
    net::ServerResponse answer{known ? 304 : 200,
                               {{"Content-Type", entry.media_type},
                                {"Docker-Content-Digest", entry.digest.text()},
                                {"ETag", std::move(etag)}}};
    if (!known)
        answer.content = bytes;
    return answer;
}

} // namespace tenon::registry
