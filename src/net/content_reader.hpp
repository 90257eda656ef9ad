// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The content of one request, taken off its connection: a handler's thread reads it and waits; what
// the handler leaves, the I/O thread reads away without waiting.
#pragma once

#include "net/channel.hpp"
#include "net/chunked.hpp"
#include "net/input_buffer.hpp"
#include "net/request_parser.hpp"

#include <atomic>

namespace tenon::net {

/// In each `idle_timeout` that is spent waiting a peer must move so many bytes; else it could hold
/// a thread or a connection for ever with a byte now and then.
[[nodiscard]] std::uint64_t least_bytes(std::chrono::milliseconds idle_timeout) noexcept;

class ContentReader final : public RequestBody {
public:
    /// `cut_off` tells that the server ended the connection itself. All must outlive the reader.
    ContentReader(Channel& channel, InputBuffer& buffer, std::chrono::milliseconds idle_timeout,
                  const std::atomic<bool>& cut_off)
        : channel_(channel), buffer_(buffer), idle_timeout_(idle_timeout), cut_off_(cut_off) {}

    /// Begins with the content of another request.
    void begin(const ServerRequest& request, const Framing& framing);

    Result<std::size_t> read(MutableBytes into) override;

    /// Like `read`, but says what to wait for instead of waiting. `ended` is the end of the
    /// content; `broken` is explained by `failure`.
    Moved step(MutableBytes into);
    [[nodiscard]] base::Error failure() const;

    [[nodiscard]] bool at_end() const noexcept;
    /// Nothing more can be read from this connection.
    [[nodiscard]] bool failed() const noexcept { return why_.has_value(); }
    /// Bytes still to come, where that is known.
    [[nodiscard]] std::optional<std::uint64_t> left() const noexcept;
    /// The client waits to be told to send content (`Expect: 100-continue`).
    [[nodiscard]] bool is_awaited() const noexcept { return awaited_; }

private:
    struct Why {
        Errc code;
        std::string message;
    };
    Moved fail_with(Errc code, std::string message);
    Moved plain_step(MutableBytes into);
    Moved chunked_step(MutableBytes into);
    Moved receive(MutableBytes into);
    bool invite();
    bool wait(short events);

    Channel& channel_;
    InputBuffer& buffer_;
    const std::chrono::milliseconds idle_timeout_;
    const std::atomic<bool>& cut_off_;

    std::optional<ChunkedDecoder> chunked_;
    std::uint64_t left_ = 0;
    bool awaited_ = false;
    std::optional<Why> why_;
    std::chrono::steady_clock::duration waited_{}; // since the peer last moved `least_bytes`
    std::uint64_t moved_ = 0;                      // in that time
};

} // namespace tenon::net
