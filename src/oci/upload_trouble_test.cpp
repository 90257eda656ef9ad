// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What of an upload is tried again, and what is left of one that fails: the registry's own words
// here, and nothing there.
#include "oci/test_blobs.hpp"

#include <fmt/core.h>
#include <thread>

namespace tenon::oci {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class UploadTrouble : public BlobTest {
protected:
    /// What the registry answers to content instead of taking it, so many times.
    void answer_content_with(std::function<Reply(const Asked&)> answer, int times = 1000) {
        server.trouble = [answer = std::move(answer),
                          times](const Asked& asked) mutable -> std::optional<Reply> {
            if ((asked.method != "PATCH" && asked.method != "PUT") || times == 0)
                return std::nullopt;
            --times;
            return answer(asked);
        };
    }
};

constexpr auto denied = R"({"errors":[{"code":"DENIED","message":"your quota is used up"}]})";

TEST_F(UploadTrouble, a_refusal_is_final) {
    for (const int status : {400, 401, 403, 404, 405, 409, 413, 422, 501, 507})
        for (const bool chunked : {false, true}) {
            TestRegistry other;
            auto made = net::Client::create(http);
            ASSERT_TRUE(made);
            options.chunk_bytes = chunked ? 400 : 4000;
            auto registry = Registry::open(*made, other.host(), options);
            ASSERT_TRUE(registry);
            other.trouble = [&](const Asked& asked) -> std::optional<Reply> {
                if (asked.method == "PATCH" || asked.method == "PUT")
                    return reply(status, {}, denied);
                return std::nullopt;
            };
            const auto bytes = counted(1000);
            write(bytes);
            const auto pushed =
                registry->push_blob("a/b", blob::Digest::of(as_bytes(bytes)), 1000, fd.get());
            EXPECT_THAT(told(pushed),
                        HasSubstr(fmt::format("because your quota is used up (DENIED)\nbecause "
                                              "status {}: ",
                                              status)));
            EXPECT_EQ(other.count("PATCH") + other.count("PUT"), 1u) << status << chunked;
            EXPECT_EQ(other.count("DELETE /v2/a/b/blobs/uploads/u1"), 1u);
            EXPECT_THAT(other.uploads, IsEmpty());
        }
}

TEST_F(UploadTrouble, a_refusal_is_told_in_the_registrys_words) {
    answer_content_with([](const Asked&) { return reply(403, {}, denied); });
    EXPECT_EQ(
        told(push(counted(1000))),
        fmt::format("untrusted: the blob cannot be pushed to `{0}/a/b`\nbecause your quota is "
                    "used up (DENIED)\nbecause status 403: access denied\nbecause asked "
                    "without credentials: the registry did not ask who we are\nhelp log in "
                    "with `docker login {0}`, or give `--user` and `--password`",
                    server.host()));
}

TEST_F(UploadTrouble, what_a_token_server_refuses_is_final) {
    log_in("alice", "s3cret");
    server.trouble = [&](const Asked& asked) -> std::optional<Reply> {
        if (asked.path() == "/token")
            return reply(403);
        if (asked.method != "PUT")
            return std::nullopt;
        return reply(401, {{"WWW-Authenticate", fmt::format(R"(Bearer realm="{}",service="r")",
                                                            server.url("/token"))}});
    };
    EXPECT_THAT(
        told(push(counted(1000))),
        HasSubstr("gives no token\nbecause status 403: access denied\nbecause asked as `alice`"));
    EXPECT_EQ(server.count("PUT"), 1u);
    EXPECT_LE(server.count("GET /token"), 2u); // once more for taking it back
}

TEST_F(UploadTrouble, what_passes_is_borne) {
    for (const int status : {408, 429, 500, 502, 503, 504}) {
        answer_content_with([&](const Asked&) { return reply(status); }, 2);
        const auto bytes = counted(1000) + std::to_string(status);
        EXPECT_EQ(*push(bytes), Upload::sent) << status;
        EXPECT_TRUE(arrived(bytes));
    }
}

TEST_F(UploadTrouble, waits_as_long_as_it_is_asked_to) {
    answer_content_with([](const Asked&) { return reply(503, {{"Retry-After", "7"}}); }, 2);
    EXPECT_EQ(*push(counted(1000)), Upload::sent);
    EXPECT_THAT(pauses, ElementsAre(7000, 7000));
    const auto note = fmt::format("registry `{}` asks to wait 7 s", server.host());
    EXPECT_THAT(notes, ElementsAre(note, note));
}

TEST_F(UploadTrouble, gives_up_when_asked_to_wait_too_long) {
    options.chunk_bytes = 400;
    answer_content_with([](const Asked&) { return reply(429, {{"Retry-After", "3600"}}); });
    EXPECT_EQ(told(push(counted(1000))),
              fmt::format("limit: the blob cannot be pushed to `{}/a/b`\nbecause status 429: too "
                          "many requests\nhelp the registry asks to wait 3600 s",
                          server.host()));
    EXPECT_EQ(server.count("PATCH"), 1u);
    EXPECT_THAT(pauses, IsEmpty());
}

TEST_F(UploadTrouble, progress_earns_new_patience) {
    options.chunk_bytes = 100;
    const auto bytes = counted(1000);
    int patches = 0;
    server.trouble = [&](const Asked& asked) -> std::optional<Reply> {
        if (asked.method == "PATCH" && ++patches % 4 != 0) // each chunk breaks three times
            return Reply{"", true};
        return std::nullopt;
    };
    EXPECT_EQ(*push(bytes), Upload::sent);
    EXPECT_TRUE(arrived(bytes));
    EXPECT_EQ(patches, 36);
}

TEST_F(UploadTrouble, bytes_that_arrive_in_spite_of_it_are_progress) {
    options.chunk_bytes = 400;
    const auto bytes = counted(1000);
    int times = 12;
    answer_content_with(
        [&](const Asked& asked) {
            if (--times % 3 == 0)
                server.keep_part(asked, 50);
            return Reply{"", true};
        },
        12);
    EXPECT_EQ(*push(bytes), Upload::sent);
    EXPECT_TRUE(arrived(bytes));
}

TEST_F(UploadTrouble, goes_on_after_a_silence) {
    http.idle_timeout = 100ms;
    options.chunk_bytes = 400;
    const auto bytes = counted(1000);
    answer_content_with(
        [&](const Asked& asked) {
            server.keep_part(asked, 250);
            std::this_thread::sleep_for(150ms);
            return Reply{"", true};
        },
        1);
    EXPECT_EQ(*push(bytes), Upload::sent);
    EXPECT_TRUE(arrived(bytes));
    EXPECT_EQ(server.count("POST"), 1u);
}

TEST_F(UploadTrouble, a_mount_that_nobody_asked_for_is_not_believed) {
    server.trouble = [](const Asked& asked) -> std::optional<Reply> {
        if (asked.method == "POST")
            return reply(201);
        return std::nullopt;
    };
    EXPECT_THAT(
        told(push(counted(1000))),
        HasSubstr("because the registry says that it has the blob, before it was told which"));
}

TEST_F(UploadTrouble, a_registry_may_take_its_time_to_sync) {
    http.idle_timeout = 150ms;
    options.slowest_disk = 1000; // a second for what follows
    answer_content_with(
        [&](const Asked& asked) {
            std::this_thread::sleep_for(400ms);
            server.add_blob(asked.body);
            return reply(201);
        },
        1);
    EXPECT_EQ(*push(counted(1000)), Upload::sent);
    EXPECT_EQ(server.count("PUT"), 1u);
    EXPECT_THAT(pauses, IsEmpty()); // nothing had to be asked again
}

TEST_F(UploadTrouble, a_forgotten_session_is_begun_anew_only_once) {
    options.chunk_bytes = 400;
    int patches = 0;
    server.trouble = [&](const Asked& asked) -> std::optional<Reply> {
        if (asked.method == "PATCH" && ++patches % 2 == 0)
            return reply(404, {}, R"({"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]})");
        return std::nullopt;
    };
    EXPECT_THAT(told(push(counted(1000))), HasSubstr("because BLOB_UPLOAD_UNKNOWN\nbecause "
                                                     "status 404: not found"));
    EXPECT_EQ(server.count("POST"), 2u);
}

TEST_F(UploadTrouble, a_session_that_cannot_be_used_further_is_taken_back) {
    options.chunk_bytes = 400;
    const auto bytes = counted(1000);
    answer_content_with([](const Asked&) { return Reply{"", true}; }, 1); // nothing arrived
    EXPECT_EQ(*push(bytes), Upload::sent);
    EXPECT_EQ(server.count("DELETE /v2/a/b/blobs/uploads/u1"), 1u);
    EXPECT_EQ(server.count("POST"), 2u);
    EXPECT_THAT(server.uploads, IsEmpty());
}

TEST_F(UploadTrouble, an_interrupted_one_is_taken_back) {
    std::stop_source interruption;
    options.session.patience.stop = interruption.get_token();
    options.chunk_bytes = 400;
    answer_content_with([&](const Asked&) {
        interruption.request_stop();
        return Reply{"", true};
    });
    EXPECT_EQ(push(counted(1000)).error().code(), Errc::interrupted);
    EXPECT_EQ(server.count("PATCH"), 1u);
    EXPECT_EQ(server.count("DELETE /v2/a/b/blobs/uploads/u1"), 1u);
    EXPECT_THAT(server.uploads, IsEmpty());
}

TEST_F(UploadTrouble, taking_it_back_takes_no_time) {
    options.cancel_time = 50ms;
    server.trouble = [&](const Asked& asked) -> std::optional<Reply> {
        if (asked.method == "DELETE")
            return Reply{""}; // silence
        return asked.method == "PUT" ? std::optional(reply(403)) : std::nullopt;
    };
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_THAT(told(push(counted(1000))), HasSubstr("status 403: access denied"));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
    EXPECT_EQ(server.count("DELETE"), 1u);
}

} // namespace
} // namespace tenon::oci
