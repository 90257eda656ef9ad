// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/progress.hpp"

#include "base/handle.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <thread>
#include <vector>

namespace tenon::base {
namespace {

std::uint64_t now_ms = 0;
std::uint64_t fake_clock() noexcept {
    return now_ms;
}

class ProgressTest : public testing::Test {
protected:
    ProgressTest() {
        now_ms = 5000;
        int ends[2];
        EXPECT_EQ(::pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
        read_ = Fd(ends[0]);
        write_ = Fd(ends[1]);
    }
    /// What was written since the last question.
    std::string written() const {
        char buffer[65536];
        const auto count = ::read(read_.get(), buffer, sizeof buffer);
        return {buffer, count > 0 ? static_cast<std::size_t>(count) : 0};
    }
    Progress make(Progress::Mode mode) const { return {mode, write_.get(), fake_clock}; }

    Fd read_, write_;
};

TEST_F(ProgressTest, says_nothing_in_mode_none) {
    {
        auto progress = make(Progress::Mode::none);
        progress.begin("compressing", 100);
        now_ms += 60'000;
        progress.advance(50);
        const auto hidden = progress.hide();
    }
    EXPECT_EQ(written(), "");
}

TEST_F(ProgressTest, shows_no_bar_in_the_first_second) {
    auto progress = make(Progress::Mode::bar);
    progress.begin("compressing", 100);
    now_ms += 999;
    progress.advance(50);
    progress.end();
    EXPECT_EQ(written(), "");
}

TEST_F(ProgressTest, draws_bar_share_and_speed_within_80_columns) {
    auto progress = make(Progress::Mode::bar);
    progress.begin("compressing", 100 << 20);
    now_ms += 2000;
    progress.advance(25 << 20);
    EXPECT_EQ(written(), "\rcompressing [######------------------]  25 %, 25.0 MiB of 100.0 MiB, "
                         "12.5 MiB/s\x1b[K");
    progress.end();
    EXPECT_EQ(written(), "\r\x1b[K");
}

TEST_F(ProgressTest, draws_at_most_ten_times_a_second) {
    auto progress = make(Progress::Mode::bar);
    progress.begin("reading", 0);
    now_ms += 1000;
    progress.advance(512);
    EXPECT_EQ(written(), "\rreading 512 B, 512 B/s, 1.0 s\x1b[K");
    now_ms += 99;
    progress.advance(1);
    EXPECT_EQ(written(), "");
    now_ms += 1;
    progress.advance(1535);
    EXPECT_EQ(written(), "\rreading 2.0 KiB, 1.8 KiB/s, 1.1 s\x1b[K");
}

TEST_F(ProgressTest, never_shows_more_than_everything) {
    auto progress = make(Progress::Mode::bar);
    progress.begin("x", 10);
    now_ms += 1000;
    progress.advance(1000);
    const auto text = written();
    EXPECT_NE(text.find("[##############################] 100 %"), std::string::npos) << text;
}

TEST_F(ProgressTest, takes_the_bar_away_while_hidden) {
    auto progress = make(Progress::Mode::bar);
    progress.begin("reading", 0);
    now_ms += 1000;
    progress.advance(1);
    EXPECT_NE(written(), "");
    {
        const auto hidden = progress.hide();
        EXPECT_EQ(written(), "\r\x1b[K");
        now_ms += 1000;
        std::thread([&] { progress.advance(1); }).join(); // does not wait, does not draw
        EXPECT_EQ(written(), "");
    }
    now_ms += 1000;
    progress.advance(1);
    EXPECT_NE(written(), "");
}

TEST_F(ProgressTest, keeps_to_the_width_of_the_terminal) {
    int ours = -1, theirs = -1;
    const winsize size{.ws_row = 24, .ws_col = 20, .ws_xpixel = 0, .ws_ypixel = 0};
    ASSERT_EQ(::openpty(&ours, &theirs, nullptr, nullptr, &size), 0);
    const Fd reading(ours), terminal(theirs);
    Progress progress(Progress::Mode::bar, terminal.get(), fake_clock);
    progress.begin("unpacking", 1000);
    now_ms += 1000;
    progress.advance(500);
    char buffer[256];
    const auto count = ::read(reading.get(), buffer, sizeof buffer);
    ASSERT_GT(count, 0);
    EXPECT_EQ(std::string(buffer, static_cast<std::size_t>(count)), "\runpacking\x1b[K");
}

TEST_F(ProgressTest, prints_plain_lines_at_begin_and_end_only) {
    auto progress = make(Progress::Mode::plain);
    progress.begin("compressing", 3 << 20);
    now_ms += 2345;
    progress.advance(3 << 20);
    progress.begin("signing", 0); // ends the one before
    progress.end();
    EXPECT_EQ(written(), "compressing 3.0 MiB\n"
                         "compressing: 3.0 MiB in 2.3 s\n"
                         "signing\n"
                         "signing: 0 B in 0.0 s\n");
}

TEST_F(ProgressTest, rounds_sizes_to_tenths_of_the_unit_that_fits) {
    auto progress = make(Progress::Mode::plain);
    const std::pair<std::uint64_t, std::string> cases[] = {
        {1, "1 B"},
        {1023, "1023 B"},
        {1024, "1.0 KiB"},
        {1075, "1.0 KiB"}, // 1.0498
        {1076, "1.1 KiB"}, // 1.0508
        {1048524, "1023.9 KiB"},
        {1048525, "1.0 MiB"},
        {std::uint64_t{5} << 40, "5.0 TiB"},
        {~std::uint64_t{0}, "16.0 EiB"},
    };
    for (const auto& [bytes, text] : cases) {
        progress.begin("x", bytes);
        EXPECT_EQ(written(), "x " + text + "\n");
        progress.end();
        EXPECT_EQ(written(), "x: 0 B in 0.0 s\n");
    }
}

TEST_F(ProgressTest, makes_names_printable) {
    auto progress = make(Progress::Mode::plain);
    progress.begin("packing \x1b[2J", 0);
    EXPECT_EQ(written(), "packing \\u{1b}[2J\n");
}

TEST_F(ProgressTest, counts_from_many_threads) {
    auto progress = make(Progress::Mode::plain);
    progress.begin("work", 0);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 256; ++n)
                progress.advance(1);
        });
    for (auto& thread : threads)
        thread.join();
    progress.end();
    EXPECT_EQ(written(), "work\nwork: 1.0 KiB in 0.0 s\n");
}

} // namespace
} // namespace tenon::base
