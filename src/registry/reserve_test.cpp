// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What it is for, a full disk, is tried by test/disk_full_registry.py.
#include "registry/reserve.hpp"

#include "base/file.hpp"
#include "base/test_directory.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace tenon::registry {
namespace {

/// Bytes of the disk that a file takes up.
std::uint64_t taken(const base::Path& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_blocks) * 512
                                              : 0;
}

class ReserveTest : public testing::Test {
protected:
    ReserveTest() {
        reserve_.open((directory_ / "reserve").native(), 0600);
        reserve_.fill();
        if (taken(directory_ / "reserve") == 0)
            skipped_ = true;
    }
    base::TestDirectory directory_;
    Reserve reserve_;
    bool skipped_ = false;
};

TEST_F(ReserveTest, takes_room_and_hands_it_over_once) {
    if (skipped_)
        GTEST_SKIP() << "this file system sets no room aside";
    const auto target = directory_ / "target";
    const auto room = taken(directory_ / "reserve");
    EXPECT_LE(room, Reserve::most_bytes);
    EXPECT_TRUE(reserve_.hand_over(target.native(), 4096));
    EXPECT_EQ(taken(target), room);
    EXPECT_FALSE(reserve_.hand_over(target.native(), 1));
    reserve_.fill();
    EXPECT_TRUE(reserve_.hand_over(target.native(), 4096));
}

TEST_F(ReserveTest, is_not_handed_over_for_more_than_it_is) {
    if (skipped_)
        GTEST_SKIP() << "this file system sets no room aside";
    EXPECT_FALSE(reserve_.hand_over((directory_ / "target").native(), Reserve::most_bytes + 1));
    EXPECT_GT(taken(directory_ / "reserve"), 0U);
}

TEST(Reserve, that_was_never_opened_has_nothing) {
    Reserve reserve;
    reserve.fill();
    EXPECT_FALSE(reserve.hand_over("/nowhere", 1));
}

} // namespace
} // namespace tenon::registry
