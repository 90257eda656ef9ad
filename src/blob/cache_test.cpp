// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "blob/cache.hpp"

#include "base/test_directory.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace tenon::blob {
namespace {

Cache::Fill fill_with(std::string text) {
    return [text = std::move(text)](int fd) -> Result<Digest> {
        EXPECT_EQ(::write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
        return Digest::of(as_bytes(text));
    };
}

std::string content(const base::Fd& fd) {
    const auto bytes = base::read_all(fd.get(), 1 << 20, "blob");
    return bytes ? std::string(as_text(*bytes)) : bytes.error().message();
}

bool add(Cache& cache, const std::string& text) {
    return cache.add(Digest::of(as_bytes(text)), fill_with(text)).has_value();
}
bool has(const Cache& cache, const std::string& text) {
    const auto found = cache.find(Digest::of(as_bytes(text)), text.size());
    return found && *found;
}

/// Makes a file look as if it had been used that many seconds ago.
void age(const Cache& cache, const std::string& text, int seconds) {
    const auto digest = Digest::of(as_bytes(text));
    const auto path = cache.directory() / "sha256" / digest.hex().substr(0, 2) / digest.hex();
    std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() -
                                               std::chrono::seconds(seconds));
}

class CacheTest : public testing::Test {
protected:
    base::TestDirectory directory;
    base::Path path = directory / "cache";
};

TEST_F(CacheTest, gives_back_what_was_added) {
    auto cache = Cache::open(path);
    ASSERT_TRUE(cache);
    const auto added = cache->add(Digest::of(as_bytes("abc")), fill_with("abc"));
    ASSERT_TRUE(added);
    EXPECT_EQ(content(*added), "abc");
    const auto found = cache->find(Digest::of(as_bytes("abc")), 3);
    ASSERT_TRUE(found && *found);
    EXPECT_EQ(content(**found), "abc");
    EXPECT_FALSE(has(*cache, "other"));
}

TEST_F(CacheTest, takes_nothing_with_another_digest) {
    auto cache = Cache::open(path);
    const auto added = cache->add(Digest::of(as_bytes("abc")), fill_with("abd"));
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().code(), Errc::hash_mismatch);
    EXPECT_FALSE(has(*cache, "abc"));
    EXPECT_FALSE(has(*cache, "abd"));
}

TEST_F(CacheTest, leaves_nothing_of_a_failed_fill) {
    auto cache = Cache::open(path);
    const auto added = cache->add(Digest::of(as_bytes("abc")),
                                  [](int) -> Result<Digest> { return fail(Errc::io, "broken"); });
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().message(), "broken");
    EXPECT_EQ(cache->drain()->files, 0u);
}

TEST_F(CacheTest, what_it_hands_out_cannot_be_written) {
    auto cache = Cache::open(path);
    const auto added = cache->add(Digest::of(as_bytes("abc")), fill_with("abc"));
    EXPECT_EQ(::fcntl(added->get(), F_GETFL) & O_ACCMODE, O_RDONLY);
}

TEST_F(CacheTest, a_damaged_file_is_not_found) {
    auto cache = Cache::open(path);
    ASSERT_TRUE(add(*cache, "abc"));
    EXPECT_FALSE(*cache->find(Digest::of(as_bytes("abc")), 4));
}

std::string where(const std::string& text) {
    const std::string hex(Digest::of(as_bytes(text)).hex());
    return "sha256/" + hex.substr(0, 2) + "/" + hex;
}

TEST_F(CacheTest, other_bytes_of_the_same_size_are_not_found_and_replaced) {
    auto cache = Cache::open(path);
    ASSERT_TRUE(add(*cache, "abc"));
    ASSERT_TRUE(base::write_file(path / where("abc"), as_bytes("abd")));
    EXPECT_FALSE(has(*cache, "abc"));
    ASSERT_TRUE(add(*cache, "abc"));
    EXPECT_TRUE(has(*cache, "abc"));
}

TEST_F(CacheTest, whatever_is_odd_is_not_found) {
    auto cache = Cache::open(path);
    const auto file = path / where("abc");
    const auto put = [&](const auto& make) {
        std::filesystem::remove_all(path / "sha256");
        EXPECT_TRUE(add(*cache, "abc"));
        std::filesystem::remove(file);
        make();
        EXPECT_FALSE(has(*cache, "abc"));
        // It is fetched once more, kept or not.
        const auto added = cache->add(Digest::of(as_bytes("abc")), fill_with("abc"));
        ASSERT_TRUE(added) << added.error().message();
        EXPECT_EQ(content(*added), "abc");
    };
    put([&] { std::filesystem::create_directory(file); });
    put([&] { EXPECT_EQ(::mkfifo(file.c_str(), 0600), 0); });
    put([&] {
        EXPECT_TRUE(base::write_file(directory / "elsewhere", as_bytes("abc")));
        std::filesystem::create_symlink(directory / "elsewhere", file);
    });
    put([&] {
        EXPECT_TRUE(base::write_file(file, as_bytes("abc")));
        std::filesystem::permissions(file, std::filesystem::perms(0666));
    });
    if (::geteuid() == 0)
        put([&] {
            EXPECT_TRUE(base::write_file(file, as_bytes("abc"), {.mode = 0600}));
            EXPECT_EQ(::chown(file.c_str(), 12345, 12345), 0);
        });
}

TEST_F(CacheTest, a_folder_inside_that_another_user_can_write_to_is_not_used) {
    auto cache = Cache::open(path);
    ASSERT_TRUE(add(*cache, "abc"));
    const auto file = path / where("abc");
    for (const auto& folder : {file.parent_path(), file.parent_path().parent_path()}) {
        std::filesystem::permissions(folder, std::filesystem::perms(0722));
        EXPECT_FALSE(has(*cache, "abc"));
        const auto added = cache->add(Digest::of(as_bytes("abc")), fill_with("abc"));
        ASSERT_FALSE(added);
        EXPECT_EQ(added.error().code(), Errc::untrusted);
        EXPECT_EQ(added.error().causes()[0], "other users can write to it");
        EXPECT_EQ(cache->drain()->files, 0u); // left alone
        std::filesystem::permissions(folder, std::filesystem::perms(0700));
    }
    std::filesystem::rename(path / "sha256", directory / "moved");
    std::filesystem::create_directory_symlink(directory / "moved", path / "sha256");
    EXPECT_FALSE(has(*cache, "abc"));
}

TEST_F(CacheTest, stays_the_folder_that_it_was_opened_as) {
    auto cache = Cache::open(path);
    ASSERT_TRUE(add(*cache, "abc"));
    std::filesystem::rename(path, directory / "moved");
    ASSERT_TRUE(Cache::open(path)); // somebody else's by now
    EXPECT_TRUE(has(*cache, "abc"));
    ASSERT_TRUE(add(*cache, "def"));
    EXPECT_FALSE(has(*Cache::open(path), "def"));
}

TEST_F(CacheTest, a_stop_ends_the_hashing) {
    auto cache = Cache::open(path);
    ASSERT_TRUE(add(*cache, "abc"));
    std::stop_source stop;
    stop.request_stop();
    const auto found = cache->find(Digest::of(as_bytes("abc")), 3, stop.get_token());
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code(), Errc::interrupted);
}

TEST_F(CacheTest, only_its_owner_may_look_inside) {
    auto cache = Cache::open(path);
    ASSERT_TRUE(add(*cache, "abc"));
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
        struct stat status;
        ASSERT_EQ(::stat(entry.path().c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 077, 0u) << entry.path();
    }
}

TEST_F(CacheTest, least_recently_used_goes_first) {
    auto cache = Cache::open(path, 25);
    ASSERT_TRUE(add(*cache, "first-----"));
    ASSERT_TRUE(add(*cache, "second----"));
    age(*cache, "first-----", 20);
    age(*cache, "second----", 10);
    ASSERT_TRUE(has(*cache, "first-----")); // a use
    ASSERT_TRUE(add(*cache, "third-----"));
    EXPECT_TRUE(has(*cache, "first-----"));
    EXPECT_FALSE(has(*cache, "second----"));
    EXPECT_TRUE(has(*cache, "third-----"));
}

TEST_F(CacheTest, what_is_larger_than_the_limit_is_given_but_not_kept) {
    auto cache = Cache::open(path, 2);
    const auto added = cache->add(Digest::of(as_bytes("abc")), fill_with("abc"));
    ASSERT_TRUE(added);
    EXPECT_EQ(content(*added), "abc");
    EXPECT_FALSE(has(*cache, "abc"));
}

TEST_F(CacheTest, what_came_whole_is_given_though_no_room_can_be_made) {
    auto cache = Cache::open(path);
    ASSERT_TRUE(cache);
    ASSERT_EQ(::mkdir((path / "lock").c_str(), 0700), 0); // which nobody can lock
    const auto added = cache->add(Digest::of(as_bytes("abc")), fill_with("abc"));
    ASSERT_TRUE(added) << added.error().message();
    EXPECT_EQ(content(*added), "abc");
    EXPECT_TRUE(has(*cache, "abc"));
}

TEST_F(CacheTest, drain_says_what_it_removed) {
    auto cache = Cache::open(path);
    ASSERT_TRUE(add(*cache, "abc"));
    ASSERT_TRUE(add(*cache, "defg"));
    const auto emptied = cache->drain();
    ASSERT_TRUE(emptied);
    EXPECT_EQ(emptied->files, 2u);
    EXPECT_EQ(emptied->bytes, 7u);
    EXPECT_FALSE(has(*cache, "abc"));
}

TEST_F(CacheTest, refuses_a_folder_that_others_can_write_to) {
    ASSERT_EQ(::mkdir(path.c_str(), 0700), 0);
    ASSERT_EQ(::chmod(path.c_str(), 0770), 0);
    const auto cache = Cache::open(path);
    ASSERT_FALSE(cache);
    EXPECT_EQ(cache.error().code(), Errc::untrusted);
    EXPECT_EQ(cache.error().causes()[0], "other users can write to it");
}

TEST_F(CacheTest, refuses_a_link_and_a_folder_of_somebody_else) {
    std::filesystem::create_symlink("/", path);
    EXPECT_EQ(Cache::open(path).error().causes()[0], "it is a symbolic link");
    if (::geteuid() == 0) {
        const auto other = directory / "other";
        ASSERT_EQ(::mkdir(other.c_str(), 0700), 0);
        ASSERT_EQ(::chown(other.c_str(), 12345, 12345), 0);
        EXPECT_EQ(Cache::open(other).error().causes()[0],
                  "it belongs to the user with number 12345");
    } else {
        EXPECT_EQ(Cache::open("/proc").error().causes()[0], "it belongs to the user with number 0");
    }
}

TEST_F(CacheTest, many_at_the_same_time_find_whole_files) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            auto cache = Cache::open(path, 40'000);
            for (int round = 0; round < 20; ++round) {
                const std::string text(10'000, static_cast<char>('a' + round % 7));
                const auto added = cache->add(Digest::of(as_bytes(text)), fill_with(text));
                ASSERT_TRUE(added) << added.error().message();
                EXPECT_EQ(content(*added), text);
            }
        });
    for (auto& thread : threads)
        thread.join();
    EXPECT_LE(Cache::open(path)->drain()->bytes, 40'000u);
}

} // namespace
} // namespace tenon::blob
