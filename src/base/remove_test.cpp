// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/remove.hpp"

#include "base/test_directory.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace tenon::base {
namespace {

namespace fs = std::filesystem;

TEST(Remove, empties_a_directory_and_leaves_it) {
    const TestDirectory here;
    fs::create_directories(here.path() / "cache/a/b");
    ASSERT_TRUE(write_file(here.path() / "cache/a/b/file", as_bytes("x")));
    ASSERT_TRUE(write_file(here.path() / "cache/.hidden", as_bytes("x")));
    EXPECT_TRUE(*empty_directory(here.path() / "cache"));
    EXPECT_TRUE(fs::is_empty(here.path() / "cache"));
}

TEST(Remove, does_nothing_where_there_is_nothing) {
    const TestDirectory here;
    EXPECT_FALSE(*empty_directory(here.path() / "cache"));
}

TEST(Remove, follows_no_link) {
    const TestDirectory here;
    fs::create_directories(here.path() / "precious");
    ASSERT_TRUE(write_file(here.path() / "precious/file", as_bytes("x")));
    fs::create_directories(here.path() / "cache");
    fs::create_directory_symlink(here.path() / "precious", here.path() / "cache/link");
    fs::create_directory_symlink(here.path() / "precious", here.path() / "other");
    EXPECT_TRUE(*empty_directory(here.path() / "cache"));
    EXPECT_EQ(empty_directory(here.path() / "other").error().code(), Errc::invalid);
    EXPECT_TRUE(fs::exists(here.path() / "precious/file"));
}

TEST(Remove, leaves_what_belongs_to_somebody_else) {
    const TestDirectory here;
    fs::create_directories(here.path() / "cache");
    ASSERT_TRUE(write_file(here.path() / "cache/file", as_bytes("x")));
    if (::chown((here.path() / "cache").c_str(), 12345, 12345) != 0)
        GTEST_SKIP() << "only root can give a directory away";
    const auto emptied = empty_directory(here.path() / "cache");
    ASSERT_FALSE(emptied);
    EXPECT_EQ(emptied.error().message(), "`" + (here.path() / "cache").native() +
                                             "` belongs to another user, so it is left alone");
    EXPECT_TRUE(fs::exists(here.path() / "cache/file"));
}

TEST(Remove, stops_at_a_depth) {
    const TestDirectory here;
    auto deep = here.path() / "cache";
    for (int i = 0; i < 140; ++i)
        deep /= "d";
    fs::create_directories(deep);
    EXPECT_EQ(empty_directory(here.path() / "cache").error().code(), Errc::limit);
}

} // namespace
} // namespace tenon::base
