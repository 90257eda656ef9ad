// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One connection of a server: a coroutine on its I/O thread that reads heads, has them answered and
// writes the answers, one after the other.
#pragma once

#include "net/channel.hpp"
#include "net/content_reader.hpp"
#include "net/io_thread.hpp"
#include "net/loop.hpp"
#include "net/task.hpp"

namespace tenon::net {

/// Lives on its I/O thread; only while a handler's thread reads content is the channel lent to
/// that.
class Connection {
public:
    /// Serves until the connection ends, then it is gone.
    static void start(IoThread& thread, Channel channel, Readiness readiness, std::string peer);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    // For its I/O thread:
    void check_deadline(std::chrono::steady_clock::time_point now);
    void end_if_idle();
    void cut_off();
    /// Since when it waits for a request of which nothing has come; nothing while it is busy.
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> idle_since() const noexcept;

private:
    friend class IoThread;
    using Clock = std::chrono::steady_clock;
    enum class Head { partial, complete, refused, none };

    /// Suspends until the socket is ready; false when the deadline has passed or the connection is
    /// to end.
    struct Ready;
    /// Lets others on this thread have their turn.
    struct Yield;
    /// Has a handler's thread answer.
    struct Answered;

    Connection(IoThread& thread, Channel channel, Readiness readiness, std::string peer);
    static Detached run(std::unique_ptr<Connection> self);

    Task<> serve();
    /// False when there is nobody to serve.
    Task<bool> shake_hands();

    // Reading heads
    void begin_head();
    Head parse();
    Head receive_head();
    Head head_timed_out();
    Head refuse(Refusal why);

    // Answering
    [[nodiscard]] std::optional<ServerResponse> answer_at_once();
    void answer_in_worker() noexcept;
    void prepare_answer();

    // Writing answers
    enum class Writing { done, turn_over, want_read, want_write, failed };
    Writing write_some();
    Moved write_memory();
    Moved write_file();
    Moved write_file_over_tls();
    Task<bool> write_rest();
    bool still_moves();
    void report(bool complete);

    // After the answer
    Task<bool> drain();
    Task<> linger();

    [[nodiscard]] const ServerOptions& options() const noexcept { return service_.options; }
    [[nodiscard]] Ready ready(Flow wanted) noexcept;
    [[nodiscard]] Yield yield() noexcept;
    [[nodiscard]] Answered answered_by_worker() noexcept;
    void expect_within(std::chrono::milliseconds time) noexcept;

    IoThread& thread_;
    Service& service_;
    Channel channel_;
    Readiness readiness_;
    const std::string peer_;
    Connection* next_ = nullptr; // IoThread's list
    Connection* previous_ = nullptr;

    // Waiting
    bool waiting_ = false;
    bool idle_ = false;    // between requests
    bool expired_ = false; // the wait in progress is over without the socket being ready
    Clock::time_point deadline_ = Clock::time_point::max();
    Clock::time_point idle_since_{};
    Flow wanted_ = Flow::want_read; // before more of a head can come; `moved`: ask at once
    std::atomic<bool> cut_off_{false};

    // The request
    InputBuffer buffer_;
    HeadScanner scanner_;
    bool first_request_ = true;
    bool met_plain_http_ = false; // where TLS was expected
    ServerRequest request_;
    Framing framing_;
    ContentReader content_;
    Clock::time_point started_{};

    // The answer
    ServerResponse response_;
    bool keep_alive_ = true;
    bool unread_ = false;         // the client may still be sending what nobody will read
    std::string out_;             // its head
    std::size_t out_sent_ = 0;    // of the head
    std::string_view text_;       // content in memory that is still to be sent
    std::uint64_t file_left_ = 0; // content in a file that is still to be sent
    std::uint64_t file_at_ = 0;
    std::uint64_t sent_ = 0; // of content
    Buffer file_buffer_;     // over TLS only: what was read and is still to be sent
    std::size_t file_buffered_ = 0;
    std::size_t file_buffer_at_ = 0;
    std::uint64_t recently_ = 0;     // bytes written since the deadline was set
    std::uint64_t on_their_way_ = 0; // when the wait for the client began
};

} // namespace tenon::net
