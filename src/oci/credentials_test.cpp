// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "oci/credentials.hpp"

#include "base/diagnostic.hpp"
#include "base/test_directory.hpp"

#include <cstdlib>
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

namespace tenon::oci {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Variable variables(std::map<std::string, std::string, std::less<>> values) {
    return [values = std::move(values)](std::string_view name) -> std::optional<std::string> {
        const auto found = values.find(name);
        return found == values.end() ? std::nullopt : std::optional(found->second);
    };
}

class KeychainTest : public testing::Test {
protected:
    base::Path write(std::string_view name, std::string_view text) {
        const auto path = directory / name;
        EXPECT_TRUE(base::make_directories(path.parent_path()));
        EXPECT_TRUE(base::write_file(path, as_bytes(text)));
        return path;
    }
    /// A helper program `docker-credential-NAME` that is found through PATH.
    void helper(std::string_view name, std::string_view script) {
        const auto path = write(fmt::format("bin/docker-credential-{}", name),
                                fmt::format("#!/bin/sh\n{}\n", script));
        std::filesystem::permissions(path, std::filesystem::perms::owner_all);
        ::setenv("PATH", fmt::format("{}:{}", (directory / "bin").native(), old_path).c_str(), 1);
    }
    void TearDown() override { ::setenv("PATH", old_path.c_str(), 1); }

    /// `user:password`, with `token:` in front of an identity token.
    std::string find(std::vector<base::Path> files, std::string_view host = "h") {
        const Keychain keychain(std::move(files), [this](const base::Error& error) {
            warnings += base::render(error, base::Severity::warning);
        });
        const auto found = keychain.find(host, "acme/echo", {});
        if (!found)
            return found.error().message();
        if (!found->identity_token.get().empty())
            return "token:" + std::string(found->identity_token.get());
        return found->anonymous() ? "anonymous"
                                  : found->user + ":" + std::string(found->password.get());
    }

    base::TestDirectory directory;
    std::string warnings;
    std::string old_path = std::getenv("PATH");
};

TEST_F(KeychainTest, no_file_means_anonymous_without_a_warning) {
    EXPECT_EQ(find({directory / "none.json"}), "anonymous");
    EXPECT_EQ(warnings, "");
}

TEST_F(KeychainTest, the_first_file_that_knows_the_host_wins) {
    const auto first = write("a.json", R"({"auths":{"g":{"auth":"YTox"}}})");
    const auto second = write("b.json", R"({"auths":{"g":{"auth":"YToy"},"h":{"auth":"YToz"}}})");
    EXPECT_EQ(find({first, second}, "g"), "a:1");
    EXPECT_EQ(find({first, second}, "h"), "a:3");
}

TEST_F(KeychainTest, credentials_say_where_they_were_found) {
    const auto file = write("a.json", R"({"auths":{"g":{"auth":"YTox"}},"credHelpers":{"h":"x"}})");
    helper("x", R"(echo '{"Username":"u","Secret":"s"}')");
    const Keychain keychain({file}, {});
    EXPECT_EQ(keychain.find("g", "acme/echo", {})->source, file.native());
    EXPECT_EQ(keychain.find("g", "acme/echo", {})->clone().source, file.native());
    EXPECT_EQ(keychain.find("h", "acme/echo", {})->source, "docker-credential-x");
}

TEST_F(KeychainTest, a_broken_file_is_a_warning_without_its_content) {
    const auto broken = write("a.json", "{\"auths\": {\"h\": {\"password\": \"hunter2\"");
    const auto good = write("b.json", R"({"auths":{"h":{"auth":"YTox"}}})");
    EXPECT_EQ(find({broken, good}), "a:1");
    EXPECT_THAT(warnings, HasSubstr("is no valid JSON (line 1, column "));
    EXPECT_THAT(warnings, Not(HasSubstr("hunter2")));
}

// Broken at every byte, and in the ways that a person breaks such a file.
TEST_F(KeychainTest, nothing_of_a_credentials_file_is_ever_told) {
    const std::string whole = R"({"auths": {"h": {"auth": "YTpodW50ZXIy", "password": "hunter2",
  "identitytoken": "hunter2"}}})"; // printf a:hunter2 | base64
    std::vector<std::string> texts = {
        R"({"auths": {"h": {"auth": "hunter2%%%"}}})",
        R"({"auths": {"h": {"auth": "YTpodW50ZXIy%"}}})",
        R"({"auths": {"h": {"auth": ["hunter2"]}}})",
        R"({"auths": {"h": "hunter2"}})",
        R"({"auths": "hunter2"})",
        R"(["hunter2"])",
        R"("hunter2")",
        "hunter2",
        "{\"auths\": {\"h\": {\"auth\": 'hunter2'}}}",
        "{\"auths\": {\"h\": {\"auth\": \"hunter2\n\"}}}",
        "{\"auths\": {\"h\": {\"auth\": \"hunter2\xff\"}}}",
        "{\"hunter2\": 1, \"hunter2\": 2}",
    };
    for (std::size_t length = 0; length < whole.size(); ++length)
        texts.push_back(whole.substr(0, length));
    for (std::size_t at = 0; at < whole.size(); ++at)
        texts.push_back(whole.substr(0, at) + "\x01" + whole.substr(at + 1));
    for (const auto& text : texts) {
        const auto file = write("a.json", text);
        warnings.clear();
        const Keychain keychain({file}, [this](const base::Error& error) {
            warnings += base::render(error, base::Severity::warning);
        });
        const auto found = keychain.find("h", "acme/echo", {});
        if (!found)
            warnings += base::render(found.error());
        EXPECT_THAT(warnings, Not(HasSubstr("hunter2"))) << text;
        EXPECT_THAT(warnings, Not(HasSubstr("YTpodW50"))) << text;
    }
}

TEST_F(KeychainTest, asks_the_helper_of_the_host) {
    helper(
        "mine",
        R"(read server; echo "{\"ServerURL\":\"$server\",\"Username\":\"$1\",\"Secret\":\"$server\"}")");
    EXPECT_EQ(find({write("a.json", R"({"credHelpers":{"h":"mine"}})")}), "get:h");
    EXPECT_EQ(find({write("b.json", R"({"credsStore":"mine"})")}, "docker.io"),
              "get:https://index.docker.io/v1/");
    EXPECT_EQ(warnings, "");
}

TEST_F(KeychainTest, a_helper_gives_identity_tokens) {
    helper("mine", R"(echo '{"ServerURL":"","Username":"<token>","Secret":"t"}')");
    EXPECT_EQ(find({write("a.json", R"({"credsStore":"mine"})")}), "token:t");
}

TEST_F(KeychainTest, a_helper_that_knows_nothing_is_no_warning) {
    helper("mine", "echo credentials not found in native keychain; exit 1");
    EXPECT_EQ(find({write("a.json", R"({"credsStore":"mine"})")}), "anonymous");
    EXPECT_EQ(warnings, "");
}

TEST_F(KeychainTest, a_helper_that_fails_is_a_warning_without_its_words) {
    helper("mine", "echo hunter2; exit 3");
    EXPECT_EQ(find({write("a.json", R"({"credsStore":"mine","auths":{"h":{"auth":"YTox"}}})")}),
              "a:1");
    EXPECT_THAT(warnings, HasSubstr("`docker-credential-mine` failed for `h` (exit status 3)"));
    EXPECT_THAT(warnings, Not(HasSubstr("hunter2")));
}

TEST_F(KeychainTest, a_missing_helper_is_a_warning) {
    EXPECT_EQ(find({write("a.json", R"({"credsStore":"tenon-has-no-such"})")}), "anonymous");
    EXPECT_THAT(warnings, HasSubstr("`docker-credential-tenon-has-no-such` cannot be started"));
}

TEST_F(KeychainTest, a_helper_is_a_name_not_a_path) {
    EXPECT_EQ(find({write("a.json", R"({"credsStore":"../../bin/sh"})")}), "anonymous");
    EXPECT_THAT(warnings, HasSubstr("is no name of a program"));
}

TEST(Keychain, looks_where_podman_and_docker_look) {
    const auto chain = Keychain::from_environment(
        variables({{"HOME", "/home/x"}, {"XDG_RUNTIME_DIR", "/run/user/7"}}), {});
    EXPECT_THAT(chain.files(),
                ElementsAre("/run/user/7/containers/auth.json",
                            "/home/x/.config/containers/auth.json", "/home/x/.docker/config.json"));
}

TEST(Keychain, variables_move_the_files) {
    EXPECT_THAT(
        Keychain::from_environment(
            variables(
                {{"XDG_RUNTIME_DIR", "/r"}, {"XDG_CONFIG_HOME", "/c"}, {"DOCKER_CONFIG", "/d"}}),
            {})
            .files(),
        ElementsAre("/r/containers/auth.json", "/c/containers/auth.json", "/d/config.json"));
    EXPECT_THAT(Keychain::from_environment(
                    variables({{"HOME", "/home/x"}, {"REGISTRY_AUTH_FILE", "/a.json"}}), {})
                    .files(),
                ElementsAre("/a.json"));
}

TEST_F(KeychainTest, finds_the_authorities_of_a_host) {
    const auto user = directory / "user";
    const auto system = directory / "system";
    const auto crt = write("system/localhost:5000/ca.crt", "x");
    write("system/localhost:5000/client.cert", "x");
    EXPECT_THAT(find_authorities({user, system}, "localhost:5000"), ElementsAre(crt));
    EXPECT_THAT(find_authorities({user, system}, "localhost"), ElementsAre());
    EXPECT_THAT(find_authorities({user, system}, ".."), ElementsAre());
    const auto own = write("user/localhost:5000/a.crt", "x");
    EXPECT_THAT(find_authorities({user, system}, "localhost:5000"), ElementsAre(own));
}

TEST(Certificates, are_looked_for_in_the_users_folders_first) {
    EXPECT_THAT(certificate_folders(variables({{"HOME", "/home/x"}})),
                ElementsAre("/home/x/.config/containers/certs.d", "/home/x/.config/docker/certs.d",
                            "/etc/containers/certs.d", "/etc/docker/certs.d"));
}

} // namespace
} // namespace tenon::oci
