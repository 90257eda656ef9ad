// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The server as a whole: threads, the accepting loop in the caller's thread, and the end in good
// order.
#include "net/server.hpp"

#include "net/io_thread.hpp"
#include "net/listener.hpp"

#include <fmt/core.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <system_error>

namespace tenon::net {
namespace {

using Clock = std::chrono::steady_clock;
// Without descriptors or memory for another connection, and when all places are taken, it is tried
// again after this time, or when a connection ends.
constexpr std::chrono::milliseconds back_off{100};

} // namespace

std::string_view ServerRequest::path() const noexcept {
    return std::string_view(target).substr(0, target.find('?'));
}

std::string_view ServerRequest::query() const noexcept {
    const auto mark = target.find('?');
    return mark == std::string::npos ? std::string_view()
                                     : std::string_view(target).substr(mark + 1);
}

std::optional<ServerResponse> Handler::answer_at_once(const ServerRequest& /*request*/) {
    return std::nullopt;
}

void Handler::answered(const Access& /*access*/) {}

struct Server::State {
    State(Handler& handler, ServerOptions options, Listener listener_in)
        : service(handler, std::move(options)), listener(std::move(listener_in)),
          endpoint(listener->endpoint()) {}

    Result<> start_threads();
    void accept_until(const std::stop_token& stop);
    void accept_all(const base::Fd& socket);
    void place(Accepted accepted);
    /// Sleeps until a connection comes (if `listening`), somebody wakes us, or time is up.
    void sleep(bool listening, std::chrono::milliseconds at_most);
    [[nodiscard]] bool somebody_waits() const;
    void finish();
    void wait_for_connections(Clock::time_point until);

    Service service;
    std::optional<Listener> listener;
    const Endpoint endpoint;
    std::vector<std::unique_ptr<IoThread>> io;
    std::vector<std::thread> threads; // running those
    bool out_of_resources = false;
};

Result<Server> Server::listen(const Endpoint& endpoint, ServerOptions options, Handler& handler) {
    std::shared_ptr<ServerTlsContext> tls;
    if (options.tls)
        tls = TENON_TRY(ServerTlsContext::load(options.tls->certificate, options.tls->key));
    auto listener = TENON_TRY(Listener::open(endpoint, options.socket_mode));
    auto state = std::make_unique<State>(handler, std::move(options), std::move(listener));
    state->service.set_tls(std::move(tls));
    state->service.wake.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!state->service.wake)
        return fail(base::system_error("cannot start a server", errno));
    const auto count = std::max(1u, state->service.options.io_threads);
    for (unsigned i = 0; i < count; ++i) {
        auto thread = TENON_TRY(IoThread::create(state->service));
        state->io.push_back(std::move(thread));
    }
    return Server(std::move(state));
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&&) noexcept = default;
Server::~Server() = default;

const Endpoint& Server::endpoint() const noexcept {
    return state_->endpoint;
}

Result<> Server::reload_tls() {
    const auto& files = state_->service.options.tls;
    if (!files)
        return fail(Errc::usage, "this server has no certificate to read again");
    auto tls = TENON_TRY(ServerTlsContext::load(files->certificate, files->key));
    state_->service.set_tls(std::move(tls));
    return {};
}

Result<> Server::run(const std::stop_token& stop) {
    auto& state = *state_;
    if (!state.listener)
        return fail(Errc::usage, "this server has been stopped; make a new one");
    const std::stop_callback wake(stop, [&state] { state.service.wake_up(); });
    auto started = state.start_threads();
    if (started)
        state.accept_until(stop);
    state.finish();
    return started;
}

Result<> Server::State::start_threads() {
    try {
        for (auto& thread : io)
            threads.emplace_back([&thread] { thread->run(); });
    } catch (const std::system_error& why) {
        return fail(base::system_error("cannot start the server's threads", why.code().value()));
    }
    return {};
}

// --- accepting

void Server::State::accept_until(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        service.connection_wanted = true;
        const bool full = service.connections.load() >= service.options.max_connections;
        if (full || out_of_resources) {
            if (full && somebody_waits())
                for (auto& thread : io)
                    thread->shed();
            out_of_resources = false;
            sleep(false, back_off);
            continue;
        }
        service.connection_wanted = false;
        sleep(true, std::chrono::milliseconds(-1));
        for (const auto& socket : listener->sockets())
            accept_all(socket);
    }
}

void Server::State::accept_all(const base::Fd& socket) {
    while (service.connections.load() < service.options.max_connections) {
        auto accepted = Listener::accept(socket);
        if (accepted) {
            place(*std::move(accepted));
            continue;
        }
        if (accepted.error() == Listener::Nothing::this_time)
            continue;
        out_of_resources = accepted.error() == Listener::Nothing::for_now;
        return;
    }
}

void Server::State::place(Accepted accepted) {
    const auto least = std::ranges::min_element(
        io, {}, [](const std::unique_ptr<IoThread>& thread) { return thread->load(); });
    service.connections.fetch_add(1);
    (*least)->admit(std::move(accepted));
}

void Server::State::sleep(bool listening, std::chrono::milliseconds at_most) {
    std::vector<pollfd> waiting{{service.wake.get(), POLLIN, 0}};
    if (listening)
        for (const auto& socket : listener->sockets())
            waiting.push_back({socket.get(), POLLIN, 0});
    // However it ends, the caller looks around.
    ::poll(waiting.data(), waiting.size(), static_cast<int>(at_most.count()));
    std::uint64_t calls = 0;
    if (::read(service.wake.get(), &calls, sizeof calls) < 0)
        return; // nobody called
}

bool Server::State::somebody_waits() const {
    return std::ranges::any_of(listener->sockets(), [](const base::Fd& socket) {
        pollfd waiting{socket.get(), POLLIN, 0};
        return ::poll(&waiting, 1, 0) == 1;
    });
}

// --- the end

void Server::State::finish() {
    listener.reset(); // who connects now is refused
    service.connection_wanted = true;
    if (!threads.empty()) {
        for (auto& thread : io)
            thread->stop_gently();
        wait_for_connections(Clock::now() + service.options.stop_timeout);
        for (auto& thread : io)
            thread->cut_off();
        wait_for_connections(Clock::time_point::max()); // their handlers return
    }
    for (auto& thread : io)
        thread->finish();
    for (auto& thread : threads)
        thread.join();
    threads.clear();
}

void Server::State::wait_for_connections(Clock::time_point until) {
    while (service.connections.load() != 0) {
        const auto left = until - Clock::now();
        if (left <= Clock::duration::zero())
            return;
        sleep(false, std::min(std::chrono::ceil<std::chrono::milliseconds>(left),
                              std::chrono::milliseconds(1000)));
    }
}

} // namespace tenon::net
