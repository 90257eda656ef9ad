// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is read, what is held against an archive, and what is no archive at all.
#include "archive/reading.hpp"
#include "archive/test_archive.hpp"

#include <chrono>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <thread>

namespace tenon::archive {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::IsEmpty;

void expect_error(Bytes bytes, Errc code, std::string_view message,
                  std::optional<std::uint64_t> offset, const Limits& limits = {}) {
    const auto info = look(bytes, limits);
    ASSERT_FALSE(info.has_value());
    EXPECT_EQ(info.error().code(), code);
    EXPECT_EQ(info.error().message(), message);
    EXPECT_EQ(info.error().offset(), offset);
}

TEST(Inspect, shows_what_is_in_a_plain_archive) {
    const auto info = look(tar(good_files())).value();
    EXPECT_THAT(reasons(info), IsEmpty());
    EXPECT_FALSE(info.compressed);
    EXPECT_FALSE(info.world_size.has_value());
    EXPECT_EQ(info.provider().vendor, "TestRunner");
    ASSERT_EQ(info.targets.size(), 1U);
    EXPECT_EQ(info.targets[0].target, "x86_64-linux");
    EXPECT_EQ(info.targets[0].size, 26U);
    EXPECT_EQ(info.targets[0].hash, content_hash);
}

TEST(Inspect, shows_what_is_in_a_compressed_archive) {
    const auto info = look(gzip(tar(good_files()))).value();
    EXPECT_THAT(reasons(info), IsEmpty());
    EXPECT_TRUE(info.compressed);
    EXPECT_EQ(info.targets[0].hash, content_hash);
}

TEST(Inspect, reads_files_and_pipes) {
    const Folder folder;
    const auto file = folder.with("x.par.gz", gzip(tar(good_files())));
    EXPECT_TRUE(inspect(file, {then, {}}, {}).value().verdict.fit());
    ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
    std::jthread writer([&] {
        base::Fd to(::open((folder / "pipe").c_str(), O_WRONLY | O_CLOEXEC));
        const auto bytes = read(file);
        EXPECT_EQ(::write(to.get(), bytes.data(), bytes.size()),
                  static_cast<ssize_t>(bytes.size()));
    });
    EXPECT_TRUE(inspect(folder / "pipe", {then, {}}, {}).value().verdict.fit());
}

TEST(Inspect, takes_entries_in_any_order_and_in_folders) {
    const auto files = good_files();
    const auto info =
        look(tar({{"a/b/" + files[1].name, files[1].data}, {"./meta/claims.txt", files[0].data}}))
            .value();
    EXPECT_THAT(reasons(info), IsEmpty());
    EXPECT_EQ(info.targets[0].target, "x86_64-linux");
}

TEST(Inspect, takes_stems_as_targets) {
    EXPECT_EQ(stem_of("x86_64-linux.bin"), "x86_64-linux");
    EXPECT_EQ(stem_of("a/b.c/x86_64-linux"), "x86_64-linux");
    EXPECT_EQ(stem_of("glibc-2.36-x86_64.bin"), "glibc-2.36-x86_64");
    EXPECT_EQ(stem_of(".hidden"), ".hidden");
    EXPECT_EQ(stem_of("a/b/."), "b");
    EXPECT_EQ(stem_of("a/.."), "");
    EXPECT_EQ(stem_of("./"), "");
    EXPECT_EQ(stem_of(""), "");
}

TEST(Inspect, checks_the_hash_of_the_world) {
    auto files = good_files();
    files[0].data =
        token({{"x86_64-linux", std::string(content_hash)}, {"world.wasm", hash("interface")}});
    files.push_back({"world.wasm", "interface"});
    const auto info = look(tar(files)).value();
    EXPECT_THAT(reasons(info), IsEmpty());
    EXPECT_EQ(info.world_size, 9U);
    files.back().data = "interfaces";
    EXPECT_THAT(reasons(look(tar(files)).value()),
                ElementsAre("failure: hash of `world.wasm` does not match"));
    files[0] = good_files()[0];
    EXPECT_THAT(reasons(look(tar(files)).value()),
                ElementsAre("failure: token has no hash of `world.wasm`"));
}

TEST(Inspect, tells_a_changed_executable) {
    auto files = good_files();
    files[1].data[5] ^= 1;
    const auto info = look(tar(files)).value();
    EXPECT_THAT(reasons(info),
                ElementsAre("failure: hash of target `x86_64-linux` does not match"));
    EXPECT_EQ(info.verdict.reasons[0].code, Errc::hash_mismatch);
}

TEST(Inspect, tells_a_target_that_the_token_does_not_name) {
    auto files = good_files();
    files.push_back({"sparc-solaris.bin", "x"});
    EXPECT_THAT(reasons(look(tar(files)).value()),
                ElementsAre("failure: token has no hash of target `sparc-solaris`"));
}

TEST(Inspect, warns_of_what_only_the_token_names) {
    auto files = good_files();
    files[0].data = token({{"x86_64-linux", std::string(content_hash)},
                           {"aarch64-linux", std::string(content_hash)},
                           {"world.wasm", std::string(content_hash)}});
    const auto info = look(tar(files)).value();
    EXPECT_THAT(reasons(info),
                ElementsAre("warning: token names target `aarch64-linux`, which the archive lacks",
                            "warning: token names `world.wasm`, which the archive lacks"));
    EXPECT_TRUE(info.verdict.fit());
}

TEST(Inspect, does_not_take_hashes_in_lower_case) {
    auto files = good_files();
    std::string lower(content_hash);
    for (char& c : lower)
        c = static_cast<char>(std::tolower(c));
    files[0].data = token({{"x86_64-linux", lower}});
    EXPECT_THAT(reasons(look(tar(files)).value()),
                ElementsAre("failure: hash of target `x86_64-linux` is in lower case, which other "
                            "readers refuse"));
}

TEST(Inspect, tells_an_expired_token_and_a_wrong_signature) {
    auto files = good_files();
    files[0].data = token({{"x86_64-linux", std::string(content_hash)}}, then - 3600);
    EXPECT_THAT(reasons(look(tar(files)).value()), ElementsAre("failure: expired 1h ago"));
    files = good_files();
    auto& text = files[0].data;
    text[text.size() - 10] = text[text.size() - 10] == 'A' ? 'B' : 'A';
    EXPECT_THAT(reasons(look(tar(files)).value()),
                ElementsAre("failure: signature does not match the issuer's key"));
}

TEST(Inspect, lets_the_last_of_equal_entries_count_and_says_so) {
    auto files = good_files();
    files.insert(files.begin() + 1, {"old/x86_64-linux", "another"});
    const auto info = look(tar(files)).value();
    EXPECT_THAT(reasons(info),
                ElementsAre("failure: archive holds target `x86_64-linux` more than once"));
    ASSERT_EQ(info.targets.size(), 1U);
    EXPECT_EQ(info.targets[0].size, 26U);
    files = good_files();
    files.push_back(files[0]);
    EXPECT_THAT(reasons(look(tar(files)).value()),
                ElementsAre("failure: archive holds a token more than once"));
}

TEST(Inspect, holds_names_that_no_target_can_have_against_the_archive) {
    auto files = good_files();
    files.push_back({"..", "x"});
    files.push_back({"world.wasm.bin", "x"});
    files.push_back({"a\033[2Jb.bin", "x"});
    const auto info = look(tar(files)).value();
    EXPECT_THAT(reasons(info),
                ElementsAre("failure: archive entry `..` at 0xa00 has a name that no target can "
                            "have",
                            "failure: archive entry `world.wasm.bin` at 0xe00 has a name that no "
                            "target can have",
                            "failure: archive entry `a\\u{1b}[2Jb.bin` at 0x1200 has a name that "
                            "no target can have"));
    EXPECT_EQ(info.targets.size(), 1U);
}

/// Bytes of an archive whose first header stands for something else: `type` is put into it and the
/// checksum made again.
Buffer with_special_entry(std::string_view name, char type) {
    auto bytes = tar({{std::string(name), ""}});
    bytes.resize(512);
    bytes[156] = static_cast<Byte>(type);
    unsigned sum = 0;
    for (std::size_t i = 0; i < 512; ++i)
        sum += i >= 148 && i < 156 ? ' ' : bytes[i];
    for (std::size_t i = 7; i-- > 0; sum /= 8)
        bytes[148 + i] = static_cast<Byte>('0' + sum % 8);
    const auto rest = tar(good_files());
    bytes.insert(bytes.end(), rest.begin(), rest.end());
    return bytes;
}

TEST(Inspect, passes_over_folders_without_a_name) {
    for (const std::string_view name : {"./", ".", "/"})
        EXPECT_THAT(reasons(look(with_special_entry(name, '5')).value()), IsEmpty());
}

// Other readers do not look at the type, and take them for empty files.
TEST(Inspect, holds_folders_with_the_name_of_a_part_against_the_archive) {
    for (const std::string name :
         {"claims/", "claims.jwt/", "world.wasm/", "x86_64-linux.bin/", "x86_64-linux", "a/b/"})
        EXPECT_THAT(reasons(look(with_special_entry(name, '5')).value()),
                    ElementsAre("failure: archive entry `" + name + "` at 0x0 is a directory"));
}

TEST(Inspect, holds_links_and_devices_against_the_archive) {
    EXPECT_THAT(reasons(look(with_special_entry("a.bin", '2')).value()),
                ElementsAre("failure: archive entry `a.bin` at 0x0 is a link"));
    EXPECT_THAT(reasons(look(with_special_entry("a.bin", '3')).value()),
                ElementsAre("failure: archive entry `a.bin` at 0x0 is a device or pipe"));
}

TEST(Inspect, ignores_bytes_behind_the_end) {
    auto bytes = tar(good_files());
    bytes.insert(bytes.end(), 700, 'x');
    EXPECT_THAT(reasons(look(bytes).value()), IsEmpty());
    auto packed = gzip(tar(good_files()));
    packed.push_back('x');
    EXPECT_THAT(reasons(look(packed).value()),
                ElementsAre("warning: bytes behind the gzip member are ignored"));
}

TEST(Inspect, reads_only_the_first_gzip_member) {
    const auto bytes = tar(good_files());
    auto packed = gzip(bytes);
    packed.insert(packed.end(), packed.begin(), packed.end());
    EXPECT_THAT(reasons(look(packed).value()),
                ElementsAre("warning: the file goes on with a second gzip member, which is "
                            "ignored"));
    auto split = gzip(Bytes(bytes).first(700));
    const auto second = gzip(Bytes(bytes).subspan(700));
    split.insert(split.end(), second.begin(), second.end());
    const auto info = look(split);
    ASSERT_FALSE(info.has_value());
    EXPECT_EQ(info.error().message(),
              "archive is truncated in the data of `claims.jwt`: 188 of 631 bytes are there");
    EXPECT_EQ(info.error().file(), "x.par, unpacked");
    EXPECT_THAT(info.error().helps(),
                ElementsAre("the file goes on with a second gzip member, but in an archive only "
                            "the first counts"));
}

TEST(Inspect, refuses_archives_without_token_or_target) {
    const auto files = good_files();
    expect_error(tar({files[1]}), Errc::invalid, "archive holds no token", {});
    expect_error(tar({files[0]}), Errc::invalid, "archive holds no executable", {});
    expect_error(tar({}), Errc::invalid, "archive holds no token", {});
}

TEST(Inspect, refuses_tokens_that_are_none) {
    const auto info = look(tar({{"claims.jwt", "asd.123"}, {"a.bin", "x"}}));
    ASSERT_FALSE(info.has_value());
    EXPECT_EQ(info.error().code(), Errc::malformed);
    EXPECT_EQ(info.error().message(), "token has 2 segments, not 3");
    EXPECT_THAT(info.error().frames(), ElementsAre("`claims.jwt`"));
    EXPECT_EQ(info.error().file(), "x.par");
}

TEST(Inspect, refuses_what_is_no_archive) {
    const Folder folder;
    for (const auto& [text, bytes] : {std::pair{"", 0}, std::pair{"x", 1}}) {
        const auto info = inspect(folder.with("x.par", std::string_view(text)), {then, {}}, {});
        ASSERT_FALSE(info.has_value());
        EXPECT_EQ(info.error().code(), Errc::truncated);
        EXPECT_EQ(info.error().message(), "not enough bytes to be a provider archive");
        EXPECT_EQ(info.error().offset(), bytes);
    }
    const std::string prose(900, 'x');
    expect_error(as_bytes(prose), Errc::malformed,
                 "this is no tar file: the checksum of the first header is not a number", 148);
    expect_error(Buffer{0x1f, 0x8b}, Errc::truncated, "gzip file ends in its header", 2);
}

TEST(Inspect, tells_where_a_plain_archive_is_cut) {
    const auto bytes = tar(good_files()); // 512 + 1024, 512 + 512, 1024
    expect_error(Bytes(bytes).first(700), Errc::truncated,
                 "archive is truncated in the data of `claims.jwt`: 188 of 631 bytes are there",
                 700);
    expect_error(Bytes(bytes).first(1600), Errc::truncated,
                 "archive is truncated in a header: 64 of 512 bytes are there", 1600);
    expect_error(Bytes(bytes).first(2060), Errc::truncated,
                 "archive is truncated in the data of `x86_64-linux.bin`: 12 of 26 bytes are there",
                 2060);
    EXPECT_TRUE(look(Bytes(bytes).first(2560)).value().verdict.fit());
}

TEST(Inspect, tells_where_a_compressed_archive_is_cut_or_broken) {
    auto packed = gzip(tar(good_files()));
    const auto size = packed.size();
    expect_error(Bytes(packed).first(size / 2), Errc::truncated, "compressed data ends too early",
                 size / 2);
    expect_error(Bytes(packed).first(size - 8), Errc::truncated, "gzip file ends in its checksum",
                 size - 8);
    packed[10] = 0x06;
    expect_error(packed, Errc::malformed, "compressed data is corrupt: invalid block", 10);
    packed = gzip(tar(good_files()));
    packed[size - 4] ^= 1; // 3584 = 0xe00
    expect_error(packed, Errc::checksum, "gzip length mismatch: 3585 promised, 3584 found",
                 size - 4);
    EXPECT_EQ(look(packed).error().file(), "x.par");
    packed[size - 8] ^= 1;
    EXPECT_THAT(look(packed).error().message(), testing::StartsWith("gzip checksum mismatch: "));
    EXPECT_EQ(look(packed).error().offset(), size - 8);
}

TEST(Inspect, believes_no_size_of_8_gib) {
    const auto header = pack::tar_header("a.bin", std::uint64_t{8} << 30).value();
    expect_error(header, Errc::truncated,
                 "archive is truncated in the data of `a.bin`: 0 of 8589934592 bytes are there",
                 512);
}

TEST(Inspect, keeps_its_limits) {
    const auto files = good_files();
    const auto bytes = tar(files);
    expect_error(tar({{"claims.jwt", std::string((1 << 20) + 1, 'x')}}), Errc::limit,
                 "archive entry `claims.jwt` has 1048577 bytes, more than the limit of 1048576",
                 512);
    Limits limits;
    limits.max_entries = 1;
    expect_error(bytes, Errc::limit, "archive has more than 1 entries", 1536, limits);
    limits = {};
    limits.max_unpacked_bytes = 3000;
    expect_error(gzip(bytes), Errc::limit, "unpacks to more than 3000 bytes", {}, limits);
    limits.max_unpacked_bytes = 1536 + 512 + 25; // that is all entries together, packed or not
    for (const auto& archive : {bytes, gzip(bytes)})
        expect_error(archive, Errc::limit,
                     "archive entry `x86_64-linux.bin` claims 26 bytes, with which the archive is "
                     "larger than the limit of 2073",
                     1536 + 124, limits);
    limits = {};
    limits.max_world_bytes = 8;
    expect_error(tar({files[0], {"world.wasm", "interface"}}), Errc::limit,
                 "archive entry `world.wasm` has 9 bytes, more than the limit of 8", 2048, limits);
}

TEST(Inspect, can_be_stopped_while_it_waits_for_a_pipe) {
    const Folder folder;
    const auto path = folder / "pipe";
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    const auto expect_stop = [&path](unsigned threads) {
        std::stop_source stop;
        const std::jthread stopper([&stop] {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            stop.request_stop();
        });
        Work work;
        work.threads = threads;
        work.stop = stop.get_token();
        const auto info = inspect(path, {then, {}}, work);
        ASSERT_FALSE(info.has_value());
        EXPECT_EQ(info.error().code(), Errc::interrupted);
    };
    expect_stop(1); // nobody has opened the other end
    const base::Fd both(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    expect_stop(1); // too few bytes to tell gzip from tar
    for (const unsigned threads : {1U, 2U}) {
        ASSERT_EQ(::write(both.get(), "many bytes", 10), 10);
        expect_stop(threads);
    }
}

TEST(Inspect, stops_when_asked) {
    std::stop_source stop;
    stop.request_stop();
    Work work;
    work.stop = stop.get_token();
    const auto info = inspect(tar(good_files()), "x.par", {then, {}}, work);
    ASSERT_FALSE(info.has_value());
    EXPECT_EQ(info.error().code(), Errc::interrupted);
}

} // namespace
} // namespace tenon::archive
