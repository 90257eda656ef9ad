// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "oci/challenge.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace tenon::oci {
namespace {

/// `scheme{name=value;…} …`, or the error.
std::string in_short(std::string_view field) {
    const auto challenges = parse_challenges(field);
    if (!challenges)
        return fmt::format("{} {}: {}", errc_name(challenges.error().code()),
                           challenges.error().offset().value_or(9999),
                           challenges.error().message());
    std::string out;
    for (const auto& challenge : *challenges) {
        out += challenge.scheme + "{";
        for (const auto& [name, value] : challenge.parameters)
            out += name + "=" + value + ";";
        out += "} ";
    }
    return out;
}

TEST(Challenge, reads_what_docker_hub_sends) {
    EXPECT_EQ(
        in_short(R"(Bearer realm="https://auth.docker.io/token",service="registry.docker.io",)"
                 R"(scope="repository:a/b:pull,push",error="insufficient_scope")"),
        "bearer{realm=https://auth.docker.io/token;service=registry.docker.io;"
        "scope=repository:a/b:pull,push;error=insufficient_scope;} ");
}

TEST(Challenge, finds_parameters_by_name) {
    const auto challenges = parse_challenges(R"(bearer Service=s , REALM="r")");
    ASSERT_TRUE(challenges);
    EXPECT_EQ((*challenges)[0].find("realm"), "r");
    EXPECT_EQ((*challenges)[0].find("scope"), "");
}

TEST(Challenge, tells_challenges_from_parameters) {
    EXPECT_EQ(in_short(R"(Basic realm="a, b" , Bearer realm="c",service=d)"),
              "basic{realm=a, b;} bearer{realm=c;service=d;} ");
    EXPECT_EQ(in_short("Basic, Bearer realm=x"), "basic{} bearer{realm=x;} ");
    EXPECT_EQ(in_short("Negotiate, Basic realm=x"), "negotiate{} basic{realm=x;} ");
    EXPECT_EQ(in_short("Negotiate YWJj==, Basic realm=x"), "negotiate{} basic{realm=x;} ");
    EXPECT_EQ(in_short("Negotiate YWJj=, Basic realm=x"), "negotiate{} basic{realm=x;} ");
}

TEST(Challenge, unquotes) {
    EXPECT_EQ(in_short(R"(Basic realm="a \"b\" \\c")"), R"(basic{realm=a "b" \c;} )");
    EXPECT_EQ(in_short(R"(Basic realm="")"), "basic{realm=;} ");
}

TEST(Challenge, takes_a_url_without_quotes) {
    EXPECT_EQ(in_short("Bearer realm=https://x/token?a=b,service=s"),
              "bearer{realm=https://x/token?a=b;service=s;} ");
}

TEST(Challenge, blanks_around_equals_do_not_matter) {
    EXPECT_EQ(in_short("Basic realm = \"a\" ,\tcharset =UTF-8"), "basic{realm=a;charset=UTF-8;} ");
}

TEST(Challenge, the_first_of_equal_names_counts) {
    EXPECT_EQ(in_short("Bearer realm=a,Realm=b"), "bearer{realm=a;} ");
}

TEST(Challenge, nothing_is_no_challenge) {
    EXPECT_EQ(in_short(""), "");
    EXPECT_EQ(in_short(" , ,"), "");
}

TEST(Challenge, refuses_what_is_none) {
    EXPECT_EQ(in_short("\"Basic\""), "malformed 0: this is no authentication challenge");
    EXPECT_EQ(in_short("Basic realm=\"a"), "malformed 12: this quoted text has no end");
    EXPECT_EQ(in_short("Basic realm=\"a\\"), "malformed 12: this quoted text has no end");
}

TEST(Challenge, has_limits) {
    EXPECT_EQ(in_short(std::string(9000, 'a')),
              "limit 9999: an authentication challenge is too long");
    std::string many;
    for (int i = 0; i < 17; ++i)
        many += "Basic,";
    EXPECT_EQ(in_short(many), "limit 96: too many authentication challenges");
    std::string wide = "Basic ";
    for (int i = 0; i < 33; ++i)
        wide += fmt::format("a{:02}=1,", i);
    EXPECT_EQ(in_short(wide), "limit 198: too many parameters in an authentication challenge");
}

} // namespace
} // namespace tenon::oci
