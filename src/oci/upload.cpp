// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Blobs into a registry: looked for, mounted, sent whole or in chunks. After a broken connection
// the session is asked how far it came.
#include "oci/client.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace tenon::oci {
namespace {

constexpr unsigned max_resumptions = 100;

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (text.empty() || error != std::errc() || stop != end)
        return std::nullopt;
    return value;
}

/// What is sent: text in memory, or the beginning of a file. The owner outlives the upload.
struct Source {
    const std::string* text = nullptr;
    int fd = -1;

    [[nodiscard]] Result<net::Content> part(std::uint64_t offset, std::uint64_t length) const {
        if (text)
            return net::Content(text->substr(offset, length));
        base::Fd second(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
        if (!second)
            return fail(base::system_error("cannot open the file to send once more", errno));
        return net::Content(net::FileContent{std::move(second), offset, length});
    }
};

} // namespace

/// One blob on its way.
class BlobUpload {
public:
    BlobUpload(Registry& registry, const std::string& repository, std::uint64_t size, Source source,
               const UploadOptions& options)
        : registry_(registry), session_(registry.session_), repository_(repository), size_(size),
          source_(source), options_(options), chunk_(registry.options_.chunk_bytes),
          first_chunk_(registry.options_.first_chunk_bytes) {
        scopes_ = registry.scopes(repository, Scope::push);
        if (!options.mount_from.empty())
            scopes_.push_back({options.mount_from, Scope::pull});
        sentence_ =
            fmt::format("the blob cannot be pushed to `{}/{}`", registry.host(), repository);
    }

    Result<Upload> run(const blob::Digest& digest) {
        digest_ = digest;
        if (TENON_TRY(registry_.has_blob(repository_, digest)))
            return Upload::was_there;
        return send_all();
    }

    // A large file is on its way before its digest is known, but only the first third of it, which
    // takes a near registry about as long as the hashing takes us: it may have the blob already.
    Result<Upload> run(PendingDigest& pending) {
        if (options_.monolithic || size_ <= first_chunk_ / 4 || !options_.mount_from.empty())
            return run(TENON_TRY(pending.settle()));
        pending_ = &pending;
        first_chunk_ = std::clamp(size_ / 3, first_chunk_ / 4, first_chunk_);
        return send_all();
    }

private:
    enum class Step { moved, done, lost };

    Result<Upload> send_all() {
        unsigned failures = 0;
        for (unsigned troubles = 0;;) {
            if (TENON_TRY(found_meanwhile()))
                return Upload::was_there;
            if (!location_ && TENON_TRY(begin()))
                return Upload::mounted;
            const auto before = offset_;
            auto step = send_next();
            if (step && *step == Step::done)
                return Upload::sent;
            if (step && *step == Step::moved)
                continue;
            if (!step && (gave_up_ || !is_passing(step.error())))
                return fail(std::move(step).error());
            failures = offset_ > before ? 1 : failures + 1;
            if (failures >= session_.options().retry.attempts || ++troubles > max_resumptions)
                return fail(step ? *std::move(last_loss_)
                                 : std::move(step).error().wrap(sentence_));
            TENON_TRY(session_.pause(failures + 1));
            if (TENON_TRY(catch_up()))
                return Upload::sent;
        }
    }

    /// The digest became known on the way: the registry may have the blob already.
    Result<bool> found_meanwhile() {
        if (!pending_ || digest_)
            return false;
        digest_ = pending_->known();
        if (!digest_ || !TENON_TRY(registry_.has_blob(repository_, *digest_)))
            return false;
        TENON_TRY(settle());
        cancel();
        return true;
    }

    Result<> settle() {
        if (!pending_)
            return {};
        auto digest = pending_->settle();
        if (!digest) {
            gave_up_ = true;
            cancel();
            return fail(std::move(digest).error());
        }
        digest_ = *std::move(digest);
        pending_ = nullptr;
        return {};
    }

    /// Takes back what was sent. A registry that cannot do that forgets it after a while.
    void cancel() {
        if (!location_)
            return;
        [[maybe_unused]] const auto answer = session_.send(
            {.method = "DELETE", .url = *location_, .scopes = scopes_, .repeat = false});
        location_.reset();
    }

    /// Answers after which the session may still be of use, or a new one.
    static bool is_loss(int status) { return status == 416 || status == 404 || is_passing(status); }
    Step lost(base::Error error) {
        last_loss_ = std::move(error);
        return Step::lost;
    }

    /// Opens a session. True when the registry had the blob elsewhere and that was enough.
    Result<bool> begin() {
        std::string query;
        if (!options_.mount_from.empty() && !mount_tried_)
            query = fmt::format("mount={}&from={}", digest_->text(),
                                net::percent_encode(options_.mount_from));
        else if (digest_ && digest_->algorithm() != blob::Algorithm::sha256)
            query = fmt::format("digest-algorithm={}", blob::algorithm_name(digest_->algorithm()));
        mount_tried_ = true;
        auto response = TENON_TRY(session_.send(
            {.method = "POST",
             .url = session_.url(fmt::format("{}/blobs/uploads/", repository_), std::move(query)),
             .content = [] { return Result<net::Content>(std::string()); },
             .scopes = scopes_}));
        if (response.status() == 201)
            return true;
        if (response.status() != 202)
            return fail(session_.refuse(response, sentence_));
        offset_ = 0;
        TENON_TRY(move_to(response));
        if (!location_)
            return fail(base::Error(Errc::invalid, sentence_)
                            .because("the registry opens an upload without saying where"));
        if (const auto least = response.headers().find("OCI-Chunk-Min-Length"))
            least_chunk_ = number(*least).value_or(0);
        [[maybe_unused]] const auto skipped = response.read_all(64 * 1024);
        return false;
    }

    Result<Step> send_next() {
        const auto left = size_ - offset_;
        if (pending_ && left > 0 && !pending_->settled())
            return send_chunk(offset_ == 0 ? first_chunk_ : chunk_);
        TENON_TRY(settle());
        return options_.monolithic || left <= chunk_ ? send_rest() : send_chunk(chunk_);
    }

    Call upload_call(std::string method, std::uint64_t length) {
        Call call{.method = std::move(method),
                  .url = *location_,
                  .content = [this, at = offset_, length] { return source_.part(at, length); },
                  .scopes = scopes_,
                  .repeat = false};
        call.headers.add("Content-Type", "application/octet-stream");
        if (options_.moved)
            call.sent = [this, at = offset_](std::uint64_t sent) { options_.moved(at + sent); };
        return call;
    }

    Result<Step> send_chunk(std::uint64_t wanted) {
        const auto length = std::min(std::max(wanted, least_chunk_), size_ - offset_);
        auto call = upload_call("PATCH", length);
        call.headers.add("Content-Range", fmt::format("{}-{}", offset_, offset_ + length - 1));
        auto response = TENON_TRY(session_.send(call));
        if (is_loss(response.status()))
            return lost(session_.refuse(response, sentence_));
        if (response.status() != 202)
            return fail(session_.refuse(response, sentence_));
        const auto expected = offset_ + length;
        const auto range = response.headers().find("Range");
        const auto last = range ? parse_upload_range(*range) : std::nullopt;
        if (last && *last + 1 != expected)
            return lost(base::Error(Errc::io, sentence_)
                            .because(fmt::format("{} bytes were sent and {} arrived", expected,
                                                 *last + 1)));
        offset_ = expected;
        TENON_TRY(move_to(response));
        [[maybe_unused]] const auto skipped = response.read_all(64 * 1024);
        return Step::moved;
    }

    /// Sends what is left, which may be nothing, and closes the session.
    Result<Step> send_rest() {
        const auto length = size_ - offset_;
        auto call = upload_call("PUT", length);
        call.url.query +=
            fmt::format("{}digest={}", call.url.query.empty() ? "" : "&", digest_->text());
        if (offset_ > 0 && length > 0)
            call.headers.add("Content-Range", fmt::format("{}-{}", offset_, size_ - 1));
        auto response = TENON_TRY(session_.send(call));
        if (response.status() == 201) {
            [[maybe_unused]] const auto skipped = response.read_all(64 * 1024);
            return Step::done;
        }
        if (is_loss(response.status()))
            return lost(session_.refuse(response, sentence_));
        return fail(session_.refuse(response, sentence_));
    }

    /// Finds out what arrived: true when that is all of it. A session that is gone, or whose answer
    /// helps nothing, is begun anew.
    Result<bool> catch_up() {
        if (digest_ && !pending_ && TENON_TRY(registry_.has_blob(repository_, *digest_)))
            return true;
        auto response =
            TENON_TRY(session_.send({.method = "GET", .url = *location_, .scopes = scopes_}));
        const auto range = response.headers().find("Range");
        const auto last = range ? parse_upload_range(*range) : std::nullopt;
        // `0-0` is what some registries say of one byte, others of none: not worth a guess.
        if (response.status() != 204 || !last || *last == 0 || *last >= size_) {
            location_.reset();
            offset_ = 0;
            return false;
        }
        offset_ = *last + 1;
        TENON_TRY(move_to(response));
        return false;
    }

    Result<> move_to(const net::Response& response) {
        if (const auto location = response.headers().find("Location"))
            location_ = TENON_TRY(session_.follow(response.url(), *location));
        return {};
    }

    Registry& registry_;
    Session& session_;
    const std::string& repository_;
    std::uint64_t size_;
    Source source_;
    const UploadOptions& options_;
    std::uint64_t chunk_;
    std::uint64_t first_chunk_;
    std::uint64_t least_chunk_ = 0; // what the registry wants
    std::vector<Scope> scopes_;
    std::string sentence_;
    std::optional<net::Url> location_;
    std::uint64_t offset_ = 0; // what the session has
    std::optional<blob::Digest> digest_;
    PendingDigest* pending_ = nullptr; // the caller's; null once it is settled
    bool mount_tried_ = false;
    bool gave_up_ = false; // not the connection's fault: trying again would not help
    std::optional<base::Error> last_loss_;
};

std::optional<std::uint64_t> parse_upload_range(std::string_view field) {
    if (field.starts_with("bytes=")) // not the specification's form, but seen
        field.remove_prefix(6);
    if (!field.starts_with("0-"))
        return std::nullopt;
    return number(field.substr(2));
}

Result<Upload> Registry::push_blob(const std::string& repository, const blob::Digest& digest,
                                   std::uint64_t size, int fd, const UploadOptions& options) {
    return BlobUpload(*this, repository, size, {nullptr, fd}, options).run(digest);
}

Result<Upload> Registry::push_blob(const std::string& repository, PendingDigest& digest,
                                   std::uint64_t size, int fd, const UploadOptions& options) {
    return BlobUpload(*this, repository, size, {nullptr, fd}, options).run(digest);
}

Result<Upload> Registry::push_small_blob(const std::string& repository, const std::string& bytes) {
    const UploadOptions options;
    return BlobUpload(*this, repository, bytes.size(), {&bytes, -1}, options)
        .run(blob::Digest::of(as_bytes(bytes)));
}

} // namespace tenon::oci
