// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/likeness.hpp"

#include "base/test_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tenon::cli {
namespace {

using namespace std::string_view_literals;
using testing::ElementsAre;

std::string_view like(std::string_view text) {
    return likeness(as_bytes(text)).what;
}

TEST(Likeness, knows_what_people_push_by_mistake) {
    EXPECT_EQ(like(""), "empty");
    EXPECT_EQ(like("\x7f"
                   "ELF\2\1\1\0"sv),
              "an executable (ELF)");
    EXPECT_EQ(like("#!/bin/sh\n"), "a script");
    EXPECT_EQ(like("PK\3\4\n\0"sv), "a zip file");
    EXPECT_EQ(like("\x28\xb5\x2f\xfd\x04"), "a file packed with zstd");
    EXPECT_EQ(like("\n  (module\n"), "a module as text");
    EXPECT_EQ(like("(component)"), "a component as text");
    EXPECT_EQ(like("# Title\n"), "text");
    EXPECT_EQ(like("gr\xc3\xbc\xc3"), "text"); // a character is cut
    EXPECT_EQ(like("gr\xc3 und so fort"), "");
    EXPECT_EQ(like("\1\2\3"), "");
}

/// What is said of a file with this content.
struct Told {
    std::string message;
    std::vector<std::string> causes, helps;
};
Told told(std::string_view content, Strangers which = Strangers::all) {
    const base::TestDirectory directory;
    EXPECT_TRUE(base::write_file(directory / "f", as_bytes(content)));
    const auto fd = base::open_regular(directory / "f");
    const auto refused = refuse_stranger(fd->get(), "f", which);
    if (refused)
        return {"fine", {}, {}};
    EXPECT_EQ(refused.error().code(), Errc::invalid);
    return {refused.error().message(), refused.error().causes(), refused.error().helps()};
}

TEST(Stranger, is_told_what_it_looks_like_and_what_to_do) {
    const auto program = told("\x7f"
                              "ELF\2\1\1\0"sv);
    EXPECT_EQ(program.message, "`f` is neither a component, a module nor a provider archive");
    EXPECT_THAT(program.causes, ElementsAre("it is an executable (ELF)"));
    EXPECT_THAT(program.helps,
                ElementsAre("`tenon par create` makes a provider archive of an executable"));
    const auto unknown = told("\1\2\3");
    EXPECT_THAT(unknown.causes, ElementsAre());
    EXPECT_EQ(told("\1\2\3", Strangers::known).message, "fine");
    EXPECT_NE(told("", Strangers::known).message, "fine");
}

TEST(Stranger, is_looked_at_behind_gzip) {
    // printf 'hello\n' | gzip -n
    const auto packed = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\xe7\x02\x00"
                        "\x20\x30\x3a\x36\x06\x00\x00\x00"sv;
    EXPECT_THAT(told(packed).causes, ElementsAre("what it holds, packed with gzip, is text"));
    EXPECT_EQ(told(packed.substr(0, 12)).message, "fine"); // cut: for whoever reads it
}

TEST(Stranger, an_archive_is_none_however_odd_its_first_header) {
    std::string block(512, '\0');
    EXPECT_EQ(told(block).message, "fine"); // the end at once
    block[0] = 'a';
    EXPECT_NE(told(block).message, "fine");
    for (const auto checksum :
         {"0012345\0"sv, " 12345 \0"sv, "12345670"sv, "\x80\0\0\0\0\0\1\0"sv}) {
        block.replace(148, 8, checksum);
        EXPECT_EQ(told(block).message, "fine") << checksum;
    }
    for (const auto checksum :
         {"0012348\0"sv, "        "sv, "-1234567"sv, "\xff\0\0\0\0\0\0\1"sv}) {
        block.replace(148, 8, checksum);
        EXPECT_NE(told(block).message, "fine") << checksum;
    }
}

} // namespace
} // namespace tenon::cli
