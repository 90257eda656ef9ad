// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Names of targets, from people and from executables.
#include "archive/archive.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tenon::archive {
namespace {

TEST(TargetName, may_be_anything_that_can_be_read_again) {
    for (const std::string_view name :
         {"x86_64-linux", "mips64-android", "my target", "glibc-2.36", "..x", "ünïcode"})
        EXPECT_TRUE(check_target_name(name).has_value()) << name;
    EXPECT_TRUE(check_target_name(std::string(96, 'x')).has_value());
}

TEST(TargetName, refuses_what_no_reader_could_load) {
    const std::pair<std::string, std::string> cases[] = {
        {"", "`` cannot be the name of a target: it is empty"},
        {"claims", "`claims` cannot be the name of a target: that name stands for something else "
                   "in an archive"},
        {"world", "`world` cannot be the name of a target: that name stands for something else in "
                  "an archive"},
        {"world.wasm", "`world.wasm` cannot be the name of a target: that name stands for "
                       "something else in an archive"},
        {"a/b", "`a/b` cannot be the name of a target: it would be taken for a path"},
        {"..", "`..` cannot be the name of a target: it would be taken for a path"},
        {std::string("a\0b", 3),
         "`a\\u{0}b` cannot be the name of a target: it holds a control character"},
        {"a\xff", "`a\\xff` cannot be the name of a target: it is not UTF-8"},
        {std::string(97, 'x'), "`" + std::string(97, 'x') +
                                   "` cannot be the name of a target: it has 97 bytes, more than "
                                   "96"},
    };
    for (const auto& [name, message] : cases) {
        const auto result = check_target_name(name);
        ASSERT_FALSE(result.has_value());
        EXPECT_EQ(result.error().code(), Errc::invalid);
        EXPECT_EQ(result.error().message(), message);
    }
}

/// Bytes with some set.
Buffer header(std::initializer_list<std::pair<std::size_t, std::string_view>> fields) {
    Buffer bytes(256);
    for (const auto& [at, text] : fields)
        std::ranges::copy(text, bytes.begin() + static_cast<std::ptrdiff_t>(at));
    return bytes;
}
using namespace std::string_view_literals;

TEST(TargetOfExecutable, reads_elf) {
    constexpr auto wide = "\x7f"
                          "ELF\2\1\1\0"sv;
    EXPECT_EQ(target_of_executable(header({{0, wide}, {16, "\3\0\x3e\0"sv}})), "x86_64-linux");
    EXPECT_EQ(target_of_executable(header({{0, wide}, {16, "\2\0\xb7\0"sv}})), "aarch64-linux");
    EXPECT_EQ(target_of_executable(header({{0, wide}, {16, "\2\0\xf3\0"sv}})), "riscv64-linux");
    EXPECT_EQ(target_of_executable(header({{0, wide}, {16, "\2\0\2\1"sv}})), "loongarch64-linux");
    EXPECT_EQ(target_of_executable(header({{0, wide}, {7, "\x9"sv}, {16, "\2\0\x3e\0"sv}})),
              "x86_64-freebsd");
    constexpr auto narrow = "\x7f"
                            "ELF\1\1\1\0"sv;
    EXPECT_EQ(target_of_executable(header({{0, narrow}, {16, "\2\0\3\0"sv}})), "x86-linux");
    EXPECT_EQ(target_of_executable(header({{0, narrow}, {16, "\2\0\x28\0"sv}})), "arm-linux");
    constexpr auto big = "\x7f"
                         "ELF\2\2\1\0"sv;
    EXPECT_EQ(target_of_executable(header({{0, big}, {16, "\0\2\0\x16"sv}})), "s390x-linux");
    EXPECT_EQ(target_of_executable(header({{0, big}, {16, "\0\2\0\x08"sv}})), "mips64-linux");
    EXPECT_EQ(target_of_executable(header({{0, wide}, {16, "\1\0\x3e\0"sv}})), std::nullopt)
        << "an object file cannot be run";
}

TEST(TargetOfExecutable, reads_mach_o) {
    constexpr auto arm = "\xcf\xfa\xed\xfe\x0c\0\0\1\0\0\0\0\2\0\0\0\1\0\0\0"sv;
    EXPECT_EQ(target_of_executable(header({{0, arm}})), "aarch64-macos");
    EXPECT_EQ(target_of_executable(header({{0, arm}, {32, "\x32\0\0\0\x18\0\0\0\2\0\0\0"sv}})),
              "aarch64-ios");
    EXPECT_EQ(
        target_of_executable(header({{0, "\xcf\xfa\xed\xfe\x07\0\0\1\0\0\0\0\2\0\0\0\1\0\0\0"sv},
                                     {32, "\x24\0\0\0\x10\0\0\0"sv}})),
        "x86_64-macos");
}

TEST(TargetOfExecutable, reads_pe) {
    EXPECT_EQ(target_of_executable(header({{0, "MZ"}, {0x3c, "\x80"}, {0x80, "PE\0\0\x64\x86"sv}})),
              "x86_64-windows");
    EXPECT_EQ(target_of_executable(header({{0, "MZ"}, {0x3c, "\x80"}, {0x80, "PE\0\0\x64\xaa"sv}})),
              "aarch64-windows");
    EXPECT_EQ(target_of_executable(header({{0, "MZ"}, {0x3c, "\xff\xff\xff\xff"sv}})),
              std::nullopt);
}

TEST(TargetOfExecutable, says_nothing_of_scripts_and_stubs) {
    EXPECT_EQ(target_of_executable(as_bytes("#!/bin/sh\n")), std::nullopt);
    EXPECT_EQ(target_of_executable(as_bytes("\x7f"
                                            "ELF")),
              std::nullopt);
    EXPECT_EQ(target_of_executable({}), std::nullopt);
}

} // namespace
} // namespace tenon::archive
