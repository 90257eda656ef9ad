// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Blobs out of a registry. The digest is computed beside the receiving; a broken connection costs
// only what had not arrived.
#include "blob/background_hasher.hpp"
#include "oci/client.hpp"

#include <cerrno>
#include <charconv>
#include <fmt/core.h>
#include <unistd.h>

namespace tenon::oci {
namespace {

/// First byte of `bytes 1000-2047/2048`.
std::optional<std::uint64_t> parse_content_range(std::string_view field) {
    if (!field.starts_with("bytes "))
        return std::nullopt;
    field.remove_prefix(6);
    std::uint64_t first = 0;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), first);
    if (error != std::errc() || end == field.data() + field.size() || *end != '-')
        return std::nullopt;
    return first;
}

class Download {
public:
    Download(Session& session, const Descriptor& blob, std::string_view path,
             std::vector<Scope> scopes, const Sink& sink, const Moved& moved)
        : session_(session), blob_(blob), sink_(sink), moved_(moved),
          hasher_(blob.digest.algorithm()) {
        call_.url = session.url(path);
        call_.scopes = std::move(scopes);
        sentence_ =
            fmt::format("blob `{}` cannot be pulled from `{}`", blob.digest.text(), session.host());
    }

    Result<> run() {
        Endurance endurance(session_.options().retry.attempts);
        for (;;) {
            const auto before = at_;
            auto response = TENON_TRY(ask());
            if (response) {
                auto received = receive(*response);
                if (received)
                    return check();
                if (local_trouble_ || !is_passing(received.error()))
                    return fail(std::move(received).error());
                if (!endurance.endures(at_))
                    return fail(std::move(received).error().wrap(sentence_));
            } else if (!endurance.endures(before)) {
                return fail(base::Error(Errc::invalid, sentence_)
                                .because("the registry refuses its own ranges"));
            }
            TENON_TRY(session_.pause(endurance.failures() + 1));
        }
    }

private:
    /// Asks for what is missing. Nothing when the registry does not know that range: then all of it
    /// is asked for again.
    Result<std::optional<net::Response>> ask() {
        if (at_ > 0)
            call_.headers.set("Range", fmt::format("bytes={}-", at_));
        else
            call_.headers.erase("Range");
        auto response = TENON_TRY(session_.send(call_));
        if (response.status() == 416 && at_ > 0) {
            begin_anew();
            return std::nullopt;
        }
        if (response.status() == 206 && at_ > 0) {
            const auto range = response.headers().find("Content-Range");
            if (!range || parse_content_range(*range) != at_) {
                begin_anew();
                return std::nullopt;
            }
            return response;
        }
        if (response.status() != 200)
            return fail(session_.refuse(response, sentence_));
        if (at_ > 0)
            begin_anew();
        if (response.length() && *response.length() != blob_.size)
            return fail(wrong_size(*response.length()));
        return response;
    }

    void begin_anew() {
        at_ = 0;
        hasher_.restart();
    }

    // Whole buffers are hashed: what a resumption needs is `at_`, which moves only with them.
    Result<> receive(net::Response& response) {
        for (;;) {
            const auto buffer = hasher_.buffer();
            std::size_t filled = 0;
            std::optional<base::Error> broken;
            bool ended = false;
            while (filled < buffer.size() && !ended && !broken) {
                auto got = response.read(buffer.subspan(filled));
                if (!got)
                    broken = std::move(got).error();
                else if (*got == 0)
                    ended = true;
                else
                    filled += *got;
            }
            if (at_ + filled > blob_.size)
                return local(wrong_size(at_ + filled));
            if (filled > 0) {
                if (auto written = sink_(at_, buffer.first(filled)); !written)
                    return local(std::move(written).error());
                hasher_.push(filled);
                at_ += filled;
                if (moved_)
                    moved_(at_);
            }
            if (at_ == blob_.size)
                return ended || broken ? Result<>() : expect_end(response);
            if (broken)
                return fail(*std::move(broken));
            if (ended)
                return fail(
                    base::Error(Errc::truncated, fmt::format("the blob ends after {} of {} bytes",
                                                             at_, blob_.size)));
        }
    }

    /// Reading to the end gives the connection back. An end that never comes costs only that.
    Result<> expect_end(net::Response& response) {
        Byte more;
        const auto got = response.read({&more, 1});
        if (got && *got > 0)
            return local(wrong_size(at_ + 1));
        return {};
    }

    Result<> check() {
        const auto digest = hasher_.finish();
        if (digest == blob_.digest)
            return {};
        return fail(base::Error(Errc::hash_mismatch,
                                fmt::format("registry `{}` gave something else than blob `{}`",
                                            session_.host(), blob_.digest.text()))
                        .because(fmt::format("received {}", digest.text())));
    }

    [[nodiscard]] base::Error wrong_size(std::uint64_t size) const {
        return base::Error(Errc::invalid, sentence_)
            .because(fmt::format("it should have {} bytes, and the registry sends {}{}", blob_.size,
                                 size > blob_.size ? "at least " : "", size));
    }
    /// Not the connection's fault: trying again would not help.
    std::unexpected<base::Error> local(base::Error error) {
        local_trouble_ = true;
        return fail(std::move(error));
    }

    Session& session_;
    const Descriptor& blob_;
    const Sink& sink_;
    const Moved& moved_;
    blob::BackgroundHasher hasher_;
    Call call_;
    std::string sentence_;
    std::uint64_t at_ = 0; // bytes written and hashed
    bool local_trouble_ = false;
};

} // namespace

Sink into_file(int fd) {
    return [fd](std::uint64_t offset, Bytes bytes) -> Result<> {
        while (!bytes.empty()) {
            const auto done = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
            if (done < 0 && errno == EINTR)
                continue;
            if (done < 0)
                return fail(base::system_error("cannot write what is pulled", errno));
            bytes = bytes.subspan(static_cast<std::size_t>(done));
            offset += static_cast<std::size_t>(done);
        }
        return {};
    };
}

Result<> Registry::get_blob(const std::string& repository, const Descriptor& blob, int fd,
                            const Moved& moved) {
    return get_blob(repository, blob, into_file(fd), moved);
}

Result<> Registry::get_blob(const std::string& repository, const Descriptor& blob, const Sink& sink,
                            const Moved& moved) {
    return Download(session_, blob, fmt::format("{}/blobs/{}", repository, blob.digest.text()),
                    scopes(repository), sink, moved)
        .run();
}

Result<std::string> Registry::get_small_blob(const std::string& repository, const Descriptor& blob,
                                             std::uint64_t limit) {
    const auto what = fmt::format("blob `{}`", blob.digest.text());
    if (blob.size > limit)
        return fail(Errc::limit,
                    fmt::format("{} has {} bytes, more than {}", what, blob.size, limit));
    auto response = TENON_TRY(session_.send(
        {.method = "GET",
         .url = session_.url(fmt::format("{}/blobs/{}", repository, blob.digest.text())),
         .scopes = scopes(repository)}));
    if (response.status() != 200)
        return fail(
            session_.refuse(response, fmt::format("registry `{}` does not give {}", host(), what)));
    auto bytes = response.read_all(limit);
    if (!bytes)
        return fail(std::move(bytes).error().within(what));
    if (blob::Digest::of(as_bytes(*bytes), blob.digest.algorithm()) != blob.digest)
        return fail(Errc::hash_mismatch,
                    fmt::format("registry `{}` gave something else than {}", host(), what));
    return bytes;
}

} // namespace tenon::oci
