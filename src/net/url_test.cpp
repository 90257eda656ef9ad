// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// URLs against the examples of RFC 3986 section 5.4, and against what an attacker would write.
#include "net/url.hpp"

#include <gtest/gtest.h>

namespace tenon::net {
namespace {

Url url(std::string_view text) {
    auto parsed = Url::parse(text);
    EXPECT_TRUE(parsed) << text;
    return parsed ? *parsed : Url();
}

void expect_refused(std::string_view text, Errc code, std::string_view message) {
    const auto parsed = Url::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code(), code) << text;
    EXPECT_EQ(parsed.error().message(), message);
}

TEST(Url, has_scheme_host_port_path_and_query) {
    const auto full = url("http://Registry.Example:5000/v2/a%2Fb/?n=2&last=x#part");
    EXPECT_EQ(full.scheme, "http");
    EXPECT_EQ(full.host, "registry.example");
    EXPECT_EQ(full.port, 5000);
    EXPECT_EQ(full.path, "/v2/a%2Fb/");
    EXPECT_EQ(full.query, "n=2&last=x");
    EXPECT_EQ(full.target(), "/v2/a%2Fb/?n=2&last=x");
    EXPECT_EQ(full.text(), "http://registry.example:5000/v2/a%2Fb/?n=2&last=x");
}

TEST(Url, knows_the_schemes_ports_and_leaves_them_out) {
    EXPECT_EQ(url("http://a").port, 80);
    EXPECT_EQ(url("https://a").port, 443);
    EXPECT_EQ(url("HTTPS://a:443").text(), "https://a/");
    EXPECT_EQ(url("http://a:").port, 80);
    EXPECT_EQ(url("http://a:443/").authority(), "a:443");
    EXPECT_EQ(url("https://a?x=1").target(), "/?x=1");
}

TEST(Url, holds_ipv6_without_brackets_in_one_form) {
    const auto address = url("http://[2001:DB8:0:0::1]:8080/");
    EXPECT_EQ(address.host, "2001:db8::1");
    EXPECT_EQ(address.authority(), "[2001:db8::1]:8080");
    EXPECT_TRUE(address.same_origin(url("http://[2001:db8::0001]:8080/x")));
}

TEST(Url, escapes_bytes_beyond_ascii) {
    EXPECT_EQ(url("http://a/ü?ö").target(), "/%C3%BC?%C3%B6");
}

TEST(Url, refuses_other_schemes_and_relative_ones) {
    expect_refused("ftp://a/b", Errc::usage, "`ftp://a/b` is neither an `http` nor an `https` URL");
    expect_refused("localhost:5000/x", Errc::usage, "`localhost:5000/x` is not an absolute URL");
    expect_refused("/x", Errc::usage, "`/x` is not an absolute URL");
    expect_refused("http:/a", Errc::usage, "`http:/a` is not an absolute URL");
    expect_refused("", Errc::usage, "`` is not an absolute URL");
}

TEST(Url, refuses_passwords_without_repeating_them) {
    expect_refused("http://user:geheim@host/", Errc::usage,
                   "a URL must not hold a user name or password");
    expect_refused("http://user:geheim@host:99999/", Errc::usage,
                   "a URL must not hold a user name or password");
    expect_refused("ftp://user:geheim@host/", Errc::usage,
                   "the URL is neither an `http` nor an `https` URL");
    expect_refused("http://user:ge heim@host/", Errc::malformed,
                   "the URL holds a blank or control character");
}

TEST(Url, refuses_what_would_end_a_request_line) {
    const std::string_view texts[] = {
        "http://a/b c", "http://a/\r\nX: y", "http://a/\t", "http://a/\x7f", {"http://a/\0", 10}};
    for (const auto text : texts) {
        const auto parsed = Url::parse(text);
        ASSERT_FALSE(parsed);
        EXPECT_EQ(parsed.error().code(), Errc::malformed);
    }
    EXPECT_EQ(Url::parse("http://a/b c").error().offset(), 10u);
}

TEST(Url, refuses_bad_hosts_and_ports) {
    expect_refused("http:///x", Errc::malformed, "`http:///x` has no host");
    expect_refused("http://a%41/", Errc::malformed, "`http://a%41/` has a bad host");
    expect_refused("http://ü/", Errc::malformed, "`http://ü/` has a bad host");
    expect_refused("http://a\\b/", Errc::malformed, "`http://a\\b/` has a bad host");
    expect_refused("http://[::1/", Errc::malformed, "`http://[::1/` has a bad host");
    expect_refused("http://[::1]x/", Errc::malformed, "`http://[::1]x/` has a bad host");
    expect_refused("http://[1.2.3.4]/", Errc::malformed,
                   "`http://[1.2.3.4]/` has a bad IPv6 address in its brackets");
    expect_refused("http://[fe80::1%25eth0]/", Errc::malformed,
                   "`http://[fe80::1%25eth0]/` has a bad IPv6 address in its brackets");
    for (const std::string_view port : {"65536", "0", "-1", "+1", "80x", "1:2", "4294967376"})
        EXPECT_EQ(Url::parse(std::string("http://a:").append(port)).error().code(), Errc::malformed)
            << port;
    EXPECT_EQ(Url::parse("http://a/" + std::string(20'000, 'x')).error().code(), Errc::limit);
    EXPECT_EQ(Url::parse("http://" + std::string(256, 'x')).error().code(), Errc::malformed);
}

TEST(Url, has_an_origin) {
    EXPECT_TRUE(url("http://a/x").same_origin(url("http://A:80/y?z")));
    EXPECT_FALSE(url("http://a/").same_origin(url("https://a/")));
    EXPECT_FALSE(url("http://a/").same_origin(url("http://a:81/")));
    EXPECT_FALSE(url("http://a/").same_origin(url("http://b/")));
}

// https://www.rfc-editor.org/rfc/rfc3986.html#section-5.4
TEST(Url, resolves_the_examples_of_rfc_3986) {
    const auto from = url("http://a/b/c/d;p?q");
    const std::pair<std::string_view, std::string_view> examples[] = {
        {"g", "http://a/b/c/g"},
        {"./g", "http://a/b/c/g"},
        {"g/", "http://a/b/c/g/"},
        {"/g", "http://a/g"},
        {"//g", "http://g/"},
        {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"},
        {"#s", "http://a/b/c/d;p?q"},
        {"g#s", "http://a/b/c/g"},
        {"g?y#s", "http://a/b/c/g?y"},
        {";x", "http://a/b/c/;x"},
        {"g;x", "http://a/b/c/g;x"},
        {"g;x?y#s", "http://a/b/c/g;x?y"},
        {"", "http://a/b/c/d;p?q"},
        {".", "http://a/b/c/"},
        {"./", "http://a/b/c/"},
        {"..", "http://a/b/"},
        {"../", "http://a/b/"},
        {"../g", "http://a/b/g"},
        {"../..", "http://a/"},
        {"../../", "http://a/"},
        {"../../g", "http://a/g"},
        {"../../../g", "http://a/g"},
        {"../../../../g", "http://a/g"},
        {"/./g", "http://a/g"},
        {"/../g", "http://a/g"},
        {"g.", "http://a/b/c/g."},
        {".g", "http://a/b/c/.g"},
        {"g..", "http://a/b/c/g.."},
        {"..g", "http://a/b/c/..g"},
        {"./../g", "http://a/b/g"},
        {"./g/.", "http://a/b/c/g/"},
        {"g/./h", "http://a/b/c/g/h"},
        {"g/../h", "http://a/b/c/h"},
        {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
        {"g;x=1/../y", "http://a/b/c/y"},
        {"g?y/./x", "http://a/b/c/g?y/./x"},
        {"g?y/../x", "http://a/b/c/g?y/../x"},
        {"https://h:1/x/../y", "https://h:1/y"},
        {"//h:1/x?z", "http://h:1/x?z"},
    };
    for (const auto& [reference, expected] : examples) {
        const auto resolved = from.resolve(reference);
        ASSERT_TRUE(resolved) << reference;
        EXPECT_EQ(resolved->text(), expected) << reference;
    }
}

TEST(Url, does_not_resolve_to_other_schemes_or_passwords) {
    const auto from = url("http://a/b");
    EXPECT_EQ(from.resolve("file:///etc/passwd").error().code(), Errc::usage);
    EXPECT_EQ(from.resolve("http:g").error().code(), Errc::usage);
    EXPECT_EQ(from.resolve("//u:p@b/").error().code(), Errc::usage);
    EXPECT_EQ(from.resolve("/x\ny").error().code(), Errc::malformed);
}

TEST(Query, gives_decoded_pairs_in_order) {
    const auto pairs = parse_query("digest=sha256%3aab&flag&&n=+1&=x&a=b=c");
    ASSERT_TRUE(pairs);
    ASSERT_EQ(pairs->size(), 5u);
    EXPECT_EQ((*pairs)[0].name, "digest");
    EXPECT_EQ((*pairs)[0].value, "sha256:ab");
    EXPECT_EQ((*pairs)[1].name, "flag");
    EXPECT_EQ((*pairs)[1].value, "");
    EXPECT_EQ((*pairs)[2].value, "+1");
    EXPECT_EQ((*pairs)[3].name, "");
    EXPECT_EQ((*pairs)[4].value, "b=c");
    EXPECT_TRUE(parse_query("")->empty());
}

TEST(Query, refuses_bad_escapes_at_their_place) {
    const auto pairs = parse_query("a=b&c=d%4");
    ASSERT_FALSE(pairs);
    EXPECT_EQ(pairs.error().code(), Errc::malformed);
    EXPECT_EQ(pairs.error().offset(), 7u);
    EXPECT_EQ(parse_query("a&%x0=1").error().offset(), 2u);
}

TEST(Percent, decodes_what_it_encodes) {
    EXPECT_EQ(percent_encode("a b/c~ü"), "a%20b%2Fc~%C3%BC");
    EXPECT_EQ(percent_encode("a b/c:", "/:"), "a%20b/c:");
    EXPECT_EQ(percent_decode("a%20b%2fc"), "a b/c");
    EXPECT_EQ(percent_decode("%").error().offset(), 0u);
    EXPECT_EQ(percent_decode("ab%2g").error().offset(), 2u);
}

TEST(Endpoint, reads_addresses_and_sockets) {
    const auto parse = [](std::string_view text) { return Endpoint::parse(text).value(); };
    EXPECT_EQ(parse("127.0.0.1:5000").host, "127.0.0.1");
    EXPECT_EQ(parse("127.0.0.1:5000").port, 5000);
    EXPECT_EQ(parse("[0:0::1]:0").host, "::1");
    EXPECT_EQ(parse("[::1]:80").text(), "[::1]:80");
    EXPECT_EQ(parse("LOCALHOST:1").text(), "localhost:1");
    EXPECT_EQ(parse(":5000").text(), "[::]:5000");
    EXPECT_EQ(parse("unix:/run/a:b").path, "/run/a:b");
    EXPECT_EQ(parse("unix:/run/a:b").text(), "unix:/run/a:b");
    EXPECT_EQ(parse("unix:" + std::string(107, 'x')).path.size(), 107u);
}

TEST(Endpoint, refuses_the_rest_as_usage) {
    for (const std::string_view text :
         {"", "5000", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "example.com:80", "::1:80",
          "[::1]", "[::1]80", "[x]:80", "127.1:80", "unix:", "1.2.3.4.5:80", "a b:1"})
        EXPECT_EQ(Endpoint::parse(text).error().code(), Errc::usage) << text;
    EXPECT_EQ(Endpoint::parse("unix:" + std::string(108, 'x')).error().code(), Errc::usage);
    EXPECT_EQ(Endpoint::parse("127.0.0.1").error().message(),
              "`127.0.0.1` is not an address to listen on: the port is missing");
}

TEST(Endpoint, knows_loopback) {
    for (const std::string_view text :
         {"127.0.0.1:1", "127.9.8.7:1", "[::1]:1", "localhost:1", "unix:x"})
        EXPECT_TRUE(Endpoint::parse(text)->loopback()) << text;
    for (const std::string_view text : {":1", "0.0.0.0:1", "[::]:1", "10.0.0.1:1", "[::2]:1"})
        EXPECT_FALSE(Endpoint::parse(text)->loopback()) << text;
}

} // namespace
} // namespace tenon::net
