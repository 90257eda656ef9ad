// LINK: tenon_net
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Requests: heads and chunked content mean the same whole and in pieces and let nothing through
// that could be read in two ways; and a whole connection of the server answers whatever comes in
// and ends.
#include "net/chunked.hpp"
#include "net/io_thread.hpp"
#include "net/request_parser.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace {

namespace base = tenon::base;
namespace net = tenon::net;
using tenon::as_text, tenon::Byte;

void require(bool fact) {
    if (!fact)
        std::abort();
}

// --- heads and chunks, from memory

constexpr std::size_t max_head = 4096;

/// Where the head ends, or the status of its refusal as a negative number.
long head_end(std::string_view text, std::size_t piece) {
    net::HeadScanner scanner;
    for (std::size_t length = std::min(piece, text.size());;) {
        const auto end = scanner.find_end(text.substr(0, length), max_head);
        if (!end)
            return -end.error().status;
        if (*end != 0)
            return static_cast<long>(*end);
        if (length == text.size())
            return 0;
        length = std::min(length + piece, text.size());
    }
}

bool is_clean(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == text.npos;
}

void check(const net::ServerRequest& request, const net::Framing& framing) {
    require(request.target.starts_with('/') && is_clean(request.target));
    require(request.target.find_first_of(" \t#\x7f") == request.target.npos);
    require(request.path().size() + request.query().size() <= request.target.size());
    require(request.headers.all("Host").size() <= 1 &&
            (framing.http10 || request.headers.find("Host")));
    for (const auto& field : request.headers.fields())
        require(!field.name.empty() && is_clean(field.name) && is_clean(field.value) &&
                field.name.find_first_of(" :") == field.name.npos);
    const auto codings = request.headers.all("Transfer-Encoding");
    const auto lengths = request.headers.all("Content-Length");
    require(codings.size() == (framing.chunked ? 1 : 0));
    require(lengths.empty() || (!framing.chunked && request.content_length));
    for (const auto length : lengths)
        require(length.find_first_not_of("0123456789") == length.npos);
    require(request.has_content == (framing.chunked || request.content_length.value_or(0) != 0));
}

/// The content, an error's code, or how far it came, as text.
std::string decode(std::string_view text, std::size_t piece) {
    net::ChunkedDecoder decoder;
    std::string content;
    while (!text.empty() && !decoder.at_end()) {
        auto part = text.substr(0, piece);
        if (decoder.data() != 0) {
            part = part.substr(
                0, static_cast<std::size_t>(std::min<std::uint64_t>(part.size(), decoder.data())));
            content += part;
            decoder.take(part.size());
        } else {
            const auto used = decoder.framing(part);
            if (!used)
                return content + "!" + used.error().message();
            part = part.substr(0, *used);
        }
        text.remove_prefix(part.size());
    }
    return content + (decoder.at_end() ? "." + std::to_string(text.size()) : "?");
}

void from_memory(std::string_view text) {
    const auto end = head_end(text, text.size());
    require(end == head_end(text, 1) && end == head_end(text, 7));
    require(decode(text, text.size()) == decode(text, 1));
    if (end <= 0)
        return;
    net::ServerRequest request;
    net::Framing framing;
    if (!net::parse_head(text.substr(0, static_cast<std::size_t>(end)), {max_head, 20}, request,
                         framing))
        return;
    check(request, framing);
    const auto rest = text.substr(static_cast<std::size_t>(end));
    if (framing.chunked)
        require(decode(rest, rest.size()) == decode(rest, 3));
}

// --- a connection over a socket pair

class Answers final : public net::Handler {
public:
    std::optional<net::ServerResponse> answer_at_once(const net::ServerRequest& request) override {
        if (request.path() == "/slow")
            return std::nullopt;
        net::ServerResponse response;
        response.headers.add("X-Target", request.target);
        response.content = request.target;
        return response;
    }
    net::ServerResponse answer(const net::ServerRequest& request, net::RequestBody& body) override {
        net::ServerResponse response;
        std::size_t total = 0;
        Byte some[100];
        while (request.path() != "/unread") {
            const auto count = body.read(some);
            if (!count || *count == 0)
                break;
            total += *count;
        }
        response.content = std::to_string(total);
        return response;
    }
};

/// One I/O thread for all inputs.
struct Serving {
    Answers answers;
    net::Service service{answers, options()};
    std::unique_ptr<net::IoThread> io = *net::IoThread::create(service);
    std::jthread thread{[this] { io->run(); }};
    ~Serving() { io->finish(); }

    static net::ServerOptions options() {
        net::ServerOptions options;
        options.max_header_bytes = max_head;
        options.max_fields = 20;
        options.worker_threads = 1;
        return options;
    }
};

void over_a_connection(std::string_view text) {
    static Serving serving;
    int ends[2];
    require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    const base::Fd client(ends[0]);
    require(::fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0);
    require(::send(client.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(text.size()));
    ::shutdown(client.get(), SHUT_WR);
    serving.service.connections.fetch_add(1);
    serving.io->admit({base::Fd(ends[1]), "fuzz"});
    std::string answers;
    char bytes[4096];
    for (;;) {
        const auto count = ::recv(client.get(), bytes, sizeof bytes, 0);
        if (count < 0 && errno == EINTR)
            continue; // the fuzzer's clock
        require(count >= 0);
        if (count == 0)
            break;
        answers.append(bytes, static_cast<std::size_t>(count));
    }
    require(answers.empty() || answers.starts_with("HTTP/1.1 "));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t fits_a_socket_buffer = 32 * 1024;
    if (size == 0 || size > fits_a_socket_buffer)
        return 0;
    const auto text = as_text({data, size});
    from_memory(text);
    over_a_connection(text);
    return 0;
}
