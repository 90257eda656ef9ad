// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/access.hpp"

#include "base/test_directory.hpp"
#include "crypto/encoding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <latch>
#include <thread>

namespace tenon::registry {
namespace {

using Verdict = Access::Verdict;
using testing::HasSubstr;
using testing::Not;

// `htpasswd -B -C 4 -bn alice s3cret-throwaway`
const std::string alice = "alice:$2y$04$1lIS7SbRU73sYMQC1dby8ulsZehneC8V0T4RxmtMe4OG/cYsYgI9y";

class AccessTest : public testing::Test {
protected:
    base::Path file(const std::string& content) {
        auto path = directory_ / "htpasswd";
        EXPECT_TRUE(base::write_file(path, as_bytes(content)));
        return path;
    }
    std::unique_ptr<Access> access(const std::string& content) {
        auto loaded = Access::load(file(content));
        EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().message());
        return *std::move(loaded);
    }
    base::TestDirectory directory_;
};

std::string basic(std::string_view user, std::string_view password) {
    return "Basic " + crypto::base64(as_bytes(std::string(user) + ":" + std::string(password)));
}

TEST_F(AccessTest, allows_a_user_with_the_right_password) {
    const auto access = this->access("# users\n\n" + alice + "\r\n");
    EXPECT_EQ(access->check(basic("alice", "s3cret-throwaway")), Verdict::allowed);
    EXPECT_EQ(access->check(basic("alice", "wrong")), Verdict::refused);
    EXPECT_EQ(access->check(basic("bob", "s3cret-throwaway")), Verdict::refused);
    EXPECT_EQ(access->check(basic("", "s3cret-throwaway")), Verdict::refused);
}

TEST_F(AccessTest, scheme_is_read_without_regard_to_case) {
    const auto access = this->access(alice);
    auto field = basic("alice", "s3cret-throwaway");
    EXPECT_EQ(access->check("bASIC" + field.substr(5)), Verdict::allowed);
    EXPECT_EQ(access->check("Bearer" + field.substr(5)), Verdict::refused);
}

TEST_F(AccessTest, refuses_what_is_not_well_formed) {
    const auto access = this->access(alice);
    for (const auto* field : {"", "Basic", "Basic ", "Basic !!!", "Basic YWxpY2U=", "x"})
        EXPECT_EQ(access->check(field), Verdict::refused) << field;
    EXPECT_EQ(access->check("Basic " + std::string(5000, 'A')), Verdict::refused);
}

TEST_F(AccessTest, remembers_verdicts_until_the_file_is_read_again) {
    const auto access = this->access(alice);
    const auto right = basic("alice", "s3cret-throwaway");
    const auto wrong = basic("alice", "wrong");
    EXPECT_EQ(access->remembered(right), std::nullopt);
    EXPECT_EQ(access->remembered(""), Verdict::refused);
    EXPECT_EQ(access->check(right), Verdict::allowed);
    EXPECT_EQ(access->check(wrong), Verdict::refused);
    EXPECT_EQ(access->remembered(right), Verdict::allowed);
    EXPECT_EQ(access->remembered(wrong), Verdict::refused);
    file("bob" + alice.substr(5));
    EXPECT_TRUE(access->reload());
    EXPECT_EQ(access->remembered(right), std::nullopt);
    EXPECT_EQ(access->check(right), Verdict::refused);
    EXPECT_EQ(access->check(basic("bob", "s3cret-throwaway")), Verdict::allowed);
}

TEST_F(AccessTest, lets_only_few_wait_for_their_password_to_be_checked) {
    // 4096 rounds, a tenth of a second or more.
    const auto access = this->access("alice:$2y$12$" + alice.substr(13));
    constexpr int callers = 24;
    std::latch together(callers);
    std::atomic<int> busy = 0;
    std::atomic<int> refused = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < callers; ++i)
            threads.emplace_back([&, i] {
                together.arrive_and_wait();
                const auto verdict = access->check(basic("alice", std::to_string(i)));
                ++(verdict == Verdict::busy ? busy : refused);
            });
    }
    EXPECT_GE(busy, 1);
    EXPECT_GE(refused, 2);
    // Everybody has given back what he had.
    EXPECT_EQ(access->check(basic("alice", "x")), Verdict::refused);
    EXPECT_EQ(access->check(basic("alice", "y")), Verdict::refused);
    EXPECT_EQ(access->check(basic("alice", "z")), Verdict::refused);
}

TEST_F(AccessTest, bad_file_leaves_things_as_they_are) {
    const auto access = this->access(alice);
    file("nonsense");
    EXPECT_FALSE(access->reload());
    EXPECT_EQ(access->check(basic("alice", "s3cret-throwaway")), Verdict::allowed);
}

TEST_F(AccessTest, names_the_line_that_cannot_be_used_and_not_what_stands_there) {
    const auto apr = Access::load(file(alice + "\nbob:$apr1$r31....$HqJZimcKQFAMYayBlzkrA/\n"));
    ASSERT_FALSE(apr);
    EXPECT_EQ(apr.error().code(), Errc::unsupported);
    EXPECT_THAT(apr.error().message(), HasSubstr("line 2 of"));
    EXPECT_THAT(apr.error().causes().front(), HasSubstr("Apache's MD5"));
    for (const auto& text : apr.error().causes())
        EXPECT_THAT(text, Not(HasSubstr("r31")));
    const auto nobody = Access::load(file(":x\n"));
    EXPECT_THAT(nobody.error().message(), HasSubstr("line 1 of"));
    EXPECT_THAT(Access::load(file("# none\n")).error().message(), HasSubstr("names no user"));
    EXPECT_EQ(Access::load(directory_ / "missing").error().code(), Errc::not_found);
}

TEST_F(AccessTest, tells_the_user_for_a_log) {
    EXPECT_EQ(Access::user_of(basic("alice", "x:y")), "alice");
    EXPECT_EQ(Access::user_of("Bearer x"), "");
}

} // namespace
} // namespace tenon::registry
