// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "oci/problem.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tenon::oci {
namespace {

using testing::ElementsAre;

TEST(Problem, reads_what_docker_registry_answers) {
    const auto problems = parse_problems(
        R"({"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown","detail":{"Tag":"x"}}]})");
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_EQ(problems[0].code, "MANIFEST_UNKNOWN");
    EXPECT_EQ(problems[0].message, "manifest unknown");
}

TEST(Problem, a_body_that_is_no_envelope_has_none) {
    for (const auto* body : {"", "<html>", "[]", "{}", R"({"errors":7})", R"({"errors":[7,{}]})"})
        EXPECT_TRUE(parse_problems(body).empty()) << body;
}

TEST(Problem, hostile_envelopes_are_cut) {
    std::string body = R"({"errors":[)";
    for (int i = 0; i < 100; ++i)
        body += R"({"code":"A","message":")" + std::string(5000, 'x') + R"("},)";
    body.back() = ']';
    const auto problems = parse_problems(body + "}");
    ASSERT_EQ(problems.size(), 16u);
    EXPECT_EQ(problems[0].message.size(), 1024u);
}

TEST(Problem, a_refusal_keeps_every_cause) {
    const auto error = refusal("registry `h` refuses", 404,
                               {{"NAME_UNKNOWN", "no such repository"}, {"X", ""}, {"", "words"}});
    EXPECT_EQ(error.code(), Errc::not_found);
    EXPECT_THAT(error.causes(), ElementsAre("no such repository (NAME_UNKNOWN)", "X", "words",
                                            "status 404: not found"));
}

TEST(Problem, statuses_have_codes) {
    EXPECT_EQ(refusal("", 429, {}).code(), Errc::limit);
    EXPECT_EQ(refusal("", 400, {}).code(), Errc::invalid);
    EXPECT_EQ(refusal("", 405, {}).code(), Errc::unsupported);
    EXPECT_EQ(refusal("", 503, {}).code(), Errc::io);
    EXPECT_EQ(refusal("", 401, {}).code(), Errc::untrusted);
    EXPECT_EQ(refusal("", 403, {}).code(), Errc::untrusted);
}

TEST(Warning, is_the_text_of_299_only) {
    EXPECT_EQ(parse_warning(R"(299 - "this \"tag\" goes away")"), R"(this "tag" goes away)");
    EXPECT_EQ(parse_warning(R"(110 - "stale")"), std::nullopt);
    EXPECT_EQ(parse_warning("299 - text"), std::nullopt);
    EXPECT_EQ(parse_warning("299 - \"open"), std::nullopt);
}

} // namespace
} // namespace tenon::oci
