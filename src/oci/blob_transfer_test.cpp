// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Blobs both ways, through every kind of broken connection.
#include "oci/test_blobs.hpp"

#include <fmt/core.h>

namespace tenon::oci {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class DownloadTest : public BlobTest {};

TEST_F(DownloadTest, of_every_size_fits) {
    for (const std::size_t size : {0u, 1u, 262144u, 262145u, 3'000'000u}) {
        const auto bytes = counted(size);
        ASSERT_EQ(::ftruncate(fd.get(), 0), 0);
        std::uint64_t moved = 0;
        EXPECT_EQ(told(client().get_blob("a/b", have(bytes), fd.get(),
                                         [&](std::uint64_t now_at) { moved = now_at; })),
                  "fine");
        EXPECT_EQ(content(), bytes) << size;
        EXPECT_EQ(moved, size);
    }
}

TEST_F(DownloadTest, goes_on_where_the_connection_broke) {
    const auto bytes = counted(1'000'000);
    const auto blob = have(bytes);
    int breaks = 2;
    std::vector<std::string> ranges;
    server.trouble = [&](const Asked& asked) -> std::optional<Reply> {
        const auto range = asked.field("Range");
        ranges.push_back(range);
        if (breaks-- <= 0)
            return std::nullopt;
        const auto from = range.empty() ? 0 : std::stoul(range.substr(6));
        auto answer = reply(range.empty() ? 200 : 206,
                            {{"Content-Length", std::to_string(bytes.size() - from)},
                             {"Content-Range", fmt::format("bytes {}-999999/1000000", from)}},
                            bytes.substr(from, 300'000));
        answer.close = true;
        return answer;
    };
    EXPECT_EQ(told(client().get_blob("a/b", blob, fd.get())), "fine");
    EXPECT_EQ(content(), bytes);
    EXPECT_THAT(ranges, ElementsAre("", "bytes=300000-", "bytes=600000-"));
}

TEST_F(DownloadTest, begins_anew_where_ranges_are_not_known) {
    const auto bytes = counted(1'000'000);
    const auto blob = have(bytes);
    int asked_so_far = 0;
    for (const int unknown : {200, 416}) {
        asked_so_far = 0;
        server.trouble = [&](const Asked& asked) -> std::optional<Reply> {
            if (++asked_so_far == 1)
                return Reply{fmt::format("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n{}",
                                         bytes.substr(0, 500'000)),
                             true};
            if (asked.field("Range").empty())
                return std::nullopt;
            return unknown == 200 ? reply(200, {}, bytes) : reply(416);
        };
        EXPECT_EQ(told(client().get_blob("a/b", blob, fd.get())), "fine");
        EXPECT_EQ(content(), bytes);
    }
}

TEST_F(DownloadTest, a_registry_that_always_breaks_is_left) {
    const auto blob = have(counted(1000));
    server.trouble = [](const Asked&) {
        return Reply{"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", true};
    };
    EXPECT_THAT(told(client().get_blob("a/b", blob, fd.get())),
                StartsWith(fmt::format("truncated: blob `{}` cannot be pulled from `{}`",
                                       blob.digest.text(), server.host())));
    EXPECT_EQ(server.count("GET"), 5u);
}

TEST_F(DownloadTest, other_bytes_are_refused) {
    const auto blob = have("abc");
    server.trouble = [](const Asked&) { return reply(200, {}, "abd"); };
    EXPECT_EQ(told(client().get_blob("a/b", blob, fd.get())),
              fmt::format("hash-mismatch: registry `{}` gave something else than blob `{}`\n"
                          "because received {}",
                          server.host(), blob.digest.text(),
                          blob::Digest::of(as_bytes("abd")).text()));
}

TEST_F(DownloadTest, another_size_is_refused_before_its_bytes) {
    const auto blob = have("abc");
    server.trouble = [](const Asked&) {
        return Reply{"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", true, true};
    };
    EXPECT_THAT(told(client().get_blob("a/b", blob, fd.get())),
                HasSubstr("it should have 3 bytes, and the registry sends at least 99999999999"));
    EXPECT_EQ(content(), "");
}

TEST_F(DownloadTest, chunks_without_end_are_refused) {
    const auto blob = have(counted(1000));
    server.trouble = [](const Asked&) {
        return Reply{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff\r\n", true,
                     true};
    };
    EXPECT_THAT(told(client().get_blob("a/b", blob, fd.get())),
                HasSubstr("it should have 1000 bytes, and the registry sends at least"));
    EXPECT_EQ(server.count("GET"), 1u);
}

TEST_F(DownloadTest, a_missing_blob_is_named) {
    const Descriptor blob{"a/b", blob::Digest::of(as_bytes("x")), 1};
    EXPECT_EQ(told(client().get_blob("a/b", blob, fd.get())),
              fmt::format("not-found: blob `{}` cannot be pulled from `{}`\nbecause blob unknown "
                          "(BLOB_UNKNOWN)\nbecause status 404: not found",
                          blob.digest.text(), server.host()));
}

TEST_F(DownloadTest, small_ones_come_into_memory) {
    EXPECT_EQ(*client().get_small_blob("a/b", have("abc"), 3), "abc");
    EXPECT_EQ(client().get_small_blob("a/b", have("abcd"), 3).error().code(), Errc::limit);
}

TEST_F(DownloadTest, goes_on_after_a_silence) {
    http.idle_timeout = std::chrono::milliseconds(200);
    const auto bytes = counted(1000);
    const auto blob = have(bytes);
    server.trouble = [&](const Asked& asked) -> std::optional<Reply> {
        if (!asked.field("Range").empty())
            return std::nullopt;
        return Reply{"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + bytes.substr(0, 300)};
    };
    EXPECT_EQ(told(client().get_blob("a/b", blob, fd.get())), "fine");
    EXPECT_EQ(content(), bytes);
    EXPECT_EQ(server.count("GET"), 2u);
}

TEST_F(DownloadTest, a_registry_that_is_always_silent_is_left) {
    http.idle_timeout = std::chrono::milliseconds(100);
    const auto blob = have(counted(1000));
    server.trouble = [&](const Asked&) {
        return Reply{"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"};
    };
    EXPECT_EQ(told(client().get_blob("a/b", blob, fd.get())),
              fmt::format("timed-out: blob `{0}` cannot be pulled from `{1}`\nbecause reading "
                          "`http://{1}/v2/a/b/blobs/{0}` failed\nbecause nothing moved on the "
                          "connection for 100 ms",
                          blob.digest.text(), server.host()));
    EXPECT_EQ(server.count("GET"), 5u);
}

TEST_F(DownloadTest, going_over_the_same_ground_again_is_no_progress) {
    const auto bytes = counted(1000);
    const auto blob = have(bytes);
    server.trouble = [&](const Asked& asked) -> std::optional<Reply> {
        if (!asked.field("Range").empty())
            return reply(416);
        return Reply{"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + bytes.substr(0, 300),
                     true};
    };
    EXPECT_THAT(told(client().get_blob("a/b", blob, fd.get())), HasSubstr("cannot be pulled"));
    EXPECT_EQ(server.count("GET"), 5u);
}

class UploadTest : public BlobTest {};

TEST_F(UploadTest, in_one_piece) {
    const auto bytes = counted(1000);
    EXPECT_EQ(*push(bytes), Upload::sent);
    EXPECT_TRUE(arrived(bytes));
    const auto digest = blob::Digest::of(as_bytes(bytes)).text();
    EXPECT_THAT(server.asked(),
                ElementsAre("HEAD /v2/a/b/blobs/" + digest, "POST /v2/a/b/blobs/uploads/",
                            "PUT /v2/a/b/blobs/uploads/u1?state=x%2Fy&digest=" + digest));
}

TEST_F(UploadTest, is_not_needed_for_what_is_there) {
    server.add_blob("abc");
    EXPECT_EQ(*push("abc"), Upload::was_there);
    EXPECT_EQ(server.asked().size(), 1u);
}

TEST_F(UploadTest, of_nothing) {
    EXPECT_EQ(*push(""), Upload::sent);
    EXPECT_TRUE(arrived(""));
}

TEST_F(UploadTest, in_chunks) {
    options.chunk_bytes = 300;
    const auto bytes = counted(1000);
    std::vector<std::string> ranges;
    server.trouble = [&](const Asked& asked) -> std::optional<Reply> {
        if (asked.method == "PATCH" || asked.method == "PUT")
            ranges.push_back(asked.method + " " + asked.field("Content-Range"));
        return std::nullopt;
    };
    EXPECT_EQ(*push(bytes), Upload::sent);
    EXPECT_TRUE(arrived(bytes));
    EXPECT_THAT(ranges,
                ElementsAre("PATCH 0-299", "PATCH 300-599", "PATCH 600-899", "PUT 900-999"));
}

TEST_F(UploadTest, in_chunks_as_large_as_the_registry_wants) {
    options.chunk_bytes = 300;
    server.min_chunk = "600";
    EXPECT_EQ(*push(counted(1000)), Upload::sent);
    EXPECT_EQ(server.count("PATCH"), 1u);
}

TEST_F(UploadTest, in_one_piece_however_large_when_told) {
    options.chunk_bytes = 300;
    UploadOptions how;
    how.monolithic = true;
    EXPECT_EQ(*push(counted(1000), how), Upload::sent);
    EXPECT_EQ(server.count("PATCH"), 0u);
}

TEST_F(UploadTest, says_how_far_it_is) {
    options.chunk_bytes = 300;
    UploadOptions how;
    std::uint64_t most = 0;
    how.moved = [&](std::uint64_t now_at) { most = std::max(most, now_at); };
    EXPECT_EQ(*push(counted(1000), how), Upload::sent);
    EXPECT_EQ(most, 1000u);
}

TEST_F(UploadTest, a_broken_chunk_goes_on_where_the_registry_stands) {
    options.chunk_bytes = 400;
    const auto bytes = counted(1000);
    bool broken = false;
    std::vector<std::string> ranges;
    server.trouble = [&](const Asked& asked) -> std::optional<Reply> {
        if (asked.method == "PATCH" || asked.method == "PUT")
            ranges.push_back(asked.method + " " + asked.field("Content-Range"));
        if (asked.field("Content-Range") != "400-799" || broken)
            return std::nullopt;
        broken = true;
        server.keep_part(asked, 150);
        return Reply{"", true};
    };
    EXPECT_EQ(*push(bytes), Upload::sent);
    EXPECT_TRUE(arrived(bytes));
    EXPECT_THAT(ranges,
                ElementsAre("PATCH 0-399", "PATCH 400-799", "PATCH 550-949", "PUT 950-999"));
}

TEST_F(UploadTest, catches_up_after_416) {
    options.chunk_bytes = 400;
    const auto bytes = counted(1000);
    bool refused = false;
    server.trouble = [&](const Asked& asked) -> std::optional<Reply> {
        if (asked.field("Content-Range") != "400-799" || refused)
            return std::nullopt;
        refused = true;
        return reply(416);
    };
    EXPECT_EQ(*push(bytes), Upload::sent);
    EXPECT_TRUE(arrived(bytes));
    EXPECT_EQ(server.count("GET /v2/a/b/blobs/uploads/u1"), 1u);
}

TEST_F(UploadTest, a_session_that_is_gone_is_begun_anew) {
    options.chunk_bytes = 400;
    const auto bytes = counted(1000);
    bool lost = false;
    server.trouble = [&](const Asked& asked) -> std::optional<Reply> {
        if (asked.field("Content-Range") == "400-799" && !lost) {
            lost = true;
            server.uploads.clear();
        }
        return std::nullopt;
    };
    EXPECT_EQ(*push(bytes), Upload::sent);
    EXPECT_TRUE(arrived(bytes));
    EXPECT_EQ(server.count("POST"), 2u);
}

TEST_F(UploadTest, an_answer_lost_after_the_last_byte_is_no_failure) {
    const auto bytes = counted(1000);
    server.trouble = [&](const Asked& asked) -> std::optional<Reply> {
        if (asked.method != "PUT")
            return std::nullopt;
        server.add_blob(asked.body);
        return Reply{"", true};
    };
    EXPECT_EQ(*push(bytes), Upload::sent);
    EXPECT_EQ(server.count("POST"), 1u);
}

TEST_F(UploadTest, a_registry_that_loses_everything_is_left) {
    server.trouble = [](const Asked& asked) -> std::optional<Reply> {
        return asked.method == "PUT" ? std::optional(reply(503)) : std::nullopt;
    };
    EXPECT_THAT(told(push(counted(1000))), HasSubstr("status 503: service unavailable"));
    EXPECT_EQ(server.count("PUT"), 5u);
}

TEST_F(UploadTest, a_wrong_digest_is_not_tried_again) {
    write("abc");
    EXPECT_THAT(told(client().push_blob("a/b", blob::Digest::of(as_bytes("abd")), 3, fd.get())),
                HasSubstr("provided digest did not match (DIGEST_INVALID)"));
    EXPECT_EQ(server.count("PUT"), 1u);
}

TEST_F(UploadTest, mounts_from_another_repository) {
    const auto digest = blob::Digest::of(as_bytes("abc"));
    server.trouble = [&](const Asked& asked) -> std::optional<Reply> {
        if (asked.method == "HEAD")
            return reply(404);
        server.blobs[digest.text()] = "abc";
        return std::nullopt;
    };
    UploadOptions how;
    how.mount_from = "other/place";
    EXPECT_EQ(*push("abc", how), Upload::mounted);
    EXPECT_EQ(
        server.asked()[1],
        fmt::format("POST /v2/a/b/blobs/uploads/?mount={}&from=other%2Fplace", digest.text()));
}

TEST_F(UploadTest, sends_what_cannot_be_mounted) {
    UploadOptions how;
    how.mount_from = "other";
    EXPECT_EQ(*push("abc", how), Upload::sent);
    EXPECT_TRUE(arrived("abc"));
}

TEST_F(UploadTest, goes_to_another_host_without_credentials) {
    log_in("alice", "s3cret");
    TestRegistry other;
    other.trouble = [](const Asked& asked) {
        EXPECT_EQ(asked.field("Authorization"), "");
        return reply(201);
    };
    server.trouble = [&](const Asked& asked) -> std::optional<Reply> {
        if (asked.field("Authorization").empty())
            return reply(401, {{"WWW-Authenticate", "Basic realm=\"r\""}});
        if (asked.method == "POST")
            return reply(202, {{"Location", other.url("/put/here")}});
        return std::nullopt;
    };
    EXPECT_EQ(*push("abc"), Upload::sent);
    EXPECT_EQ(other.count("PUT /put/here?digest=sha256:"), 1u);
}

TEST_F(UploadTest, a_session_without_a_place_is_an_error) {
    server.trouble = [](const Asked& asked) -> std::optional<Reply> {
        return asked.method == "POST" ? std::optional(reply(202)) : std::nullopt;
    };
    EXPECT_THAT(told(push("abc")), HasSubstr("without saying where"));
}

TEST(UploadRange, is_what_sessions_answer) {
    EXPECT_EQ(parse_upload_range("0-1023"), 1023u);
    EXPECT_EQ(parse_upload_range("bytes=0-7"), 7u);
    EXPECT_EQ(parse_upload_range("5-7"), std::nullopt);
    EXPECT_EQ(parse_upload_range("0-"), std::nullopt);
    EXPECT_EQ(parse_upload_range("0-99999999999999999999"), std::nullopt);
}

} // namespace
} // namespace tenon::oci
