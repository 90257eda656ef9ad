// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Pushing blobs: at once, in chunks, as a stream, or by mounting what another repository has.
#include "registry/api.hpp"
#include "registry/counted_body.hpp"
#include "registry/range.hpp"

#include "oci/reference.hpp"

#include <fmt/core.h>

namespace tenon::registry {
namespace {

net::ServerResponse unknown_upload() {
    return answer_problem(Problem::blob_upload_unknown,
                          "there is no such upload; it was finished, cancelled, or has expired");
}

net::ServerResponse digest_problem(const base::Error& error, const std::string& text) {
    return answer_problem(Problem::digest_invalid, error.message(), "digest", text);
}

/// Where an upload goes on, and how far it has come. Before the first byte `Range` says `0-0`, as
/// Docker's registry does: there is no way to write an empty range.
void add_session(net::ServerResponse& answer, const std::string& repository, const Upload& upload) {
    const auto size = upload.size();
    answer.headers.add("Location", fmt::format("/v2/{}/blobs/uploads/{}", repository, upload.id()));
    answer.headers.add("Range", fmt::format("0-{}", size == 0 ? 0 : size - 1));
    answer.headers.add("Docker-Upload-UUID", upload.id());
}

net::ServerResponse accepted(const std::string& repository, const Upload& upload) {
    net::ServerResponse answer{202, {}, std::string()};
    add_session(answer, repository, upload);
    return answer;
}

net::ServerResponse created(const std::string& repository, const blob::Digest& digest) {
    return {201,
            {{"Location", fmt::format("/v2/{}/blobs/{}", repository, digest.text())},
             {"Docker-Content-Digest", digest.text()}},
            std::string()};
}

Result<blob::Algorithm> parse_algorithm(const std::string* name) {
    for (const auto algorithm : {blob::Algorithm::sha256, blob::Algorithm::sha512})
        if (!name || *name == blob::algorithm_name(algorithm))
            return algorithm;
    return fail(Errc::unsupported, "the digest algorithm is not supported");
}

} // namespace

// --- beginning

net::ServerResponse Api::begin_upload(const Call& call, net::RequestBody& body) {
    const auto& repository = call.route.repository;
    const auto* named = call.parameter("digest-algorithm");
    const auto algorithm = parse_algorithm(named);
    if (!algorithm)
        return digest_problem(algorithm.error(), *named);
    if (call.parameter("mount"))
        if (auto answer = mount(call))
            return *std::move(answer);
    if (const auto* text = call.parameter("digest")) {
        const auto digest = blob::Digest::parse(*text);
        return digest ? push_whole(call, *digest, body) : digest_problem(digest.error(), *text);
    }
    const auto upload = store_.begin_upload(repository, *algorithm);
    if (!upload)
        return not_begun(upload.error());
    return accepted(repository, **upload);
}

net::ServerResponse Api::not_begun(const base::Error& error) const {
    if (error.code() != Errc::limit)
        return fault(error);
    auto answer = answer_problem(Problem::too_many_requests, error.message());
    answer.headers.add("Retry-After", "60");
    return answer;
}

/// Nothing where the blob is not found: an upload begins instead.
std::optional<net::ServerResponse> Api::mount(const Call& call) {
    const auto& text = *call.parameter("mount");
    const auto digest = blob::Digest::parse(text);
    if (!digest)
        return digest_problem(digest.error(), text);
    std::optional<std::string> from;
    if (const auto* name = call.parameter("from"); name && !name->empty()) {
        if (!oci::is_repository(*name))
            return std::nullopt;
        from = *name;
    }
    const auto mounted = store_.mount(from, call.route.repository, *digest);
    if (!mounted)
        return fault(mounted.error());
    if (!*mounted)
        return std::nullopt;
    return created(call.route.repository, *digest);
}

net::ServerResponse Api::push_whole(const Call& call, const blob::Digest& digest,
                                    net::RequestBody& body) {
    const auto upload = store_.begin_upload(call.route.repository, digest.algorithm());
    if (!upload)
        return not_begun(upload.error());
    const auto use = (*upload)->use();
    if (auto refusal = receive(call, **upload, body)) {
        // Nobody knows of it, so nobody could go on with it.
        if (const auto dropped = store_.drop_upload(**upload); !dropped)
            return fault(dropped.error());
        return *std::move(refusal);
    }
    return finish_upload(call, **upload, digest);
}

// --- going on

net::ServerResponse Api::continue_upload(const Call& call, net::RequestBody& body) {
    const auto& repository = call.route.repository;
    const auto& method = call.request.method;
    std::optional<blob::Digest> digest;
    if (method == "PUT") {
        const auto* text = call.parameter("digest");
        if (!text)
            return answer_problem(Problem::digest_invalid, "the parameter `digest` is missing");
        auto parsed = blob::Digest::parse(*text);
        if (!parsed)
            return digest_problem(parsed.error(), *text);
        digest = *std::move(parsed);
    }
    const auto upload = store_.find_upload(repository, call.route.reference);
    if (!upload)
        return fault(upload.error());
    if (!*upload)
        return unknown_upload();
    if (method == "GET") {
        net::ServerResponse answer{204};
        add_session(answer, repository, **upload);
        return answer;
    }
    const auto use = (*upload)->use(options_.patience);
    if (!use)
        return answer_problem(Problem::blob_upload_busy, "another request is using this upload");
    if (method == "DELETE") {
        const auto dropped = store_.drop_upload(**upload);
        return dropped ? net::ServerResponse{204} : fault(dropped.error());
    }
    if (auto refusal = receive(call, **upload, body))
        return *std::move(refusal);
    return digest ? finish_upload(call, **upload, *digest) : accepted(repository, **upload);
}

/// Appends the content of a request. Nothing: all of it has come.
std::optional<net::ServerResponse> Api::receive(const Call& call, Upload& upload,
                                                net::RequestBody& body) {
    const auto& request = call.request;
    const auto room = options_.max_blob_bytes - std::min(options_.max_blob_bytes, upload.size());
    auto most = room;
    std::optional<std::uint64_t> promised = request.content_length;
    if (const auto field = request.headers.find("Content-Range")) {
        const auto range = parse_chunk_range(*field);
        if (!range)
            return answer_problem(Problem::blob_upload_invalid,
                                  "`Content-Range` must be `<first>-<last>`");
        if (range->first != upload.size()) {
            auto answer = answer_problem(
                Problem::blob_upload_out_of_order,
                fmt::format("the next byte is {}, not {}", upload.size(), range->first));
            add_session(answer, call.route.repository, upload);
            return answer;
        }
        const auto length = range->last - range->first + 1;
        if (promised && *promised != length)
            return answer_problem(Problem::size_invalid,
                                  "`Content-Range` and `Content-Length` do not agree");
        promised = length;
        most = std::min(most, length);
    }
    if (promised && *promised > room)
        return answer_problem(
            Problem::blob_too_large,
            fmt::format("blobs of more than {} bytes are not accepted", options_.max_blob_bytes));
    const auto before = upload.size();
    CountedBody counted(body, most);
    if (const auto appended = store_.append(upload, counted); !appended)
        return not_received(call, upload, counted, appended.error());
    if (promised && upload.size() - before != *promised)
        return answer_problem(Problem::size_invalid,
                              fmt::format("{} bytes were announced, {} have come", *promised,
                                          upload.size() - before));
    return std::nullopt;
}

net::ServerResponse Api::not_received(const Call& call, Upload& upload, const CountedBody& body,
                                      const base::Error& error) {
    if (body.exceeded()) {
        if (call.request.headers.find("Content-Range"))
            return answer_problem(Problem::size_invalid, "more came than `Content-Range` says");
        return answer_problem(
            Problem::blob_too_large,
            fmt::format("blobs of more than {} bytes are not accepted", options_.max_blob_bytes));
    }
    if (body.broken())
        return broken_off(error);
    if (error.code() == Errc::not_found)
        return unknown_upload();
    auto answer = fault(error);
    // What half an upload takes up is better given to somebody who can use it.
    if (answer.status == status_of(Problem::out_of_space))
        if (const auto dropped = store_.drop_upload(upload); !dropped)
            return fault(dropped.error());
    return answer;
}

net::ServerResponse Api::finish_upload(const Call& call, Upload& upload,
                                       const blob::Digest& digest) {
    const auto received = store_.digest(upload, digest.algorithm());
    if (!received)
        return received.error().code() == Errc::not_found ? unknown_upload()
                                                          : fault(received.error());
    if (*received != digest) {
        // It can never become what it should be.
        if (const auto dropped = store_.drop_upload(upload); !dropped)
            return fault(dropped.error());
        return answer_problem(Problem::digest_invalid, "the content has another digest", "received",
                              received->text());
    }
    const auto finished = store_.finish_upload(upload, call.route.repository, digest);
    if (!finished)
        return finished.error().code() == Errc::not_found ? unknown_upload()
                                                          : fault(finished.error());
    return created(call.route.repository, digest);
}

} // namespace tenon::registry
