// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "net/client_exchange.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fmt/core.h>
#include <unistd.h>

namespace tenon::net {
namespace {

constexpr std::size_t head_room = 16 * 1024;   // for the first read of an answer
constexpr std::size_t chunk_room = 128 * 1024; // for content whose framing must be taken off
// Content in memory that leaves in one piece with its head.
constexpr std::size_t small_content = 16 * 1024;
// A file's part that is copied, where sendfile cannot.
constexpr std::size_t copy_bytes = 256 * 1024;

} // namespace

MutableBytes Exchange::Input::room(std::size_t room) {
    if (begin_ != 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (buffer_.size() - end_ < room)
        buffer_.resize(end_ + room);
    return MutableBytes(buffer_).subspan(end_);
}

Result<> Exchange::run(const Message& message, const Waiter& waiter) {
    answer_.emplace(message.answer);
    sent_ = message.sent;
    if (auto sent = send(message, waiter); !sent) {
        if (!write_failed_ || !begun_)
            return sent;
        // The peer may have said why before it hung up.
        if (!read_head(waiter))
            return sent;
        return {};
    }
    return await_head(message.more_time_to_answer, waiter);
}

bool Exchange::reusable() const noexcept {
    return finished_ && whole_sent_ && !input_ended_ && answer_->keep_alive() &&
           answer_->framing() != AnswerParser::Framing::until_close && input_.bytes().empty();
}

// --- the request

Result<> Exchange::send(const Message& message, const Waiter& waiter) {
    const auto* text = std::get_if<std::string>(message.content);
    const auto* file = std::get_if<FileContent>(message.content);
    if (text != nullptr && text->size() <= small_content) {
        TENON_TRY(send_bytes(as_bytes(message.head + *text), false, waiter));
        count_content(text->size());
    } else {
        const bool more = text != nullptr || (file != nullptr && file->length != 0);
        TENON_TRY(send_bytes(as_bytes(message.head), more, waiter));
        if (text != nullptr) {
            constexpr std::size_t step = 1024 * 1024; // between two calls of `sent`
            for (std::size_t at = 0; at < text->size() && !unwanted_; at += step) {
                const auto part = std::string_view(*text).substr(at, step);
                TENON_TRY(send_bytes(as_bytes(part), at + step < text->size(), waiter));
                if (!unwanted_)
                    count_content(part.size());
            }
        } else if (file != nullptr) {
            TENON_TRY(send_file(*file, waiter));
        }
    }
    whole_sent_ = !unwanted_;
    return {};
}

void Exchange::count_content(std::uint64_t bytes) {
    content_sent_ += bytes;
    if (sent_ && bytes != 0)
        sent_(content_sent_);
}

Result<> Exchange::send_bytes(Bytes bytes, bool more, const Waiter& waiter) {
    while (!bytes.empty() && !unwanted_) {
        TENON_TRY(waiter.check());
        auto attempt = stream_.try_write(bytes, more);
        write_failed_ = !attempt;
        if (!attempt)
            return fail(std::move(attempt).error());
        if (attempt->state == Attempt::State::moved) {
            begun_ = true;
            bytes = bytes.subspan(attempt->bytes);
        } else {
            TENON_TRY(await_room(attempt->state, waiter));
        }
    }
    return {};
}

Result<> Exchange::send_file(const FileContent& file, const Waiter& waiter) {
    std::uint64_t done = 0;
    while (!stream_.secured() && done < file.length && !unwanted_) {
        TENON_TRY(waiter.check());
        auto attempt = stream_.try_send_file(file.fd.get(), file.offset + done, file.length - done);
        if (!attempt && attempt.error().code() == Errc::unsupported)
            break;
        write_failed_ = !attempt;
        if (!attempt)
            return fail(std::move(attempt).error());
        if (attempt->state != Attempt::State::moved) {
            TENON_TRY(await_room(attempt->state, waiter));
        } else if (attempt->bytes == 0) {
            return fail(Errc::invalid, "the file became shorter while it was sent");
        } else {
            done += attempt->bytes;
            count_content(attempt->bytes);
        }
    }
    return copy_file(file, done, waiter);
}

Result<> Exchange::copy_file(const FileContent& file, std::uint64_t done, const Waiter& waiter) {
    Buffer buffer;
    while (done < file.length && !unwanted_) {
        buffer.resize(
            static_cast<std::size_t>(std::min<std::uint64_t>(copy_bytes, file.length - done)));
        const auto got =
            TENON_TRY(base::read_at(file.fd.get(), file.offset + done, buffer, "what is sent"));
        if (got == 0)
            return fail(Errc::invalid, "the file became shorter while it was sent");
        TENON_TRY(send_bytes(Bytes(buffer).first(got), done + got < file.length, waiter));
        done += got;
        if (!unwanted_)
            count_content(got);
    }
    return {};
}

/// Waits until more can be written, and looks at what the server says meanwhile.
Result<> Exchange::await_room(Attempt::State wanted, const Waiter& waiter) {
    const bool listen = !input_ended_ && !answer_->head_done();
    if (TENON_TRY(stream_.wait(wanted, listen, waiter)))
        TENON_TRY(take_early_answer());
    return {};
}

Result<> Exchange::take_early_answer() {
    while (!answer_->head_done()) {
        const auto attempt = TENON_TRY(stream_.try_read(input_.room(head_room)));
        if (attempt.state == Attempt::State::end)
            input_ended_ = true;
        if (attempt.state != Attempt::State::moved)
            return {};
        answered_ = true;
        input_.add(attempt.bytes);
        TENON_TRY(parse_input());
    }
    // A success may come early from a server that answers while it reads.
    unwanted_ = answer_->status() >= 300;
    return {};
}

// --- the answer

Result<> Exchange::parse_input() {
    auto taken = answer_->parse_head(input_.bytes());
    if (!taken)
        return fail(std::move(taken).error());
    input_.take(*taken);
    return {};
}

/// False at the end of what the peer sends.
Result<bool> Exchange::fill_input(const Waiter& waiter) {
    if (input_ended_)
        return false;
    const bool in_head = !answer_->head_done();
    const auto got = TENON_TRY(stream_.read(input_.room(in_head ? head_room : chunk_room), waiter));
    input_.add(got);
    answered_ |= got != 0;
    input_ended_ = got == 0;
    return got != 0;
}

/// The server has everything now, and may need time for it.
Result<> Exchange::await_head(std::chrono::milliseconds more_time, const Waiter& waiter) {
    const auto usual = stream_.idle();
    stream_.set_idle(usual + more_time);
    auto read = read_head(waiter);
    stream_.set_idle(usual);
    return read;
}

Result<> Exchange::read_head(const Waiter& waiter) {
    while (!answer_->head_done()) {
        if (!TENON_TRY(fill_input(waiter)))
            return fail(
                answered_
                    ? base::Error(Errc::truncated,
                                  "the connection was closed in the middle of the answer's head")
                    : base::Error(Errc::io, "the connection was closed before an answer"));
        TENON_TRY(parse_input());
    }
    using Framing = AnswerParser::Framing;
    if (answer_->framing() == Framing::length)
        left_ = answer_->length().value_or(0);
    finished_ = answer_->framing() == Framing::none;
    return {};
}

base::Error Exchange::cut_short() const {
    if (answer_->framing() == AnswerParser::Framing::length)
        return {Errc::truncated,
                fmt::format("the content ends after {} of {} bytes", given_, given_ + left_)};
    return {Errc::truncated, fmt::format("the content was cut off after {} bytes", given_)};
}

Result<std::size_t> Exchange::read(MutableBytes into, const Waiter& waiter) {
    if (finished_ || into.empty())
        return std::size_t(0);
    auto got = answer_->framing() == AnswerParser::Framing::chunked ? read_chunked(into, waiter)
                                                                    : read_plain(into, waiter);
    if (!got) {
        // Broken or closed is the same to whoever wanted the content.
        if (got.error().code() == Errc::io)
            return fail(cut_short().because(got.error().message()));
        return got;
    }
    given_ += *got;
    return got;
}

Result<std::size_t> Exchange::read_plain(MutableBytes into, const Waiter& waiter) {
    const bool counted = answer_->framing() == AnswerParser::Framing::length;
    if (counted && into.size() > left_)
        into = into.first(static_cast<std::size_t>(left_));
    std::size_t got = 0;
    if (const auto waiting = input_.bytes(); !waiting.empty()) {
        got = std::min(waiting.size(), into.size());
        std::memcpy(into.data(), waiting.data(), got);
        input_.take(got);
    } else if (!input_ended_) {
        got = TENON_TRY(stream_.read(into, waiter));
        input_ended_ = got == 0;
    }
    if (got == 0 && counted)
        return fail(cut_short());
    left_ -= counted ? got : 0;
    finished_ = counted ? left_ == 0 : got == 0;
    return got;
}

Result<std::size_t> Exchange::read_chunked(MutableBytes into, const Waiter& waiter) {
    for (;;) {
        const auto step = TENON_TRY(answer_->unchunk(input_.bytes(), into));
        input_.take(step.taken);
        finished_ = step.end;
        if (step.given != 0 || step.end)
            return step.given;
        // Nothing came of it: what lies there is the beginning of a chunk's head or of the trailer.
        if (input_.bytes().size() >= chunk_room)
            return fail(Errc::limit, "a chunk's head or the trailer of the content is too long");
        if (!TENON_TRY(fill_input(waiter)))
            return fail(cut_short());
    }
}

void Exchange::drop_what_came() {
    using Framing = AnswerParser::Framing;
    if (!finished_ && answer_->framing() == Framing::length) {
        const auto count = std::min<std::uint64_t>(left_, input_.bytes().size());
        input_.take(static_cast<std::size_t>(count));
        left_ -= count;
        finished_ = left_ == 0;
    }
    Buffer nowhere(answer_->framing() == Framing::chunked ? head_room : 0);
    while (!finished_ && !nowhere.empty()) {
        const auto step = answer_->unchunk(input_.bytes(), nowhere);
        if (!step)
            return;
        input_.take(step->taken);
        finished_ = step->end;
        if (step->given == 0)
            return;
    }
}

} // namespace tenon::net
