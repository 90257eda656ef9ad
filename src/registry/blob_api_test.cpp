// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the OCI conformance suite asks of blobs, and what clients get wrong.
#include "registry/test_client.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>

namespace tenon::registry {
namespace {

using blob::Algorithm;
using testing::HasSubstr;
using testing::StartsWith;

class BlobApi : public testing::TestWithParam<std::tuple<const char*, Algorithm>> {
protected:
    BlobApi() : registry_(std::get<0>(GetParam())) {}

    [[nodiscard]] Algorithm algorithm() const { return std::get<1>(GetParam()); }
    [[nodiscard]] blob::Digest digest(std::string_view content) const {
        return digest_of(content, algorithm());
    }
    std::string begin(const std::string& repository = "a/b") {
        const auto answer = client().post("/v2/" + repository + "/blobs/uploads/");
        EXPECT_EQ(answer.status, 202);
        EXPECT_EQ(answer.header("Content-Length"), "0");
        EXPECT_THAT(answer.header("Location"), StartsWith("/v2/" + repository + "/blobs/uploads/"));
        return answer.header("Location");
    }
    Answer patch(const std::string& location, std::string content,
                 std::optional<std::string> range = {}) {
        std::vector<net::Field> headers{{"Content-Type", "application/octet-stream"}};
        if (range)
            headers.push_back({"Content-Range", *range});
        return client().send({"PATCH", location, headers, std::move(content)});
    }
    /// A blob was created: the answer says where, and there it is.
    void expect_created(const Answer& answer, const std::string& content,
                        const std::string& repository = "a/b") {
        EXPECT_EQ(answer.status, 201) << answer.body;
        EXPECT_EQ(answer.header("Docker-Content-Digest"), digest(content).text());
        EXPECT_EQ(answer.header("Location"),
                  "/v2/" + repository + "/blobs/" + digest(content).text());
        const auto blob = client().get(answer.header("Location"));
        EXPECT_EQ(blob.status, 200);
        EXPECT_EQ(blob.body, content);
    }
    std::string url(const std::string& content) const {
        return "/v2/a/b/blobs/" + digest(content).text();
    }
    TestClient& client() { return registry_.client; }

    TestRegistry registry_;
};
INSTANTIATE_TEST_SUITE_P(Both, BlobApi,
                         testing::Combine(testing::Values("disk", "memory"),
                                          testing::Values(Algorithm::sha256, Algorithm::sha512)),
                         [](const auto& given) {
                             return std::string(std::get<0>(given.param)) + "_" +
                                    std::string(blob::algorithm_name(std::get<1>(given.param)));
                         });

TEST_P(BlobApi, missing_blob_is_404) {
    const auto answer = client().get(url("nothing"));
    EXPECT_EQ(answer.status, 404);
    EXPECT_EQ(answer.code(), "BLOB_UNKNOWN");
    EXPECT_EQ(client().head(url("nothing")).status, 404);
}

TEST_P(BlobApi, is_pushed_with_one_post) {
    const auto content = noise(512);
    expect_created(
        client().post("/v2/a/b/blobs/uploads/?digest=" + digest(content).text(), content), content);
}

TEST_P(BlobApi, is_pushed_with_post_and_put) {
    const auto content = noise(512);
    expect_created(client().put(with_digest(begin(), digest(content)), content), content);
}

TEST_P(BlobApi, is_pushed_as_one_chunk) {
    const auto content = noise(512);
    const auto chunk = patch(begin(), content, "0-511");
    EXPECT_EQ(chunk.status, 202);
    EXPECT_EQ(chunk.header("Range"), "0-511");
    expect_created(client().put(with_digest(chunk.header("Location"), digest(content)), ""),
                   content);
}

TEST_P(BlobApi, is_pushed_in_chunks) {
    const auto content = noise(1000);
    auto location = begin();
    for (const auto& [from, to] : {std::pair(0, 399), std::pair(400, 799), std::pair(800, 999)}) {
        const auto answer = patch(
            location,
            content.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from + 1)),
            fmt::format("{}-{}", from, to));
        EXPECT_EQ(answer.status, 202);
        EXPECT_EQ(answer.header("Range"), fmt::format("0-{}", to));
        location = answer.header("Location");
    }
    expect_created(client().put(with_digest(location, digest(content)), ""), content);
}

TEST_P(BlobApi, is_pushed_in_chunks_with_the_last_in_the_put) {
    const auto content = noise(1000);
    const auto chunk = patch(begin(), content.substr(0, 600), "0-599");
    expect_created(client().send({"PUT",
                                  with_digest(chunk.header("Location"), digest(content)),
                                  {{"Content-Range", "600-999"}},
                                  content.substr(600)}),
                   content);
}

TEST_P(BlobApi, is_pushed_as_a_stream) {
    const auto content = noise(300'000);
    const auto streamed = client().send({"PATCH", begin(), {}, content, true});
    EXPECT_EQ(streamed.status, 202);
    EXPECT_EQ(streamed.header("Range"), "0-299999");
    expect_created(client().put(with_digest(streamed.header("Location"), digest(content)), ""),
                   content);
}

TEST_P(BlobApi, of_several_megabytes_is_hashed_beside_the_writing) {
    const auto content = noise(3 << 20);
    expect_created(client().put(with_digest(begin(), digest(content)), content), content);
}

TEST_P(BlobApi, may_be_empty) {
    expect_created(client().put(with_digest(begin(), digest("")), ""), "");
    EXPECT_EQ(client().head(url("")).header("Content-Length"), "0");
}

TEST_P(BlobApi, may_be_an_empty_object) {
    expect_created(client().put(with_digest(begin(), digest("{}")), "{}"), "{}");
}

TEST_P(BlobApi, algorithm_can_be_named_when_an_upload_begins) {
    const auto content = noise(2000);
    const auto session = client().post(fmt::format("/v2/a/b/blobs/uploads/?digest-algorithm={}",
                                                   blob::algorithm_name(algorithm())));
    EXPECT_EQ(session.status, 202);
    expect_created(client().put(with_digest(session.header("Location"), digest(content)), content),
                   content);
}

TEST_P(BlobApi, head_says_length_and_digest) {
    const auto content = noise(2048);
    registry_.push("a/b", content, algorithm());
    const auto answer = client().head(url(content));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Content-Length"), "2048");
    EXPECT_EQ(answer.header("Docker-Content-Digest"), digest(content).text());
    EXPECT_EQ(answer.header("Accept-Ranges"), "bytes");
    EXPECT_EQ(answer.body, "");
}

TEST_P(BlobApi, is_sent_in_part) {
    const auto content = noise(2048);
    registry_.push("a/b", content, algorithm());
    const auto expect = [&](const char* range, std::size_t from, std::size_t to) {
        const auto answer = client().get(url(content), {{"Range", range}});
        EXPECT_EQ(answer.status, 206) << range;
        EXPECT_EQ(answer.header("Content-Range"), fmt::format("bytes {}-{}/2048", from, to));
        EXPECT_EQ(answer.header("Content-Length"), std::to_string(to - from + 1));
        EXPECT_EQ(answer.body, content.substr(from, to - from + 1));
    };
    expect("bytes=500-1499", 500, 1499);
    expect("bytes=500-", 500, 2047);
    expect("bytes=-500", 1548, 2047);
    expect("bytes=2000-5000", 2000, 2047);
}

TEST_P(BlobApi, part_that_is_not_there_is_416) {
    const auto content = noise(2048);
    registry_.push("a/b", content, algorithm());
    for (const auto* range : {"bytes=500-0", "bytes=5000-10000"}) {
        const auto answer = client().get(url(content), {{"Range", range}});
        EXPECT_EQ(answer.status, 416) << range;
        EXPECT_EQ(answer.header("Content-Range"), "bytes */2048");
    }
}

TEST_P(BlobApi, several_parts_are_answered_with_the_whole) {
    const auto content = noise(2048);
    registry_.push("a/b", content, algorithm());
    const auto answer = client().get(url(content), {{"Range", "bytes=0-1,5-6"}});
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, content);
}

TEST_P(BlobApi, part_depends_on_if_range) {
    const auto content = noise(2048);
    registry_.push("a/b", content, algorithm());
    const auto etag = client().head(url(content)).header("ETag");
    EXPECT_EQ(client().get(url(content), {{"Range", "bytes=0-0"}, {"If-Range", etag}}).status, 206);
    EXPECT_EQ(client().get(url(content), {{"Range", "bytes=0-0"}, {"If-Range", "\"x\""}}).status,
              200);
}

TEST_P(BlobApi, that_the_client_has_is_not_sent_again) {
    const auto content = noise(100);
    registry_.push("a/b", content, algorithm());
    const auto etag = client().head(url(content)).header("ETag");
    const auto answer = client().get(url(content), {{"If-None-Match", "W/\"x\", " + etag}});
    EXPECT_EQ(answer.status, 304);
    EXPECT_EQ(answer.body, "");
}

TEST_P(BlobApi, wrong_digest_is_400_with_every_method) {
    const auto content = noise(900);
    const auto wrong = digest(content + "oh no");
    const auto expect_refused = [&](const Answer& answer) {
        EXPECT_EQ(answer.status, 400);
        EXPECT_EQ(answer.code(), "DIGEST_INVALID");
    };
    expect_refused(client().post("/v2/a/b/blobs/uploads/?digest=" + wrong.text(), content));
    expect_refused(client().put(with_digest(begin(), wrong), content));
    const auto chunk = patch(begin(), content, "0-899");
    expect_refused(client().put(with_digest(chunk.header("Location"), wrong), ""));
    const auto first = patch(begin(), content.substr(0, 500), "0-499");
    expect_refused(client().send({"PUT",
                                  with_digest(first.header("Location"), wrong),
                                  {{"Content-Range", "500-899"}},
                                  content.substr(500)}));
    const auto stream = client().send({"PATCH", begin(), {}, content, true});
    expect_refused(client().put(with_digest(stream.header("Location"), wrong), ""));
    EXPECT_EQ(client().head(url(content)).status, 404);
    EXPECT_EQ(client().head("/v2/a/b/blobs/" + wrong.text()).status, 404);
    EXPECT_EQ(registry_.store.open_uploads(), 0U);
}

TEST_P(BlobApi, chunk_out_of_order_is_416_and_the_upload_goes_on) {
    const auto content = noise(1000);
    auto location = begin();
    // The second chunk comes first.
    auto refused = patch(location, content.substr(400, 400), "400-799");
    EXPECT_EQ(refused.status, 416);
    EXPECT_EQ(refused.header("Range"), "0-0");
    location = refused.header("Location");
    EXPECT_EQ(patch(location, content.substr(0, 400), "0-399").status, 202);
    // The first comes again.
    refused = patch(location, content.substr(0, 400), "0-399");
    EXPECT_EQ(refused.status, 416);
    EXPECT_EQ(refused.code(), "BLOB_UPLOAD_INVALID");
    const auto state = client().get(location);
    EXPECT_EQ(state.status, 204);
    EXPECT_EQ(state.header("Range"), "0-399");
    location = state.header("Location");
    // The last comes too early, in the PUT.
    refused = client().send({"PUT",
                             with_digest(location, digest(content)),
                             {{"Content-Range", "800-999"}},
                             content.substr(800)});
    EXPECT_EQ(refused.status, 416);
    EXPECT_EQ(patch(location, content.substr(400), "400-999").status, 202);
    expect_created(client().put(with_digest(location, digest(content)), ""), content);
}

TEST_P(BlobApi, upload_is_cancelled) {
    const auto location = begin();
    EXPECT_EQ(client().drop(location).status, 204);
    for (const auto* method : {"GET", "DELETE", "PATCH"}) {
        const auto answer = client().send({method, location, {}, "x"});
        EXPECT_EQ(answer.status, 404) << method;
        EXPECT_EQ(answer.code(), "BLOB_UPLOAD_UNKNOWN");
    }
}

TEST_P(BlobApi, upload_is_gone_when_it_is_finished) {
    const auto content = noise(10);
    const auto location = begin();
    expect_created(client().put(with_digest(location, digest(content)), content), content);
    EXPECT_EQ(client().put(with_digest(location, digest(content)), content).status, 404);
}

TEST_P(BlobApi, upload_belongs_to_its_repository) {
    const auto location = begin("a/b");
    const auto id = location.substr(location.rfind('/') + 1);
    EXPECT_EQ(client().get("/v2/other/blobs/uploads/" + id).status, 404);
    EXPECT_EQ(client().drop("/v2/other/blobs/uploads/" + id).status, 404);
    EXPECT_EQ(client().get(location).status, 204);
}

TEST_P(BlobApi, is_mounted_from_another_repository) {
    const auto content = noise(512);
    registry_.push("a/b", content, algorithm());
    const auto answer = client().post(
        fmt::format("/v2/other/blobs/uploads/?mount={}&from=a%2Fb", digest(content).text()));
    expect_created(answer, content, "other");
}

TEST_P(BlobApi, is_mounted_from_wherever_it_is) {
    const auto content = noise(512);
    registry_.push("far/away", content, algorithm());
    expect_created(client().post("/v2/a/b/blobs/uploads/?mount=" + digest(content).text()),
                   content);
    // And where it is already.
    expect_created(client().post("/v2/a/b/blobs/uploads/?mount=" + digest(content).text()),
                   content);
}

TEST_P(BlobApi, mount_of_what_is_nowhere_begins_an_upload) {
    const auto content = noise(512);
    for (const auto* from : {"", "&from=nowhere", "&from=NOT/A/NAME", "&from=.."}) {
        const auto answer =
            client().post("/v2/a/b/blobs/uploads/?mount=" + digest(content).text() + from);
        EXPECT_EQ(answer.status, 202) << from;
        EXPECT_EQ(client().drop(answer.header("Location")).status, 204);
    }
}

TEST_P(BlobApi, mounted_blob_is_deleted_in_one_repository_only) {
    const auto content = noise(512);
    registry_.push("a/b", content, algorithm());
    client().post(
        fmt::format("/v2/other/blobs/uploads/?mount={}&from=a/b", digest(content).text()));
    EXPECT_EQ(client().drop(url(content)).status, 202);
    EXPECT_EQ(client().get(url(content)).status, 404);
    EXPECT_EQ(client().get("/v2/other/blobs/" + digest(content).text()).body, content);
    EXPECT_EQ(client().drop(url(content)).status, 404);
}

// --- what clients get wrong

TEST_P(BlobApi, bad_digests_are_400) {
    for (const auto* text : {"sha256:baddigeststring", "md5:d41d8cd98f00b204e9800998ecf8427e", "x",
                             "sha256:", "..", "SHA256:00"}) {
        const std::string digest = text;
        EXPECT_EQ(client().get("/v2/a/b/blobs/" + digest).status, 400) << digest;
        EXPECT_EQ(client().drop("/v2/a/b/blobs/" + digest).status, 400) << digest;
        EXPECT_EQ(client().post("/v2/a/b/blobs/uploads/?digest=" + digest, "x").status, 400);
        EXPECT_EQ(client().post("/v2/a/b/blobs/uploads/?mount=" + digest).status, 400);
        EXPECT_EQ(client().put(begin() + "?digest=" + digest, "x").status, 400);
    }
    EXPECT_EQ(client().put(begin(), "x").status, 400); // none at all
    const auto answer = client().post("/v2/a/b/blobs/uploads/?digest-algorithm=md5");
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.code(), "DIGEST_INVALID");
}

TEST_P(BlobApi, content_range_must_fit_the_content) {
    const auto location = begin();
    EXPECT_EQ(patch(location, "12345", "0-5").status, 400);
    EXPECT_EQ(patch(location, "12345", "x").status, 400);
    EXPECT_EQ(client().get(location).header("Range"), "0-0");
    // Without Content-Length it shows only when the content comes.
    const auto too_much =
        client().send({"PATCH", location, {{"Content-Range", "0-3"}}, "12345", true});
    EXPECT_EQ(too_much.status, 400);
    EXPECT_EQ(too_much.code(), "SIZE_INVALID");
}

TEST_P(BlobApi, broken_upload_is_resumed_where_it_broke) {
    const auto content = noise(200'000);
    const auto location = begin();
    const auto broken =
        client().send({"PATCH", location, {}, content.substr(0, 150'000), false, Errc::truncated});
    EXPECT_EQ(broken.status, 400);
    const auto state = client().get(location);
    EXPECT_EQ(state.header("Range"), "0-149999");
    EXPECT_EQ(patch(location, content.substr(150'000), "150000-199999").status, 202);
    expect_created(client().put(with_digest(location, digest(content)), ""), content);
}

TEST_P(BlobApi, content_that_breaks_off_is_answered_by_its_reason) {
    struct Row {
        Errc reason;
        int status;
        const char* code;
        const char* message;
    };
    const Row rows[] = {
        {Errc::timed_out, 408, "UNAVAILABLE", "the content came too slowly"},
        {Errc::truncated, 400, "SIZE_INVALID", "the content ended too soon"},
        {Errc::malformed, 400, "SIZE_INVALID", "the content breaks off"},
        {Errc::limit, 400, "SIZE_INVALID", "the content breaks off"},
        {Errc::interrupted, 503, "UNAVAILABLE", "the registry is being stopped"},
    };
    const auto location = begin();
    const auto whole = "/v2/a/b/blobs/uploads/?digest=" + digest("x").text();
    for (const auto& row : rows)
        for (const auto& [method, target] :
             {std::pair("PATCH", location), std::pair("PUT", with_digest(location, digest("x"))),
              std::pair("POST", whole), std::pair("PUT", std::string("/v2/a/b/manifests/v1"))})
            for (const bool chunked : {false, true}) {
                const auto answer =
                    client().send({method, target, {}, "some", chunked, row.reason});
                EXPECT_EQ(answer.status, row.status) << method << " " << target;
                EXPECT_EQ(answer.code(), row.code);
                EXPECT_NE(answer.body.find(row.message), std::string::npos) << answer.body;
                EXPECT_TRUE(answer.close);
            }
    EXPECT_EQ(registry_.store.open_uploads(), 1U); // the one that can go on
}

TEST_P(BlobApi, broken_push_with_one_post_leaves_nothing) {
    const auto answer = client().send({"POST",
                                       "/v2/a/b/blobs/uploads/?digest=" + digest("x").text(),
                                       {},
                                       "x",
                                       false,
                                       Errc::truncated});
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(registry_.store.open_uploads(), 0U);
}

TEST(BlobLimit, larger_blobs_are_413) {
    TestRegistry registry("memory", {.max_blob_bytes = 1000});
    auto& client = registry.client;
    const auto begin = [&] { return client.post("/v2/a/blobs/uploads/").header("Location"); };
    const auto target = [](const std::string& content) {
        return "/v2/a/blobs/uploads/?digest=" + digest_of(content).text();
    };
    EXPECT_EQ(client.post(target(noise(1000)), noise(1000)).status, 201);
    EXPECT_EQ(client.post(target(noise(1001)), noise(1001)).status, 413);
    EXPECT_EQ(client.send({"POST", target(noise(1001)), {}, noise(1001), true}).status, 413);
    const auto location = begin();
    EXPECT_EQ(client.send({"PATCH", location, {}, noise(600)}).status, 202);
    EXPECT_EQ(client.send({"PATCH", location, {}, noise(600)}).status, 413);
    EXPECT_EQ(client.send({"PATCH", location, {}, noise(600), true}).status, 413);
    EXPECT_EQ(client.put(with_digest(begin(), digest_of("x")), "x").status, 201);
}

TEST(BlobUpload, id_that_is_used_by_another_request_is_409) {
    TestRegistry registry("memory", {.patience = std::chrono::milliseconds(10)});
    const auto location = registry.client.post("/v2/a/blobs/uploads/").header("Location");
    const auto upload =
        registry.store.find_upload("a", location.substr(location.rfind('/') + 1)).value();
    const auto use = upload->use();
    EXPECT_EQ(registry.client.drop(location).status, 409);
}

/// A registry in memory with limits of its own.
struct Crowded {
    explicit Crowded(std::size_t files, StoreOptions options)
        : store(std::make_unique<MemoryShelf>(files), options), api(store), client(api) {}
    std::string begin() { return client.post(uploads).header("Location"); }
    static constexpr const char* uploads = "/v2/a/blobs/uploads/";
    Store store;
    Api api;
    TestClient client;
};

TEST(BlobUpload, does_not_begin_beyond_the_limit) {
    Crowded crowded(SIZE_MAX, {.most_open_uploads = 3});
    const auto first = crowded.begin();
    const auto second = crowded.begin();
    const auto third = crowded.begin();
    const auto whole = std::string(Crowded::uploads) + "?digest=" + digest_of("x").text();
    for (const auto& answer :
         {crowded.client.post(Crowded::uploads), crowded.client.post(whole, "x")}) {
        EXPECT_EQ(answer.status, 429);
        EXPECT_EQ(answer.code(), "TOOMANYREQUESTS");
        EXPECT_EQ(answer.header("Retry-After"), "60");
    }
    // Those under way go on, and each that ends makes room for another one.
    EXPECT_EQ(crowded.client.put(with_digest(first, digest_of("x")), "x").status, 201);
    EXPECT_EQ(crowded.client.post(whole, "x").status, 201);
    EXPECT_EQ(crowded.client.drop(second).status, 204);
    EXPECT_EQ(crowded.client.post(Crowded::uploads).status, 202);
    EXPECT_EQ(crowded.client.put(with_digest(third, digest_of("y")), "x").status, 400);
    EXPECT_EQ(crowded.client.post(Crowded::uploads).status, 202);
    EXPECT_EQ(crowded.store.open_uploads(), 2U);
}

TEST(BlobUpload, makes_room_for_another_one_when_it_was_abandoned) {
    Crowded crowded(SIZE_MAX, {.most_open_uploads = 2, .abandoned_after = std::chrono::seconds(0)});
    const auto first = crowded.begin();
    crowded.begin();
    ::usleep(1000); // so that they are older than now
    EXPECT_EQ(crowded.client.post(Crowded::uploads).status, 202);
    EXPECT_EQ(crowded.client.get(first).status, 404);
    EXPECT_EQ(crowded.store.open_uploads(), 1U);
}

TEST(BlobUpload, in_memory_leaves_descriptors_for_others) {
    Crowded crowded(3, {});
    const auto push = [&](const std::string& content) {
        return crowded.client.post(
            std::string(Crowded::uploads) + "?digest=" + digest_of(content).text(), content);
    };
    for (std::uint32_t i = 0; i < 10; ++i) // small ones need none once they are whole
        EXPECT_EQ(push(noise(100, i)).status, 201);
    for (std::uint32_t i = 0; i < 3; ++i)
        EXPECT_EQ(push(noise(100'000, i)).status, 201);
    const auto refused = push("x");
    EXPECT_EQ(refused.status, 507);
    EXPECT_EQ(refused.code(), "UNAVAILABLE");
    EXPECT_EQ(crowded.client.drop("/v2/a/blobs/" + digest_of(noise(100'000, 1)).text()).status,
              202);
    EXPECT_EQ(push("x").status, 201);
}

TEST(BlobUpload, is_resumed_after_a_restart) {
    const base::TestDirectory directory;
    const auto content = noise(300'000);
    std::string location;
    {
        Store store(DiskShelf::open(directory.path(), {.durable = false}).value());
        Api api(store);
        TestClient client(api);
        location = client.post("/v2/a/b/blobs/uploads/").header("Location");
        EXPECT_EQ(client.send({"PATCH", location, {}, content.substr(0, 100'000)}).status, 202);
    }
    Store store(DiskShelf::open(directory.path(), {.durable = false}).value());
    Api api(store);
    TestClient client(api);
    EXPECT_EQ(store.open_uploads(), 1U);
    EXPECT_EQ(client.get(location).header("Range"), "0-99999");
    const auto end = client.put(with_digest(location, digest_of(content)), content.substr(100'000));
    EXPECT_EQ(end.status, 201);
    EXPECT_EQ(client.get(end.header("Location")).body, content);
}

TEST(BlobUpload, expires_when_nobody_goes_on_with_it) {
    for (const auto* shelf : {"disk", "memory"}) {
        TestRegistry registry(shelf);
        const auto location = registry.client.post("/v2/a/blobs/uploads/").header("Location");
        registry.client.send({"PATCH", location, {}, "12345"});
        const auto now = WallClock::now();
        EXPECT_EQ(registry.store.expire_uploads(now - std::chrono::hours(24))->first, 0U);
        EXPECT_EQ(registry.store.expire_uploads(now + std::chrono::hours(1)).value(),
                  std::pair(std::size_t{1}, std::uint64_t{5}));
        EXPECT_EQ(registry.client.get(location).status, 404);
        EXPECT_EQ(registry.store.open_uploads(), 0U);
    }
}

} // namespace
} // namespace tenon::registry
