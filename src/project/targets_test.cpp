// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "project/targets.hpp"

#include <gtest/gtest.h>

namespace tenon::project {
namespace {

TEST(Targets, name_the_same_machine_for_rust_and_go) {
    const auto* row = find_target("aarch64-linux");
    ASSERT_NE(row, nullptr);
    EXPECT_EQ(row->rust_triple, "aarch64-unknown-linux-gnu");
    EXPECT_EQ(row->go_os, "linux");
    EXPECT_EQ(row->go_arch, "arm64");
    EXPECT_EQ(find_target_of_go("darwin", "amd64")->name, "x86_64-macos");
    EXPECT_EQ(find_target("x86_64-testrunner"), nullptr);
}

TEST(Targets, come_from_rust_triples_without_vendor_and_libc) {
    EXPECT_EQ(target_of_triple("x86_64-unknown-linux-musl"), "x86_64-linux");
    EXPECT_EQ(target_of_triple("i686-pc-windows-msvc"), "x86-windows");
    EXPECT_EQ(target_of_triple("armv7-unknown-linux-gnueabihf"), "arm-linux");
    EXPECT_EQ(target_of_triple("riscv64gc-unknown-linux-gnu"), "riscv64-linux");
    EXPECT_EQ(target_of_triple("powerpc64le-unknown-linux-gnu"), "powerpc64-linux");
    EXPECT_EQ(target_of_triple("aarch64-linux-android"), "aarch64-android");
    EXPECT_EQ(target_of_triple("aarch64-apple-darwin"), "aarch64-macos");
    EXPECT_EQ(target_of_triple("wasm32-wasip2"), std::nullopt);
    EXPECT_EQ(target_of_triple("linux"), std::nullopt);
}

TEST(Targets, every_row_agrees_with_its_triple) {
    for (const auto* name :
         {"x86_64-linux", "aarch64-linux", "x86-linux", "arm-linux", "riscv64-linux",
          "powerpc64-linux", "s390x-linux", "loongarch64-linux", "x86_64-macos", "aarch64-macos",
          "x86_64-windows", "x86-windows", "aarch64-windows", "x86_64-freebsd", "aarch64-freebsd",
          "x86_64-android", "aarch64-android"})
        EXPECT_EQ(target_of_triple(find_target(name)->rust_triple), name);
}

TEST(Targets, a_header_contradicts_another_processor_or_marked_system) {
    EXPECT_TRUE(may_be("x86_64-linux", "x86_64-linux"));
    EXPECT_TRUE(may_be("x86_64-linux", "x86_64-android"));
    EXPECT_TRUE(may_be("mips64-linux", "mips64-testrunner"));
    EXPECT_FALSE(may_be("x86_64-linux", "aarch64-linux"));
    EXPECT_FALSE(may_be("x86_64-linux", "x86_64-macos"));
    EXPECT_FALSE(may_be("x86_64-macos", "x86_64-linux"));
    EXPECT_FALSE(may_be("x86_64-linux", "amd64-linux"));
}

} // namespace
} // namespace tenon::project
