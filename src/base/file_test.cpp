// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/file.hpp"

#include "base/diagnostic.hpp"
#include "base/test_directory.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace tenon::base {
namespace {

using Texts = std::vector<std::string>;

std::string content_of(const Path& path) {
    const auto content = read_file(path, 1 << 20);
    return content ? std::string(as_text(*content)) : "error: " + content.error().message();
}

mode_t mode_of(const Path& path) {
    struct stat status{};
    EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
    return status.st_mode & 07777;
}

/// Sets the process's umask for as long as it lives.
class Umask {
public:
    explicit Umask(mode_t mask) : before_(::umask(mask)) {}
    ~Umask() { ::umask(before_); }
    Umask(const Umask&) = delete;
    Umask& operator=(const Umask&) = delete;

private:
    mode_t before_;
};

template <class T> void expect_error(const Result<T>& result, Errc code, const std::string& message,
                                     const Texts& causes) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), code);
    EXPECT_EQ(result.error().message(), message);
    EXPECT_EQ(result.error().causes(), causes);
}

std::string quoted(const Path& path) {
    return "`" + path.native() + "`";
}

// --- new files

TEST(NewFile, is_not_visible_before_it_is_committed) {
    const TestDirectory room;
    auto file = NewFile::create(room / "new").value();
    ASSERT_TRUE(file.write(as_bytes("half of ")));
    ASSERT_TRUE(file.write(as_bytes("a text")));
    EXPECT_EQ(file.size(), 14U);
    EXPECT_FALSE(std::filesystem::exists(room / "new"));
    ASSERT_TRUE(file.commit());
    EXPECT_EQ(content_of(room / "new"), "half of a text");
    EXPECT_EQ(room.names(), Texts{"new"});
}

TEST(NewFile, that_is_given_up_leaves_nothing) {
    const TestDirectory room;
    {
        auto file = NewFile::create(room / "new").value();
        ASSERT_TRUE(file.write(as_bytes("text")));
    }
    EXPECT_EQ(room.names(), Texts{});
}

TEST(NewFile, that_is_given_up_leaves_the_old_file) {
    const TestDirectory room;
    ASSERT_TRUE(write_file(room / "name", as_bytes("old")));
    {
        auto file = NewFile::create(room / "name").value();
        ASSERT_TRUE(file.write(as_bytes("new")));
    }
    EXPECT_EQ(content_of(room / "name"), "old");
    EXPECT_EQ(room.names(), Texts{"name"});
}

TEST(NewFile, whose_writer_is_killed_leaves_the_old_file) {
    const TestDirectory room;
    ASSERT_TRUE(write_file(room / "name", as_bytes("old")));
    const auto child = ::fork();
    if (child == 0) {
        auto file = NewFile::create(room / "name");
        if (file && file->write(as_bytes("new")))
            ::raise(SIGKILL);
        ::_exit(1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(content_of(room / "name"), "old");
    EXPECT_EQ(room.names(), Texts{"name"});
}

TEST(NewFile, replaces_an_older_one) {
    const TestDirectory room;
    ASSERT_TRUE(write_file(room / "name", as_bytes("a longer old text")));
    ASSERT_TRUE(write_file(room / "name", as_bytes("new")));
    EXPECT_EQ(content_of(room / "name"), "new");
    EXPECT_EQ(room.names(), Texts{"name"});
}

TEST(NewFile, may_be_told_not_to_replace) {
    const TestDirectory room;
    NewFileOptions options;
    options.replace = false;
    ASSERT_TRUE(write_file(room / "name", as_bytes("old"), options));
    expect_error(write_file(room / "name", as_bytes("new"), options), Errc::exists,
                 "cannot create " + quoted(room / "name"), {"File exists (os error 17)"});
    EXPECT_EQ(content_of(room / "name"), "old");
}

TEST(NewFile, that_may_not_replace_loses_against_one_that_came_in_between) {
    const TestDirectory room;
    NewFileOptions options;
    options.replace = false;
    auto file = NewFile::create(room / "name", options).value();
    ASSERT_TRUE(file.write(as_bytes("late")));
    ASSERT_TRUE(write_file(room / "name", as_bytes("early"), options));
    expect_error(file.commit(), Errc::exists, "cannot create " + quoted(room / "name"),
                 {"File exists (os error 17)"});
    EXPECT_EQ(content_of(room / "name"), "early");
    EXPECT_EQ(room.names(), Texts{"name"});
}

TEST(NewFile, has_the_mode_asked_for_less_the_umask) {
    const TestDirectory room;
    const Umask umask(027);
    ASSERT_TRUE(write_file(room / "plain", {}));
    EXPECT_EQ(mode_of(room / "plain"), 0640U);
    NewFileOptions options;
    options.mode = 0600;
    ASSERT_TRUE(write_file(room / "key", {}, options));
    EXPECT_EQ(mode_of(room / "key"), 0600U);
    options.mode = 0777;
    ASSERT_TRUE(write_file(room / "program", {}, options));
    EXPECT_EQ(mode_of(room / "program"), 0750U);
}

TEST(NewFile, keeps_the_mode_of_the_file_that_it_replaces) {
    const TestDirectory room;
    const Umask umask(022);
    for (const mode_t mode : {0600U, 0666U, 0755U}) { // 0666 is what a new file asks for
        ASSERT_TRUE(write_file(room / "name", as_bytes("old")));
        ASSERT_EQ(::chmod((room / "name").c_str(), mode), 0);
        ASSERT_TRUE(write_file(room / "name", as_bytes("new")));
        EXPECT_EQ(mode_of(room / "name"), mode);
        std::filesystem::remove(room / "name");
    }
}

TEST(NewFile, does_not_replace_a_file_that_is_write_protected) {
    if (::geteuid() == 0)
        GTEST_SKIP() << "root may write everything";
    const TestDirectory room;
    ASSERT_TRUE(write_file(room / "name", as_bytes("old")));
    ASSERT_EQ(::chmod((room / "name").c_str(), 0444), 0);
    expect_error(write_file(room / "name", as_bytes("new")), Errc::io,
                 "cannot write " + quoted(room / "name"), {"Permission denied (os error 13)"});
}

TEST(NewFile, follows_a_symbolic_link) {
    const TestDirectory room;
    std::filesystem::create_directory(room / "elsewhere");
    ASSERT_TRUE(write_file(room / "elsewhere/target", as_bytes("old")));
    std::filesystem::create_symlink("elsewhere/target", room / "link");
    ASSERT_TRUE(write_file(room / "link", as_bytes("new")));
    EXPECT_TRUE(std::filesystem::is_symlink(room / "link"));
    EXPECT_FALSE(std::filesystem::is_symlink(room / "elsewhere/target"));
    EXPECT_EQ(content_of(room / "elsewhere/target"), "new");
}

TEST(NewFile, follows_links_that_dangle_and_links_to_links) {
    const TestDirectory room;
    std::filesystem::create_symlink("second", room / "first");
    std::filesystem::create_symlink(room / "target", room / "second");
    ASSERT_TRUE(write_file(room / "first", as_bytes("text")));
    EXPECT_TRUE(std::filesystem::is_symlink(room / "first"));
    EXPECT_TRUE(std::filesystem::is_symlink(room / "second"));
    EXPECT_EQ(content_of(room / "target"), "text");
}

TEST(NewFile, refuses_links_that_go_in_circles) {
    const TestDirectory room;
    std::filesystem::create_symlink("two", room / "one");
    std::filesystem::create_symlink("one", room / "two");
    expect_error(NewFile::create(room / "one"), Errc::io, "cannot write " + quoted(room / "one"),
                 {"Too many levels of symbolic links (os error 40)"});
}

TEST(NewFile, needs_its_directory) {
    const TestDirectory room;
    const auto path = room / "missing/name";
    expect_error(NewFile::create(path), Errc::not_found, "cannot write " + quoted(path),
                 {"No such file or directory (os error 2)"});
}

TEST(NewFile, is_not_a_directory) {
    const TestDirectory room;
    const Texts cause{"Is a directory (os error 21)"};
    expect_error(NewFile::create(room.path()), Errc::io, "cannot write " + quoted(room.path()),
                 cause);
    expect_error(NewFile::create(room / "name/"), Errc::io,
                 "cannot write " + quoted(room / "name/"), cause);
    expect_error(NewFile::create("."), Errc::io, "cannot write `.`", cause);
    expect_error(NewFile::create(""), Errc::not_found, "cannot write ``",
                 {"No such file or directory (os error 2)"});
}

TEST(NewFile, may_have_the_longest_name_there_is) {
    const TestDirectory room;
    const std::string name(255, 'n');
    ASSERT_TRUE(write_file(room / name, as_bytes("old")));
    ASSERT_TRUE(write_file(room / name, as_bytes("new"))); // through a neighbour with another name
    EXPECT_EQ(content_of(room / name), "new");
    EXPECT_EQ(room.names(), Texts{name});
}

TEST(NewFile, bytes_may_be_overwritten) {
    const TestDirectory room;
    auto file = NewFile::create(room / "name").value();
    ASSERT_TRUE(file.write(as_bytes("....-body")));
    ASSERT_TRUE(file.write_at(0, as_bytes("head")));
    ASSERT_TRUE(file.write(as_bytes("-end")));
    EXPECT_EQ(file.size(), 13U);
    ASSERT_TRUE(file.commit());
    EXPECT_EQ(content_of(room / "name"), "head-body-end");
}

TEST(NewFile, that_is_durable_is_the_same_file) {
    const TestDirectory room;
    NewFileOptions options;
    options.durable = true;
    ASSERT_TRUE(write_file(room / "name", as_bytes("one"), options));
    ASSERT_TRUE(write_file(room / "name", as_bytes("two"), options));
    EXPECT_EQ(content_of(room / "name"), "two");
}

TEST(NewFile, moves) {
    const TestDirectory room;
    auto first = NewFile::create(room / "name").value();
    ASSERT_TRUE(first.write(as_bytes("text")));
    NewFile second(std::move(first));
    ASSERT_TRUE(second.commit());
    EXPECT_EQ(content_of(room / "name"), "text");
}

TEST(NewFile, writes_straight_into_what_is_no_regular_file) {
    const TestDirectory room;
    ASSERT_TRUE(write_file("/dev/null", as_bytes("text")));
    EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));

    ASSERT_EQ(::mkfifo((room / "pipe").c_str(), 0600), 0);
    std::string got;
    std::thread reader([&] { got = content_of(room / "pipe"); });
    EXPECT_TRUE(write_file(room / "pipe", as_bytes("through a pipe")));
    reader.join();
    EXPECT_EQ(got, "through a pipe");
    EXPECT_TRUE(std::filesystem::is_fifo(room / "pipe"));
}

TEST(NewFile, writes_into_a_descriptor_that_is_named) {
    const TestDirectory room;
    const Fd fd(::open((room / "name").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
    ASSERT_TRUE(write_file("/proc/self/fd/" + std::to_string(fd.get()), as_bytes("text")));
    // Read through the descriptor: the file behind it was not replaced.
    std::array<Byte, 4> got;
    EXPECT_EQ(read_at(fd.get(), 0, got, "name").value(), 4U);
    EXPECT_EQ(as_text(got), "text");
}

TEST(NewFile, a_full_disk_is_an_error_with_its_cause) {
    if (!std::filesystem::exists("/dev/full"))
        GTEST_SKIP() << "no /dev/full here";
    expect_error(write_file("/dev/full", as_bytes("text")), Errc::io, "cannot write `/dev/full`",
                 {"No space left on device (os error 28)"});
}

// --- reading

TEST(ReadFile, reads_up_to_its_limit) {
    const TestDirectory room;
    ASSERT_TRUE(write_file(room / "name", as_bytes("12345678")));
    EXPECT_EQ(as_text(read_file(room / "name", 8).value()), "12345678");
    expect_error(read_file(room / "name", 7), Errc::limit,
                 quoted(room / "name") + " is larger than 7 bytes", {});
    ASSERT_TRUE(write_file(room / "empty", {}));
    EXPECT_EQ(read_file(room / "empty", 0).value(), Buffer{});
}

TEST(ReadFile, does_not_allocate_what_a_sparse_file_promises) {
    const TestDirectory room;
    ASSERT_TRUE(write_file(room / "name", {}));
    ASSERT_EQ(::truncate((room / "name").c_str(), 1LL << 40), 0);
    expect_error(read_file(room / "name", 1000), Errc::limit,
                 quoted(room / "name") + " is larger than 1000 bytes", {});
}

TEST(ReadFile, reads_sizes_around_its_own_chunks) {
    const TestDirectory room;
    for (const std::size_t size : {65535U, 65536U, 65537U, 131072U, 200000U, 262144U, 1000000U}) {
        Buffer content(size);
        for (std::size_t i = 0; i < size; ++i)
            content[i] = static_cast<Byte>(i * 31);
        ASSERT_TRUE(write_file(room / "name", content));
        EXPECT_EQ(read_file(room / "name", size).value(), content);

        // The same through a pipe, whose size nobody knows.
        std::array<int, 2> ends;
        ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        const Fd out(ends[0]);
        std::thread writer([&content, in = ends[1]] {
            const Fd closing(in);
            Bytes left = content;
            while (!left.empty()) {
                const auto done = ::write(in, left.data(), left.size());
                if (done <= 0)
                    return;
                left = left.subspan(static_cast<std::size_t>(done));
            }
        });
        const auto got = read_all(out.get(), size, "pipe");
        std::array<Byte, 4096> left;
        while (::read(out.get(), left.data(), left.size()) > 0) {
        } // or the writer would wait for ever
        writer.join();
        ASSERT_TRUE(got);
        EXPECT_TRUE(*got == content) << size << ": got " << got->size();
    }
}

TEST(ReadFile, an_endless_pipe_meets_the_limit) {
    expect_error(read_file("/dev/zero", 100000), Errc::limit,
                 "`/dev/zero` is larger than 100000 bytes", {});
}

TEST(ReadFile, reads_files_whose_size_is_not_known) {
    EXPECT_TRUE(content_of("/proc/self/status").starts_with("Name:"));
}

TEST(ReadFile, says_why_it_cannot) {
    const TestDirectory room;
    expect_error(read_file(room / "missing", 10), Errc::not_found,
                 "cannot read " + quoted(room / "missing"),
                 {"No such file or directory (os error 2)"});
    expect_error(read_file(room.path(), 10), Errc::io, "cannot read " + quoted(room.path()),
                 {"Is a directory (os error 21)"});
}

/// Requests a stop once whoever calls has had the time to get stuck.
std::jthread stop_soon(std::stop_source& source) {
    return std::jthread([&source] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        source.request_stop();
    });
}

TEST(ReadFile, waiting_for_the_writer_of_a_pipe_can_be_stopped) {
    const TestDirectory room;
    ASSERT_EQ(::mkfifo((room / "pipe").c_str(), 0600), 0);
    std::stop_source stop;
    const auto stopper = stop_soon(stop);
    expect_error(read_file(room / "pipe", 10, stop.get_token()), Errc::interrupted, "interrupted",
                 {});
}

TEST(ReadFile, waiting_for_more_from_a_pipe_can_be_stopped) {
    const TestDirectory room;
    ASSERT_EQ(::mkfifo((room / "pipe").c_str(), 0600), 0);
    const Fd both(::open((room / "pipe").c_str(), O_RDWR | O_CLOEXEC));
    ASSERT_EQ(::write(both.get(), "some", 4), 4);
    std::stop_source stop;
    const auto stopper = stop_soon(stop);
    expect_error(read_file(room / "pipe", 10, stop.get_token()), Errc::interrupted, "interrupted",
                 {});
}

TEST(ReadFile, reads_a_pipe_whose_writer_comes_late_or_is_gone) {
    const TestDirectory room;
    ASSERT_EQ(::mkfifo((room / "pipe").c_str(), 0600), 0);
    const std::stop_source source;
    for (const auto& stop : {std::stop_token{}, source.get_token()}) {
        const std::jthread writer([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            const Fd in(::open((room / "pipe").c_str(), O_WRONLY | O_CLOEXEC));
            EXPECT_EQ(::write(in.get(), "late", 4), 4);
        });
        EXPECT_EQ(as_text(read_file(room / "pipe", 10, stop).value()), "late");
    }
    for (const std::string_view text : {"gone", ""}) {
        std::array<int, 2> ends;
        ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        const Fd out(ends[0]);
        EXPECT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
        ::close(ends[1]);
        const auto name = fmt::format("/dev/fd/{}", out.get());
        EXPECT_EQ(as_text(read_file(name, 10, source.get_token()).value()), text);
    }
}

TEST(ReadFile, waits_for_pipes_that_do_not_wait_themselves) {
    std::array<int, 2> ends;
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
    const Fd out(ends[0]);
    const std::jthread writer([in = ends[1]] {
        const Fd closing(in);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        EXPECT_EQ(::write(in, "text", 4), 4);
    });
    EXPECT_EQ(as_text(read_all(out.get(), 10, "pipe").value()), "text");
}

TEST(OpenRegular, does_not_wait_for_the_writer_of_a_pipe) {
    const TestDirectory room;
    ASSERT_EQ(::mkfifo((room / "pipe").c_str(), 0600), 0);
    expect_error(open_regular(room / "pipe"), Errc::usage,
                 quoted(room / "pipe") + " is no regular file", {});
    expect_error(open_regular("/dev/null"), Errc::usage, "`/dev/null` is no regular file", {});
    expect_error(open_regular(room / "missing"), Errc::not_found,
                 "cannot read " + quoted(room / "missing"),
                 {"No such file or directory (os error 2)"});
    ASSERT_TRUE(write_file(room / "name", as_bytes("text")));
    EXPECT_TRUE(open_regular(room / "name"));
}

TEST(OpenRegular, tells_a_file_that_cannot_be_looked_at_from_one_that_is_not_regular) {
    expect_error(check_regular(-1, "name"), Errc::io, "cannot read `name`",
                 {"Bad file descriptor (os error 9)"});
}

TEST(ReadAt, reads_from_a_position_up_to_the_end) {
    const TestDirectory room;
    ASSERT_TRUE(write_file(room / "name", as_bytes("0123456789")));
    const auto fd = open_to_read(room / "name").value();
    std::array<Byte, 4> into;
    EXPECT_EQ(read_at(fd.get(), 3, into, "name").value(), 4U);
    EXPECT_EQ(as_text(into), "3456");
    EXPECT_EQ(read_at(fd.get(), 8, into, "name").value(), 2U);
    EXPECT_EQ(read_at(fd.get(), 99, into, "name").value(), 0U);
    EXPECT_EQ(read_some(fd.get(), into, "name").value(), 4U);
    EXPECT_EQ(as_text(into), "0123"); // the file's own position had not moved
}

// --- directories

TEST(MakeDirectories, makes_what_is_missing_and_is_content_with_what_is_there) {
    const TestDirectory room;
    EXPECT_TRUE(make_directories(room / "a/b/c"));
    EXPECT_TRUE(make_directories(room / "a/b/c"));
    EXPECT_TRUE(std::filesystem::is_directory(room / "a/b/c"));
}

TEST(MakeDirectories, fails_where_a_file_stands) {
    const TestDirectory room;
    ASSERT_TRUE(write_file(room / "file", {}));
    const auto result = make_directories(room / "file/below");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().message(), "cannot create directory " + quoted(room / "file/below"));
}

TEST(MakePrivateDirectory, only_the_last_one_is_private) {
    const TestDirectory room;
    const Umask umask(022);
    EXPECT_TRUE(make_private_directory(room / "a/keys"));
    EXPECT_EQ(mode_of(room / "a"), 0755U);
    EXPECT_EQ(mode_of(room / "a/keys"), 0700U);
    EXPECT_TRUE(make_private_directory(room / "more/"));
    EXPECT_EQ(mode_of(room / "more"), 0700U);
}

std::string told(const Result<std::optional<Error>>& warning) {
    return warning && *warning ? render(**warning, Severity::warning) : "nothing";
}

TEST(MakePrivateDirectory, one_that_is_there_keeps_its_mode_with_a_warning) {
    const TestDirectory room;
    const auto keys = room / "keys";
    std::filesystem::create_directory(keys);
    for (const mode_t alone : {0700U, 0500U}) {
        ASSERT_EQ(::chmod(keys.c_str(), alone), 0);
        EXPECT_EQ(told(make_private_directory(keys)), "nothing");
        EXPECT_EQ(mode_of(keys), alone);
    }
    for (const mode_t seen : {0755U, 0750U, 0711U}) {
        ASSERT_EQ(::chmod(keys.c_str(), seen), 0);
        EXPECT_EQ(told(make_private_directory(keys)),
                  fmt::format("warning[io]: others can look into `{0}`\n  = help: chmod 700 {0}\n",
                              keys.native()));
        EXPECT_EQ(mode_of(keys), seen);
    }
    for (const mode_t written : {0770U, 0707U}) {
        ASSERT_EQ(::chmod(keys.c_str(), written), 0);
        EXPECT_EQ(
            told(make_private_directory(keys)),
            fmt::format("warning[io]: others can replace files in `{0}`\n  = help: chmod 700 {0}\n",
                        keys.native()));
        EXPECT_EQ(mode_of(keys), written);
    }
}

TEST(MakePrivateDirectory, one_that_users_share_is_refused_and_left_alone) {
    const TestDirectory room;
    std::filesystem::create_directory(room / "tmp");
    ASSERT_EQ(::chmod((room / "tmp").c_str(), 01777), 0);
    const auto result = make_private_directory(room / "tmp");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().message(), quoted(room / "tmp") + " is a directory that users share");
    EXPECT_EQ(result.error().helps(),
              Texts{"name a directory of your own that only you can enter"});
    struct stat status;
    ASSERT_EQ(::stat((room / "tmp").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 01777U);
}

TEST(MakePrivateDirectory, one_of_another_user_is_refused_and_left_alone) {
    // The superuser gives a directory away; anybody else finds the superuser's.
    const TestDirectory room;
    Path foreign = "/usr";
    if (::geteuid() == 0) {
        foreign = room / "given-away";
        std::filesystem::create_directory(foreign);
        ASSERT_EQ(::chown(foreign.c_str(), 1, 1), 0);
        ASSERT_EQ(::chmod(foreign.c_str(), 0755), 0);
    }
    const auto result = make_private_directory(foreign);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().message(), quoted(foreign) + " belongs to another user");
    EXPECT_EQ(mode_of(foreign), 0755U);
}

TEST(MakePrivateDirectory, is_not_a_file) {
    const TestDirectory room;
    ASSERT_TRUE(write_file(room / "keys", {}));
    const auto result = make_private_directory(room / "keys");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().causes(), Texts{"Not a directory (os error 20)"});
}

} // namespace
} // namespace tenon::base
