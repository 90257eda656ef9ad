// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "oci/docker_config.hpp"

#include "base/diagnostic.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace tenon::oci {
namespace {

/// `user:password identity registry`, `-` for what is empty, or `none`.
std::string found(std::string_view text, std::string_view host, std::string_view repository) {
    const auto config = DockerConfig::parse(std::string(text), "config.json");
    if (!config)
        return config.error().message();
    const auto entry = config->entry(host, repository);
    if (!entry)
        return "none";
    const auto or_dash = [](std::string_view part) { return part.empty() ? "-" : part; };
    return fmt::format("{}:{} {} {}", or_dash(entry->user), or_dash(entry->password.get()),
                       or_dash(entry->identity_token.get()), or_dash(entry->registry_token.get()));
}

TEST(DockerConfig, reads_base64_with_and_without_padding) {
    // printf 'alice:s3:x' | base64
    EXPECT_EQ(found(R"({"auths":{"ghcr.io":{"auth":"YWxpY2U6czM6eA=="}}})", "ghcr.io", "a"),
              "alice:s3:x - -");
    EXPECT_EQ(found(R"({"auths":{"ghcr.io":{"auth":"YWxpY2U6czM6eA"}}})", "ghcr.io", "a"),
              "alice:s3:x - -");
}

TEST(DockerConfig, reads_the_other_forms) {
    EXPECT_EQ(found(R"({"auths":{"h":{"username":"u","password":"p"}}})", "h", "a"), "u:p - -");
    EXPECT_EQ(found(R"({"auths":{"h":{"auth":"YTpi","identitytoken":"i"}}})", "h", "a"), "a:b i -");
    EXPECT_EQ(found(R"({"auths":{"h":{"registrytoken":"r"}}})", "h", "a"), "-:- - r");
}

TEST(DockerConfig, matches_keys_with_scheme_and_version) {
    for (const auto* key : {"https://ghcr.io", "http://ghcr.io/v2/", "GHCR.io/v1", "ghcr.io/"})
        EXPECT_EQ(
            found(fmt::format(R"({{"auths":{{"{}":{{"auth":"YTpi"}}}}}})", key), "ghcr.io", "x"),
            "a:b - -")
            << key;
}

TEST(DockerConfig, ports_are_part_of_the_host) {
    constexpr auto text = R"({"auths":{"localhost:5000":{"auth":"YTpi"}}})";
    EXPECT_EQ(found(text, "localhost:5000", "x"), "a:b - -");
    EXPECT_EQ(found(text, "localhost:5001", "x"), "none");
    EXPECT_EQ(found(text, "localhost", "x"), "none");
}

TEST(DockerConfig, knows_docker_hub_by_all_its_names) {
    EXPECT_EQ(found(R"({"auths":{"https://index.docker.io/v1/":{"auth":"YTpi"}}})", "docker.io",
                    "library/busybox"),
              "a:b - -");
}

TEST(DockerConfig, the_longest_path_wins_at_whole_parts) {
    constexpr auto text = R"({"auths":{"h":{"auth":"YTox"},"h/acme":{"auth":"YToy"},)"
                          R"("h/acme/echo":{"auth":"YToz"}}})";
    EXPECT_EQ(found(text, "h", "other"), "a:1 - -");
    EXPECT_EQ(found(text, "h", "acme/x"), "a:2 - -");
    EXPECT_EQ(found(text, "h", "acme/echo"), "a:3 - -");
    EXPECT_EQ(found(text, "h", "acmeecho"), "a:1 - -");
}

TEST(DockerConfig, passes_over_what_it_does_not_understand) {
    EXPECT_EQ(found(R"({"auths":{"h":7,"g":{"auth":"%%%"},"f":{"auth":"YTpi"}},"x":[]})", "f", ""),
              "a:b - -");
    EXPECT_EQ(found(R"({"auths":{"h":{}}})", "h", "a"), "none");
    EXPECT_EQ(found(R"({"auths":[]})", "h", "a"), "none");
    EXPECT_EQ(found("{}", "h", "a"), "none");
}

TEST(DockerConfig, a_helper_of_the_host_comes_before_the_store) {
    const auto config = DockerConfig::parse(
        R"({"credHelpers":{"https://ghcr.io":"gh","x.io":""},"credsStore":"pass"})", "c");
    ASSERT_TRUE(config);
    EXPECT_EQ(config->helper("ghcr.io"), "gh");
    EXPECT_EQ(config->helper("x.io"), std::nullopt);
    EXPECT_EQ(config->helper("quay.io"), "pass");
    EXPECT_EQ(DockerConfig::parse("{}", "c")->helper("quay.io"), std::nullopt);
}

TEST(DockerConfig, broken_files_are_named_without_their_content) {
    const auto config =
        DockerConfig::parse("{\"auths\":{\"h\":{\n \"password\": \"hunter2\" x}}}", "config.json");
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().code(), Errc::config);
    EXPECT_EQ(config.error().message(), "`config.json` is no valid JSON (line 2, column 24)");
    EXPECT_EQ(base::render(config.error()).find("hunter2"), std::string::npos);
    EXPECT_EQ(found("[]", "h", "a"), "`config.json` must hold a JSON object");
}

TEST(HelperAnswer, is_user_and_secret) {
    const auto answer = parse_helper_answer(R"({"ServerURL":"h","Username":"alice","Secret":"s"})");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->user, "alice");
    EXPECT_EQ(answer->password.get(), "s");
}

TEST(HelperAnswer, a_user_called_token_marks_an_identity_token) {
    const auto answer =
        parse_helper_answer(R"({"ServerURL":"h","Username":"<token>","Secret":"s"})");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->user, "");
    EXPECT_EQ(answer->identity_token.get(), "s");
}

TEST(HelperAnswer, errors_hold_nothing_of_it) {
    const auto answer = parse_helper_answer(R"({"Secret":"hunter2")");
    ASSERT_FALSE(answer);
    EXPECT_EQ(base::render(answer.error()).find("hunter2"), std::string::npos);
    EXPECT_EQ(parse_helper_answer(R"({"Username":"a"})").error().message(),
              "the answer has no `Username` and `Secret`");
}

} // namespace
} // namespace tenon::oci
