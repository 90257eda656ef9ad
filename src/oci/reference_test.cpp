// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "oci/reference.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace tenon::oci {
namespace {

constexpr std::string_view digest =
    "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

/// `HOST | REPOSITORY | TAG | DIGEST`, or the error as `code offset: message`.
std::string parts(std::string_view text) {
    const auto reference = Reference::parse(text);
    if (!reference)
        return fmt::format("{} {}: {}", errc_name(reference.error().code()),
                           reference.error().offset().value_or(9999), reference.error().message());
    return fmt::format("{} | {} | {} | {}", reference->host, reference->repository,
                       reference->tag.value_or("-"),
                       reference->digest ? reference->digest->text() : "-");
}

TEST(Reference, splits_host_repository_and_tag) {
    EXPECT_EQ(parts("ghcr.io/wasmcloud/http:0.27.0"), "ghcr.io | wasmcloud/http | 0.27.0 | -");
}

TEST(Reference, puts_nothing_in_for_a_missing_tag) {
    EXPECT_EQ(parts("ghcr.io/a"), "ghcr.io | a | - | -");
    EXPECT_EQ(Reference::parse("ghcr.io/a")->manifest_name(), "latest");
}

TEST(Reference, takes_ports_for_ports_and_tags_for_tags) {
    EXPECT_EQ(parts("localhost:5000/a/b"), "localhost:5000 | a/b | - | -");
    EXPECT_EQ(parts("127.0.0.1:5000/a/b:1"), "127.0.0.1:5000 | a/b | 1 | -");
    EXPECT_EQ(parts("[::1]:5000/a:Tag_1.2-3"), "[::1]:5000 | a | Tag_1.2-3 | -");
    EXPECT_EQ(parts("[::1]/a"), "[::1] | a | - | -");
}

TEST(Reference, finds_docker_hub_behind_names_without_a_host) {
    EXPECT_EQ(parts("busybox:1"), "docker.io | library/busybox | 1 | -");
    EXPECT_EQ(parts("acme/echo"), "docker.io | acme/echo | - | -");
    EXPECT_EQ(parts("docker.io/busybox"), "docker.io | library/busybox | - | -");
    EXPECT_EQ(parts("index.docker.io/acme/echo"), "docker.io | acme/echo | - | -");
    EXPECT_EQ(Reference::parse("busybox")->api_host(), "registry-1.docker.io");
    EXPECT_EQ(Reference::parse("ghcr.io/a")->api_host(), "ghcr.io");
}

TEST(Reference, a_digest_wins_over_the_tag) {
    const auto reference = Reference::parse(fmt::format("ghcr.io/a/b:1@{}", digest));
    ASSERT_TRUE(reference);
    EXPECT_EQ(reference->manifest_name(), digest);
    EXPECT_EQ(reference->text(), fmt::format("ghcr.io/a/b:1@{}", digest));
}

TEST(Reference, writes_the_host_in_lower_case) {
    EXPECT_EQ(parts("GHCR.io/a:B"), "ghcr.io | a | B | -");
}

TEST(Reference, errors_point_at_the_part_that_is_wrong) {
    EXPECT_EQ(parts("ghcr.io/Acme/echo:1"), "usage 8: `Acme/echo` is no repository name");
    EXPECT_EQ(parts("ghcr.io/a:.1"), "usage 10: `.1` is no tag");
    EXPECT_EQ(parts("ghcr.io/a:"), "usage 10: the tag is missing");
    EXPECT_EQ(parts("ghcr.io/:1"), "usage 8: the repository is missing");
    EXPECT_EQ(parts("ghcr.io:99999/a"), "usage 8: `99999` is no port number");
    EXPECT_EQ(parts("ghcr.io:/a"), "usage 8: `` is no port number");
    EXPECT_EQ(parts("-x.io/a"), "usage 0: `-x.io` is no host name or address");
    EXPECT_EQ(parts("a..b/c"), "usage 0: `a..b` is no host name or address");
    EXPECT_EQ(parts("[::1/a"), "usage 0: `[:` is no host name or address");
    EXPECT_EQ(parts("ghcr.io/a@sha256:00"), "usage 10: `sha256:00` is no digest");
    EXPECT_EQ(parts("https://ghcr.io/a"), "usage 0: a reference has no scheme");
    EXPECT_EQ(parts(""), "usage 9999: a reference cannot be empty");
    EXPECT_EQ(parts("ghcr.io/../a"), "usage 8: `../a` is no repository name");
    EXPECT_EQ(parts("ghcr.io/a b"), "usage 8: `a b` is no repository name");
    EXPECT_EQ(parts("ghcr.io/a//b"), "usage 8: `a//b` is no repository name");
}

TEST(Reference, upper_case_is_answered_with_the_lower) {
    const auto reference = Reference::parse("ghcr.io/Acme/echo");
    ASSERT_FALSE(reference);
    EXPECT_EQ(reference.error().helps()[0], "repository names are in lower case: `acme/echo`");
}

TEST(Reference, refuses_endless_text) {
    EXPECT_EQ(parts(std::string(5000, 'a')),
              "limit 9999: a reference of 5000 characters is too long (at most 1024)");
    EXPECT_EQ(parts("x.io/" + std::string(256, 'a')),
              "usage 5: a repository name has at most 255 characters, this one 256");
}

TEST(Reference, repository_grammar) {
    for (const auto* good : {"a", "a/b", "a.b", "a_b", "a__b", "a-b", "a---b", "0", "a1/b2/c3"})
        EXPECT_TRUE(is_repository(good)) << good;
    for (const auto* bad : {"", "/", "a/", "/a", "a//b", ".a", "a.", "a..b", "a___b", "a_.b",
                            "a-_b", "a._b", "A", "a b", "a:b", "-", "_oci", "a/_oci", "\xc3\xa4"})
        EXPECT_FALSE(is_repository(bad)) << bad;
    EXPECT_TRUE(is_repository(std::string(255, 'a')));
    EXPECT_FALSE(is_repository(std::string(256, 'a')));
}

TEST(Reference, tag_grammar) {
    for (const auto* good : {"1", "latest", "_a", "A.b-c_d", "0.1.0-rc.1"})
        EXPECT_TRUE(is_tag(good)) << good;
    for (const auto* bad : {"", ".a", "-a", "a:b", "a/b", "a+b", "a b"})
        EXPECT_FALSE(is_tag(bad)) << bad;
    EXPECT_TRUE(is_tag(std::string(128, 't')));
    EXPECT_FALSE(is_tag(std::string(129, 't')));
}

} // namespace
} // namespace tenon::oci
