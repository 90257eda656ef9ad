// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which proxy a URL goes through: the cases of golang.org/x/net/http/httpproxy's own test, and the
// environment as curl reads it.
#include "net/proxy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

namespace tenon::net {
namespace {

Proxies environment(const std::map<std::string, std::string, std::less<>>& variables) {
    return Proxies::from_environment([&](std::string_view name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
}

std::optional<Proxy> proxy_of(const Proxies& proxies, std::string_view url) {
    return proxy_for(proxies, Url::parse(url).value()).value();
}

bool uses_proxy(std::string_view none, std::string_view host) {
    return proxy_of({"proxy:3128", {}, std::string(none)}, "http://" + std::string(host) + "/")
        .has_value();
}

TEST(Proxies, except_as_go_does) {
    const std::string_view none =
        "foobar.com, .barbaz.net, 192.168.1.1, 192.168.1.2:81, 192.168.1.3:80, 10.0.0.0/30, "
        "2001:db8::52:0:1, [2001:db8::52:0:2]:443, [2001:db8::52:0:3]:80, 2002:db8:a::45/64";
    const std::pair<std::string_view, bool> cases[] = {
        {"localhost", false},
        {"127.0.0.1", false},
        {"127.0.0.2", false},
        {"[::1]", false},
        {"[::2]", true},
        {"192.168.1.1", false},
        {"192.168.1.2", true},
        {"192.168.1.3", false},
        {"192.168.1.4", true},
        {"10.0.0.2", false},
        {"10.0.0.4", true},
        {"[2001:db8::52:0:1]", false},
        {"[2001:db8::52:0:2]", true},
        {"[2001:db8::52:0:3]", false},
        {"[2002:db8:a::123]", false},
        {"[fe80::424b:c8be:1643:a1b6]", true},
        {"barbaz.net", true},
        {"www.barbaz.net", false},
        {"foobar.com", false},
        {"www.foobar.com", false},
        {"foofoobar.com", true},
        {"baz.com", true},
        {"localhost.net", true},
        {"local.localhost", true},
        {"barbarbaz.net", true},
    };
    for (const auto& [host, expected] : cases)
        EXPECT_EQ(uses_proxy(none, host), expected) << host;
}

TEST(Proxies, except_everything_with_a_star_and_nothing_with_nothing) {
    EXPECT_FALSE(uses_proxy("*", "a.b"));
    EXPECT_FALSE(uses_proxy("x, * ", "a.b"));
    EXPECT_TRUE(uses_proxy("", "a.b"));
    EXPECT_TRUE(uses_proxy(" , ,", "a.b"));
    EXPECT_FALSE(uses_proxy("*.b", "a.b"));
    EXPECT_TRUE(uses_proxy("*.b", "b"));
    EXPECT_FALSE(uses_proxy("A.B:80", "a.b"));
    EXPECT_TRUE(uses_proxy("a.b:81", "a.b"));
}

TEST(Proxies, pass_over_exceptions_that_make_no_sense) {
    for (const auto* entry :
         {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "/8", "::/129", "[::2", ":80"})
        EXPECT_TRUE(uses_proxy(entry, "10.0.0.1")) << entry;
    EXPECT_FALSE(uses_proxy("0.0.0.0/0", "10.0.0.1"));
    EXPECT_TRUE(uses_proxy("::/0", "10.0.0.1"));
    EXPECT_FALSE(uses_proxy("10.128.0.0/9", "10.129.0.1"));
    EXPECT_TRUE(uses_proxy("10.128.0.0/9", "10.127.0.1"));
}

TEST(Proxies, come_from_the_environment_lower_case_first) {
    const auto proxies = environment({{"http_proxy", "a:1"},
                                      {"HTTP_PROXY", "b:1"},
                                      {"HTTPS_PROXY", "c:1"},
                                      {"ALL_PROXY", "d:1"},
                                      {"NO_PROXY", "x"}});
    EXPECT_EQ(proxies.http, "a:1");
    EXPECT_EQ(proxies.https, "c:1");
    EXPECT_EQ(proxies.none, "x");
    const auto all = environment({{"HTTP_PROXY", "b:1"}, {"all_proxy", "d:1"}});
    EXPECT_EQ(all.http, "b:1");
    EXPECT_EQ(all.https, "d:1");
    EXPECT_EQ(environment({}).http, "");
}

TEST(Proxies, do_not_come_from_a_cgi_clients_header) {
    EXPECT_EQ(environment({{"HTTP_PROXY", "evil:1"}, {"REQUEST_METHOD", "GET"}}).http, "");
    EXPECT_EQ(environment({{"http_proxy", "good:1"}, {"REQUEST_METHOD", "GET"}}).http, "good:1");
}

TEST(Proxies, are_chosen_by_scheme) {
    const Proxies proxies{"a:1", "b:2", {}};
    EXPECT_EQ(proxy_of(proxies, "http://x/")->authority(), "a:1");
    EXPECT_EQ(proxy_of(proxies, "https://x/")->authority(), "b:2");
    EXPECT_FALSE(proxy_of({{}, "b:2", {}}, "http://x/"));
}

TEST(Proxy, has_host_port_and_credentials) {
    const auto proxy = [](std::string_view text) {
        return proxy_of({std::string(text), {}, {}}, "http://x/").value();
    };
    EXPECT_EQ(proxy("http://proxy:8080/ignored").authority(), "proxy:8080");
    EXPECT_EQ(proxy("proxy").authority(), "proxy:80");
    EXPECT_EQ(proxy("http://[::9]:1").authority(), "[::9]:1");
    EXPECT_EQ(proxy("proxy").authorization, "");
    // RFC 7617 section 2.
    EXPECT_EQ(proxy("http://Aladdin:open%20sesame@p:1").authorization,
              "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    EXPECT_EQ(proxy("user@p:1").authorization, "Basic dXNlcjo=");
    EXPECT_EQ(proxy("a:b@c@p:1").authorization, "Basic YTpiQGM=");
}

TEST(Proxy, is_refused_without_showing_its_password) {
    for (const auto* text : {"https://user:geheim@p:1", "socks5://p:1", "http://user:geheim@:1",
                             "http://user:geheim@p:x", "http://user:gehe%zzim@p:1", "a b"}) {
        const auto proxy = proxy_for({text, {}, {}}, Url::parse("http://x/").value());
        ASSERT_FALSE(proxy) << text;
        EXPECT_EQ(proxy.error().code(), Errc::config);
        EXPECT_THAT(proxy.error().message(), testing::StartsWith("the proxy's address has"));
        EXPECT_THAT(proxy.error().message(), testing::Not(testing::HasSubstr("gehe")));
    }
}

} // namespace
} // namespace tenon::net
