// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Both shelves do the same; what only a directory has is tested behind that.
#include "registry/disk_shelf.hpp"
#include "registry/memory_shelf.hpp"

#include "base/test_directory.hpp"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tenon::registry {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

blob::Digest digest(std::string_view content, blob::Algorithm algorithm = blob::Algorithm::sha256) {
    return blob::Digest::of(as_bytes(content), algorithm);
}

std::string content(const Extent& extent) {
    std::string text(extent.length, '\0');
    EXPECT_EQ(::pread(extent.fd.get(), text.data(), text.size(), static_cast<off_t>(extent.offset)),
              static_cast<ssize_t>(text.size()));
    return text;
}

std::unique_ptr<DiskShelf> open_disk(const base::Path& path, DiskShelfOptions options = {}) {
    options.durable = false;
    auto shelf = DiskShelf::open(path, std::move(options));
    EXPECT_TRUE(shelf) << (shelf ? "" : shelf.error().message());
    return *std::move(shelf);
}

class ShelfTest : public testing::TestWithParam<const char*> {
protected:
    ShelfTest() {
        if (std::string_view(GetParam()) == "disk")
            shelf_ = open_disk(directory_.path());
        else
            shelf_ = std::make_unique<MemoryShelf>();
    }
    std::string text_of(const std::string& repository, const blob::Digest& wanted) {
        const auto blob = shelf_->open_blob(repository, wanted);
        return blob && *blob ? content(**blob) : "(none)";
    }
    void upload(const std::string& id, std::string_view text) {
        ASSERT_TRUE(shelf_->create_upload(id));
        auto file = shelf_->open_upload(id);
        ASSERT_TRUE(file && *file);
        ASSERT_EQ(::pwrite((*file)->fd.get(), text.data(), text.size(),
                           static_cast<off_t>((*file)->offset)),
                  static_cast<ssize_t>(text.size()));
        (*file)->length = text.size();
        shelf_->grown(id, **file, 0);
    }

    base::TestDirectory directory_;
    std::unique_ptr<Shelf> shelf_;
};
INSTANTIATE_TEST_SUITE_P(Both, ShelfTest, testing::Values("disk", "memory"),
                         [](const auto& given) { return std::string(given.param); });

TEST_P(ShelfTest, makes_repositories_within_each_other_and_lists_them_sorted) {
    for (const auto* name : {"b", "a/b/c", "a"})
        ASSERT_TRUE(shelf_->create_repository(name));
    EXPECT_THAT(*shelf_->repositories(), ElementsAre("a", "a/b/c", "b"));
    EXPECT_THAT(shelf_->read_index("a")->value(), HasSubstr(R"("manifests":[])"));
    EXPECT_EQ(*shelf_->read_index("a/b"), std::nullopt);
}

TEST_P(ShelfTest, making_a_repository_again_keeps_its_listing) {
    ASSERT_TRUE(shelf_->create_repository("a"));
    ASSERT_TRUE(shelf_->write_index("a", "new"));
    ASSERT_TRUE(shelf_->create_repository("a"));
    EXPECT_EQ(*shelf_->read_index("a"), "new");
}

TEST_P(ShelfTest, keeps_blobs_by_repository) {
    ASSERT_TRUE(shelf_->create_repository("a"));
    ASSERT_TRUE(shelf_->put_blob("a", digest("x"), as_bytes("x")));
    const auto long_one = digest("y", blob::Algorithm::sha512);
    ASSERT_TRUE(shelf_->put_blob("a", long_one, as_bytes("y")));
    EXPECT_EQ(text_of("a", digest("x")), "x");
    EXPECT_EQ(text_of("a", long_one), "y");
    EXPECT_EQ(text_of("b", digest("x")), "(none)");
    EXPECT_EQ(shelf_->find_blob("a", digest("x"))->value().size, 1U);
    EXPECT_EQ(*shelf_->find_blob("a", digest("z")), std::nullopt);
    std::vector<std::string> found;
    const auto blobs = shelf_->blobs("a");
    ASSERT_TRUE(blobs);
    for (const auto& blob : *blobs)
        found.push_back(blob.digest.text());
    EXPECT_THAT(found, UnorderedElementsAre(digest("x").text(), long_one.text()));
}

TEST_P(ShelfTest, upload_becomes_a_blob) {
    ASSERT_TRUE(shelf_->create_repository("a"));
    for (const auto size : {std::size_t{0}, std::size_t{100}, std::size_t{200'000}}) {
        const std::string text(size, 'u');
        upload("id", text);
        EXPECT_EQ(shelf_->uploads()->size(), 1U);
        ASSERT_TRUE(shelf_->finish_upload("id", text.size(), "a", digest(text)));
        EXPECT_EQ(text_of("a", digest(text)), text);
        EXPECT_EQ(*shelf_->open_upload("id"), std::nullopt);
        EXPECT_THAT(*shelf_->uploads(), IsEmpty());
    }
}

TEST_P(ShelfTest, upload_id_is_used_once) {
    ASSERT_TRUE(shelf_->create_upload("id"));
    EXPECT_FALSE(shelf_->create_upload("id"));
    EXPECT_TRUE(*shelf_->remove_upload("id"));
    EXPECT_FALSE(*shelf_->remove_upload("id"));
    EXPECT_TRUE(shelf_->create_upload("id"));
}

TEST_P(ShelfTest, mounted_blob_outlives_the_first) {
    ASSERT_TRUE(shelf_->create_repository("a"));
    ASSERT_TRUE(shelf_->create_repository("b"));
    ASSERT_TRUE(shelf_->put_blob("a", digest("x"), as_bytes("x")));
    EXPECT_TRUE(*shelf_->link_blob("a", "b", digest("x")));
    EXPECT_TRUE(*shelf_->link_blob("a", "b", digest("x"))); // again
    EXPECT_FALSE(*shelf_->link_blob("a", "b", digest("y")));
    EXPECT_TRUE(*shelf_->remove_blob("a", digest("x")));
    EXPECT_FALSE(*shelf_->remove_blob("a", digest("x")));
    EXPECT_EQ(text_of("a", digest("x")), "(none)");
    EXPECT_EQ(text_of("b", digest("x")), "x");
}

TEST_P(ShelfTest, blob_that_is_being_read_stays_whole_when_it_is_removed) {
    ASSERT_TRUE(shelf_->create_repository("a"));
    const std::string text(200'000, 'r');
    upload("id", text);
    ASSERT_TRUE(shelf_->finish_upload("id", text.size(), "a", digest(text)));
    const auto reading = shelf_->open_blob("a", digest(text));
    EXPECT_TRUE(*shelf_->remove_blob("a", digest(text)));
    EXPECT_EQ(content(**reading), text);
}

TEST_P(ShelfTest, touched_blob_is_fresh) {
    ASSERT_TRUE(shelf_->create_repository("a"));
    ASSERT_TRUE(shelf_->put_blob("a", digest("x"), as_bytes("x")));
    const auto before = shelf_->find_blob("a", digest("x"))->value().fresh;
    EXPECT_LT(WallClock::now() - before, std::chrono::seconds(5));
    ::usleep(10'000); // more than the file system's clock tick
    shelf_->touch_blob("a", digest("x"));
    EXPECT_GT(shelf_->find_blob("a", digest("x"))->value().fresh, before);
}

// Each takes a descriptor, and the process has only so many.
TEST(MemoryShelf, has_room_for_as_many_large_blobs_and_uploads_as_it_may_have_files) {
    MemoryShelf shelf(2);
    const auto put = [&](const std::string& text) {
        const auto kept = shelf.put_blob("a", digest(text), as_bytes(text));
        return kept ? "kept" : kept.error().causes().front();
    };
    ASSERT_TRUE(shelf.create_upload("id"));
    const std::string large(200'000, 'a');
    EXPECT_EQ(put(large), "kept");
    EXPECT_EQ(put(std::string(200'000, 'b')), "No space left on device (os error 28)");
    EXPECT_FALSE(shelf.create_upload("other"));
    EXPECT_EQ(put("small"), "kept");
    EXPECT_EQ(content(**shelf.open_blob("a", digest(large))), large);
    EXPECT_TRUE(*shelf.remove_blob("a", digest(large)));
    EXPECT_EQ(put(std::string(200'000, 'b')), "kept");
}

TEST(DiskShelf, refuses_a_second_server_and_names_the_first) {
    const base::TestDirectory directory;
    const auto first = open_disk(directory.path());
    const auto second = DiskShelf::open(directory.path());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), Errc::exists);
    EXPECT_THAT(second.error().message(), HasSubstr("process " + std::to_string(::getpid())));
}

TEST(DiskShelf, several_that_only_read_share_a_directory) {
    const base::TestDirectory directory;
    const auto first = open_disk(directory.path(), {.read_only = true});
    const auto second = open_disk(directory.path(), {.read_only = true});
    const auto writer = DiskShelf::open(directory.path());
    ASSERT_FALSE(writer);
    EXPECT_EQ(writer.error().code(), Errc::exists);
}

TEST(DiskShelf, finds_everything_again) {
    const base::TestDirectory directory;
    {
        const auto shelf = open_disk(directory.path());
        ASSERT_TRUE(shelf->create_repository("a/b"));
        ASSERT_TRUE(shelf->put_blob("a/b", digest("x"), as_bytes("x")));
        ASSERT_TRUE(shelf->write_index("a/b", "listing"));
        ASSERT_TRUE(shelf->create_upload("id"));
    }
    const auto shelf = open_disk(directory.path());
    EXPECT_EQ(*shelf->read_index("a/b"), "listing");
    EXPECT_EQ(content(**shelf->open_blob("a/b", digest("x"))), "x");
    EXPECT_EQ(shelf->uploads()->front().id, "id");
}

TEST(DiskShelf, repository_is_an_image_layout) {
    const base::TestDirectory directory;
    const auto shelf = open_disk(directory.path());
    ASSERT_TRUE(shelf->create_repository("a/b"));
    std::ifstream layout(directory / "a/b/_oci/oci-layout");
    EXPECT_EQ(std::string(std::istreambuf_iterator(layout), {}),
              R"({"imageLayoutVersion":"1.0.0"})");
}

mode_t mode_of(const base::Path& path) {
    struct stat status{};
    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 07777;
}

/// One file of each kind.
void fill(Shelf& shelf) {
    ASSERT_TRUE(shelf.create_repository("a"));
    ASSERT_TRUE(shelf.put_blob("a", digest("x"), as_bytes("x")));
    ASSERT_TRUE(shelf.create_upload("id"));
    ASSERT_TRUE(shelf.finish_upload("id", 0, "a", digest("")));
}

TEST(DiskShelf, directory_of_its_own_is_for_its_owner_alone) {
    const base::TestDirectory directory;
    const auto before = ::umask(022);
    const auto root = directory / "new/registry";
    fill(*open_disk(root));
    ::umask(before);
    EXPECT_EQ(mode_of(directory / "new"), 0755U);
    EXPECT_EQ(mode_of(root), 0700U);
    EXPECT_EQ(mode_of(root / "_uploads"), 0700U);
    EXPECT_EQ(mode_of(root / "a/_oci/blobs/sha256"), 0700U);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root))
        if (entry.is_regular_file()) {
            EXPECT_EQ(mode_of(entry.path()), 0600U) << entry.path();
        }
}

TEST(DiskShelf, directory_that_others_can_enter_goes_by_the_umask) {
    const base::TestDirectory directory;
    const auto before = ::umask(027);
    const auto root = directory / "shared";
    std::filesystem::create_directory(root);
    fill(*open_disk(root));
    ::umask(before);
    EXPECT_EQ(mode_of(root), 0750U);
    EXPECT_EQ(mode_of(root / "_uploads"), 0700U);
    EXPECT_EQ(mode_of(root / "a/_oci/blobs/sha256"), 0750U);
    EXPECT_EQ(mode_of(root / "a/_oci/index.json"), 0640U);
    EXPECT_EQ(mode_of(root / "a/_oci/blobs/sha256" / digest("x").hex()), 0640U);
    EXPECT_EQ(mode_of(root / "a/_oci/blobs/sha256" / digest("").hex()), 0640U);
}

/// The directories that were synced, in their order, seen from `base`.
class Synced {
public:
    explicit Synced(const base::Path& base) : base_(std::filesystem::canonical(base)) {}
    DiskShelfOptions options() {
        return {.durable = false,
                .on_step = [this](std::string_view step, const std::string& path) {
                    if (step == "sync directory")
                        found_.push_back(base::Path(path).lexically_relative(base_).native());
                    else if (step == "rename")
                        found_.push_back("> " + base::Path(path).filename().native());
                }};
    }
    std::vector<std::string> take() { return std::exchange(found_, {}); }

private:
    base::Path base_;
    std::vector<std::string> found_;
};

TEST(DiskShelf, name_of_every_new_directory_is_on_the_disk_before_anything_in_it_counts) {
    const base::TestDirectory directory;
    Synced synced(directory.path());
    const auto shelf = open_disk(directory / "x/y", synced.options());
    EXPECT_THAT(synced.take(), ElementsAre(".", "x", "x/y"));
    ASSERT_TRUE(shelf->create_repository("a/b"));
    const std::string a = "x/y/a";
    EXPECT_THAT(synced.take(), ElementsAre("x/y", a, a + "/b", a + "/b/_oci", a + "/b/_oci/blobs",
                                           "> oci-layout", "> index.json", a + "/b/_oci"));
    // What is there and was seen to needs no more of it.
    ASSERT_TRUE(shelf->create_repository("a/c"));
    EXPECT_THAT(synced.take(), ElementsAre(a, a + "/c", a + "/c/_oci", a + "/c/_oci/blobs",
                                           "> oci-layout", "> index.json", a + "/c/_oci"));
    ASSERT_TRUE(shelf->put_blob("a/b", digest("x"), as_bytes("x")));
    EXPECT_THAT(synced.take(), ElementsAre("> " + std::string(digest("x").hex())));
}

// It may have been killed between making a directory and writing down its name.
TEST(DiskShelf, names_of_directories_that_another_process_made_are_synced_too) {
    const base::TestDirectory directory;
    ASSERT_TRUE(open_disk(directory / "x")->create_repository("a"));
    Synced synced(directory.path());
    const auto shelf = open_disk(directory / "x", synced.options());
    EXPECT_THAT(synced.take(), ElementsAre(".", "x"));
    ASSERT_TRUE(shelf->put_blob("a", digest("x"), as_bytes("x")));
    EXPECT_THAT(synced.take(), ElementsAre("x", "x/a", "x/a/_oci", "x/a/_oci/blobs",
                                           "> " + std::string(digest("x").hex())));
    ASSERT_TRUE(shelf->write_index("a", "{}"));
    EXPECT_THAT(synced.take(), ElementsAre("x/a/_oci/blobs/sha256", "> index.json", "x/a/_oci"));
}

TEST(DiskShelf, folder_that_somebody_removed_is_made_again) {
    const base::TestDirectory directory;
    const auto shelf = open_disk(directory.path());
    ASSERT_TRUE(shelf->create_repository("a"));
    std::filesystem::remove_all(directory / "a");
    ASSERT_TRUE(shelf->create_repository("a"));
    EXPECT_TRUE(shelf->put_blob("a", digest("x"), as_bytes("x")));
}

TEST(DiskShelf, does_not_follow_links_when_it_lists) {
    const base::TestDirectory directory;
    const auto shelf = open_disk(directory.path());
    ASSERT_TRUE(shelf->create_repository("a"));
    std::filesystem::create_directory_symlink(directory.path(), directory / "a/loop");
    EXPECT_THAT(*shelf->repositories(), ElementsAre("a"));
}

TEST(DiskShelf, rest_of_a_crash_is_in_nobodys_way) {
    const base::TestDirectory directory;
    const auto shelf = open_disk(directory.path());
    ASSERT_TRUE(shelf->create_repository("a"));
    std::ofstream(directory / "a/_oci/index.json.new") << "half a listing, longer than the next";
    ASSERT_TRUE(shelf->write_index("a", "whole"));
    EXPECT_EQ(*shelf->read_index("a"), "whole");
}

} // namespace
} // namespace tenon::registry
