// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reading a request's content by length or by chunks.
#include "net/content_reader.hpp"

#include <poll.h>

namespace tenon::net {
namespace {

using Clock = std::chrono::steady_clock;

// Chunks' data up to this size comes in through the buffer, together with the lines around it.
constexpr std::size_t chunk_buffer = 64 * 1024;
constexpr std::uint64_t least_bytes_per_second = 512;

} // namespace

std::uint64_t least_bytes(std::chrono::milliseconds idle_timeout) noexcept {
    return static_cast<std::uint64_t>(idle_timeout.count()) * least_bytes_per_second / 1000 + 1;
}

void ContentReader::begin(const ServerRequest& request, const Framing& framing) {
    chunked_.reset();
    if (framing.chunked)
        chunked_.emplace();
    left_ = request.content_length.value_or(0);
    awaited_ = framing.expect_continue;
    why_.reset();
    waited_ = {};
    moved_ = 0;
}

bool ContentReader::at_end() const noexcept {
    return chunked_ ? chunked_->at_end() : left_ == 0;
}

std::optional<std::uint64_t> ContentReader::left() const noexcept {
    if (chunked_ && !chunked_->at_end())
        return std::nullopt;
    return left_;
}

base::Error ContentReader::failure() const {
    return base::Error(why_->code, why_->message);
}

Result<std::size_t> ContentReader::read(MutableBytes into) {
    if (into.empty())
        return std::size_t{0};
    if (awaited_ && !at_end() && !invite())
        return fail(failure());
    for (;;) {
        const auto moved = step(into);
        switch (moved.flow) {
        case Flow::moved: return moved.bytes;
        case Flow::ended: return std::size_t{0};
        case Flow::broken: return fail(failure());
        case Flow::want_read:
        case Flow::want_write:
            if (!wait(moved.flow == Flow::want_read ? POLLIN : POLLOUT))
                return fail(failure());
        }
    }
}

Moved ContentReader::step(MutableBytes into) {
    if (why_)
        return {Flow::broken};
    if (at_end())
        return {Flow::ended};
    return chunked_ ? chunked_step(into) : plain_step(into);
}

Moved ContentReader::plain_step(MutableBytes into) {
    into = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left_)));
    if (!buffer_.empty()) {
        const auto count = buffer_.take(into);
        left_ -= count;
        return {Flow::moved, count};
    }
    const auto moved = receive(into);
    if (moved.flow == Flow::moved)
        left_ -= moved.bytes;
    return moved;
}

Moved ContentReader::chunked_step(MutableBytes into) {
    for (;;) {
        if (chunked_->data() == 0) {
            const auto used = chunked_->framing(buffer_.unread());
            if (!used)
                return fail_with(used.error().code(), used.error().message());
            buffer_.consume(*used);
            if (chunked_->at_end())
                return {Flow::ended};
        }
        if (chunked_->data() != 0) {
            auto part = into.first(
                static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), chunked_->data())));
            if (!buffer_.empty()) {
                const auto count = buffer_.take(part);
                chunked_->take(count);
                return {Flow::moved, count};
            }
            if (part.size() >= chunk_buffer) {
                const auto moved = receive(part); // large: not through the buffer
                if (moved.flow == Flow::moved)
                    chunked_->take(moved.bytes);
                return moved;
            }
        }
        const auto moved = receive(buffer_.room(chunk_buffer));
        if (moved.flow != Flow::moved)
            return moved;
        buffer_.received(moved.bytes);
    }
}

Moved ContentReader::receive(MutableBytes into) {
    const auto moved = channel_.read(into);
    if (moved.flow == Flow::moved)
        moved_ += moved.bytes;
    if (moved.flow == Flow::ended || moved.flow == Flow::broken) {
        if (cut_off_.load(std::memory_order_acquire))
            return fail_with(Errc::interrupted, "the server stops");
        return fail_with(Errc::truncated, "the client went away before its content was complete");
    }
    return moved;
}

Moved ContentReader::fail_with(Errc code, std::string message) {
    if (!why_)
        why_ = Why{code, std::move(message)};
    return {Flow::broken};
}

/// Tells the client that its content is wanted.
bool ContentReader::invite() {
    awaited_ = false;
    if (!buffer_.empty())
        return true; // it did not wait
    std::string_view line = "HTTP/1.1 100 Continue\r\n\r\n";
    while (!line.empty()) {
        const auto moved = channel_.write(line, {}, false);
        if (moved.flow == Flow::moved)
            line.remove_prefix(moved.bytes);
        else if (moved.flow == Flow::broken || moved.flow == Flow::ended) {
            fail_with(Errc::truncated, "the client went away before it sent its content");
            return false;
        } else if (!wait(moved.flow == Flow::want_read ? POLLIN : POLLOUT))
            return false;
    }
    return true;
}

bool ContentReader::wait(short events) {
    const auto begin = Clock::now();
    pollfd waiting{channel_.fd(), events, 0};
    const auto patience = std::chrono::ceil<std::chrono::milliseconds>(idle_timeout_ - waited_);
    // An interrupted or failed wait is a short one: the next step finds out.
    ::poll(&waiting, 1,
           static_cast<int>(std::clamp<std::int64_t>(patience.count(), 0, 86'400'000)));
    waited_ += Clock::now() - begin;
    if (moved_ >= least_bytes(idle_timeout_)) {
        waited_ = {};
        moved_ = 0;
    }
    if (waited_ < idle_timeout_)
        return true;
    fail_with(Errc::timed_out, "the client sends its content too slowly");
    return false;
}

} // namespace tenon::net
