// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the OCI conformance suite asks of manifests, tags and referrers, for every kind of content
// that it knows.
#include "registry/test_client.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

namespace tenon::registry {
namespace {

using blob::Algorithm;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string manifest_type(oci::media::image_manifest);
const std::string index_type(oci::media::image_index);
constexpr const char* config_type = "application/vnd.oci.image.config.v1+json";
constexpr const char* layer_type = "application/vnd.oci.image.layer.v1.tar+gzip";

/// A manifest of some kind, and what it needs.
struct Piece {
    std::string bytes;
    std::string type;
};
struct Kind {
    const char* name;
    /// In the order of pushing; the last one gets the tag.
    std::function<std::vector<Piece>(TestRegistry&, Algorithm)> make;
};

std::string pushed(TestRegistry& registry, Algorithm algorithm, const char* type,
                   const std::string& content, std::string_view more = {}) {
    return descriptor(type, registry.push("a/b", content, algorithm), content.size(), more);
}
std::string named(const Piece& piece, Algorithm algorithm, std::string_view more = {}) {
    return descriptor(piece.type, digest_of(piece.bytes, algorithm), piece.bytes.size(), more);
}
Piece an_image(TestRegistry& registry, Algorithm algorithm, std::uint32_t seed = 1,
               std::string_view more = {}) {
    return {image(pushed(registry, algorithm, config_type, fmt::format("{{\"n\":{}}}", seed)),
                  pushed(registry, algorithm, layer_type, noise(100, seed)) + "," +
                      pushed(registry, algorithm, layer_type, noise(101, seed)),
                  more),
            manifest_type};
}
Piece an_artifact(TestRegistry& registry, Algorithm algorithm, std::string_view layers,
                  std::string_view more = {}) {
    return {image(pushed(registry, algorithm, "application/vnd.oci.empty.v1+json", "{}"),
                  std::string(layers),
                  fmt::format(R"(,"artifactType":"application/vnd.example+type"{})", more)),
            manifest_type};
}

const Kind kinds[] = {
    {"image", [](auto& r, auto a) { return std::vector{an_image(r, a)}; }},
    {"uncompressed_layers",
     [](auto& r, auto a) {
         return std::vector{
             Piece{image(pushed(r, a, config_type, "{}"),
                         pushed(r, a, "application/vnd.oci.image.layer.v1.tar", noise(300))),
                   manifest_type}};
     }},
    {"large_manifest",
     [](auto& r, auto a) {
         const auto filler =
             fmt::format(R"(,"annotations":{{"k":"{}"}})", std::string(200'000, 'x'));
         return std::vector{an_image(r, a, 1, filler)};
     }},
    {"index",
     [](auto& r, auto a) {
         std::vector pieces{an_image(r, a, 1), an_image(r, a, 2)};
         pieces.push_back(
             {index_of(named(pieces[0], a, R"(,"platform":{"os":"linux","architecture":"amd64"})") +
                       "," + named(pieces[1], a)),
              index_type});
         return pieces;
     }},
    {"nested_index",
     [](auto& r, auto a) {
         std::vector pieces{an_image(r, a, 1)};
         pieces.push_back({index_of(named(pieces[0], a)), index_type});
         pieces.push_back({index_of(named(pieces[1], a)), index_type});
         return pieces;
     }},
    {"empty_index", [](auto&, auto) { return std::vector{Piece{index_of(""), index_type}}; }},
    {"sparse_index",
     [](auto& r, auto a) {
         std::vector pieces{an_image(r, a, 1)};
         pieces.push_back({index_of(named(pieces[0], a) + "," +
                                    descriptor(manifest_type, digest_of("no", a), 2)),
                           index_type});
         return pieces;
     }},
    {"artifact",
     [](auto& r, auto a) {
         return std::vector{an_artifact(r, a, pushed(r, a, "application/x", noise(50)))};
     }},
    {"artifact_index",
     [](auto& r, auto a) {
         std::vector pieces{an_artifact(r, a, pushed(r, a, "application/x", noise(50)))};
         pieces.push_back(
             {index_of(named(pieces[0], a), R"(,"artifactType":"application/vnd.example.list")"),
              index_type});
         return pieces;
     }},
    {"artifact_without_layers", [](auto& r, auto a) { return std::vector{an_artifact(r, a, "")}; }},
    {"artifact_with_subject",
     [](auto& r, auto a) {
         std::vector pieces{an_image(r, a)};
         pieces.push_back(an_artifact(r, a, "", ",\"subject\":" + named(pieces[0], a)));
         return pieces;
     }},
    {"index_with_subject",
     [](auto& r, auto a) {
         std::vector pieces{an_image(r, a)};
         pieces.push_back({index_of("", ",\"subject\":" + named(pieces[0], a)), index_type});
         return pieces;
     }},
    {"missing_subject",
     [](auto& r, auto a) {
         return std::vector{an_artifact(
             r, a, "", ",\"subject\":" + descriptor(manifest_type, digest_of("none", a), 4))};
     }},
    {"data_field",
     [](auto& r, auto a) {
         return std::vector{
             Piece{image(pushed(r, a, config_type, "{}", R"(,"data":"e30=")"), ""), manifest_type}};
     }},
    {"nondistributable_layers",
     [](auto& r, auto a) {
         return std::vector{Piece{
             image(pushed(r, a, config_type, "{}"),
                   descriptor("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
                              digest_of("elsewhere", a), 9, R"(,"urls":["https://example.com"])")),
             manifest_type}};
     }},
    {"custom_fields",
     [](auto& r, auto a) {
         return std::vector{
             an_image(r, a, 1, R"(,"org.example.email":"a@b","nested":{"deep":[1,{"x":null}]})")};
     }},
    {"no_layers",
     [](auto& r, auto a) {
         return std::vector{Piece{image(pushed(r, a, config_type, "{}"), ""), manifest_type}};
     }},
};

class ManifestApi : public testing::TestWithParam<std::tuple<const char*, Algorithm, std::size_t>> {
protected:
    ManifestApi() : registry_(std::get<0>(GetParam())) {}
    TestRegistry registry_;
};
INSTANTIATE_TEST_SUITE_P(Both, ManifestApi,
                         testing::Combine(testing::Values("disk", "memory"),
                                          testing::Values(Algorithm::sha256, Algorithm::sha512),
                                          testing::Range(std::size_t{0}, std::size(kinds))),
                         [](const auto& given) {
                             return fmt::format("{}_{}_{}", kinds[std::get<2>(given.param)].name,
                                                std::get<0>(given.param),
                                                blob::algorithm_name(std::get<1>(given.param)));
                         });

void expect_manifest(const Answer& answer, const Piece& piece, const blob::Digest& digest,
                     bool head = false) {
    EXPECT_EQ(answer.status, 200) << answer.body.substr(0, 200);
    EXPECT_EQ(answer.header("Content-Type"), piece.type);
    EXPECT_EQ(answer.header("Content-Length"), std::to_string(piece.bytes.size()));
    EXPECT_EQ(answer.header("Docker-Content-Digest"), digest.text());
    EXPECT_TRUE(head || answer.body == piece.bytes);
}

TEST_P(ManifestApi, is_pushed_listed_pulled_and_deleted) {
    const auto& [shelf, algorithm, kind] = GetParam();
    auto& client = registry_.client;
    const auto pieces = kinds[kind].make(registry_, algorithm);
    for (const auto& piece : pieces) {
        const auto digest = digest_of(piece.bytes, algorithm);
        const auto url = "/v2/a/b/manifests/" + digest.text();
        const bool last = &piece == &pieces.back();
        // Tags of manifests with another algorithm come along as parameters.
        const auto answer =
            client.put(url + (last ? "?tag=v1&tag=v2" : ""), piece.bytes, piece.type);
        ASSERT_EQ(answer.status, 201) << answer.body;
        EXPECT_EQ(answer.header("Docker-Content-Digest"), digest.text());
        EXPECT_EQ(answer.header("Content-Length"), "0");
        if (last) {
            EXPECT_THAT(answer.headers.all("OCI-Tag"), ElementsAre("v1", "v2"));
        }
        const auto manifest = oci::parse_manifest(piece.bytes, piece.type, "manifest").value();
        EXPECT_EQ(answer.header("OCI-Subject"),
                  manifest.subject ? manifest.subject->digest.text() : "(none)");
        expect_manifest(client.get(answer.header("Location")), piece, digest);
        expect_manifest(client.head(url), piece, digest, true);
    }
    const auto& top = pieces.back();
    const auto digest = digest_of(top.bytes, algorithm);
    expect_manifest(client.get("/v2/a/b/manifests/v1"), top, digest);
    expect_manifest(client.head("/v2/a/b/manifests/v2"), top, digest, true);
    EXPECT_THAT(client.get("/v2/a/b/tags/list").body, HasSubstr(R"("tags":["v1","v2"])"));

    EXPECT_EQ(client.drop("/v2/a/b/manifests/v1").status, 202);
    EXPECT_EQ(client.head("/v2/a/b/manifests/v1").status, 404);
    EXPECT_EQ(client.drop("/v2/a/b/manifests/v1").status, 404);
    expect_manifest(client.get("/v2/a/b/manifests/v2"), top, digest);
    for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece) {
        const auto url = "/v2/a/b/manifests/" + digest_of(piece->bytes, algorithm).text();
        EXPECT_EQ(client.drop(url).status, 202);
        EXPECT_EQ(client.get(url).status, 404);
        EXPECT_EQ(client.drop(url).status, 404);
    }
    EXPECT_EQ(client.get("/v2/a/b/manifests/v2").status, 404);
    EXPECT_THAT(client.get("/v2/a/b/tags/list").body, HasSubstr(R"("tags":[])"));
}

// --- one by one

class OneManifest : public testing::TestWithParam<const char*> {
protected:
    OneManifest() : registry_(GetParam()) {}
    TestClient& client() { return registry_.client; }
    Piece piece(std::uint32_t seed = 1, std::string_view more = {}) {
        return an_image(registry_, Algorithm::sha256, seed, more);
    }
    void put(const std::string& name, const Piece& given) {
        const auto answer = client().put("/v2/a/b/manifests/" + name, given.bytes, given.type);
        ASSERT_EQ(answer.status, 201) << answer.body;
    }
    TestRegistry registry_;
};
INSTANTIATE_TEST_SUITE_P(Both, OneManifest, testing::Values("disk", "memory"),
                         [](const auto& given) { return std::string(given.param); });

TEST_P(OneManifest, is_pushed_by_tag) {
    const auto image = piece();
    const auto answer = client().put("/v2/a/b/manifests/v1", image.bytes, image.type);
    EXPECT_EQ(answer.status, 201);
    EXPECT_EQ(answer.header("Docker-Content-Digest"), digest_of(image.bytes).text());
    EXPECT_EQ(answer.header("OCI-Tag"), "(none)");
    expect_manifest(client().get(answer.header("Location")), image, digest_of(image.bytes));
}

TEST_P(OneManifest, is_answered_at_once_when_it_is_in_memory) {
    const auto image = piece();
    put("v1", image);
    const auto answer = client().get("/v2/a/b/manifests/v1");
    EXPECT_TRUE(answer.at_once);
    expect_manifest(answer, image, digest_of(image.bytes));
    EXPECT_TRUE(client().get("/v2/a/b/manifests/" + digest_of(image.bytes).text()).at_once);
    EXPECT_TRUE(client().get("/v2/").at_once);
    EXPECT_EQ(client().get("/v2/").header("Docker-Distribution-API-Version"), "registry/2.0");
}

TEST_P(OneManifest, moves_its_tag) {
    put("v1", piece(1));
    const auto second = piece(2);
    put("v1", second);
    expect_manifest(client().get("/v2/a/b/manifests/v1"), second, digest_of(second.bytes));
    EXPECT_EQ(client().get("/v2/a/b/manifests/" + digest_of(piece(1).bytes).text()).status, 200);
}

TEST_P(OneManifest, that_the_client_has_is_not_sent_again) {
    put("v1", piece());
    const auto etag = client().get("/v2/a/b/manifests/v1").header("ETag");
    EXPECT_EQ(client().get("/v2/a/b/manifests/v1", {{"If-None-Match", etag}}).status, 304);
}

TEST_P(OneManifest, with_another_digest_than_the_address_is_400) {
    const auto image = piece();
    const auto answer =
        client().put("/v2/a/b/manifests/" + digest_of("x").text(), image.bytes, image.type);
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.code(), "DIGEST_INVALID");
}

TEST_P(OneManifest, with_an_invalid_digest_is_400) {
    const auto image = piece();
    for (const auto* digest : {"sha256:baddigeststring", "sha256:", "md5:00"}) {
        const auto url = std::string("/v2/a/b/manifests/") + digest;
        EXPECT_EQ(client().put(url, image.bytes, image.type).code(), "DIGEST_INVALID");
        EXPECT_EQ(client().get(url).status, 400);
        EXPECT_EQ(client().drop(url).status, 400);
    }
}

TEST_P(OneManifest, missing_is_404) {
    put("v1", piece());
    for (const auto& name : {std::string("missing"), digest_of("x").text(), std::string(".."),
                             std::string(129, 'a')}) {
        const auto answer = client().get("/v2/a/b/manifests/" + name);
        EXPECT_EQ(answer.status, 404) << name;
        EXPECT_EQ(answer.code(), "MANIFEST_UNKNOWN");
    }
    const auto answer = client().get("/v2/nowhere/manifests/v1");
    EXPECT_EQ(answer.status, 404);
    EXPECT_EQ(answer.code(), "NAME_UNKNOWN");
}

TEST_P(OneManifest, that_names_missing_blobs_is_refused) {
    const auto config = pushed(registry_, Algorithm::sha256, config_type, "{}");
    const auto answer =
        client().put("/v2/a/b/manifests/v1",
                     image(config, descriptor(layer_type, digest_of("gone"), 4)), manifest_type);
    EXPECT_EQ(answer.status, 404);
    EXPECT_EQ(answer.code(), "MANIFEST_BLOB_UNKNOWN");
    EXPECT_THAT(answer.body, HasSubstr(digest_of("gone").text()));
    EXPECT_EQ(client().get("/v2/a/b/manifests/v1").status, 404);
}

TEST_P(OneManifest, that_is_wrong_about_a_blobs_size_is_refused) {
    const auto config = descriptor(config_type, registry_.push("a/b", "{}"), 3);
    const auto answer = client().put("/v2/a/b/manifests/v1", image(config, ""), manifest_type);
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.code(), "MANIFEST_INVALID");
}

TEST_P(OneManifest, that_is_none_is_refused) {
    for (const auto* text : {"", "{", "[]", "{}", R"({"schemaVersion":1})", "\xff",
                             R"({"schemaVersion":2,"config":{}})"}) {
        const auto answer = client().put("/v2/a/b/manifests/v1", text, manifest_type);
        EXPECT_EQ(answer.status, 400) << text;
        EXPECT_EQ(answer.code(), "MANIFEST_INVALID") << text;
    }
}

TEST_P(OneManifest, of_another_type_than_the_header_says_is_refused) {
    const auto image = piece();
    EXPECT_EQ(client().put("/v2/a/b/manifests/v1", image.bytes, index_type).status, 400);
    EXPECT_EQ(
        client().put("/v2/a/b/manifests/v1", image.bytes, manifest_type + "; charset=utf-8").status,
        201);
}

TEST_P(OneManifest, of_four_megabytes_is_accepted_and_larger_is_413) {
    if (std::string_view(GetParam()) == "disk")
        return; // decided before a shelf is asked
    const auto filled = [&](std::size_t size) {
        const auto empty = piece(1, R"(,"x":"")");
        auto full =
            piece(1, fmt::format(R"(,"x":"{}")", std::string(size - empty.bytes.size(), 'x')));
        EXPECT_EQ(full.bytes.size(), size);
        return full;
    };
    constexpr std::size_t limit = 4 << 20;
    put("v1", filled(limit));
    const auto large = filled(limit + 1);
    const auto answer = client().put("/v2/a/b/manifests/v1", large.bytes, large.type);
    EXPECT_EQ(answer.status, 413);
    EXPECT_EQ(answer.code(), "SIZE_INVALID");
    EXPECT_EQ(
        client()
            .send(
                {"PUT", "/v2/a/b/manifests/v1", {{"Content-Type", large.type}}, large.bytes, true})
            .status,
        413);
}

// Clients that read slowly would otherwise fill the memory with copies.
TEST_P(OneManifest, of_many_bytes_leaves_from_its_file) {
    const auto large = piece(1, fmt::format(R"(,"x":"{}")", std::string(100'000, 'x')));
    put("v1", large);
    net::ServerRequest request;
    request.method = "GET";
    request.target = "/v2/a/b/manifests/v1";
    class TestBody none("");
    const auto inode = [](const net::ServerResponse& answer) {
        const auto* file = std::get_if<net::FileContent>(&answer.content);
        struct stat status{};
        EXPECT_TRUE(file && ::fstat(file->fd.get(), &status) == 0);
        return status.st_ino;
    };
    const auto first = registry_.api.answer(request, none);
    const auto second = registry_.api.answer(request, none);
    EXPECT_EQ(inode(first), inode(second));
    expect_manifest(client().get(request.target), large, digest_of(large.bytes));
    const auto etag = client().get(request.target).header("ETag");
    EXPECT_EQ(client().get(request.target, {{"If-None-Match", etag}}).status, 304);
}

TEST_P(OneManifest, of_too_many_values_is_413) {
    for (const char* filling : {"[", "1,", "\n"}) {
        std::string text = "[";
        while (text.size() < (1U << 20))
            text += filling;
        const auto answer = client().put("/v2/a/b/manifests/v1", text, manifest_type);
        EXPECT_EQ(answer.status, 413) << filling;
        EXPECT_EQ(answer.code(), "SIZE_INVALID");
    }
}

TEST_P(OneManifest, with_a_type_that_is_too_long_is_400) {
    const auto image = piece(1, fmt::format(R"(,"artifactType":"a/{}")", std::string(254, 'b')));
    const auto answer = client().put("/v2/a/b/manifests/v1", image.bytes, image.type);
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.code(), "MANIFEST_INVALID");
}

/// Content in whose midst something else happens.
class InterruptedBody final : public net::RequestBody {
public:
    InterruptedBody(std::string text, std::function<void()> meanwhile)
        : body_(std::move(text)), meanwhile_(std::move(meanwhile)) {}
    Result<std::size_t> read(MutableBytes into) override {
        if (const auto happens = std::exchange(meanwhile_, nullptr))
            happens();
        return body_.read(into);
    }

private:
    TestBody body_;
    std::function<void()> meanwhile_;
};

TEST_P(OneManifest, of_many_bytes_waits_until_others_have_come) {
    Api api(registry_.store,
            {.manifest_bytes_at_once = 150'000, .patience = std::chrono::milliseconds(10)});
    TestClient other(api);
    const auto large = piece(1, fmt::format(R"(,"x":"{}")", std::string(100'000, 'x')));
    const auto small = piece(2);
    net::ServerRequest request;
    request.method = "PUT";
    request.target = "/v2/a/b/manifests/v1";
    request.headers.add("Content-Type", large.type);
    request.content_length = large.bytes.size();
    InterruptedBody slow(large.bytes, [&] {
        const auto answer = other.put(request.target, large.bytes, large.type);
        EXPECT_EQ(answer.status, 503);
        EXPECT_EQ(answer.code(), "UNAVAILABLE");
        EXPECT_EQ(answer.header("Retry-After"), "2");
        EXPECT_EQ(other.put(request.target, small.bytes, small.type).status, 201);
    });
    EXPECT_EQ(api.answer(request, slow).status, 201);
    EXPECT_EQ(other.put(request.target, large.bytes, large.type).status, 201);
}

TEST_P(OneManifest, that_breaks_off_is_not_stored) {
    const auto image = piece();
    EXPECT_EQ(client()
                  .send({"PUT",
                         "/v2/a/b/manifests/v1",
                         {{"Content-Type", image.type}},
                         image.bytes,
                         false,
                         Errc::truncated})
                  .status,
              400);
    EXPECT_EQ(client().get("/v2/a/b/manifests/v1").status, 404);
}

TEST_P(OneManifest, takes_up_to_64_tags_at_once) {
    const auto image = piece();
    auto url = "/v2/a/b/manifests/" + digest_of(image.bytes).text() + "?tag=t0";
    for (int i = 1; i < 64; ++i)
        url += fmt::format("&tag=t{}", i);
    EXPECT_EQ(client().put(url, image.bytes, image.type).headers.all("OCI-Tag").size(), 64U);
    EXPECT_EQ(client().put(url + "&tag=one-more", image.bytes, image.type).status, 414);
    EXPECT_EQ(client()
                  .put("/v2/a/b/manifests/" + digest_of(image.bytes).text() + "?tag=..",
                       image.bytes, image.type)
                  .code(),
              "TAG_INVALID");
    EXPECT_EQ(client().put("/v2/a/b/manifests/.x", image.bytes, image.type).code(), "TAG_INVALID");
}

TEST_P(OneManifest, is_not_deleted_as_a_blob) {
    const auto image = piece();
    put("v1", image);
    const auto answer = client().drop("/v2/a/b/blobs/" + digest_of(image.bytes).text());
    EXPECT_EQ(answer.status, 405);
    EXPECT_EQ(answer.header("Allow"), "GET, HEAD");
    EXPECT_EQ(client().get("/v2/a/b/manifests/v1").status, 200);
}

TEST_P(OneManifest, pull_may_name_the_registry_that_is_mirrored) {
    put("v1", piece());
    EXPECT_EQ(client().get("/v2/a/b/manifests/v1?ns=docker.io").status, 200);
}

} // namespace
} // namespace tenon::registry
