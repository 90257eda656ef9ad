// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/process.hpp"

#include "base/test_directory.hpp"

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <thread>

namespace tenon::base {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;
using Clock = std::chrono::steady_clock;

Command shell(std::string script) {
    Command command;
    command.words = {"sh", "-c", std::move(script)};
    return command;
}

Result<Outcome> run(const Command& command) {
    return base::run(command, std::stop_token());
}

void expect_error(const Result<Outcome>& result, Errc code, std::string_view message,
                  const Texts& causes = {}) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), code);
    EXPECT_EQ(result.error().message(), message);
    EXPECT_EQ(result.error().causes(), causes);
}

void make_script(const Path& path, std::string_view text, mode_t mode = 0755) {
    NewFileOptions options;
    options.mode = mode;
    ASSERT_TRUE(write_file(path, as_bytes(text), options));
}

/// Whether the tests run in front of somebody, where programs stay in our process group.
bool at_a_terminal() {
    const Fd terminal(::open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC));
    return terminal && ::tcgetpgrp(terminal.get()) == ::getpgrp();
}

TEST(Process, gives_status_and_both_streams) {
    const auto outcome = run(shell("echo out; echo err >&2; exit 7")).value();
    EXPECT_EQ(outcome.exit_status, 7);
    EXPECT_EQ(outcome.output, "out\n");
    EXPECT_EQ(outcome.error_output, "err\n");
}

TEST(Process, hands_over_its_words_untouched) {
    Command command;
    command.words = {"printf", "%s|", "a b", "", "$HOME", "*"};
    EXPECT_EQ(run(command)->output, "a b||$HOME|*|");
}

TEST(Process, a_signal_counts_from_128) {
    EXPECT_EQ(run(shell("kill -KILL $$"))->exit_status, 128 + SIGKILL);
}

TEST(Process, reads_nothing_or_the_input_given) {
    Command command;
    command.words = {"cat"};
    EXPECT_EQ(run(command)->output, "");
    command.input = "some input";
    EXPECT_EQ(run(command)->output, "some input");
}

TEST(Process, takes_input_larger_than_a_pipe_read_or_not) {
    Command command;
    command.words = {"wc", "-c"};
    command.input.assign(1'000'000, 'x');
    EXPECT_EQ(run(command)->output, "1000000\n");
    command.words = {"true"};
    EXPECT_EQ(run(command)->exit_status, 0);
}

TEST(Process, keeps_the_end_of_each_stream) {
    auto command = shell("seq 1000; seq 500 >&2");
    command.keep_bytes = 10;
    const auto outcome = run(command).value();
    EXPECT_EQ(outcome.output, "\n999\n1000\n");
    EXPECT_EQ(outcome.error_output, "8\n499\n500\n");
    command.keep_bytes = 0;
    EXPECT_EQ(run(command)->output, "");
}

TEST(Process, hears_all_output_of_both_streams_however_much) {
    auto command = shell("head -c 3000000 /dev/zero & head -c 2000000 /dev/zero >&2; wait");
    std::size_t output = 0;
    std::size_t error_output = 0;
    command.on_output = [&](Bytes bytes, bool standard_error) {
        (standard_error ? error_output : output) += bytes.size();
    };
    command.keep_bytes = 1000;
    const auto outcome = run(command).value();
    EXPECT_EQ(output, 3'000'000U);
    EXPECT_EQ(error_output, 2'000'000U);
    EXPECT_EQ(outcome.output.size(), 1000U);
}

TEST(Process, hears_output_as_it_comes) {
    const TestDirectory room;
    // The program goes on only when the file is there, which happens when its output is heard.
    auto command = shell("echo first; while [ ! -e go ]; do sleep 0.01; done; echo second");
    command.directory = room.path();
    Texts heard;
    command.on_output = [&](Bytes bytes, bool) {
        heard.emplace_back(as_text(bytes));
        EXPECT_TRUE(write_file(room / "go", {}));
    };
    EXPECT_EQ(run(command)->output, "first\nsecond\n");
    EXPECT_EQ(heard, (Texts{"first\n", "second\n"}));
}

TEST(Process, runs_where_it_is_told) {
    const TestDirectory room;
    auto command = shell("pwd");
    command.directory = room.path();
    EXPECT_EQ(run(command)->output, room.path().native() + "\n");
}

TEST(Process, sees_our_environment_with_changes) {
    ::setenv("TENON_TEST_KEPT", "kept", 1);
    ::setenv("TENON_TEST_CHANGED", "old", 1);
    auto command = shell("echo $TENON_TEST_KEPT $TENON_TEST_CHANGED $TENON_TEST_NEW; env | grep -c "
                         "TENON_TEST_CHANGED");
    command.environment = {{"TENON_TEST_CHANGED", "new"}, {"TENON_TEST_NEW", "a=b"}};
    EXPECT_EQ(run(command)->output, "kept new a=b\n1\n");
}

TEST(Process, is_looked_up_in_the_path_that_it_will_see) {
    const TestDirectory room;
    std::filesystem::create_directories(room / "bin");
    make_script(room / "bin/tenon-test-tool", "#!/bin/sh\necho found $0\n");
    Command command;
    command.words = {"tenon-test-tool"};
    command.environment = {{"PATH", "/nowhere:" + (room / "bin").native() + ":/bin:/usr/bin"}};
    EXPECT_EQ(run(command)->output, "found " + (room / "bin/tenon-test-tool").native() + "\n");
    // A relative entry counts from where the program runs.
    command.environment = {{"PATH", "bin:/bin:/usr/bin"}};
    command.directory = room.path();
    EXPECT_EQ(run(command)->output, "found bin/tenon-test-tool\n");
}

TEST(Process, with_a_slash_is_found_from_where_it_runs) {
    const TestDirectory room;
    make_script(room / "build.sh", "#!/bin/sh\necho built\n");
    Command command;
    command.words = {"./build.sh"};
    command.directory = room.path();
    EXPECT_EQ(run(command)->output, "built\n");
}

TEST(Process, has_no_descriptors_but_the_standard_ones) {
    const Fd ours(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    std::string inherited; // from whoever started the tests
    for (int fd = 3; fd < 64; ++fd)
        if (const int flags = ::fcntl(fd, F_GETFD); flags >= 0 && (flags & FD_CLOEXEC) == 0)
            inherited += std::to_string(fd) + "\n";
    auto command = shell("i=0; while [ $i -lt 64 ]; do [ -e /proc/$$/fd/$i ] && echo $i; "
                         "i=$((i+1)); done; true");
    command.input = "text";
    EXPECT_EQ(run(command)->output, "0\n1\n2\n" + inherited);
}

TEST(Process, starts_with_no_signal_blocked_or_ignored_by_us) {
    sigset_t blocked, before;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGTERM);
    ::sigaddset(&blocked, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
    const auto pipe_before = std::signal(SIGPIPE, SIG_IGN);
    EXPECT_EQ(run(shell("kill -TERM $$; echo survived"))->exit_status, 128 + SIGTERM);
    EXPECT_EQ(run(shell("kill -INT $$; echo survived"))->exit_status, 128 + SIGINT);
    EXPECT_EQ(run(shell("kill -PIPE $$; echo survived"))->exit_status, 128 + SIGPIPE);
    std::signal(SIGPIPE, pipe_before);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST(Process, keeps_a_hang_up_ignored_as_nohup_wants_it) {
    const auto before = std::signal(SIGHUP, SIG_IGN);
    EXPECT_EQ(run(shell("kill -HUP $$; echo survived"))->output, "survived\n");
    std::signal(SIGHUP, before);
}

TEST(Process, does_not_wait_for_what_it_leaves_behind) {
    const auto begin = Clock::now();
    const auto outcome = run(shell("sleep 30 & echo $!; echo done")).value();
    EXPECT_LT(Clock::now() - begin, 10s);
    EXPECT_TRUE(outcome.output.ends_with("done\n"));
    ::kill(static_cast<pid_t>(std::stol(outcome.output)), SIGKILL);
}

TEST(Process, does_not_listen_for_ever_to_what_it_leaves_behind) {
    const auto outcome = run(shell("yes & echo $! >&2")).value();
    ::kill(static_cast<pid_t>(std::stol(outcome.error_output)), SIGKILL);
    EXPECT_EQ(outcome.exit_status, 0);
}

TEST(Process, many_run_side_by_side) {
    std::vector<std::thread> threads;
    std::array<std::string, 8> outputs;
    for (std::size_t i = 0; i < outputs.size(); ++i)
        threads.emplace_back(
            [&outputs, i] { outputs[i] = run(shell("cat; echo " + std::to_string(i)))->output; });
    for (auto& thread : threads)
        thread.join();
    for (std::size_t i = 0; i < outputs.size(); ++i)
        EXPECT_EQ(outputs[i], std::to_string(i) + "\n");
}

// --- stopping

TEST(ProcessStop, before_the_start_starts_nothing) {
    const TestDirectory room;
    std::stop_source source;
    source.request_stop();
    auto command = shell("touch here");
    command.directory = room.path();
    expect_error(base::run(command, source.get_token()), Errc::interrupted,
                 "interrupted while `sh` was running");
    EXPECT_EQ(room.names(), Texts{});
}

TEST(ProcessStop, ends_the_program_and_what_it_started) {
    if (at_a_terminal())
        GTEST_SKIP() << "the terminal's Ctrl-C reaches all of them";
    std::stop_source source;
    pid_t grandchild = 0;
    auto command = shell("sleep 60 & echo $!; wait");
    command.on_output = [&](Bytes bytes, bool) {
        grandchild = static_cast<pid_t>(std::stol(std::string(as_text(bytes))));
        source.request_stop();
    };
    const auto begin = Clock::now();
    expect_error(base::run(command, source.get_token()), Errc::interrupted,
                 "interrupted while `sh` was running");
    EXPECT_LT(Clock::now() - begin, 4s);
    ASSERT_GT(grandchild, 0);
    // Whoever adopts it may take its time to bury it.
    const auto over = [&] {
        const auto stat = read_file("/proc/" + std::to_string(grandchild) + "/stat", 4096);
        return !stat || as_text(*stat).find(") Z ") != std::string_view::npos;
    };
    for (int i = 0; i < 100 && !over(); ++i)
        std::this_thread::sleep_for(20ms);
    EXPECT_TRUE(over());
}

TEST(ProcessStop, lets_the_program_say_its_last_words) {
    std::stop_source source;
    auto command = shell("trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done");
    std::string heard;
    command.on_output = [&](Bytes bytes, bool standard_error) {
        if (!standard_error) // where the shell may report that its `sleep` was ended too
            heard += as_text(bytes);
        source.request_stop();
    };
    expect_error(base::run(command, source.get_token()), Errc::interrupted,
                 "interrupted while `sh` was running");
    EXPECT_EQ(heard, "ready\nbye\n");
}

TEST(ProcessStop, kills_after_five_seconds_what_does_not_listen) {
    std::stop_source source;
    auto command = shell("trap '' TERM; echo ready; while :; do sleep 0.1; done");
    command.on_output = [&](Bytes, bool) { source.request_stop(); };
    const auto begin = Clock::now();
    expect_error(base::run(command, source.get_token()), Errc::interrupted,
                 "interrupted while `sh` was running");
    EXPECT_GE(Clock::now() - begin, 5s);
    EXPECT_LT(Clock::now() - begin, 20s);
}

TEST(ProcessStop, may_come_from_another_thread) {
    std::stop_source source;
    std::thread stopper([&] {
        std::this_thread::sleep_for(50ms);
        source.request_stop();
    });
    expect_error(base::run(shell("exec sleep 60"), source.get_token()), Errc::interrupted,
                 "interrupted while `sh` was running");
    stopper.join();
}

// --- errors

TEST(ProcessError, a_program_that_is_not_there) {
    Command command;
    command.words = {"tenon-no-such-program", "argument"};
    const auto result = run(command);
    expect_error(result, Errc::not_found, "the program `tenon-no-such-program` was not found");
    EXPECT_EQ(result.error().helps(),
              Texts{"install it, or name its directory in the variable PATH"});
    command.words = {"./tenon-no-such-program"};
    expect_error(run(command), Errc::not_found, "cannot run `./tenon-no-such-program`",
                 {"No such file or directory (os error 2)"});
}

TEST(ProcessError, a_program_that_may_not_be_run) {
    const TestDirectory room;
    make_script(room / "tool", "#!/bin/sh\n", 0644);
    Command command;
    command.words = {"tool"};
    command.environment = {{"PATH", room.path().native()}};
    expect_error(run(command), Errc::io, "cannot run `tool`", {"Permission denied (os error 13)"});
}

TEST(ProcessError, a_script_without_its_interpreter) {
    const TestDirectory room;
    make_script(room / "tool", "#!/no/such/interpreter\n");
    Command command;
    command.words = {room / "tool"};
    const auto result = run(command);
    expect_error(result, Errc::not_found, "cannot run `" + (room / "tool").native() + "`",
                 {"No such file or directory (os error 2)"});
    EXPECT_EQ(result.error().helps(),
              Texts{"the file is there, but not the interpreter or loader that it names"});
}

TEST(ProcessError, a_file_that_is_no_program) {
    const TestDirectory room;
    make_script(room / "tool", "just text\n");
    Command command;
    command.words = {room / "tool"};
    expect_error(run(command), Errc::io, "cannot run `" + (room / "tool").native() + "`",
                 {"Exec format error (os error 8)"});
}

TEST(ProcessError, a_directory_that_is_not_there) {
    const TestDirectory room;
    auto command = shell("true");
    command.directory = room / "missing";
    expect_error(run(command), Errc::io,
                 "cannot run `sh` in the directory `" + (room / "missing").native() + "`",
                 {"No such file or directory (os error 2)"});
    ASSERT_TRUE(write_file(room / "file", {}));
    command.directory = room / "file";
    expect_error(run(command), Errc::io,
                 "cannot run `sh` in the directory `" + (room / "file").native() + "`",
                 {"Not a directory (os error 20)"});
}

TEST(ProcessError, words_and_variables_that_cannot_be_handed_over) {
    Command command;
    expect_error(run(command), Errc::invalid, "there is no program to run");
    command.words = {""};
    expect_error(run(command), Errc::invalid, "there is no program to run");
    command.words = {"true", std::string("a\0b", 3)};
    expect_error(run(command), Errc::invalid, "a NUL character cannot be in a command");
    command.words = {"true"};
    command.environment = {{"A=B", "c"}};
    expect_error(run(command), Errc::invalid, "cannot set the environment variable `A=B`");
}

TEST(ProcessError, a_child_that_nobody_can_wait_for) {
    const auto before = std::signal(SIGCHLD, SIG_IGN);
    expect_error(run(shell("exit 3")), Errc::io, "cannot learn how `sh` ended",
                 {"No child processes (os error 10)"});
    std::signal(SIGCHLD, before);
}

} // namespace
} // namespace tenon::base
