// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The life of a connection: heads, answers, and how it ends.
#include "net/connection.hpp"

#include "net/response_head.hpp"

#include <fmt/core.h>

namespace tenon::net {
namespace {

// What a buffer for heads begins with and falls back to.
constexpr std::size_t first_buffer = 4 * 1024;
constexpr std::size_t kept_buffer = 16 * 1024;
// Content that a handler did not want is read away up to here, so that the connection can go on.
constexpr std::uint64_t max_drained = 1024 * 1024;
// How long a client that is still sending may take to read its answer before the connection goes.
constexpr std::chrono::milliseconds max_linger{5000};
// Requests answered, or bytes moved, before other connections of the thread have their turn.
constexpr unsigned requests_in_a_row = 32;
constexpr std::uint64_t turn_bytes = 2 * 1024 * 1024;
// Over TLS files go through a buffer of this size.
constexpr std::size_t file_buffer_bytes = 64 * 1024;

ServerResponse plain_answer(int status, std::string_view why) {
    ServerResponse response;
    response.status = status;
    response.headers.add("Content-Type", "text/plain; charset=utf-8");
    response.content = std::string(why) + "\n";
    return response;
}

} // namespace

// --- awaiting

struct Connection::Ready {
    Connection& self;
    Want want;

    [[nodiscard]] bool over() const noexcept {
        return self.expired_ || self.cut_off_.load(std::memory_order_relaxed) ||
               (self.idle_ && self.thread_.stopping());
    }
    [[nodiscard]] bool await_ready() const noexcept { return over(); }
    void await_suspend(std::coroutine_handle<> waiting) const {
        self.waiting_ = true;
        self.readiness_.wait(want, waiting);
    }
    [[nodiscard]] bool await_resume() const noexcept {
        self.waiting_ = false;
        return !over();
    }
};

struct Connection::Yield {
    Connection& self;
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) const {
        self.thread_.loop().resume_later(waiting);
    }
    void await_resume() const noexcept {}
};

struct Connection::Answered {
    Connection& self;
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiting) const {
        auto& connection = self;
        const bool taken = self.service_.workers.submit([&connection, waiting] {
            connection.answer_in_worker();
            connection.thread_.loop().resume_later(waiting);
        });
        if (!taken)
            self.response_ = plain_answer(503, "the server has no thread to spare");
        return taken;
    }
    void await_resume() const noexcept {}
};

Connection::Ready Connection::ready(Flow wanted) noexcept {
    return {*this, wanted == Flow::want_write ? Want::write : Want::read};
}

Connection::Yield Connection::yield() noexcept {
    return {*this};
}

Connection::Answered Connection::answered_by_worker() noexcept {
    return {*this};
}

void Connection::expect_within(std::chrono::milliseconds time) noexcept {
    deadline_ = Clock::now() + time;
    expired_ = false;
    recently_ = 0;
}

void Connection::check_deadline(Clock::time_point now) {
    if (!waiting_ || now < deadline_)
        return;
    expired_ = true;
    readiness_.cancel();
}

void Connection::end_if_idle() {
    if (!waiting_ || !idle_)
        return;
    expired_ = true;
    readiness_.cancel();
}

void Connection::cut_off() {
    cut_off_.store(true, std::memory_order_release);
    channel_.cut_off(); // wakes a handler's thread too
    if (waiting_)
        readiness_.cancel();
}

std::optional<Connection::Clock::time_point> Connection::idle_since() const noexcept {
    return waiting_ && idle_ ? std::optional(idle_since_) : std::nullopt;
}

// --- from beginning to end

Connection::Connection(IoThread& thread, Channel channel, Readiness readiness, std::string peer)
    : thread_(thread), service_(thread.service()), channel_(std::move(channel)),
      readiness_(std::move(readiness)), peer_(std::move(peer)),
      content_(channel_, buffer_, service_.options.idle_timeout, cut_off_) {
    thread_.enter(*this);
}

Connection::~Connection() {
    thread_.leave(*this);
}

void Connection::start(IoThread& thread, Channel channel, Readiness readiness, std::string peer) {
    run(std::unique_ptr<Connection>(
        new Connection(thread, std::move(channel), std::move(readiness), std::move(peer))));
}

Detached Connection::run(std::unique_ptr<Connection> self) {
    co_await self->serve();
}

Task<> Connection::serve() {
    bool can_begin = true;
    if (channel_.tls())
        can_begin = co_await shake_hands();
    if (!can_begin)
        co_return;
    for (unsigned count = 1;; ++count) {
        begin_head();
        auto head = parse();
        while (head == Head::partial) {
            bool is_ready = wanted_ == Flow::moved;
            if (!is_ready)
                is_ready = co_await ready(wanted_);
            head = is_ready ? receive_head() : head_timed_out();
        }
        if (head == Head::none)
            co_return;
        if (head == Head::complete) {
            if (auto answer = answer_at_once())
                response_ = *std::move(answer);
            else
                co_await answered_by_worker();
        }
        prepare_answer();
        const auto writing = write_some();
        bool complete = writing == Writing::done;
        if (!complete && writing != Writing::failed)
            complete = co_await write_rest();
        report(complete);
        if (!complete)
            co_return;
        if (keep_alive_ && !content_.at_end())
            keep_alive_ = co_await drain();
        if (!keep_alive_)
            break;
        if (count % requests_in_a_row == 0)
            co_await yield();
    }
    co_await linger();
}

Task<bool> Connection::shake_hands() {
    expect_within(options().header_timeout);
    for (;;) {
        const auto moved = channel_.shake_hands();
        if (moved.flow == Flow::moved)
            co_return true;
        if (moved.flow == Flow::ended || moved.flow == Flow::broken) {
            met_plain_http_ = !channel_.tls();
            co_return met_plain_http_;
        }
        const bool is_ready = co_await ready(moved.flow);
        if (!is_ready)
            co_return false;
    }
}

// --- reading heads

void Connection::begin_head() {
    request_ = ServerRequest();
    framing_ = Framing();
    scanner_.restart();
    buffer_.shrink(kept_buffer);
    if (file_buffer_.size() != 0)
        Buffer().swap(file_buffer_);
    response_ = ServerResponse();
    unread_ = false;
    // OpenSSL may hold bytes that the socket will not announce.
    wanted_ = channel_.tls() ? Flow::moved : Flow::want_read;
    idle_ = buffer_.empty();
    const auto patience =
        idle_ && !first_request_ ? options().keep_alive_timeout : options().header_timeout;
    expect_within(patience);
    idle_since_ = deadline_ - patience;
    first_request_ = false;
}

Connection::Head Connection::parse() {
    if (met_plain_http_)
        return refuse({400, "this port speaks HTTPS"});
    // RFC 9112 section 2.2: some clients send an empty line behind content.
    while (buffer_.unread().starts_with("\r\n"))
        buffer_.consume(2);
    const auto text = buffer_.unread();
    if (text.empty() || text == "\r")
        return Head::partial;
    const auto end = scanner_.find_end(text, options().max_header_bytes);
    if (!end)
        return refuse(end.error());
    if (*end == 0)
        return Head::partial;
    started_ = Clock::now();
    const HeadLimits limits{options().max_header_bytes, options().max_fields};
    const auto parsed = parse_head(text.substr(0, *end), limits, request_, framing_);
    buffer_.consume(*end);
    if (!parsed)
        return refuse(parsed.error());
    request_.peer = peer_;
    request_.tls = channel_.tls();
    content_.begin(request_, framing_);
    keep_alive_ = framing_.keep_alive;
    return Head::complete;
}

Connection::Head Connection::receive_head() {
    const auto capacity = std::clamp(buffer_.unread().size() * 2, first_buffer,
                                     std::max(first_buffer, options().max_header_bytes + 1));
    const auto moved = channel_.read(buffer_.room(capacity));
    wanted_ = moved.flow;
    switch (moved.flow) {
    case Flow::moved: break;
    case Flow::want_read:
    case Flow::want_write: return Head::partial;
    case Flow::ended:
    case Flow::broken: return Head::none;
    }
    buffer_.received(moved.bytes);
    if (idle_) {
        idle_ = false;
        expect_within(options().header_timeout); // for all of the head, however it trickles in
    }
    return parse();
}

Connection::Head Connection::head_timed_out() {
    if (cut_off_)
        return Head::none;
    if (!idle_)
        return refuse({408, "the request did not come in time"});
    // A request may have come in the same moment.
    const auto head = receive_head();
    return idle_ ? Head::none : head;
}

Connection::Head Connection::refuse(Refusal why) {
    request_.peer = peer_;
    request_.tls = channel_.tls();
    request_.content_length.reset();
    request_.has_content = false;
    content_.begin(request_, Framing());
    response_ = plain_answer(why.status, why.why);
    response_.close = true;
    keep_alive_ = false;
    unread_ = true;
    idle_ = false;
    started_ = Clock::now();
    return Head::refused;
}

// --- answering

std::optional<ServerResponse> Connection::answer_at_once() {
    if (request_.has_content)
        return std::nullopt;
    try {
        return service_.handler.answer_at_once(request_);
    } catch (const std::exception&) {
        return plain_answer(500, "the server could not answer");
    }
}

void Connection::answer_in_worker() noexcept {
    try {
        response_ = service_.handler.answer(request_, content_);
    } catch (const std::exception&) {
        response_ = plain_answer(500, "the server could not answer");
    }
}

void Connection::prepare_answer() {
    if (response_.status < 200 || response_.status > 999)
        response_ = plain_answer(500, "the server could not answer");
    if (!content_.at_end()) {
        // Content that nobody invited may come or not; there is no telling what follows it.
        const bool can_go_on = !content_.failed() && !content_.is_awaited() &&
                               content_.left().value_or(0) <= max_drained;
        keep_alive_ = keep_alive_ && can_go_on;
        unread_ = true;
    }
    keep_alive_ = keep_alive_ && !response_.close && !thread_.stopping();

    const bool head_request = request_.method == "HEAD";
    out_.clear();
    out_sent_ = 0;
    append_response_head(out_, response_,
                         {head_request, framing_.http10, keep_alive_, thread_.date()});
    text_ = {};
    file_left_ = file_at_ = sent_ = 0;
    if (head_request || !status_has_content(response_.status))
        return;
    if (const auto* text = std::get_if<std::string>(&response_.content))
        text_ = *text;
    if (const auto* file = std::get_if<FileContent>(&response_.content)) {
        file_left_ = file->length;
        file_at_ = file->offset;
    }
}

// --- writing answers

Connection::Writing Connection::write_some() {
    std::uint64_t in_this_turn = 0;
    for (;;) {
        const bool memory_left = out_sent_ < out_.size() || !text_.empty();
        if (!memory_left && file_left_ == 0)
            return Writing::done;
        if (in_this_turn >= turn_bytes)
            return Writing::turn_over;
        const auto moved = memory_left ? write_memory() : write_file();
        switch (moved.flow) {
        case Flow::moved: break;
        case Flow::want_read: return Writing::want_read;
        case Flow::want_write: return Writing::want_write;
        case Flow::ended:
        case Flow::broken: return Writing::failed;
        }
        in_this_turn += moved.bytes;
        recently_ += moved.bytes;
    }
}

Moved Connection::write_memory() {
    const auto head = std::string_view(out_).substr(out_sent_);
    const auto moved = channel_.write(head, text_, file_left_ != 0);
    if (moved.flow == Flow::moved) {
        const auto of_head = std::min(moved.bytes, head.size());
        out_sent_ += of_head;
        text_.remove_prefix(moved.bytes - of_head);
        sent_ += moved.bytes - of_head;
    }
    return moved;
}

Moved Connection::write_file() {
    if (channel_.tls())
        return write_file_over_tls();
    const int file = std::get<FileContent>(response_.content).fd.get();
    const auto moved = channel_.send_file(file, file_at_, std::min(file_left_, turn_bytes));
    if (moved.flow == Flow::moved) {
        file_at_ += moved.bytes;
        file_left_ -= moved.bytes;
        sent_ += moved.bytes;
    }
    return moved;
}

Moved Connection::write_file_over_tls() {
    if (file_buffer_at_ == file_buffered_) {
        file_buffer_.resize(file_buffer_bytes);
        const auto part = std::min<std::uint64_t>(file_left_, file_buffer_.size());
        const int file = std::get<FileContent>(response_.content).fd.get();
        const auto count =
            base::read_at(file, file_at_, MutableBytes(file_buffer_).first(part), "content");
        if (!count || *count == 0)
            return {Flow::broken}; // the file became shorter
        file_at_ += *count;
        file_buffered_ = *count;
        file_buffer_at_ = 0;
    }
    const auto moved = channel_.write(
        as_text(Bytes(file_buffer_).subspan(file_buffer_at_, file_buffered_ - file_buffer_at_)), {},
        false);
    if (moved.flow == Flow::moved) {
        file_buffer_at_ += moved.bytes;
        file_left_ -= moved.bytes;
        sent_ += moved.bytes;
    }
    return moved;
}

Task<bool> Connection::write_rest() {
    expect_within(options().idle_timeout);
    for (;;) {
        const auto writing = write_some();
        if (writing == Writing::done)
            co_return true;
        if (writing == Writing::failed)
            co_return false;
        if (recently_ >= least_bytes(options().idle_timeout))
            expect_within(options().idle_timeout);
        if (writing == Writing::turn_over) {
            co_await yield();
            continue;
        }
        on_their_way_ = channel_.on_their_way();
        const bool is_ready =
            co_await ready(writing == Writing::want_read ? Flow::want_read : Flow::want_write);
        if (!is_ready && !still_moves())
            co_return false;
    }
}

/// The socket takes nothing until the client has read a good part of what is on its way. That can
/// take a slow one longer than the time allowed, without being idle.
bool Connection::still_moves() {
    if (cut_off_)
        return false;
    const auto now = channel_.on_their_way();
    if (now >= on_their_way_ || on_their_way_ - now < least_bytes(options().idle_timeout))
        return false;
    expect_within(options().idle_timeout);
    return true;
}

void Connection::report(bool complete) {
    service_.handler.answered(
        {request_, response_.status, sent_, Clock::now() - started_, complete});
}

// --- after the answer

Task<bool> Connection::drain() {
    expect_within(options().idle_timeout);
    std::uint64_t drained = 0;
    while (drained <= max_drained) {
        const auto moved = content_.step(thread_.scratch());
        if (moved.flow == Flow::ended)
            co_return true;
        if (moved.flow == Flow::broken)
            co_return false;
        drained += moved.bytes;
        if (moved.flow == Flow::moved)
            continue;
        const bool is_ready = co_await ready(moved.flow);
        if (!is_ready)
            co_return false;
    }
    co_return false;
}

/// Closing a socket with bytes in it that nobody read resets the connection, and the client may
/// lose the answer that it has not read yet.
Task<> Connection::linger() {
    if (cut_off_)
        co_return;
    channel_.end_writing();
    if (!unread_ && buffer_.empty())
        co_return;
    expect_within(std::min(max_linger, options().idle_timeout));
    idle_ = true; // a server that stops does not wait for it
    idle_since_ = Clock::now();
    for (std::uint64_t in_this_turn = 0;;) {
        const auto moved = channel_.read(thread_.scratch());
        if (moved.flow == Flow::ended || moved.flow == Flow::broken)
            co_return;
        in_this_turn += moved.bytes;
        if (moved.flow != Flow::moved) {
            const bool is_ready = co_await ready(moved.flow);
            if (!is_ready)
                co_return;
        } else if (in_this_turn >= turn_bytes) {
            in_this_turn = 0;
            if (Clock::now() >= deadline_)
                co_return;
            co_await yield();
        }
    }
}

} // namespace tenon::net
