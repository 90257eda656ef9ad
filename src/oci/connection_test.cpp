// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "oci/connection.hpp"

#include "oci/test_client.hpp"

#include <fmt/core.h>
#include <map>

namespace tenon::oci {
namespace {

using testing::ElementsAre;

Variable variables(std::map<std::string, std::string, std::less<>> values) {
    return [values = std::move(values)](std::string_view name) -> std::optional<std::string> {
        const auto found = values.find(name);
        return found == values.end() ? std::nullopt : std::optional(found->second);
    };
}

class ConnectionTest : public testing::Test {
protected:
    ConnectionTest() {
        server.trouble = [this](const Asked& asked) -> std::optional<Reply> {
            seen = asked.field("Authorization");
            return seen.empty()
                       ? std::optional(reply(401, {{"WWW-Authenticate", "Basic realm=\"r\""}}))
                       : std::nullopt;
        };
    }
    /// What the registry is shown when it asks.
    std::string shown(ConnectionOptions options) {
        options.insecure = true;
        const auto connection =
            Connection::open(*Reference::parse(server.host() + "/a/b:1"), std::move(options));
        if (!connection)
            return connection.error().message();
        seen.clear();
        if (!(*connection)->registry().get_manifest("a/b", "1") && seen.empty())
            return "nothing";
        return seen;
    }
    base::TestDirectory directory;
    TestRegistry server;
    std::string seen;
};

// printf alice:s3cret | base64, and bob:b0b
constexpr auto alice = "Basic YWxpY2U6czNjcmV0";
constexpr auto bob = "Basic Ym9iOmIwYg==";

TEST_F(ConnectionTest, shows_what_the_user_gave_before_all_else) {
    ASSERT_TRUE(base::write_file(
        directory / "config.json",
        as_bytes(fmt::format(R"({{"auths":{{"{}":{{"auth":"Ym9iOmIwYg=="}}}}}})", server.host()))));
    const auto environment = variables({{"DOCKER_CONFIG", directory.path()},
                                        {"XDG_RUNTIME_DIR", directory / "none"},
                                        {"XDG_CONFIG_HOME", directory / "none"}});
    ConnectionOptions options;
    options.user = "alice";
    options.password = crypto::SecretText("s3cret");
    options.variable = environment;
    EXPECT_EQ(shown(std::move(options)), alice);
    ConnectionOptions none;
    none.variable = environment;
    EXPECT_EQ(shown(std::move(none)), bob);
    EXPECT_EQ(shown({}), "nothing");
}

TEST_F(ConnectionTest, says_from_where_it_had_what_is_refused) {
    server.trouble = [](const Asked&) {
        return reply(401, {{"WWW-Authenticate", "Basic realm=\"r\""}});
    };
    const auto told = [this](ConnectionOptions options) {
        options.insecure = true;
        const auto connection =
            Connection::open(*Reference::parse(server.host() + "/a/b:1"), std::move(options));
        return (*connection)->registry().ping().error().causes().back();
    };
    ConnectionOptions given;
    given.user = "alice";
    given.password = crypto::SecretText("s3cret");
    given.login_source = "WASH_REG_USER";
    EXPECT_EQ(told(std::move(given)), "asked as `alice` (from `WASH_REG_USER`)");
    ConnectionOptions hosts;
    hosts.variable = variables({{"WASMCLOUD_OCI_REGISTRY", server.host()},
                                {"WASMCLOUD_OCI_REGISTRY_USER", "bob"},
                                {"WASMCLOUD_OCI_REGISTRY_PASSWORD", "b0b"},
                                {"REGISTRY_AUTH_FILE", directory / "none"}});
    EXPECT_EQ(told(std::move(hosts)), "asked as `bob` (from `WASMCLOUD_OCI_REGISTRY_USER`)");
    EXPECT_EQ(told({}), "asked without credentials: none are known for this registry");
}

TEST_F(ConnectionTest, a_hosts_credentials_are_for_its_registry_only) {
    ConnectionOptions options;
    options.variable = variables({{"WASMCLOUD_OCI_REGISTRY", server.host()},
                                  {"WASMCLOUD_OCI_REGISTRY_USER", "alice"},
                                  {"WASMCLOUD_OCI_REGISTRY_PASSWORD", "s3cret"},
                                  {"REGISTRY_AUTH_FILE", directory / "none"}});
    EXPECT_EQ(shown(std::move(options)), alice);
    ConnectionOptions other;
    other.variable = variables({{"WASMCLOUD_OCI_REGISTRY", "ghcr.io"},
                                {"WASMCLOUD_OCI_REGISTRY_USER", "alice"},
                                {"WASMCLOUD_OCI_REGISTRY_PASSWORD", "s3cret"},
                                {"REGISTRY_AUTH_FILE", directory / "none"}});
    EXPECT_EQ(shown(std::move(other)), "nothing");
}

TEST_F(ConnectionTest, half_of_a_login_is_an_error) {
    ConnectionOptions options;
    options.user = "alice";
    EXPECT_EQ(shown(std::move(options)), "a user name without a password");
}

TEST(HostEnvironment, is_read_as_wasmcloud_hosts_read_it) {
    const auto found = HostEnvironment::read(
        variables({{"WASMCLOUD_OCI_ALLOW_LATEST", "true"},
                   {"WASMCLOUD_OCI_ALLOWED_INSECURE", "localhost:5000, reg.local,"},
                   {"OCI_REGISTRY", "old.example"},
                   {"OCI_REGISTRY_USER", "u"},
                   {"OCI_REGISTRY_PASSWORD", "p"}}));
    EXPECT_TRUE(found.allow_latest);
    EXPECT_THAT(found.insecure_hosts, ElementsAre("localhost:5000", "reg.local"));
    EXPECT_TRUE(found.allows_insecure("reg.local"));
    EXPECT_FALSE(found.allows_insecure("reg.loca"));
    EXPECT_EQ(found.registry, "old.example");
    EXPECT_EQ(found.credentials.user, "u");
    EXPECT_TRUE(HostEnvironment::read({}).insecure_hosts.empty());
}

TEST(HostEnvironment, counts_only_all_three) {
    const auto found = HostEnvironment::read(
        variables({{"WASMCLOUD_OCI_REGISTRY", "a.example"}, {"WASMCLOUD_OCI_REGISTRY_USER", "u"}}));
    EXPECT_EQ(found.registry, "");
    EXPECT_TRUE(found.credentials.anonymous());
}

} // namespace
} // namespace tenon::oci
