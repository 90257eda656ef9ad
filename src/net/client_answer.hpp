// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The bytes of an answer to its head and its content's framing (RFC 9112 sections 4 to 7). Knows no
// socket: whoever has bytes hands them in.
#pragma once

#include "net/http.hpp"

namespace tenon::net {

class AnswerParser {
public:
    enum class Framing : std::uint8_t { none, length, chunked, until_close };

    /// `to_head`: the answer to a HEAD request has no content whatever it says. `to_connect`: nor
    /// has a good answer to CONNECT.
    struct Options {
        std::size_t max_header_bytes = 64 * 1024;
        bool to_head = false;
        bool to_connect = false;
    };
    explicit AnswerParser(Options options);
    AnswerParser(const AnswerParser&) = delete;
    AnswerParser& operator=(const AnswerParser&) = delete;
    ~AnswerParser();

    /// Takes in what `data` has of the head and gives how much that was; the rest is to come again,
    /// with more behind it. Interim answers (1xx) are passed over.
    Result<std::size_t> parse_head(Bytes data);
    [[nodiscard]] bool head_done() const noexcept { return head_done_; }

    // Known when the head is done.
    [[nodiscard]] int status() const noexcept { return status_; }
    [[nodiscard]] const Headers& headers() const noexcept { return headers_; }
    [[nodiscard]] Framing framing() const noexcept { return framing_; }
    /// What Content-Length says, also where no content follows.
    [[nodiscard]] std::optional<std::uint64_t> length() const noexcept { return length_; }
    /// Whether the connection outlives the answer.
    [[nodiscard]] bool keep_alive() const noexcept { return keep_alive_; }

    struct Unchunked {
        std::size_t taken = 0; ///< of `data`; the rest is to come again
        std::size_t given = 0; ///< into `into`
        bool end = false;      ///< the last chunk and its trailer have been taken
    };
    /// For chunked content. Trailers are dropped.
    Result<Unchunked> unchunk(Bytes data, MutableBytes into);

private:
    struct Parser;
    Result<> finish_head();

    Options options_;
    std::unique_ptr<Parser> parser_;
    std::size_t header_bytes_ = 0;
    unsigned interim_ = 0;
    bool head_done_ = false;
    int status_ = 0;
    Headers headers_;
    Framing framing_ = Framing::none;
    std::optional<std::uint64_t> length_;
    bool keep_alive_ = false;
};

} // namespace tenon::net
