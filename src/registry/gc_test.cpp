// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/gc.hpp"

#include "registry/test_client.hpp"

#include <future>
#include <poll.h>
#include <sys/inotify.h>

namespace tenon::registry {
namespace {

const std::string manifest_type(oci::media::image_manifest);
const std::string index_type(oci::media::image_index);

class Gc : public testing::TestWithParam<const char*> {
protected:
    Gc() : registry_(GetParam()) {}
    TestClient& client() { return registry_.client; }
    bool has(const blob::Digest& digest, const std::string& repository = "a") {
        return registry_.store.open_blob(repository, digest).value().has_value();
    }
    /// Collects as if `later` had passed.
    GcReport collect(std::chrono::hours later = std::chrono::hours(2), GcOptions options = {}) {
        const auto report = collect_garbage(registry_.store, options, WallClock::now() + later, {});
        EXPECT_TRUE(report) << (report ? "" : report.error().message());
        return report ? *report : GcReport();
    }
    blob::Digest put(const std::string& name, const std::string& bytes, const std::string& type) {
        auto digest = digest_of(bytes);
        const auto answer =
            client().put("/v2/a/manifests/" + (name.empty() ? digest.text() : name), bytes, type);
        EXPECT_EQ(answer.status, 201) << answer.body;
        return digest;
    }
    TestRegistry registry_;
};
INSTANTIATE_TEST_SUITE_P(Both, Gc, testing::Values("disk", "memory"),
                         [](const auto& given) { return std::string(given.param); });

TEST_P(Gc, removes_what_no_manifest_names) {
    const auto config = registry_.push("a", "{}");
    const auto layer = registry_.push("a", noise(300));
    const auto unused = registry_.push("a", noise(400));
    const auto other = registry_.push("b", noise(400));
    const auto manifest = put(
        "v1", image(descriptor("c/c", config, 2), descriptor("l/l", layer, 300)), manifest_type);
    const auto report = collect();
    EXPECT_EQ(report.repositories, 2U);
    EXPECT_EQ(report.blobs, 2U);
    EXPECT_EQ(report.blob_bytes, 800U);
    EXPECT_TRUE(has(config) && has(layer) && has(manifest));
    EXPECT_FALSE(has(unused));
    EXPECT_FALSE(has(other, "b"));
    EXPECT_EQ(client().get("/v2/a/manifests/v1").status, 200);
    EXPECT_EQ(collect().blobs, 0U);
}

TEST_P(Gc, keeps_what_is_fresh) {
    const auto blob = registry_.push("a", noise(300));
    EXPECT_EQ(collect(std::chrono::hours(0)).blobs, 0U);
    EXPECT_TRUE(has(blob));
    GcOptions longer;
    longer.grace = std::chrono::hours(5);
    EXPECT_EQ(collect(std::chrono::hours(2), longer).blobs, 0U);
    EXPECT_EQ(collect(std::chrono::hours(6), longer).blobs, 1U);
}

TEST_P(Gc, keeps_children_untagged_manifests_and_referrers) {
    const auto config = registry_.push("a", "{}");
    const auto small = image(descriptor("c/c", config, 2), "");
    const auto child = put("", small, manifest_type);
    const auto parent =
        put("v1", index_of(descriptor(manifest_type, child, small.size())), index_type);
    const auto referrer = put("",
                              image(descriptor("c/c", config, 2), "",
                                    ",\"subject\":" + descriptor(index_type, parent, 1)),
                              manifest_type);
    EXPECT_EQ(collect().blobs, 0U);
    EXPECT_TRUE(has(child) && has(parent) && has(referrer) && has(config));
}

TEST_P(Gc, keeps_the_blobs_of_a_manifest_that_another_one_calls_its_layer) {
    const auto config = registry_.push("a", "{}");
    const auto layer = registry_.push("a", noise(300));
    const auto inner = image(descriptor("c/c", config, 2), descriptor("l/l", layer, 300));
    const auto digest = put("v1", inner, manifest_type);
    // Whichever of the two is opened first, the other one is opened too.
    for (int number = 0; number < 8; ++number)
        put("outer" + std::to_string(number),
            image(descriptor("c/c", config, 2), descriptor(manifest_type, digest, inner.size()),
                  ",\"annotations\":{\"n\":\"" + std::to_string(number) + "\"}"),
            manifest_type);
    EXPECT_EQ(collect().blobs, 0U);
    EXPECT_TRUE(has(config) && has(layer) && has(digest));
}

TEST_P(Gc, goes_on_where_an_index_names_what_is_no_manifest) {
    const auto module = registry_.push("a", noise(300));
    const auto unused = registry_.push("a", noise(400));
    put("v1", index_of(descriptor("application/wasm", module, 300)), index_type);
    const auto report = collect();
    EXPECT_EQ(report.skipped, 0U);
    EXPECT_EQ(report.blobs, 1U);
    EXPECT_TRUE(has(module));
    EXPECT_FALSE(has(unused));
}

TEST_P(Gc, removes_what_a_deleted_manifest_has_named) {
    const auto config = registry_.push("a", "{}");
    const auto manifest = put("v1", image(descriptor("c/c", config, 2), ""), manifest_type);
    EXPECT_EQ(client().drop("/v2/a/manifests/" + manifest.text()).status, 202);
    EXPECT_FALSE(has(manifest)); // at once
    EXPECT_TRUE(has(config));
    EXPECT_EQ(collect().blobs, 1U);
}

TEST_P(Gc, removes_expired_uploads) {
    const auto location = client().post("/v2/a/blobs/uploads/").header("Location");
    client().send({"PATCH", location, {}, "12345"});
    EXPECT_EQ(collect(std::chrono::hours(23)).uploads, 0U);
    const auto report = collect(std::chrono::hours(25));
    EXPECT_EQ(report.uploads, 1U);
    EXPECT_EQ(report.upload_bytes, 5U);
    EXPECT_EQ(client().get(location).status, 404);
}

TEST_P(Gc, stops_when_it_is_asked_to) {
    registry_.push("a", "x");
    std::stop_source stop;
    stop.request_stop();
    const auto report = collect_garbage(registry_.store, {},
                                        WallClock::now() + std::chrono::hours(2), stop.get_token());
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code(), Errc::interrupted);
}

// The index may come before what it names; its blobs are no longer fresh when the garbage is looked
// for, and only the second look finds who names them.
TEST(GcOnDisk, keeps_the_blobs_of_a_child_that_comes_while_garbage_is_looked_for) {
    const base::TestDirectory directory;
    std::function<void()> meanwhile;
    Store store(
        DiskShelf::open(directory.path(), {.durable = false,
                                           .on_step =
                                               [&](std::string_view step, const std::string&) {
                                                   if (step == "list blobs" && meanwhile)
                                                       std::exchange(meanwhile, nullptr)();
                                               }})
            .value());
    Api api(store);
    TestClient client(api);
    const auto push = [&](const std::string& content) {
        const auto digest = digest_of(content);
        EXPECT_EQ(client.post("/v2/a/blobs/uploads/?digest=" + digest.text(), content).status, 201);
        return digest;
    };
    const auto config = push("{}");
    const auto layer = push(noise(300));
    const auto unused = push(noise(400));
    const auto child = image(descriptor("c/c", config, 2), descriptor("l/l", layer, 300));
    const auto parent = index_of(descriptor(manifest_type, digest_of(child), child.size()));
    EXPECT_EQ(client.put("/v2/a/manifests/v1", parent, index_type).status, 201);
    bool came = false;
    meanwhile = [&] {
        came = true;
        // As a blob, so that only its parent says that it is a manifest.
        EXPECT_EQ(
            client.post("/v2/a/blobs/uploads/?digest=" + digest_of(child).text(), child).status,
            201);
    };
    const auto report = collect_garbage(store, {}, WallClock::now() + std::chrono::hours(2), {});
    ASSERT_TRUE(report);
    EXPECT_TRUE(came);
    EXPECT_EQ(report->blobs, 1U);
    EXPECT_TRUE(store.open_blob("a", config)->has_value());
    EXPECT_TRUE(store.open_blob("a", layer)->has_value());
    EXPECT_TRUE(store.open_blob("a", digest_of(child))->has_value());
    EXPECT_FALSE(store.open_blob("a", unused)->has_value());
}

// To open one takes a disk and a turn among its readers, and meanwhile nobody could push.
TEST(GcOnDisk, opens_manifests_before_it_keeps_everybody_waiting) {
    const base::TestDirectory directory;
    std::function<void()> meanwhile;
    Store store(
        DiskShelf::open(directory.path(), {.durable = false,
                                           .on_step =
                                               [&](std::string_view step, const std::string&) {
                                                   if (step == "list blobs" && meanwhile)
                                                       std::exchange(meanwhile, nullptr)();
                                               }})
            .value(),
        {.cache_bytes = 0});
    Api api(store);
    TestClient client(api);
    const std::string uploads = "/v2/a/blobs/uploads/?digest=";
    for (const auto* content : {"{}", "unused"})
        EXPECT_EQ(client.post(uploads + digest_of(content).text(), content).status, 201);
    const auto manifest = image(descriptor("c/c", digest_of("{}"), 2), "");
    const auto file = directory / ("a/_oci/blobs/sha256/" + std::string(digest_of(manifest).hex()));
    auto& gate = store.find("a").value()->keeping();
    const base::Fd watch(::inotify_init1(IN_CLOEXEC));
    meanwhile = [&] {
        EXPECT_EQ(client.put("/v2/a/manifests/v1", manifest, manifest_type).status, 201);
        EXPECT_GE(::inotify_add_watch(watch.get(), file.c_str(), IN_OPEN), 0);
        gate.lock_shared(); // as if somebody were still pushing
    };
    auto collecting = std::async(std::launch::async, [&] {
        return collect_garbage(store, {}, WallClock::now() + std::chrono::hours(2), {});
    });
    pollfd opened{watch.get(), POLLIN, 0};
    EXPECT_EQ(::poll(&opened, 1, 5000), 1);
    gate.unlock_shared();
    const auto report = collecting.get();
    ASSERT_TRUE(report);
    EXPECT_EQ(report->blobs, 1U);
    EXPECT_TRUE(store.open_blob("a", digest_of("{}"))->has_value());
}

TEST(GcOnDisk, keeps_everything_where_a_manifest_cannot_be_understood) {
    const base::TestDirectory directory;
    const auto strange = digest_of("not a manifest");
    const auto blob = digest_of("blob");
    auto shelf = DiskShelf::open(directory.path(), {.durable = false}).value();
    ASSERT_TRUE(shelf->create_repository("a"));
    ASSERT_TRUE(shelf->put_blob("a", strange, as_bytes("not a manifest")));
    ASSERT_TRUE(shelf->put_blob("a", blob, as_bytes("blob")));
    ASSERT_TRUE(shelf->write_index("a", R"({"schemaVersion":2,"manifests":[)" +
                                            descriptor("x/y", strange, 14) + "]}"));
    Store store(std::move(shelf));
    const auto report = collect_garbage(store, {}, WallClock::now() + std::chrono::hours(2), {});
    ASSERT_TRUE(report);
    EXPECT_EQ(report->skipped, 1U);
    EXPECT_EQ(report->blobs, 0U);
    EXPECT_TRUE(store.open_blob("a", blob).value().has_value());
}

} // namespace
} // namespace tenon::registry
