// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What only shows with a disk: restarts, crashes, damage, other tools' layouts, many at once.
#include "registry/gc.hpp"
#include "registry/test_client.hpp"

#include <fmt/core.h>
#include <fstream>
#include <future>
#include <gmock/gmock.h>
#include <iterator>
#include <set>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>

namespace tenon::registry {
namespace {

using testing::HasSubstr;

const std::string manifest_type(oci::media::image_manifest);
const std::string index_type(oci::media::image_index);

/// A store on a directory, opened again and again.
struct OnDisk {
    explicit OnDisk(const base::Path& path, DiskShelfOptions options = {})
        : store(open(path, std::move(options))), api(store), client(api) {}
    static std::unique_ptr<Shelf> open(const base::Path& path, DiskShelfOptions options) {
        options.durable = false;
        return DiskShelf::open(path, std::move(options)).value();
    }
    Store store;
    Api api;
    TestClient client;
};

blob::Digest push(TestClient& client, const std::string& repository, const std::string& content) {
    auto digest = digest_of(content);
    client.post("/v2/" + repository + "/blobs/uploads/?digest=" + digest.text(), content);
    return digest;
}
std::string small_image(TestClient& client, const std::string& repository, int number) {
    const auto config = fmt::format("{{\"n\":{}}}", number);
    return image(descriptor("c/c", push(client, repository, config), config.size()), "");
}

TEST(StoreOnDisk, a_repository_that_is_gone_at_once_is_an_error) {
    const base::TestDirectory directory;
    DiskShelfOptions options;
    bool listed = false;
    options.on_step = [&](std::string_view step, const std::string& path) {
        listed = listed || (step == "rename" && path.ends_with("/a/_oci/index.json"));
        if (listed && step == "sync directory" && path.ends_with("/a/_oci")) // the last step
            std::filesystem::remove_all(directory / "a");
    };
    OnDisk disk(directory.path(), options);
    const auto made = disk.store.make("a");
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code(), Errc::io);
    EXPECT_EQ(made.error().message(), "repository `a` was removed while it was made");
    const auto digest = digest_of("x");
    listed = false;
    EXPECT_EQ(disk.client.post("/v2/a/blobs/uploads/?digest=" + digest.text(), "x").status, 500);
    push(disk.client, "b", "x");
    listed = false;
    EXPECT_EQ(disk.client.post("/v2/a/blobs/uploads/?from=b&mount=" + digest.text()).status, 500);
}

TEST(StoreOnDisk, files_that_nobody_counted_are_not_missed_when_they_expire) {
    const base::TestDirectory directory;
    OnDisk disk(directory.path());
    std::ofstream(directory / "_uploads/put-1-1") << "left by a full disk";
    ASSERT_TRUE(disk.store.expire_uploads(WallClock::now() + std::chrono::hours(1)));
    EXPECT_EQ(disk.store.open_uploads(), 0U);
    EXPECT_EQ(disk.client.post("/v2/a/blobs/uploads/").status, 202);
}

TEST(StoreOnDisk, has_everything_after_a_restart) {
    const base::TestDirectory directory;
    std::string first;
    std::string referrer;
    {
        OnDisk disk(directory.path());
        first = small_image(disk.client, "a/b", 1);
        disk.client.put("/v2/a/b/manifests/v1", first, manifest_type);
        const auto config = push(disk.client, "a/b", "{}");
        referrer = image(descriptor("c/c", config, 2), "",
                         ",\"subject\":" + descriptor(manifest_type, digest_of(first), 1));
        disk.client.put("/v2/a/b/manifests/" + digest_of(referrer).text(), referrer, manifest_type);
    }
    OnDisk disk(directory.path());
    EXPECT_EQ(disk.client.get("/v2/a/b/manifests/v1").body, first);
    EXPECT_TRUE(disk.client.get("/v2/a/b/manifests/v1").at_once);
    EXPECT_THAT(disk.client.get("/v2/a/b/referrers/" + digest_of(first).text()).body,
                HasSubstr(digest_of(referrer).text()));
    EXPECT_THAT(disk.client.get("/v2/_catalog").body, HasSubstr(R"(["a/b"])"));
}

TEST(StoreOnDisk, serves_children_that_only_an_index_of_another_tool_names) {
    const base::TestDirectory directory;
    std::string child;
    std::string grandchild;
    {
        OnDisk disk(directory.path());
        grandchild = small_image(disk.client, "a", 1);
        push(disk.client, "a", grandchild);
        child = index_of(descriptor(manifest_type, digest_of(grandchild), grandchild.size()));
        push(disk.client, "a", child);
        const auto top = index_of(descriptor(index_type, digest_of(child), child.size()));
        push(disk.client, "a", top);
        // As skopeo or buildah would write it.
        std::ofstream(directory / "a/_oci/index.json")
            << R"({"schemaVersion":2,"manifests":[)"
            << descriptor(index_type, digest_of(top), top.size(),
                          R"(,"annotations":{"org.opencontainers.image.ref.name":"v1"})")
            << "]}";
    }
    OnDisk disk(directory.path());
    const auto answer = disk.client.get("/v2/a/manifests/" + digest_of(grandchild).text());
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Content-Type"), manifest_type);
    EXPECT_EQ(answer.body, grandchild);
    EXPECT_EQ(disk.client.get("/v2/a/manifests/" + digest_of(child).text()).body, child);
    EXPECT_EQ(disk.client.get("/v2/a/manifests/" + digest_of("x").text()).status, 404);
    const auto report =
        collect_garbage(disk.store, {}, WallClock::now() + std::chrono::hours(2), {});
    EXPECT_EQ(report->blobs, 0U);
}

TEST(StoreOnDisk, does_not_serve_a_blob_under_a_type_that_an_index_invents) {
    const base::TestDirectory directory;
    const std::string page = "<script>alert(1)</script>";
    const auto digest = digest_of(page);
    {
        OnDisk disk(directory.path());
        push(disk.client, "a", page);
        const auto index = index_of(descriptor("text/html", digest, page.size()));
        EXPECT_EQ(disk.client.put("/v2/a/manifests/v1", index, index_type).status, 201);
    }
    OnDisk disk(directory.path()); // which reads the index only now
    EXPECT_EQ(disk.client.get("/v2/a/manifests/" + digest.text()).status, 404);
    const auto blob = disk.client.get("/v2/a/blobs/" + digest.text());
    EXPECT_EQ(blob.header("Content-Type"), "application/octet-stream");
}

TEST(StoreOnDisk, does_not_serve_a_damaged_manifest_and_mends_it_when_it_is_pushed_again) {
    const base::TestDirectory directory;
    std::string manifest;
    {
        OnDisk disk(directory.path());
        manifest = small_image(disk.client, "a", 1);
        disk.client.put("/v2/a/manifests/v1", manifest, manifest_type);
    }
    const auto digest = digest_of(manifest);
    auto damaged = manifest;
    damaged[10] = static_cast<char>(damaged[10] ^ 1);
    std::ofstream(directory / ("a/_oci/blobs/sha256/" + std::string(digest.hex()))) << damaged;
    OnDisk disk(directory.path());
    std::string told;
    Api api(disk.store, {.on_error = [&](const std::string& text) { told = text; }});
    TestClient client(api);
    // Nobody else has to suffer for it.
    EXPECT_EQ(client.get("/v2/a/manifests/" + digest_of("unknown").text()).status, 404);
    EXPECT_EQ(client.get("/v2/a/referrers/" + digest_of("unknown").text()).status, 200);
    EXPECT_EQ(told, "");
    EXPECT_EQ(client.get("/v2/a/manifests/v1").status, 500);
    EXPECT_THAT(told, HasSubstr("damaged"));
    EXPECT_EQ(client.put("/v2/a/manifests/v1", manifest, manifest_type).status, 201);
    EXPECT_EQ(client.get("/v2/a/manifests/v1").body, manifest);
}

// What is not sent cannot be wrong, and megabytes need not be hashed for it.
TEST(StoreOnDisk, large_manifest_is_read_only_for_those_who_get_it) {
    const base::TestDirectory directory;
    OnDisk disk(directory.path());
    const auto config = descriptor("c/c", push(disk.client, "a", "{}"), 2);
    const auto large = image(config, "", R"(,"x":")" + std::string(100'000, 'x') + '"');
    const std::string tag = "/v2/a/manifests/v1";
    ASSERT_EQ(disk.client.put(tag, large, manifest_type).status, 201);
    const auto etag = disk.client.get(tag).header("ETag");
    const auto file = directory / ("a/_oci/blobs/sha256/" + std::string(digest_of(large).hex()));
    std::ofstream(file) << std::string(large.size(), ' ');
    EXPECT_EQ(disk.client.get(tag).status, 500);
    const auto head = disk.client.head(tag);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.header("Content-Length"), std::to_string(large.size()));
    EXPECT_EQ(disk.client.get(tag, {{"If-None-Match", etag}}).status, 304);
    EXPECT_TRUE(std::filesystem::remove(file));
    EXPECT_EQ(disk.client.head(tag).status, 404);
}

TEST(StoreOnDisk, writes_a_lost_manifest_again_although_it_is_in_memory) {
    const base::TestDirectory directory;
    std::string manifest;
    {
        OnDisk disk(directory.path());
        manifest = small_image(disk.client, "a", 1);
        small_image(disk.client, "b", 1);
        for (const auto* repository : {"a", "b"}) {
            const auto tag = fmt::format("/v2/{}/manifests/v1", repository);
            EXPECT_EQ(disk.client.put(tag, manifest, manifest_type).status, 201);
            EXPECT_TRUE(disk.client.get(tag).at_once);
        }
        const auto file = "_oci/blobs/sha256/" + std::string(digest_of(manifest).hex());
        for (const auto* repository : {"a", "b"}) {
            EXPECT_TRUE(std::filesystem::remove(directory / repository / file));
            const auto tag = fmt::format("/v2/{}/manifests/v1", repository);
            EXPECT_EQ(disk.client.put(tag, manifest, manifest_type).status, 201);
            EXPECT_TRUE(std::filesystem::exists(directory / repository / file));
        }
    }
    OnDisk disk(directory.path());
    EXPECT_EQ(disk.client.get("/v2/a/manifests/v1").body, manifest);
    EXPECT_EQ(disk.client.get("/v2/b/manifests/v1").body, manifest);
}

TEST(StoreOnDisk, listing_that_cannot_be_read_is_the_servers_fault_and_stays) {
    const base::TestDirectory directory;
    OnDisk disk(directory.path());
    std::filesystem::create_directories(directory / "a/_oci/blobs/sha256");
    std::ofstream(directory / "a/_oci/index.json") << "{";
    const auto answer = disk.client.get("/v2/a/tags/list");
    EXPECT_EQ(answer.status, 500);
    EXPECT_THAT(answer.body, testing::Not(HasSubstr(directory.path().native())));
    EXPECT_EQ(disk.client.put("/v2/a/manifests/v1", index_of(""), index_type).status, 500);
    EXPECT_EQ(std::filesystem::file_size(directory / "a/_oci/index.json"), 1U);
}

TEST(StoreOnDisk, many_push_into_one_repository_at_once) {
    const base::TestDirectory directory;
    constexpr int threads = 8;
    constexpr int each = 10;
    {
        OnDisk disk(directory.path());
        std::vector<std::jthread> pushing;
        for (int t = 0; t < threads; ++t)
            pushing.emplace_back([&disk, t] {
                TestClient client(disk.api);
                for (int i = 0; i < each; ++i) {
                    const auto manifest = small_image(client, "a", t * each + i);
                    EXPECT_EQ(client
                                  .put(fmt::format("/v2/a/manifests/t{}-{}", t, i), manifest,
                                       manifest_type)
                                  .status,
                              201);
                    // Somebody collects garbage meanwhile.
                    if (t == 0) {
                        EXPECT_TRUE(collect_garbage(disk.store, {.grace = std::chrono::seconds(60)},
                                                    WallClock::now(), {}));
                    }
                }
            });
    }
    OnDisk disk(directory.path());
    const auto repository = disk.store.find("a").value();
    EXPECT_EQ(repository->index()->tags().size(), std::size_t{threads * each});
    for (const auto& tag : repository->index()->tags())
        EXPECT_EQ(disk.client.get("/v2/a/manifests/" + tag->name).status, 200);
}

TEST(StoreOnDisk, manifest_that_is_being_pushed_cannot_be_deleted_as_a_blob) {
    const base::TestDirectory directory;
    std::string target;
    const auto pushing = std::this_thread::get_id();
    std::future<int> dropping;
    Api* api = nullptr;
    OnDisk disk(directory.path(), {.on_step = [&](std::string_view, const std::string&) {
                    if (target.empty() || std::this_thread::get_id() != pushing)
                        return;
                    // Each time, so that one comes after the manifest and before its listing.
                    if (dropping.valid() && dropping.wait_for(std::chrono::milliseconds(100)) !=
                                                std::future_status::ready)
                        return; // waits, as it should
                    dropping = std::async(std::launch::async, [&api, path = target] {
                        return TestClient(*api).drop(path).status;
                    });
                }});
    api = &disk.api;
    const auto manifest = small_image(disk.client, "a", 1);
    target = "/v2/a/blobs/" + digest_of(manifest).text();
    EXPECT_EQ(disk.client.put("/v2/a/manifests/v1", manifest, manifest_type).status, 201);
    ASSERT_TRUE(dropping.valid());
    EXPECT_EQ(dropping.get(), 405);
    target.clear();
    EXPECT_TRUE(disk.store.open_blob("a", digest_of(manifest)).value().has_value());
}

// Gigabytes take a while to reach the disk; others delete and push meanwhile.
TEST(StoreOnDisk, nobody_waits_for_the_sync_of_an_upload) {
    const base::TestDirectory directory;
    std::future<int> dropping;
    Api* api = nullptr;
    OnDisk disk(
        directory.path(), {.on_step = [&](std::string_view step, const std::string& path) {
            if (step != "sync file" || dropping.valid() || path.find("/_uploads/") == path.npos)
                return;
            dropping = std::async(std::launch::async, [&] {
                TestClient other(*api);
                return other.drop("/v2/a/blobs/" + digest_of("none").text()).status;
            });
            EXPECT_EQ(dropping.wait_for(std::chrono::seconds(3)), std::future_status::ready);
        }});
    api = &disk.api;
    ASSERT_TRUE(disk.store.make("a"));
    const auto target = "/v2/a/blobs/uploads/?digest=" + digest_of("x").text();
    EXPECT_EQ(disk.client.post(target, "x").status, 201);
    ASSERT_TRUE(dropping.valid());
    EXPECT_EQ(dropping.get(), 404);
}

TEST(StoreOnDisk, writer_that_fails_keeps_nobody_waiting) {
    const base::TestDirectory directory;
    bool broken = false;
    OnDisk disk(directory.path(), {.on_step = [&](std::string_view, const std::string&) {
                    if (broken)
                        throw std::runtime_error("no memory");
                }});
    const auto manifest = small_image(disk.client, "a", 1);
    disk.client.put("/v2/a/manifests/" + digest_of(manifest).text(), manifest, manifest_type);
    broken = true; // the manifest is there, so that it is the listing that fails
    EXPECT_THROW(disk.client.put("/v2/a/manifests/v1", manifest, manifest_type),
                 std::runtime_error);
    broken = false;
    EXPECT_EQ(disk.client.get("/v2/a/manifests/v1").status, 404);
    EXPECT_EQ(disk.client.put("/v2/a/manifests/v1", manifest, manifest_type).status, 201);
}

// --- crashes

constexpr int done = 7; // exit status of a child that came to its end
constexpr int died = 9;

/// What clients were told before the process died: one line each.
std::set<std::string> acknowledged(const base::Path& path) {
    std::set<std::string> lines;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);)
        lines.insert(line);
    return lines;
}

/// Pushes and deletes, and writes down what was acknowledged.
void work(TestClient& client, const base::Path& diary) {
    const auto note = [&](const Answer& answer, int status, const std::string& text) {
        if (answer.status == status)
            std::ofstream(diary, std::ios::app) << text << '\n' << std::flush;
    };
    for (int i = 0; i < 3; ++i) {
        const auto content = noise(5000, static_cast<std::uint32_t>(i + 1));
        const auto location = client.post("/v2/a/blobs/uploads/").header("Location");
        client.send({"PATCH", location, {}, content.substr(0, 2000)});
        note(client.put(with_digest(location, digest_of(content)), content.substr(2000)), 201,
             "blob a " + digest_of(content).text());
        const auto layer = descriptor("l/l", digest_of(content), content.size());
        const auto manifest = image(layer, layer);
        note(client.put(fmt::format("/v2/a/manifests/v{}", i), manifest, manifest_type), 201,
             fmt::format("tag v{} {}", i, digest_of(manifest).text()));
        note(client.post("/v2/b/blobs/uploads/?from=a&mount=" + digest_of(content).text()), 201,
             "blob b " + digest_of(content).text());
    }
    note(client.drop("/v2/a/manifests/v0"), 202, "gone v0");
}

TEST(Crash, loses_nothing_that_was_acknowledged_and_serves_no_wrong_byte) {
    int steps = 0;
    for (bool ended = false; !ended; ++steps) {
        ASSERT_LT(steps, 500);
        const base::TestDirectory directory;
        const auto diary = directory / "diary";
        const auto child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            int left = steps;
            OnDisk disk(directory / "registry",
                        {.on_step = [&](std::string_view, const std::string&) {
                            if (left-- == 0)
                                ::_exit(died);
                        }});
            work(disk.client, diary);
            ::_exit(done);
        }
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFEXITED(status));
        ended = WEXITSTATUS(status) == done;

        OnDisk disk(directory / "registry");
        const auto told = acknowledged(diary);
        for (const auto& line : told) {
            const auto word = [&](std::size_t number) {
                std::istringstream in(line);
                std::string found;
                for (std::size_t i = 0; i <= number; ++i)
                    in >> found;
                return found;
            };
            if (word(0) == "blob") {
                const auto answer = disk.client.get("/v2/" + word(1) + "/blobs/" + word(2));
                EXPECT_EQ(answer.status, 200) << "step " << steps << ": " << line;
                EXPECT_EQ(digest_of(answer.body).text(), word(2));
            } else if (word(0) == "tag" && !told.contains("gone " + word(1)) && word(1) != "v0") {
                const auto answer = disk.client.get("/v2/a/manifests/" + word(1));
                EXPECT_EQ(answer.status, 200) << "step " << steps << ": " << line;
                EXPECT_EQ(digest_of(answer.body).text(), word(2));
            } else if (word(0) == "gone") {
                EXPECT_EQ(disk.client.get("/v2/a/manifests/" + word(1)).status, 404);
            }
        }
        // Whatever lies under a digest has that digest, and the server goes on.
        for (const auto& entry :
             std::filesystem::recursive_directory_iterator(directory / "registry")) {
            if (!entry.is_regular_file() || entry.path().parent_path().filename() != "sha256")
                continue;
            std::ifstream file(entry.path());
            const std::string content(std::istreambuf_iterator<char>{file}, {});
            EXPECT_EQ(digest_of(content).hex(), entry.path().filename().native());
        }
        work(disk.client, directory / "diary2");
        EXPECT_EQ(acknowledged(directory / "diary2").size(), 10U) << "step " << steps;
    }
    EXPECT_GT(steps, 50);
}

} // namespace
} // namespace tenon::registry
