// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Blobs into a registry: looked for, mounted, sent whole or in chunks. After a broken connection
// the session is asked how far it came; what the registry refuses stays refused. However it ends,
// no session is left open.
#include "base/number.hpp"
#include "oci/client.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>
#include <utility>

namespace tenon::oci {
namespace {

constexpr auto longest_sync = std::chrono::hours(1);

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
          first_chunk_(registry.options_.first_chunk_bytes),
          slowest_disk_(std::max<std::uint64_t>(registry.options_.slowest_disk, 1)) {
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
    enum class Step { moved, done, troubled };

    Result<Upload> send_all() {
        auto outcome = send_until_done();
        cancel();
        return outcome;
    }

    Result<Upload> send_until_done() {
        Endurance endurance(session_.options().retry.attempts);
        for (;;) {
            if (TENON_TRY(found_meanwhile()))
                return Upload::was_there;
            if (!location_ && TENON_TRY(begin()))
                return Upload::mounted;
            const auto step = TENON_TRY(send_next());
            if (step == Step::done)
                return Upload::sent;
            if (step == Step::moved)
                continue;
            if (!endurance.endures(offset_))
                return fail(std::move(trouble_->error));
            TENON_TRY(session_.pause(endurance.failures() + 1, trouble_->asked_pause));
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
        return true;
    }

    Result<> settle() {
        if (!pending_)
            return {};
        digest_ = TENON_TRY(pending_->settle());
        pending_ = nullptr;
        return {};
    }

    /// Takes back what was sent. A registry that cannot do that forgets it after a while.
    void cancel() {
        if (!location_)
            return;
        Call call;
        call.method = "DELETE";
        call.url = *std::exchange(location_, std::nullopt);
        call.scopes = scopes_;
        call.patience.emplace().deadline =
            std::chrono::steady_clock::now() + registry_.options_.cancel_time;
        [[maybe_unused]] const auto answer = session_.send(call); // the outcome stands already
    }

    // --- troubles

    Step troubled(base::Error error,
                  std::optional<std::chrono::milliseconds> asked_pause = std::nullopt) {
        trouble_.emplace(Trouble{std::move(error), asked_pause});
        return Step::troubled;
    }

    Result<Step> after_failure(base::Error error) {
        if (!session_.broke())
            return fail(std::move(error));
        return troubled(std::move(error).wrap(sentence_));
    }

    /// An answer that is not the one hoped for. Most are final, and told in the registry's words.
    Result<Step> after_refusal(net::Response& response) {
        const auto status = response.status();
        const auto pause = session_.asked_pause(response);
        const bool too_long = pause && *pause > session_.options().retry.longest_asked;
        auto error = session_.refuse(response, sentence_);
        if (is_passing(status) && !too_long)
            return troubled(std::move(error), pause);
        if (status == 416) // the session stands elsewhere than we thought
            return troubled(std::move(error));
        if (status == 404 && offset_ > 0 && !began_anew_) { // it has been forgotten
            began_anew_ = true;
            forget_session();
            return troubled(std::move(error));
        }
        return fail(std::move(error));
    }

    void forget_session() {
        location_.reset();
        offset_ = 0;
    }

    // --- requests

    /// Opens a session. True when the registry had the blob elsewhere and that was enough.
    Result<bool> begin() {
        std::string query;
        const bool mounting = !options_.mount_from.empty() && !mount_tried_;
        if (mounting)
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
        if (response.status() == 201 && mounting)
            return true;
        if (response.status() == 201) // believed, it would spare the file its check
            return fail(
                base::Error(Errc::invalid, sentence_)
                    .because("the registry says that it has the blob, before it was told which"));
        if (response.status() != 202)
            return fail(session_.refuse(response, sentence_));
        offset_ = 0;
        TENON_TRY(move_to(response));
        if (!location_)
            return fail(base::Error(Errc::invalid, sentence_)
                            .because("the registry opens an upload without saying where"));
        if (const auto least = response.headers().find("OCI-Chunk-Min-Length"))
            least_chunk_ = base::parse_decimal<std::uint64_t>(*least).value_or(0);
        [[maybe_unused]] const auto skipped = response.read_all(64 * 1024);
        return false;
    }

    Result<Step> send_next() {
        const auto left = size_ - offset_;
        if (pending_ && left > 0 && !pending_->settled())
            return send_chunk(offset_ == 0 ? first_chunk_ : chunk_);
        TENON_TRY(settle());
        const bool last = options_.monolithic || left <= std::max(chunk_, least_chunk_);
        return last ? send_rest() : send_chunk(chunk_);
    }

    /// How long the registry may take to bring so much to its disk before it answers.
    [[nodiscard]] std::chrono::milliseconds sync_time(std::uint64_t bytes) const {
        const std::chrono::duration<double> time(static_cast<double>(bytes) /
                                                 static_cast<double>(slowest_disk_));
        if (time > longest_sync)
            return longest_sync;
        return std::chrono::duration_cast<std::chrono::milliseconds>(time);
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
        call.more_time_to_answer = sync_time(length);
        call.headers.add("Content-Range", fmt::format("{}-{}", offset_, offset_ + length - 1));
        auto response = session_.send(call);
        if (!response)
            return after_failure(std::move(response).error());
        if (response->status() != 202)
            return after_refusal(*response);
        const auto expected = offset_ + length;
        const auto range = response->headers().find("Range");
        const auto last = range ? parse_upload_range(*range) : std::nullopt;
        if (last && *last + 1 != expected)
            return troubled(base::Error(Errc::io, sentence_)
                                .because(fmt::format("{} bytes were sent and {} arrived", expected,
                                                     *last + 1)));
        offset_ = expected;
        TENON_TRY(move_to(*response));
        [[maybe_unused]] const auto skipped = response->read_all(64 * 1024);
        return Step::moved;
    }

    /// Sends what is left, which may be nothing, and closes the session.
    Result<Step> send_rest() {
        const auto length = size_ - offset_;
        auto call = upload_call("PUT", length);
        call.more_time_to_answer = sync_time(size_); // some go over all of it once more
        call.url.query +=
            fmt::format("{}digest={}", call.url.query.empty() ? "" : "&", digest_->text());
        if (offset_ > 0 && length > 0)
            call.headers.add("Content-Range", fmt::format("{}-{}", offset_, size_ - 1));
        auto response = session_.send(call);
        if (!response)
            return after_failure(std::move(response).error());
        if (response->status() != 201)
            return after_refusal(*response);
        [[maybe_unused]] const auto skipped = response->read_all(64 * 1024);
        location_.reset();
        return Step::done;
    }

    /// Finds out what arrived: true when that is all of it. A session that is gone, or whose answer
    /// helps nothing, is begun anew.
    Result<bool> catch_up() {
        if (digest_ && !pending_ && TENON_TRY(registry_.has_blob(repository_, *digest_))) {
            location_.reset();
            return true;
        }
        if (!location_)
            return false;
        auto response =
            TENON_TRY(session_.send({.method = "GET", .url = *location_, .scopes = scopes_}));
        const auto status = response.status();
        if (status == 204) {
            const auto range = response.headers().find("Range");
            const auto last = range ? parse_upload_range(*range) : std::nullopt;
            // `0-0` is what some registries say of one byte, others of none: not worth a guess.
            if (last && *last > 0 && *last < size_) {
                offset_ = *last + 1;
                TENON_TRY(move_to(response));
                return false;
            }
            cancel();
        } else if (session_.is_own(response) &&
                   (status == 401 || status == 403 || is_passing(status))) {
            return fail(session_.refuse(response, sentence_));
        }
        forget_session();
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
    std::uint64_t slowest_disk_;
    std::uint64_t least_chunk_ = 0; // what the registry wants
    std::vector<Scope> scopes_;
    std::string sentence_;
    std::optional<net::Url> location_;
    std::uint64_t offset_ = 0; // what the session has
    std::optional<blob::Digest> digest_;
    PendingDigest* pending_ = nullptr; // the caller's; null once it is settled
    bool mount_tried_ = false;
    bool began_anew_ = false; // after the registry had forgotten the session
    /// Something that may pass; what a giving up is told with.
    struct Trouble {
        base::Error error;
        std::optional<std::chrono::milliseconds> asked_pause;
    };
    std::optional<Trouble> trouble_; // the last one
};

std::optional<std::uint64_t> parse_upload_range(std::string_view field) {
    if (field.starts_with("bytes=")) // not the specification's form, but seen
        field.remove_prefix(6);
    if (!field.starts_with("0-"))
        return std::nullopt;
    return base::parse_decimal<std::uint64_t>(field.substr(2));
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
