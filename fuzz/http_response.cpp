// LINK: tenon_net
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a server may answer, through the client's own exchange over a socket pair, and once more
// from memory cut into small pieces: both must come to the same end. Input: a byte of options, then
// the server's bytes.
#include "net/client_exchange.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <sys/socket.h>

namespace {

namespace base = tenon::base;
namespace net = tenon::net;
using tenon::as_text, tenon::Buffer, tenon::Byte, tenon::Bytes, tenon::net::AnswerParser;

constexpr std::size_t most_input = 64 * 1024; // fits into the socket's buffer
constexpr std::size_t max_header_bytes = 4096;

void require(bool holds) {
    if (!holds)
        std::abort();
}

struct Outcome {
    bool whole = false;
    int status = 0;
    std::size_t fields = 0;
    std::string content;
};

/// As the client does it.
Outcome over_socket(Bytes input, bool to_head, std::size_t step) {
    std::array<int, 2> ends{};
    require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
    const base::Fd server(ends[1]);
    base::Fd client(ends[0]);
    net::Exchange exchange(net::Stream(std::move(client), std::chrono::seconds(1)));
    for (auto rest = input; !rest.empty();) {
        const auto sent = ::send(server.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
        require(sent > 0);
        rest = rest.subspan(static_cast<std::size_t>(sent));
    }
    ::shutdown(server.get(), SHUT_WR);

    const auto waiter = net::Waiter::create({}).value();
    const net::Content nothing;
    net::Message message;
    message.head = "GET / HTTP/1.1\r\n\r\n";
    message.content = &nothing;
    message.answer = {max_header_bytes, to_head, false};
    Outcome outcome;
    if (!exchange.run(message, *waiter))
        return outcome;
    outcome.status = exchange.answer().status();
    outcome.fields = exchange.answer().headers().fields().size();
    Buffer buffer(step);
    for (;;) {
        const auto got = exchange.read(buffer, *waiter);
        if (!got)
            return outcome;
        if (*got == 0)
            break;
        outcome.content += as_text(Bytes(buffer).first(*got));
    }
    require(exchange.finished());
    outcome.whole = true;
    return outcome;
}

/// The parser alone, with one byte more each time.
Outcome from_memory(Bytes input, bool to_head) {
    AnswerParser parser({max_header_bytes, to_head, false});
    Outcome outcome;
    std::size_t taken = 0;
    std::size_t seen = 0;
    while (!parser.head_done() && seen < input.size()) {
        const auto used = parser.parse_head(input.subspan(taken, ++seen - taken));
        if (!used)
            return outcome;
        taken += *used;
    }
    if (!parser.head_done())
        return outcome;
    outcome.status = parser.status();
    outcome.fields = parser.headers().fields().size();
    using Framing = AnswerParser::Framing;
    const auto rest = as_text(input.subspan(taken));
    if (parser.framing() == Framing::length) {
        outcome.whole = rest.size() >= *parser.length();
        outcome.content = rest.substr(0, *parser.length());
    } else if (parser.framing() == Framing::until_close) {
        outcome.whole = true;
        outcome.content = rest;
    } else if (parser.framing() == Framing::none) {
        outcome.whole = true;
    } else {
        for (Byte byte = 0; seen <= input.size();) {
            const auto step = parser.unchunk(input.subspan(taken, seen - taken), {&byte, 1});
            if (!step)
                return outcome;
            taken += step->taken;
            outcome.content.append(reinterpret_cast<const char*>(&byte), step->given);
            outcome.whole = step->end;
            if (step->end)
                break;
            if (step->taken == 0 && step->given == 0)
                ++seen;
        }
    }
    return outcome;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    if (size == 0)
        return 0;
    const bool to_head = (bytes[0] & 1) != 0;
    const std::size_t step = 1 + bytes[0] / 2u;
    const auto input = Bytes(bytes, size).subspan(1, std::min(size - 1, most_input));
    const auto one = over_socket(input, to_head, step);
    const auto other = from_memory(input, to_head);
    require(one.whole == other.whole && one.status == other.status && one.fields == other.fields);
    require(!one.whole || one.content == other.content);
    return 0;
}
