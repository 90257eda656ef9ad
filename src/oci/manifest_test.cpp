// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "oci/manifest.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace tenon::oci {
namespace {

// What wash 0.39 pushes for a provider and for a component.
constexpr std::string_view provider =
    R"({"config":{"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",)"
    R"("mediaType":"application/vnd.wasmcloud.provider.archive.config","size":2},"layers":[{"digest":)"
    R"("sha256:e59854d3ff92f025025c9b69bd74e939254d2b4245bb4d6b42337972911095ba","mediaType":)"
    R"("application/vnd.wasmcloud.provider.archive.layer.v1+par","size":858}],"schemaVersion":2})";
constexpr std::string_view component =
    R"({"config":{"digest":"sha256:fdb5d41919813de72ead4812761349f969b1669fa05886739aeab75830a58ff5",)"
    R"("mediaType":"application/vnd.wasm.config.v0+json","size":237},"layers":[{"digest":)"
    R"("sha256:b4b8d00f7d0bf11942af9bb9225d3e7262ab9d664087ec4b662e6019c36c3b88","mediaType":)"
    R"("application/wasm","size":783}],"mediaType":"application/vnd.oci.image.manifest.v1+json",)"
    R"("schemaVersion":2})";
constexpr std::string_view empty_digest =
    "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

std::string descriptor(std::string_view more = "") {
    return fmt::format(R"({{"mediaType":"a/b","digest":"{}","size":2{}}})", empty_digest, more);
}

/// `code line:column: message`, or `fine`.
std::string problem(std::string text, std::string_view content_type = media::image_manifest) {
    const auto manifest = parse_manifest(std::move(text), content_type, "m");
    if (manifest)
        return "fine";
    const auto& error = manifest.error();
    const auto place = error.source() ? error.source()->place : Place{};
    return fmt::format("{} {}:{}: {}", errc_name(error.code()), place.line, place.column,
                       error.message());
}

TEST(Manifest, reads_what_wash_pushes_for_a_provider) {
    const auto manifest = parse_manifest(std::string(provider), media::image_manifest, "m");
    ASSERT_TRUE(manifest);
    EXPECT_EQ(manifest->media_type, media::image_manifest);
    EXPECT_FALSE(manifest->index);
    ASSERT_EQ(manifest->layers.size(), 1u);
    EXPECT_EQ(manifest->layers[0].media_type, media::provider_layer);
    EXPECT_EQ(manifest->layers[0].size, 858u);
    EXPECT_EQ(manifest->config->digest.text(), empty_digest);
    EXPECT_EQ(manifest->shown_artifact_type(), std::string(media::provider_config));
}

TEST(Manifest, writes_the_bytes_that_wash_writes) {
    const auto par = parse_manifest(std::string(provider), "", "m");
    EXPECT_EQ(write_manifest(*par, false), provider);
    const auto wasm = parse_manifest(std::string(component), "", "m");
    EXPECT_EQ(write_manifest(*wasm, true), component);
    // Their digests, as wash reports them.
    EXPECT_EQ(blob::Digest::of(as_bytes(provider)).text(),
              "sha256:785c13f79d9e8ea3659c786abc4e22e6fe7b94c895e3d8882ddd31c3c3f9bb3d");
    EXPECT_EQ(blob::Digest::of(as_bytes(component)).text(),
              "sha256:57ee29e5aa3b10346f59cbabca20c97c4739bc6fafee869aa9a12e75bae54fed");
}

TEST(Manifest, writes_members_in_the_order_of_their_names) {
    const auto text = fmt::format(
        R"({{"annotations":{{"a":"1","b":"2"}},"artifactType":"x/y","config":{0},"layers":[],)"
        R"("mediaType":"application/vnd.oci.image.manifest.v1+json","schemaVersion":2,"subject":{0}}})",
        fmt::format(R"({{"annotations":{{"k":"v"}},"digest":"{}","mediaType":"a/b","size":2}})",
                    empty_digest));
    const auto manifest = parse_manifest(text, "", "m");
    ASSERT_TRUE(manifest);
    EXPECT_EQ(write_manifest(*manifest, true), text);
}

TEST(Manifest, reads_an_index) {
    const auto text = fmt::format(
        R"({{"manifests":[{}],"mediaType":"application/vnd.oci.image.index.v1+json","schemaVersion":2}})",
        fmt::format(R"({{"artifactType":"x/y","digest":"{}","mediaType":"a/b","size":2}})",
                    empty_digest));
    const auto index = parse_manifest(text, media::image_index, "m");
    ASSERT_TRUE(index);
    EXPECT_TRUE(index->index);
    ASSERT_EQ(index->manifests.size(), 1u);
    EXPECT_EQ(index->manifests[0].artifact_type, "x/y");
    EXPECT_EQ(index->shown_artifact_type(), std::nullopt);
    EXPECT_EQ(write_manifest(*index, true), text);
}

TEST(Manifest, knows_an_index_by_its_content) {
    const auto index = parse_manifest(R"({"schemaVersion":2,"manifests":[]})", "", "m");
    ASSERT_TRUE(index);
    EXPECT_TRUE(index->index);
    EXPECT_EQ(index->media_type, media::image_index);
}

TEST(Manifest, takes_null_for_what_is_not_there) {
    EXPECT_EQ(
        problem(fmt::format(
            R"({{"schemaVersion":2,"config":{},"layers":null,"annotations":null,"subject":null}})",
            descriptor(R"(,"annotations":null)"))),
        "fine");
}

TEST(Manifest, refuses_a_media_type_that_contradicts_the_header) {
    EXPECT_EQ(problem("{\"schemaVersion\":2,\n\"mediaType\":\"" + std::string(media::image_index) +
                      "\",\"manifests\":[]}"),
              "invalid 2:13: `mediaType` is `application/vnd.oci.image.index.v1+json`, but the "
              "document was sent as `application/vnd.oci.image.manifest.v1+json`");
}

TEST(Manifest, refuses_what_could_be_image_and_index) {
    EXPECT_EQ(
        problem(fmt::format(R"({{"schemaVersion":2,"config":{},"manifests":[]}})", descriptor())),
        "invalid 1:153: `manifests` and `config` in one document");
    EXPECT_EQ(problem(R"({"schemaVersion":2,"layers":[]})", media::image_index),
              "invalid 1:29: an index has no `layers`");
    EXPECT_EQ(problem(R"({"schemaVersion":2,"manifests":[]})"),
              "invalid 1:32: an image manifest has no `manifests`");
}

TEST(Manifest, refuses_other_schemas_and_types) {
    EXPECT_EQ(problem("[]"), "invalid 1:1: a manifest must be an object");
    EXPECT_EQ(problem("{}"), "invalid 1:1: `schemaVersion` is missing");
    EXPECT_EQ(problem(R"({"schemaVersion":1})"),
              "unsupported 1:18: manifests of schema version 1 are not supported");
    EXPECT_EQ(problem(R"({"schemaVersion":"2"})"), "invalid 1:18: `schemaVersion` must be 2");
    EXPECT_EQ(problem(R"({"schemaVersion":2})", "text/plain"),
              "unsupported 1:1: manifests of type `text/plain` are not supported");
    EXPECT_EQ(problem(R"({"schemaVersion":2})"), "invalid 1:1: an image manifest needs a `config`");
}

TEST(Manifest, refuses_broken_descriptors_at_their_place) {
    const auto with_config = [](std::string_view config) {
        return problem(fmt::format("{{\"schemaVersion\":2,\"config\":\n{}}}", config));
    };
    EXPECT_EQ(with_config("7"), "invalid 2:1: `config` must be a descriptor, not a number");
    EXPECT_EQ(with_config("{}"), "invalid 2:1: `mediaType` is missing in `config`");
    EXPECT_EQ(with_config(R"({"mediaType":"a/b"})"),
              "invalid 2:1: `digest` is missing in `config`");
    EXPECT_EQ(with_config(R"({"mediaType":"a/b","digest":"sha256:00","size":2})"),
              "malformed 2:29: `sha256:00` is no digest");
    EXPECT_EQ(with_config(R"({"mediaType":"a/b","digest":"md5:00","size":2})"),
              "unsupported 2:29: digests of algorithm `md5` are not supported, only sha256 and "
              "sha512");
    const auto sized = [&](std::string_view size) {
        return with_config(fmt::format("{{\"mediaType\":\"a/b\",\"digest\":\"{}\",\n\"size\":{}}}",
                                       empty_digest, size));
    };
    EXPECT_EQ(sized("-1"), "invalid 3:8: `size` must be a number of bytes");
    EXPECT_EQ(sized("9223372036854775808"), "invalid 3:8: `size` must be a number of bytes");
    EXPECT_EQ(sized("\"2\""), "invalid 3:8: `size` must be a number of bytes");
    EXPECT_EQ(with_config(descriptor(",\"annotations\":{\"k\":\n1}")),
              "invalid 3:1: annotation `k` must be a string");
}

TEST(Manifest, refuses_broken_json_at_its_place) {
    EXPECT_TRUE(problem("{\n\"schemaVersion\":2,,}").starts_with("malformed 2:19: "))
        << problem("{\n\"schemaVersion\":2,,}");
}

TEST(Manifest, refuses_more_than_its_limit) {
    EXPECT_EQ(problem(std::string(max_manifest_bytes + 1, ' ')),
              "limit 0:0: the manifest `m` has 4194305 bytes, more than 4194304");
}

} // namespace
} // namespace tenon::oci
