// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/text_file.hpp"

#include "base/test_directory.hpp"

#include <gtest/gtest.h>

namespace tenon::base {
namespace {

constexpr std::uint64_t limit = 1 << 20;

TEST(TextFile, gives_the_whole_content_either_way) {
    const TestDirectory directory;
    const auto path = directory.path() / "some.txt";
    for (const std::string content : {"", "one line\n"}) {
        ASSERT_TRUE(write_file(path, as_bytes(content)));
        EXPECT_EQ(read_text_file(path, limit).value(), content);
        EXPECT_EQ(TextFile::open(path, limit)->text(), content);
    }
}

TEST(TextFile, is_limited_as_files_are) {
    const TestDirectory directory;
    const auto path = directory.path() / "some.txt";
    ASSERT_TRUE(write_file(path, as_bytes("12345")));
    EXPECT_EQ(read_text_file(path, 5).value(), "12345");
    EXPECT_EQ(read_text_file(path, 4).error().code(), Errc::limit);
    EXPECT_EQ(TextFile::open(path, 4).error().code(), Errc::limit);
}

TEST(TextFile, reads_files_that_do_not_tell_their_size) {
    EXPECT_TRUE(read_text_file("/proc/self/status", limit)->starts_with("Name:"));
    EXPECT_TRUE(TextFile::open("/proc/self/status", limit)->text().starts_with("Name:"));
}

TEST(TextFile, shows_again_what_it_was_told_to_forget) {
    const TestDirectory directory;
    const auto path = directory.path() / "some.txt";
    const std::string content(20 << 20, 'x'); // so long that it is mapped
    ASSERT_TRUE(write_file(path, as_bytes(content)));
    const auto file = TextFile::open(path, 1 << 30);
    ASSERT_TRUE(file);
    EXPECT_TRUE(file->text() == content);
    file->forget(file->text());
    file->forget(file->text().substr(5, 3));
    EXPECT_TRUE(file->text() == content);
}

TEST(TextFile, stays_where_it_is_when_it_is_moved) {
    auto one = TextFile({'a', 'b'});
    const auto text = one.text();
    const auto other = std::move(one);
    EXPECT_EQ(other.text().data(), text.data());
    EXPECT_EQ(text, "ab");
}

} // namespace
} // namespace tenon::base
