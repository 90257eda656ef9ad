// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "crypto/password.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tenon::crypto {
namespace {

// `htpasswd -B -C 4 -bn alice s3cret-throwaway`
const std::string alice = "$2y$04$1lIS7SbRU73sYMQC1dby8ulsZehneC8V0T4RxmtMe4OG/cYsYgI9y";

TEST(Password, matches_what_htpasswd_wrote) {
    EXPECT_TRUE(check_password_form(alice));
    EXPECT_TRUE(password_matches("s3cret-throwaway", alice));
    EXPECT_FALSE(password_matches("s3cret-throwawaY", alice));
    EXPECT_FALSE(password_matches("", alice));
}

TEST(Password, with_a_zero_byte_matches_nothing) {
    using namespace std::string_view_literals;
    EXPECT_FALSE(password_matches("s3cret-throwaway\0x"sv, alice));
}

TEST(Password, of_another_form_is_refused_by_name) {
    for (const auto& [stored, name] :
         {std::pair("$apr1$r31....$HqJZimcKQFAMYayBlzkrA/", "Apache's MD5"),
          std::pair("{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE=", "SHA-1"),
          std::pair("$5$salt$x", "SHA-256"), std::pair("$6$salt$x", "SHA-512")}) {
        const auto checked = check_password_form(stored);
        ASSERT_FALSE(checked);
        EXPECT_EQ(checked.error().code(), Errc::unsupported);
        EXPECT_THAT(checked.error().message(), testing::HasSubstr(name));
        EXPECT_THAT(checked.error().helps().front(), testing::HasSubstr("htpasswd -B"));
    }
}

TEST(Password, that_is_no_stored_form_is_refused) {
    for (const auto& stored :
         {std::string("plain"), std::string(), alice + "x", alice.substr(0, 59),
          "$2y$04" + alice.substr(7) + "x", alice.substr(0, 20) + "!" + alice.substr(21)})
        EXPECT_EQ(check_password_form(stored).error().code(), Errc::malformed) << stored;
}

TEST(Password, cost_has_limits) {
    for (const auto* cost : {"03", "18", "31", "xx"})
        EXPECT_EQ(check_password_form("$2y$" + std::string(cost) + alice.substr(6)).error().code(),
                  Errc::unsupported);
}

} // namespace
} // namespace tenon::crypto
