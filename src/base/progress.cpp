// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/progress.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

namespace tenon::base {
namespace {

constexpr std::uint64_t delay_ms = 1000;   // what is over sooner needs no bar
constexpr std::uint64_t interval_ms = 100; // between two drawings

std::string size_text(std::uint64_t bytes) {
    constexpr std::string_view units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (bytes < 1024)
        return fmt::format("{} B", bytes);
    // Rounded to tenths in integers; fmt's floating point is switched off.
    const auto tenths = [&bytes] { return bytes / 1024 * 10 + (bytes % 1024 * 10 + 512) / 1024; };
    std::size_t unit = 0;
    for (; tenths() >= 10240; ++unit)
        bytes /= 1024;
    return fmt::format("{}.{} {}", tenths() / 10, tenths() % 10, units[unit]);
}

/// `whole` * `part` / `all` without overflow, at most `whole`.
std::uint64_t share(std::uint64_t whole, std::uint64_t part, std::uint64_t all) {
    return part >= all
               ? whole
               : static_cast<std::uint64_t>(static_cast<double>(whole) * static_cast<double>(part) /
                                            static_cast<double>(all));
}

std::string seconds_text(std::uint64_t milliseconds) {
    return fmt::format("{}.{} s", milliseconds / 1000, milliseconds % 1000 / 100);
}

std::size_t terminal_columns(int fd) noexcept {
    winsize size{};
    return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

// Progress that cannot be shown is no reason to fail.
void write_text(int fd, std::string_view text) noexcept {
    while (!text.empty()) {
        const auto written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno != EINTR)
            return;
        if (written > 0)
            text.remove_prefix(static_cast<std::size_t>(written));
    }
}

} // namespace

struct Progress::State {
    const Mode mode;
    const int fd;
    const Clock clock;
    std::mutex mutex; // guards everything but the two atomics
    std::string task;
    std::uint64_t total = 0;
    std::uint64_t begun_ms = 0;
    bool running = false;
    bool visible = false;
    std::atomic<std::uint64_t> done = 0;
    std::atomic<std::uint64_t> next_ms = 0; // no drawing before

    void clear() {
        if (std::exchange(visible, false))
            write_text(fd, "\r\x1b[K");
    }

    // compressing [#########-----------]  45 %, 45.0 MiB of 100.0 MiB, 60.0 MiB/s
    [[nodiscard]] std::string line(std::uint64_t now_ms) const {
        const auto bytes = done.load(std::memory_order_relaxed);
        const auto elapsed = std::max<std::uint64_t>(1, now_ms - begun_ms);
        const auto speed = static_cast<std::uint64_t>(static_cast<double>(bytes) * 1000 /
                                                      static_cast<double>(elapsed));
        if (total == 0)
            return fmt::format(" {}, {}/s, {}", size_text(bytes), size_text(speed),
                               seconds_text(elapsed));
        return fmt::format(" {:3} %, {} of {}, {}/s", share(100, bytes, total), size_text(bytes),
                           size_text(total), size_text(speed));
    }

    void draw(std::uint64_t now_ms) {
        constexpr std::size_t longest_bar = 30;
        const auto room = terminal_columns(fd) - 1; // the last column would wrap the line
        auto out = task;
        const auto figures = line(now_ms);
        const auto used = display_width(out) + figures.size();
        if (total != 0 && used + 8 <= room) {
            const auto length = std::min(longest_bar, room - used - 3);
            const auto filled = share(length, done.load(std::memory_order_relaxed), total);
            out +=
                fmt::format(" [{}{}]", std::string(filled, '#'), std::string(length - filled, '-'));
        }
        if (display_width(out) + figures.size() <= room)
            out += figures;
        else if (display_width(out) > room)
            return; // nothing sensible fits
        visible = true;
        write_text(fd, "\r" + out + "\x1b[K");
    }
};

Progress::Progress(Mode mode, int fd, Clock clock)
    : state_(mode == Mode::none ? nullptr : new State{mode, fd, clock, {}, {}}) {}

Progress::~Progress() {
    end();
}

void Progress::begin(std::string_view task, std::uint64_t total) {
    if (!state_)
        return;
    end();
    const std::scoped_lock lock(state_->mutex);
    state_->task = printable(task);
    state_->total = total;
    state_->begun_ms = state_->clock();
    state_->running = true;
    state_->done = 0;
    state_->next_ms = state_->begun_ms + delay_ms;
    if (state_->mode == Mode::plain)
        write_text(state_->fd, total == 0 ? fmt::format("{}\n", state_->task)
                                          : fmt::format("{} {}\n", state_->task, size_text(total)));
}

void Progress::advance(std::uint64_t bytes) {
    if (!state_)
        return;
    state_->done.fetch_add(bytes, std::memory_order_relaxed);
    if (state_->mode != Mode::bar)
        return;
    const auto now = state_->clock();
    auto due = state_->next_ms.load(std::memory_order_relaxed);
    // One thread wins the turn; a thread that finds the bar busy goes on with its work.
    if (now < due || !state_->next_ms.compare_exchange_strong(due, now + interval_ms))
        return;
    const std::unique_lock lock(state_->mutex, std::try_to_lock);
    if (lock && state_->running)
        state_->draw(now);
}

void Progress::end() {
    if (!state_)
        return;
    const std::scoped_lock lock(state_->mutex);
    if (!std::exchange(state_->running, false))
        return;
    state_->clear();
    if (state_->mode == Mode::plain)
        write_text(state_->fd,
                   fmt::format("{}: {} in {}\n", state_->task, size_text(state_->done.load()),
                               seconds_text(state_->clock() - state_->begun_ms)));
}

std::unique_lock<std::mutex> Progress::hide() {
    if (!state_)
        return {};
    std::unique_lock lock(state_->mutex);
    state_->clear();
    return lock;
}

std::uint64_t Progress::steady_milliseconds() noexcept {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

} // namespace tenon::base
