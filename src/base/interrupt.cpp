// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/interrupt.hpp"

#include "base/error.hpp"
#include "base/handle.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <mutex>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace tenon::base {
namespace {

// A signal that somebody had us ignore (`nohup`, a shell's background job) stays ignored.
sigset_t signals_to_wait_for() noexcept {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction action{};
        if (::sigaction(number, nullptr, &action) == 0 && action.sa_handler != SIG_IGN)
            sigaddset(&set, number);
    }
    return set;
}

[[noreturn]] void die_of(int number) noexcept {
    std::signal(number, SIG_DFL);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
    std::raise(number);
    ::_exit(128 + number); // not reached: each of these signals ends a process
}

} // namespace

struct Interruption::Waiter {
    sigset_t set = signals_to_wait_for();
    sigset_t before{};
    Fd signals, wake;
    std::atomic<int> first = 0;
    std::mutex mutex; // for what follows
    std::function<void()> hangup;
    std::thread thread;

    /// True if somebody wanted to know of it rather than be stopped.
    bool take_hangup(int number) {
        const std::scoped_lock lock(mutex);
        if (number != SIGHUP || !hangup)
            return false;
        hangup();
        return true;
    }

    /// The next signal, or 0 when the waiting is over.
    int next() const noexcept {
        for (;;) {
            pollfd ready[] = {{signals.get(), POLLIN, 0}, {wake.get(), POLLIN, 0}};
            if (::poll(ready, 2, -1) < 0 && errno == EINTR)
                continue;
            signalfd_siginfo info{};
            if ((ready[0].revents & POLLIN) != 0 &&
                ::read(signals.get(), &info, sizeof info) == sizeof info)
                return static_cast<int>(info.ssi_signo);
            if (ready[1].revents != 0)
                return 0;
        }
    }
};

Interruption::Interruption() : waiter_(new Waiter) {
    auto& waiter = *waiter_;
    TENON_ASSERT(pthread_sigmask(SIG_BLOCK, &waiter.set, &waiter.before) == 0);
    waiter.signals = Fd(::signalfd(-1, &waiter.set, SFD_CLOEXEC | SFD_NONBLOCK));
    waiter.wake = Fd(::eventfd(0, EFD_CLOEXEC));
    // Without descriptors or threads to spare, signals do what they always did: end the process.
    if (!waiter.signals || !waiter.wake) {
        pthread_sigmask(SIG_SETMASK, &waiter.before, nullptr);
        return;
    }
    try {
        waiter.thread = std::thread([this] {
            while (const int number = waiter_->next()) {
                if (waiter_->take_hangup(number))
                    continue;
                if (waiter_->first != 0)
                    die_of(number);
                waiter_->first = number;
                source_.request_stop();
            }
        });
    } catch (const std::system_error&) {
        pthread_sigmask(SIG_SETMASK, &waiter.before, nullptr);
    }
}

Interruption::~Interruption() {
    if (waiter_->thread.joinable()) {
        const std::uint64_t one = 1;
        TENON_ASSERT(::write(waiter_->wake.get(), &one, sizeof one) == sizeof one);
        waiter_->thread.join();
        pthread_sigmask(SIG_SETMASK, &waiter_->before, nullptr);
    }
    delete waiter_;
}

void Interruption::on_hangup(std::function<void()> act) {
    const std::scoped_lock lock(waiter_->mutex);
    waiter_->hangup = std::move(act);
}

int Interruption::signal() const noexcept {
    return waiter_->first;
}

} // namespace tenon::base
