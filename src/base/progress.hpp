// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Progress of work that lasts: a bar on a terminal once a second has passed, plain lines when
// asked, or nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>

namespace tenon::base {

class Progress {
public:
    enum class Mode {
        none,  ///< `--quiet`, or standard error is no terminal
        bar,   ///< a terminal
        plain, ///< `--progress plain`: a line at the start of each task and one at its end
    };
    /// Milliseconds since any fixed moment, never going back.
    using Clock = std::uint64_t (*)() noexcept;
    /// Writes to descriptor `fd` (standard error); does not own it.
    Progress(Mode mode, int fd, Clock clock = steady_milliseconds);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// Begins a task, e.g. `compressing`; `total` in bytes, 0 when unknown. Ends the one before.
    void begin(std::string_view task, std::uint64_t total);
    /// More bytes are done. Cheap, and safe from any thread.
    void advance(std::uint64_t bytes);
    void end();
    /// Takes the bar away and keeps it away while the lock is held, so that something else can be
    /// written.
    [[nodiscard]] std::unique_lock<std::mutex> hide();

    static std::uint64_t steady_milliseconds() noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace tenon::base
