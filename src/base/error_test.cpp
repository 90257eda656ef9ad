// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/error.hpp"

#include <algorithm>
#include <cerrno>
#include <gtest/gtest.h>

namespace tenon::base {
namespace {

using Texts = std::vector<std::string>;

TEST(Error, has_a_code_a_message_and_perhaps_an_offset) {
    const Error plain(Errc::invalid, "no such thing");
    EXPECT_EQ(plain.code(), Errc::invalid);
    EXPECT_EQ(plain.message(), "no such thing");
    EXPECT_EQ(plain.offset(), std::nullopt);
    EXPECT_EQ(Error(Errc::invalid, "here", 7).offset(), 7U);
}

TEST(Error, is_one_word_wide) {
    EXPECT_EQ(sizeof(Error), sizeof(void*));
}

TEST(Error, keeps_what_was_added_in_order) {
    const auto error = Error(Errc::malformed, "bad")
                           .within("code entry 17")
                           .within("core module 2")
                           .because("first")
                           .because("second")
                           .help("do this")
                           .help("or that");
    EXPECT_EQ(error.frames(), (Texts{"code entry 17", "core module 2"}));
    EXPECT_EQ(error.causes(), (Texts{"first", "second"}));
    EXPECT_EQ(error.helps(), (Texts{"do this", "or that"}));
    EXPECT_EQ(error.message(), "bad");
}

TEST(Error, the_first_file_named_is_the_one_that_the_offset_counts_in) {
    const auto error = Error(Errc::malformed, "bad", 3).in_file("inner.wasm").in_file("outer.par");
    EXPECT_EQ(error.file(), "inner.wasm");
}

TEST(Error, wrapped_in_a_new_sentence_keeps_its_story) {
    const auto error = system_error("cannot read `a`", ENOENT)
                           .within("frame")
                           .wrap("cannot load the key")
                           .wrap("cannot sign");
    EXPECT_EQ(error.code(), Errc::not_found);
    EXPECT_EQ(error.message(), "cannot sign");
    EXPECT_EQ(error.causes(), (Texts{"cannot load the key", "cannot read `a`",
                                     "No such file or directory (os error 2)"}));
    EXPECT_EQ(error.frames(), Texts{"frame"});
}

TEST(Error, of_the_system_has_a_code_for_what_callers_ask_about) {
    EXPECT_EQ(system_error("x", ENOENT).code(), Errc::not_found);
    EXPECT_EQ(system_error("x", ENOTDIR).code(), Errc::not_found);
    EXPECT_EQ(system_error("x", EEXIST).code(), Errc::exists);
    EXPECT_EQ(system_error("x", EINTR).code(), Errc::interrupted);
    EXPECT_EQ(system_error("x", ENOSPC).code(), Errc::io);
    EXPECT_EQ(system_error("x", EISDIR).causes(), Texts{"Is a directory (os error 21)"});
    EXPECT_EQ(system_error("x", 4095).causes(), Texts{"unknown error (os error 4095)"});
}

TEST(Error, shows_eight_bytes_before_its_offset_and_eight_from_it_on) {
    Buffer data(64);
    for (std::size_t i = 0; i < data.size(); ++i)
        data[i] = static_cast<Byte>(i);
    const auto error = Error(Errc::malformed, "bad", 1020).show(data, 1000, 4);
    ASSERT_TRUE(error.bytes());
    EXPECT_EQ(error.bytes()->window_offset, 1012U);
    EXPECT_EQ(error.bytes()->window.size(), 16U);
    EXPECT_EQ(error.bytes()->window.front(), 12);
    EXPECT_EQ(error.bytes()->window.back(), 27);
    EXPECT_EQ(error.bytes()->length, 4U);
}

TEST(Error, shows_less_at_the_edges) {
    const Buffer data{1, 2, 3, 4};
    const auto first = Error(Errc::malformed, "bad", 0).show(data, 0);
    EXPECT_EQ(first.bytes()->window, data);
    EXPECT_EQ(first.bytes()->window_offset, 0U);
    const auto end = Error(Errc::truncated, "cut off", 4).show(data, 0);
    EXPECT_EQ(end.bytes()->window, data);
    const auto beyond = Error(Errc::truncated, "cut off", 99).show(data, 0);
    EXPECT_EQ(beyond.bytes()->window, data);
    const auto nothing = Error(Errc::truncated, "cut off", 0).show({}, 0);
    EXPECT_TRUE(nothing.bytes()->window.empty());
}

TEST(Error, shows_no_bytes_without_an_offset_in_them) {
    const Buffer data{1, 2, 3, 4};
    EXPECT_FALSE(Error(Errc::malformed, "bad").show(data, 0).bytes());
    EXPECT_FALSE(Error(Errc::malformed, "bad", 9).show(data, 10).bytes());
}

Result<int> half(int value) {
    if (value % 2 != 0)
        return fail(Errc::invalid, "odd");
    return value / 2;
}

Result<int> quarter(int value) {
    const auto once = TENON_TRY(half(value));
    return half(once);
}

TEST(Result, try_gives_the_value_or_returns_the_error) {
    EXPECT_EQ(quarter(12).value(), 3);
    ASSERT_FALSE(quarter(3));
    EXPECT_EQ(quarter(3).error().message(), "odd");
}

TEST(Errc, names_are_words_of_their_own) {
    std::vector<std::string_view> names;
    for (int code = 1; code <= 19; ++code) {
        const auto name = errc_name(static_cast<Errc>(code));
        EXPECT_NE(name, "unknown") << code;
        EXPECT_EQ(std::ranges::find(names, name), names.end()) << name;
        names.push_back(name);
    }
    EXPECT_EQ(errc_name(Errc::hash_mismatch), "hash-mismatch");
    EXPECT_EQ(errc_name(static_cast<Errc>(0)), "unknown");
}

TEST(Assert, names_the_condition_and_the_place) {
    EXPECT_DEATH(TENON_ASSERT(1 + 1 == 3), "internal error: 1 \\+ 1 == 3 does not hold at .*test");
}

} // namespace
} // namespace tenon::base
