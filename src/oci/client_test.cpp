// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "oci/client.hpp"

#include "oci/test_client.hpp"

#include <fmt/core.h>

namespace tenon::oci {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr std::string_view empty_digest =
    "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

std::string image(std::string_view more = "") {
    return fmt::format(
        R"({{"config":{{"digest":"{}","mediaType":"a/config","size":2}},"layers":[],)"
        R"("mediaType":"{}","schemaVersion":2{}}})",
        empty_digest, media::image_manifest, more);
}
std::string subject(std::string_view digest) {
    return fmt::format(R"(,"subject":{{"digest":"{}","mediaType":"{}","size":7}})", digest,
                       media::image_manifest);
}

class ManifestTest : public ClientTest {};

TEST_F(ManifestTest, comes_by_tag_and_by_digest) {
    const auto digest =
        server.add_manifest("a/b", "1", image(), std::string(media::image_manifest));
    for (const auto& name : {std::string("1"), digest}) {
        const auto fetched = client().get_manifest("a/b", name);
        ASSERT_TRUE(fetched) << told(fetched);
        EXPECT_EQ(fetched->bytes, image());
        EXPECT_EQ(fetched->digest.text(), digest);
        EXPECT_EQ(fetched->manifest.config->media_type, "a/config");
    }
}

TEST_F(ManifestTest, asks_for_every_type_it_knows) {
    server.trouble = [](const Asked& asked) -> std::optional<Reply> {
        EXPECT_EQ(asked.field("Accept"),
                  "application/vnd.oci.image.manifest.v1+json, "
                  "application/vnd.oci.image.index.v1+json, "
                  "application/vnd.docker.distribution.manifest.v2+json, "
                  "application/vnd.docker.distribution.manifest.list.v2+json");
        return std::nullopt;
    };
    EXPECT_EQ(client().get_manifest("a/b", "1").error().code(), Errc::not_found);
}

TEST_F(ManifestTest, an_unknown_one_is_named) {
    EXPECT_EQ(told(client().get_manifest("a/b", "none")),
              fmt::format("not-found: registry `{}` does not give manifest `none` of `a/b`\n"
                          "because manifest unknown (MANIFEST_UNKNOWN)\nbecause status 404: not "
                          "found",
                          server.host()));
}

TEST_F(ManifestTest, other_bytes_than_its_digest_says_are_refused) {
    const auto digest =
        server.add_manifest("a/b", "1", image(), std::string(media::image_manifest));
    server.trouble = [](const Asked&) {
        return reply(200, {{"Content-Type", std::string(media::image_manifest)}}, image() + " ");
    };
    EXPECT_THAT(told(client().get_manifest("a/b", digest)), StartsWith("hash-mismatch: "));
    EXPECT_EQ(told(client().get_manifest("a/b", "1")), "fine"); // nothing was promised
}

TEST_F(ManifestTest, other_bytes_than_the_header_promises_are_refused) {
    server.trouble = [](const Asked&) {
        return reply(200,
                     {{"Content-Type", std::string(media::image_manifest)},
                      {"Docker-Content-Digest", std::string(empty_digest)}},
                     image());
    };
    EXPECT_THAT(told(client().get_manifest("a/b", "1")), StartsWith("hash-mismatch: "));
}

TEST_F(ManifestTest, broken_and_endless_ones_are_errors) {
    std::string body = "{x";
    bool endless = false;
    server.trouble = [&](const Asked&) {
        if (endless)
            return Reply{"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", true, true};
        return reply(200, {{"Content-Type", std::string(media::image_manifest)}}, body);
    };
    EXPECT_THAT(told(client().get_manifest("a/b", "1")), StartsWith("malformed: "));
    body = "[" + std::string(3'000'000, ' ') + "]";
    EXPECT_EQ(told(client().get_manifest("a/b", "1")), "invalid: a manifest must be an object");
    body = std::string(5'000'000, ' ');
    EXPECT_THAT(told(client().get_manifest("a/b", "1")), StartsWith("limit: "));
    endless = true;
    EXPECT_THAT(told(client().get_manifest("a/b", "1")), StartsWith("limit: "));
}

TEST_F(ManifestTest, parameters_of_its_type_do_not_matter) {
    server.trouble = [](const Asked&) {
        return reply(200,
                     {{"Content-Type", std::string(media::image_manifest) + "; charset=utf-8"}},
                     image());
    };
    EXPECT_EQ(told(client().get_manifest("a/b", "1")), "fine");
}

TEST_F(ManifestTest, head_gives_what_the_headers_say) {
    const auto digest =
        server.add_manifest("a/b", "1", image(), std::string(media::image_manifest));
    const auto head = client().head_manifest("a/b", "1");
    ASSERT_TRUE(head && *head) << told(head);
    EXPECT_EQ((*head)->digest.text(), digest);
    EXPECT_EQ((*head)->size, image().size());
    EXPECT_EQ((*head)->media_type, media::image_manifest);
    EXPECT_FALSE(*client().head_manifest("a/b", "2"));
    EXPECT_EQ(server.count("GET"), 0u);
}

TEST_F(ManifestTest, is_stored_under_its_type) {
    const auto digest = client().put_manifest("a/b", "1", image(), media::image_manifest);
    ASSERT_TRUE(digest) << told(digest);
    EXPECT_EQ(*digest, blob::Digest::of(as_bytes(image())));
    EXPECT_EQ(server.manifests["a/b:1"].bytes, image());
    EXPECT_EQ(server.manifests["a/b:1"].type, media::image_manifest);
}

TEST_F(ManifestTest, a_registry_that_stores_something_else_is_found_out) {
    server.trouble = [](const Asked&) {
        return reply(201, {{"Docker-Content-Digest", std::string(empty_digest)}});
    };
    EXPECT_THAT(told(client().put_manifest("a/b", "1", image(), media::image_manifest)),
                StartsWith("hash-mismatch: "));
}

class ReferrersTest : public ClientTest {
protected:
    std::string target = blob::Digest::of(as_bytes("the subject")).text();
    std::string tag = "sha256-" + target.substr(7);
    blob::Digest target_digest = blob::Digest::of(as_bytes("the subject"));
};

TEST_F(ReferrersTest, without_the_api_the_client_keeps_the_index) {
    const auto signature = image(subject(target));
    const auto digest =
        *client().put_manifest("a/b", "signature", signature, media::image_manifest);
    EXPECT_EQ(referrers_tag(target_digest), tag);
    EXPECT_EQ(server.manifests["a/b:" + tag].bytes,
              fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","manifests":[{{"mediaType":"{}",)"
                          R"("digest":"{}","size":{},"artifactType":"a/config"}}]}})",
                          media::image_index, media::image_manifest, digest.text(),
                          signature.size()));
    // Once more changes nothing.
    const auto puts = server.count("PUT");
    EXPECT_EQ(told(client().put_manifest("a/b", "signature", signature, media::image_manifest)),
              "fine");
    EXPECT_EQ(server.count("PUT"), puts + 1);

    auto found = client().referrers("a/b", target_digest);
    ASSERT_TRUE(found) << told(found);
    ASSERT_EQ(found->size(), 1u);
    EXPECT_EQ((*found)[0].digest, digest);
    EXPECT_EQ(client().referrers("a/b", target_digest, "a/config")->size(), 1u);
    EXPECT_EQ(client().referrers("a/b", target_digest, "other")->size(), 0u);

    EXPECT_EQ(told(client().delete_manifest("a/b", digest.text())), "fine");
    EXPECT_EQ(client().referrers("a/b", target_digest)->size(), 0u);
}

TEST_F(ReferrersTest, what_others_wrote_into_the_index_stays) {
    server.add_manifest(
        "a/b", tag,
        fmt::format(
            R"({{"schemaVersion":2,"x":1.50,"manifests":[{{"mediaType":"a/b","digest":"{}",)"
            R"("size":2,"data":"e30="}}]}})",
            empty_digest),
        std::string(media::image_index));
    EXPECT_EQ(
        told(client().put_manifest("a/b", "s", image(subject(target)), media::image_manifest)),
        "fine");
    EXPECT_THAT(
        server.manifests["a/b:" + tag].bytes,
        StartsWith(fmt::format(
            R"({{"schemaVersion":2,"x":1.50,"manifests":[{{"mediaType":"a/b","digest":"{}",)"
            R"("size":2,"data":"e30="}},{{)",
            empty_digest)));
}

TEST_F(ReferrersTest, with_the_api_the_client_keeps_nothing) {
    server.referrers_api = true;
    EXPECT_EQ(
        told(client().put_manifest("a/b", "s", image(subject(target)), media::image_manifest)),
        "fine");
    EXPECT_FALSE(server.manifests.contains("a/b:" + tag));
    EXPECT_THAT(*client().referrers("a/b", target_digest), IsEmpty());
}

TEST_F(ReferrersTest, an_empty_tag_means_none) {
    EXPECT_THAT(*client().referrers("a/b", target_digest), IsEmpty());
}

class TagsTest : public ClientTest {};

TEST_F(TagsTest, follow_the_links) {
    server.trouble = [](const Asked& asked) {
        if (asked.query().empty())
            return reply(200, {{"Link", "</v2/a/b/tags/list?last=2>; rel=\"next\""}},
                         R"({"name":"a/b","tags":["1","2"]})");
        return reply(200, {}, R"({"name":"a/b","tags":["3"]})");
    };
    EXPECT_THAT(*client().tags("a/b"), ElementsAre("1", "2", "3"));
    EXPECT_THAT(server.asked(),
                ElementsAre("GET /v2/a/b/tags/list", "GET /v2/a/b/tags/list?last=2"));
}

TEST_F(TagsTest, none_may_be_null) {
    server.trouble = [](const Asked&) { return reply(200, {}, R"({"tags":null})"); };
    EXPECT_THAT(*client().tags("a/b"), IsEmpty());
}

TEST_F(TagsTest, a_page_that_leads_to_itself_is_an_error) {
    server.trouble = [](const Asked& asked) {
        return reply(200, {{"Link", "<" + asked.target + ">; rel=next"}}, R"({"tags":["1"]})");
    };
    EXPECT_THAT(told(client().tags("a/b")), HasSubstr("as its own next one"));
}

TEST_F(TagsTest, other_json_is_an_error) {
    server.trouble = [](const Asked&) { return reply(200, {}, R"({"tags":[7]})"); };
    EXPECT_EQ(told(client().tags("a/b")), "invalid: a tag must be a string");
}

TEST(Link, next_is_found_among_others) {
    EXPECT_EQ(next_link(R"(</a>; rel="prev", </b?n=1>; rel="next")"), "/b?n=1");
    EXPECT_EQ(next_link("</a>; rel=\"prev\""), std::nullopt);
    EXPECT_EQ(next_link("/a"), std::nullopt);
    EXPECT_EQ(next_link("<"), std::nullopt);
    EXPECT_EQ(next_link(">; rel=next <"), std::nullopt);
}

} // namespace
} // namespace tenon::oci
