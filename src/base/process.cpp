// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Programs are started with posix_spawn, their output is read as it comes, and they are ended when
// a stop is asked for.
#include "base/process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace tenon::base {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto patience_after_term = std::chrono::seconds(5);
constexpr auto patience_after_ctrl_c = std::chrono::seconds(1);

std::string quoted(const std::string& text) {
    return fmt::format("`{}`", text);
}

// --- what the program is given

/// The value that the program will see.
std::optional<std::string> variable(const Command& command, const std::string& name) {
    for (const auto& [key, value] : command.environment)
        if (key == name)
            return value;
    const char* ours = std::getenv(name.c_str());
    return ours == nullptr ? std::nullopt : std::optional<std::string>(ours);
}

std::vector<std::string> environment_of(const Command& command) {
    std::vector<std::string> all;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const auto name = text.substr(0, text.find('='));
        if (std::ranges::find(command.environment, name,
                              &std::pair<std::string, std::string>::first) ==
            command.environment.end())
            all.emplace_back(text);
    }
    for (const auto& [name, value] : command.environment)
        all.push_back(fmt::format("{}={}", name, value));
    return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (auto& text : texts)
        pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

/// What cannot be handed to a program at all.
Result<> check(const Command& command) {
    if (command.words.empty() || command.words.front().empty())
        return fail(Errc::invalid, "there is no program to run");
    const auto has_nul = [](const std::string& text) { return text.find('\0') != text.npos; };
    if (std::ranges::any_of(command.words, has_nul))
        return fail(Errc::invalid, "a NUL character cannot be in a command");
    for (const auto& [name, value] : command.environment)
        if (name.empty() || name.find('=') != name.npos || has_nul(name) || has_nul(value))
            return fail(Errc::invalid,
                        fmt::format("cannot set the environment variable `{}`", name));
    return {};
}

Result<> check_directory(const Command& command) {
    if (command.directory.empty())
        return {};
    const auto& directory = command.directory;
    struct stat status;
    const bool there = ::stat(directory.c_str(), &status) == 0;
    if (there && S_ISDIR(status.st_mode) && ::access(directory.c_str(), X_OK) == 0)
        return {};
    const int why = there && !S_ISDIR(status.st_mode) ? ENOTDIR : errno;
    // Not with the code of its cause: `not_found` is for the program.
    auto cause = system_error({}, why).causes().front();
    return fail(
        Error(Errc::io, fmt::format("cannot run {} in the directory `{}`",
                                    quoted(command.words.front()), command.directory.native()))
            .because(std::move(cause)));
}

/// Where the program is, as seen from the directory that it will run in.
Result<std::string> find_program(const Command& command) {
    const auto& name = command.words.front();
    if (name.find('/') != name.npos)
        return name;
    const auto path = variable(command, "PATH").value_or("/usr/local/bin:/usr/bin:/bin");
    int why = ENOENT;
    for (std::size_t at = 0; at <= path.size();) {
        const auto end = std::min(path.find(':', at), path.size());
        const auto entry = path.substr(at, end - at);
        at = end + 1;
        const auto candidate = Path(entry.empty() ? "." : entry) / name;
        const auto from_here = command.directory / candidate; // absolute ones stay as they are
        struct stat status;
        if (::stat(from_here.c_str(), &status) != 0 || !S_ISREG(status.st_mode))
            continue;
        if (::access(from_here.c_str(), X_OK) == 0)
            return candidate.native();
        why = errno;
    }
    if (why != ENOENT)
        return fail(system_error(fmt::format("cannot run {}", quoted(name)), why));
    return fail(Error(Errc::not_found, fmt::format("the program {} was not found", quoted(name)))
                    .help("install it, or name its directory in the variable PATH"));
}

// --- descriptors

/// Above the three standard ones, which the child's are laid over.
Fd raised(Fd fd) {
    if (!fd || fd.get() > 2)
        return fd;
    return Fd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3));
}

struct Pipe {
    Fd read_end, write_end;
};

Result<Pipe> make_pipe() {
    std::array<int, 2> ends;
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return fail(system_error("cannot make a pipe", errno));
    Pipe made{raised(Fd(ends[0])), raised(Fd(ends[1]))};
    if (!made.read_end || !made.write_end)
        return fail(system_error("cannot make a pipe", errno));
    return made;
}

/// The whole input lies in a file without a name: nobody has to feed a pipe, and a program that
/// does not read it costs nothing.
Result<Fd> open_input(const std::string& input) {
    if (input.empty()) {
        Fd null = raised(Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC)));
        if (!null)
            return fail(system_error("cannot read `/dev/null`", errno));
        return null;
    }
    Fd memory = raised(Fd(::memfd_create("input", MFD_CLOEXEC)));
    for (std::size_t done = 0; memory && done < input.size();) {
        const auto written = ::write(memory.get(), input.data() + done, input.size() - done);
        if (written < 0 && errno != EINTR)
            memory.reset();
        done += written > 0 ? static_cast<std::size_t>(written) : 0;
    }
    if (!memory || ::lseek(memory.get(), 0, SEEK_SET) != 0)
        return fail(system_error("cannot hold the program's input", errno));
    return memory;
}

/// Whether we are what the terminal talks to.
bool in_terminals_foreground() {
    const Fd terminal(::open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC));
    return terminal && ::tcgetpgrp(terminal.get()) == ::getpgrp();
}

// --- starting

struct Start {
    std::string program;
    int input, output, error_output;
    bool own_group;
};

/// posix_spawn's two bags of settings.
class Settings {
public:
    Settings() {
        TENON_ASSERT(::posix_spawnattr_init(&attributes_) == 0);
        TENON_ASSERT(::posix_spawn_file_actions_init(&actions_) == 0);
    }
    ~Settings() {
        ::posix_spawnattr_destroy(&attributes_);
        ::posix_spawn_file_actions_destroy(&actions_);
    }
    Settings(const Settings&) = delete;
    Settings& operator=(const Settings&) = delete;

    /// 0 or an error number.
    int fill(const Start& start, const Path& directory) {
        // Whoever waits for signals in a thread blocks them in all of them, and a mask is
        // inherited.
        sigset_t none, to_default;
        ::sigemptyset(&none);
        // Not SIGINT, SIGQUIT and SIGHUP: `nohup` and a shell's `&` ignore them for all below.
        ::sigemptyset(&to_default);
        for (const int signal : {SIGPIPE, SIGCHLD, SIGTERM, SIGALRM, SIGUSR1, SIGUSR2})
            ::sigaddset(&to_default, signal);
        short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
        if (start.own_group)
            flags |= POSIX_SPAWN_SETPGROUP;
        for (const int error : {
                 ::posix_spawnattr_setsigmask(&attributes_, &none),
                 ::posix_spawnattr_setsigdefault(&attributes_, &to_default),
                 ::posix_spawnattr_setpgroup(&attributes_, 0),
                 ::posix_spawnattr_setflags(&attributes_, flags),
                 ::posix_spawn_file_actions_adddup2(&actions_, start.input, 0),
                 ::posix_spawn_file_actions_adddup2(&actions_, start.output, 1),
                 ::posix_spawn_file_actions_adddup2(&actions_, start.error_output, 2),
                 directory.empty()
                     ? 0
                     : ::posix_spawn_file_actions_addchdir_np(&actions_, directory.c_str()),
             })
            if (error != 0)
                return error;
        return 0;
    }

    [[nodiscard]] const posix_spawnattr_t* attributes() const noexcept { return &attributes_; }
    [[nodiscard]] const posix_spawn_file_actions_t* actions() const noexcept { return &actions_; }

private:
    posix_spawnattr_t attributes_;
    posix_spawn_file_actions_t actions_;
};

Result<pid_t> start_program(const Command& command, const Start& start) {
    Settings settings;
    int error = settings.fill(start, command.directory);
    auto words = command.words;
    auto environment = environment_of(command);
    pid_t child = -1;
    if (error == 0)
        error =
            ::posix_spawn(&child, start.program.c_str(), settings.actions(), settings.attributes(),
                          pointers_to(words).data(), pointers_to(environment).data());
    if (error == 0)
        return child;
    auto story = system_error(fmt::format("cannot run {}", quoted(command.words.front())), error);
    const auto from_here = command.directory / start.program;
    if (error == ENOENT && ::access(from_here.c_str(), F_OK) == 0)
        return fail(std::move(story).help("the file is there, but not the interpreter or loader "
                                          "that it names"));
    if (error == ENOEXEC)
        return fail(std::move(story).help("it is no program for this machine; a script needs a "
                                          "first line such as `#!/bin/sh`"));
    return fail(std::move(story));
}

// --- running

/// The last so many bytes of a stream.
class Tail {
public:
    explicit Tail(std::size_t size) : size_(size) {}

    void add(Bytes bytes) {
        text_ += as_text(bytes.last(std::min(bytes.size(), size_)));
        if (text_.size() > size_ * 2) // seldom, so that every byte is moved only a few times
            drop_front();
    }
    std::string take() && {
        drop_front();
        return std::move(text_);
    }

private:
    void drop_front() {
        if (text_.size() > size_)
            text_.erase(0, text_.size() - size_);
    }

    std::size_t size_;
    std::string text_;
};

/// One of the program's two output streams.
struct Stream {
    Fd fd;
    Tail tail;
    bool standard_error;
};

/// A program that runs. It is waited for in any case, so that no zombie is left.
class Child {
public:
    Child(pid_t pid, bool own_group) : pid_(pid), own_group_(own_group) {
#ifdef SYS_pidfd_open
        ended_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
#endif
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        if (!status_) {
            signal(SIGKILL);
            wait(0);
        }
    }

    /// Readable when the program has ended; -1 on kernels that have no such thing.
    [[nodiscard]] int ended_fd() const noexcept { return ended_.get(); }
    [[nodiscard]] bool ended() { return status_ || wait(WNOHANG); }
    /// The exit status, or 128 and the signal, as shells count. Nothing where somebody else has
    /// waited for the program, or SIGCHLD is ignored.
    [[nodiscard]] std::optional<int> exit_status() const noexcept {
        if (lost_)
            return std::nullopt;
        return WIFEXITED(*status_) ? WEXITSTATUS(*status_) : 128 + WTERMSIG(*status_);
    }
    void signal(int number) const noexcept { ::kill(own_group_ ? -pid_ : pid_, number); }

private:
    bool wait(int options) {
        int status = 0;
        pid_t got = 0;
        do
            got = ::waitpid(pid_, &status, options);
        while (got < 0 && errno == EINTR);
        if (got == 0)
            return false;
        lost_ = got < 0;
        status_ = status;
        return true;
    }

    pid_t pid_;
    bool own_group_;
    Fd ended_;
    std::optional<int> status_;
    bool lost_ = false;
};

/// How the program is talked out of running: SIGTERM, at once or after Ctrl-C had its chance, then
/// SIGKILL.
class Ending {
public:
    explicit Ending(bool wait_first) : wait_first_(wait_first) {}

    [[nodiscard]] bool begun() const noexcept { return begun_; }
    void begin() {
        begun_ = true;
        next_ = Clock::now() + (wait_first_ ? patience_after_ctrl_c : Clock::duration::zero());
    }
    /// Sends what is due; gives the time until the next step in milliseconds, -1 for none.
    int advance(const Child& child) {
        if (!begun_ || killed_)
            return -1;
        const auto now = Clock::now();
        if (now >= next_) {
            child.signal(asked_ ? SIGKILL : SIGTERM);
            killed_ = asked_;
            asked_ = true;
            next_ = now + patience_after_term;
            if (killed_)
                return -1;
        }
        return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(next_ - now).count());
    }

private:
    bool wait_first_;
    bool begun_ = false;
    bool asked_ = false;
    bool killed_ = false;
    Clock::time_point next_;
};

/// Reads what is there and gives its size; at the stream's end its descriptor is closed.
std::size_t read_available(Stream& stream, const Command& command) {
    std::array<Byte, 16 * 1024> chunk;
    const auto got = ::read(stream.fd.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR)
        return 0;
    if (got <= 0) {
        stream.fd.reset();
        return 0;
    }
    const auto bytes = Bytes(chunk).first(static_cast<std::size_t>(got));
    stream.tail.add(bytes);
    if (command.on_output)
        command.on_output(bytes, stream.standard_error);
    return bytes.size();
}

/// What the program had written when it ended, and no more: a process that it left behind may hold
/// the pipe open, or go on writing, for ever.
void drain(Stream& stream, const Command& command) {
    int left = 0;
    if (!stream.fd || ::ioctl(stream.fd.get(), FIONREAD, &left) != 0)
        return;
    while (left > 0 && stream.fd)
        left -= static_cast<int>(read_available(stream, command));
}

void attend(Child& child, std::array<Stream, 2>& streams, const Command& command, int stop_fd,
            Ending& ending) {
    constexpr int look_again_ms = 20; // only where `ended_fd` is missing
    while (!child.ended()) {
        int timeout = ending.advance(child);
        if (child.ended_fd() < 0)
            timeout = timeout < 0 ? look_again_ms : std::min(timeout, look_again_ms);
        // Entries with a descriptor of -1 are passed over.
        std::array<pollfd, 4> entries{
            pollfd{streams[0].fd.get(), POLLIN, 0}, pollfd{streams[1].fd.get(), POLLIN, 0},
            pollfd{ending.begun() ? -1 : stop_fd, POLLIN, 0}, pollfd{child.ended_fd(), POLLIN, 0}};
        if (::poll(entries.data(), entries.size(), timeout) <= 0)
            continue;
        for (std::size_t i = 0; i < streams.size(); ++i)
            if (entries[i].revents != 0)
                read_available(streams[i], command);
        if (entries[2].revents != 0)
            ending.begin();
    }
    for (auto& stream : streams)
        drain(stream, command);
}

Error interrupted(const Command& command) {
    return {Errc::interrupted,
            fmt::format("interrupted while {} was running", quoted(command.words.front()))};
}

} // namespace

Result<Outcome> run(const Command& command, const std::stop_token& stop) {
    TENON_TRY(check(command));
    if (stop.stop_requested())
        return fail(interrupted(command));
    TENON_TRY(check_directory(command));
    Start start{};
    start.program = TENON_TRY(find_program(command));
    start.own_group = !in_terminals_foreground();

    auto input = TENON_TRY(open_input(command.input));
    auto output = TENON_TRY(make_pipe());
    auto error_output = TENON_TRY(make_pipe());
    const Fd stop_event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!stop_event)
        return fail(system_error("cannot wait for a stop", errno));
    start.input = input.get();
    start.output = output.write_end.get();
    start.error_output = error_output.write_end.get();

    Child child(TENON_TRY(start_program(command, start)), start.own_group);
    input.reset();
    output.write_end.reset();
    error_output.write_end.reset();
    std::array<Stream, 2> streams{
        Stream{std::move(output.read_end), Tail(command.keep_bytes), false},
        Stream{std::move(error_output.read_end), Tail(command.keep_bytes), true}};
    Ending ending(!start.own_group);
    {
        const std::stop_callback wake(stop,
                                      [&stop_event] { ::eventfd_write(stop_event.get(), 1); });
        attend(child, streams, command, stop_event.get(), ending);
    }
    if (ending.begun() || stop.stop_requested())
        return fail(interrupted(command));
    const auto status = child.exit_status();
    if (!status)
        return fail(system_error(
            fmt::format("cannot learn how {} ended", quoted(command.words.front())), ECHILD));
    Outcome outcome;
    outcome.exit_status = *status;
    outcome.output = std::move(streams[0].tail).take();
    outcome.error_output = std::move(streams[1].tail).take();
    return outcome;
}

} // namespace tenon::base
