// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/host_guard.hpp"

#include <gtest/gtest.h>

namespace tenon::registry {
namespace {

using Fields = std::vector<net::Field>;

std::string refusal(const HostGuard& guard, const std::string& method, const Fields& fields) {
    net::ServerRequest request;
    request.method = method;
    request.target = "/v2/";
    for (const auto& field : fields)
        request.headers.add(field.name, field.value);
    return guard.refuse(request).value_or("");
}

TEST(HostGuard, knows_the_names_of_this_machine) {
    const HostGuard guard({"host.docker.internal", "Registry.Local:5000"});
    for (const auto* host : {"localhost", "localhost:5000", "LOCALHOST:5000", "localhost.",
                             "a.localhost:1", "127.0.0.1", "127.0.0.1:5000", "127.255.0.9:80",
                             "[::1]", "[::1]:5000", "host.docker.internal:5000", "registry.local"})
        EXPECT_EQ(refusal(guard, "GET", {{"Host", host}}), "") << host;
    EXPECT_EQ(refusal(guard, "PUT", {}), ""); // HTTP/1.0; no browser
}

TEST(HostGuard, refuses_names_that_strangers_can_make_resolve_to_it) {
    const HostGuard guard({"host.docker.internal"});
    for (const auto* host :
         {"evil.example", "evil.example:5000", "127.0.0.1.evil.example", "localhost.evil.example",
          "notlocalhost", "host.docker.internal.evil.example", "[::2]", "128.0.0.1", "0.0.0.0",
          "127.1", "", "localhost@evil.example", "localhost:5000@evil.example", "127.0.0.1:x",
          "a b"})
        for (const auto* method : {"GET", "HEAD", "PUT", "DELETE"})
            EXPECT_NE(refusal(guard, method, {{"Host", host}}), "") << host;
    EXPECT_EQ(refusal(guard, "GET", {{"Host", "Evil.example:5000"}}),
              "this registry is not called `evil.example`; its owner can allow the name with "
              "`--allow-host`");
    // What a proxy says it was called can be said by anybody.
    EXPECT_NE(
        refusal(guard, "PUT", {{"Host", "evil.example"}, {"X-Forwarded-Host", "localhost:5000"}}),
        "");
}

TEST(HostGuard, nonsense_is_no_name_and_lets_nobody_in) {
    for (const std::string name : {"", "*", "my host", "https://reg.local", "a/b", "a!b.example"})
        EXPECT_FALSE(HostGuard::is_name(name)) << name;
    for (const std::string name : {"reg.local", "reg_1.local:5000", "10.0.0.7", "[fe80::1]:80"})
        EXPECT_TRUE(HostGuard::is_name(name)) << name;
    const HostGuard guard({"*", ""});
    EXPECT_NE(refusal(guard, "GET", {{"Host", "a!b.example"}}), "");
    EXPECT_EQ(refusal(guard, "GET", {{"Host", "[::ffff:127.0.0.1]:5000"}}), "");
}

TEST(HostGuard, lets_no_page_of_another_site_change_anything) {
    for (const auto& guard : {HostGuard(), HostGuard(std::vector<std::string>())}) {
        const auto from = [&](const char* method, const char* origin) {
            return refusal(guard, method, {{"Host", "localhost:5000"}, {"Origin", origin}});
        };
        for (const auto* method : {"PUT", "POST", "PATCH", "DELETE"}) {
            for (const auto* origin :
                 {"http://evil.example", "http://localhost", "http://localhost:5001",
                  "http://127.0.0.1:5000", "null", ""})
                EXPECT_EQ(from(method, origin),
                          "pages of other sites must not change this registry")
                    << method << " " << origin;
            EXPECT_EQ(from(method, "http://localhost:5000"), "");
        }
        // Without our leave their pages cannot read the answer.
        EXPECT_EQ(from("GET", "http://evil.example"), "");
    }
}

TEST(HostGuard, takes_the_default_port_of_the_origins_scheme) {
    const HostGuard guard;
    const auto put = [&](const char* host, const char* origin) {
        return refusal(guard, "PUT", {{"Host", host}, {"Origin", origin}});
    };
    EXPECT_EQ(put("registry.example", "https://registry.example"), "");
    EXPECT_EQ(put("registry.example:443", "https://registry.example"), "");
    EXPECT_EQ(put("registry.example", "http://registry.example:80"), "");
    EXPECT_NE(put("registry.example", "http://registry.example:443"), "");
}

TEST(HostGuard, asks_for_no_name_where_something_else_protects) {
    EXPECT_EQ(refusal(HostGuard(), "PUT", {{"Host", "registry.example"}}), "");
}

} // namespace
} // namespace tenon::registry
