// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One request and its answer over one connection. Knows no other request: redirects, retries and
// the choice of a connection are the client's.
#pragma once

#include "net/client_answer.hpp"
#include "net/stream.hpp"

#include <functional>

namespace tenon::net {

/// What goes over the connection, ready to be written.
struct Message {
    std::string head;                 ///< request line and fields, with the empty line
    const Content* content = nullptr; ///< outlives the exchange's `send`
    std::function<void(std::uint64_t)> sent;
    AnswerParser::Options answer;
    std::chrono::milliseconds more_time_to_answer{0};
};

class Exchange {
public:
    explicit Exchange(Stream stream) : stream_(std::move(stream)) {}

    /// Sends the request and reads the head of the final answer. A server that answers before it
    /// has seen everything, and does not want it, gets no more.
    Result<> run(const Message& message, const Waiter& waiter);
    /// Whether any byte of an answer came; without one the request may be sent once more.
    [[nodiscard]] bool answered() const noexcept { return answered_; }
    /// Whether the peer may have seen a byte of the request.
    [[nodiscard]] bool begun() const noexcept { return begun_; }
    [[nodiscard]] const AnswerParser& answer() const noexcept { return *answer_; }

    /// Content; 0 at its end.
    Result<std::size_t> read(MutableBytes into, const Waiter& waiter);
    /// Drops content that has come already, without waiting for more.
    void drop_what_came();
    /// All of the content has been read.
    [[nodiscard]] bool finished() const noexcept { return finished_; }
    /// The connection can carry another request now.
    [[nodiscard]] bool reusable() const noexcept;

    /// Bytes have come that belong to no answer.
    [[nodiscard]] bool unread_input() const noexcept { return !input_.bytes().empty(); }

    Stream take_stream() && { return std::move(stream_); }

private:
    Result<> send(const Message& message, const Waiter& waiter);
    Result<> send_bytes(Bytes bytes, bool more, const Waiter& waiter);
    Result<> send_file(const FileContent& file, const Waiter& waiter);
    Result<> copy_file(const FileContent& file, std::uint64_t done, const Waiter& waiter);
    Result<> await_room(Attempt::State wanted, const Waiter& waiter);
    void count_content(std::uint64_t bytes);
    Result<> await_head(std::chrono::milliseconds more_time, const Waiter& waiter);
    Result<> read_head(const Waiter& waiter);
    Result<> parse_input();
    Result<> take_early_answer();
    Result<bool> fill_input(const Waiter& waiter);
    Result<std::size_t> read_chunked(MutableBytes into, const Waiter& waiter);
    Result<std::size_t> read_plain(MutableBytes into, const Waiter& waiter);
    [[nodiscard]] base::Error cut_short() const;

    /// Bytes that were read and not yet taken.
    class Input {
    public:
        [[nodiscard]] Bytes bytes() const noexcept {
            return Bytes(buffer_).subspan(begin_, end_ - begin_);
        }
        void take(std::size_t count) noexcept { begin_ += count; }
        /// Room behind them, at least `room` bytes.
        MutableBytes room(std::size_t room);
        void add(std::size_t count) noexcept { end_ += count; }

    private:
        Buffer buffer_;
        std::size_t begin_ = 0, end_ = 0;
    };

    Stream stream_;
    Input input_;
    std::optional<AnswerParser> answer_;
    std::function<void(std::uint64_t)> sent_;
    std::uint64_t content_sent_ = 0;
    std::uint64_t left_ = 0;    ///< of content with a length
    std::uint64_t given_ = 0;   ///< bytes of content
    bool begun_ = false;        ///< a byte of the request has left
    bool write_failed_ = false; ///< the connection, not the file that was to be sent
    bool whole_sent_ = false;
    bool unwanted_ = false; ///< an answer came that makes the rest of the request pointless
    bool input_ended_ = false;
    bool answered_ = false;
    bool finished_ = false;
};

} // namespace tenon::net
