// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Archives that are made, extended and unpacked.
#include "archive/test_archive.hpp"
#include "pack/test_deflate.hpp"

#include <fcntl.h>
#include <fstream>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tenon::archive {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::IsEmpty;

Contents contents_of(std::vector<Binary> binaries) {
    Contents contents;
    contents.claims = provider_claims();
    contents.binaries = std::move(binaries);
    return contents;
}

Result<> make(const base::Path& path, std::vector<Binary> binaries, bool compress,
              const Seal& seal) {
    return create(path, contents_of(std::move(binaries)), compress, seal, {});
}

Result<> put(const base::Path& archive, const Binary& binary, const Seal& seal) {
    return insert(archive, {binary, then}, [&](const Info&) -> Result<Seal> { return seal; }, {});
}

template <class T> void expect_error(const Result<T>& result, Errc code, std::string_view message) {
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code(), code);
    EXPECT_EQ(result.error().message(), message);
}

/// Two executables with more than one chunk of data, and keys.
struct Workshop {
    Folder folder;
    Keys keys;
    base::Path first = folder.with("first", code(1'200'000, 1));
    base::Path second = folder.with("second", code(200'000, 2));
    base::Path third = folder.with("third", code(700, 3));

    [[nodiscard]] Binary a() const { return {"aarch64-linux", first}; }
    [[nodiscard]] Binary m() const { return {"mips64-linux", second}; }
    [[nodiscard]] Binary x() const { return {"x86_64-linux", third}; }
};

TEST(Create, writes_the_bytes_of_the_reference_vector) {
    const Folder folder;
    const Keys keys;
    const auto binary = folder.with("echo", content);
    ASSERT_TRUE(make(folder / "x.par", {{"x86_64-linux", binary}}, false, keys.seal()));
    const auto bytes = read(folder / "x.par");
    EXPECT_EQ(bytes.size(), 3584U);
    EXPECT_EQ(base::lower_hex(crypto::sha256(bytes)),
              "d4320c1a98a0739c88cc8f64239db8854da6a622d8a54a4b342a838b69061102");
}

TEST(Create, compresses_the_same_bytes) {
    const Folder folder;
    const Keys keys;
    const auto binary = folder.with("echo", content);
    ASSERT_TRUE(make(folder / "x.par.gz", {{"x86_64-linux", binary}}, true, keys.seal()));
    const auto packed = read(folder / "x.par.gz");
    EXPECT_THAT(Bytes(packed).first(10), ElementsAre(0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0x02, 0xff));
    EXPECT_TRUE(unpacked(packed) == tar(good_files()));
}

TEST(Create, sorts_targets_and_does_not_depend_on_threads) {
    const Workshop shop;
    const auto& folder = shop.folder;
    ASSERT_TRUE(make(folder / "1", {shop.x(), shop.a(), shop.m()}, true, shop.keys.seal()));
    Work work;
    work.threads = 1;
    ASSERT_TRUE(create(folder / "2", contents_of({shop.m(), shop.x(), shop.a()}), true,
                       shop.keys.seal(), work));
    EXPECT_TRUE(read(folder / "1") == read(folder / "2"));
    const auto info = inspect(folder / "1", {then, {}}, {}).value();
    EXPECT_THAT(reasons(info), IsEmpty());
    ASSERT_EQ(info.targets.size(), 3U);
    EXPECT_EQ(info.targets[0].target, "aarch64-linux");
    EXPECT_EQ(info.targets[2].target, "x86_64-linux");
    EXPECT_EQ(info.targets[0].hash, hash(code(1'200'000, 1)));
}

TEST(Create, puts_the_world_second) {
    const Workshop shop;
    auto contents = contents_of({shop.x()});
    const std::string_view world = "interface";
    contents.world = Buffer(world.begin(), world.end());
    ASSERT_TRUE(create(shop.folder / "x.par", contents, false, shop.keys.seal(), {}));
    const auto bytes = read(shop.folder / "x.par");
    EXPECT_EQ(as_text(Bytes(bytes).subspan(1536, 10)), "world.wasm");
    const auto info = inspect(shop.folder / "x.par", {then, {}}, {}).value();
    EXPECT_THAT(reasons(info), IsEmpty());
    EXPECT_EQ(info.provider().target_hashes.at("world.wasm"), hash("interface"));
}

TEST(Create, refuses_targets_given_twice_and_none_at_all) {
    const Workshop shop;
    expect_error(make(shop.folder / "x.par", {shop.x(), shop.x()}, false, shop.keys.seal()),
                 Errc::usage, "target `x86_64-linux` is given twice");
    expect_error(make(shop.folder / "x.par", {}, false, shop.keys.seal()), Errc::usage,
                 "an archive needs at least one executable");
    EXPECT_EQ(shop.folder.count(), 3U);
}

TEST(Create, does_not_wait_for_an_executable_that_is_a_pipe) {
    const Workshop shop;
    const auto pipe = shop.folder / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    expect_error(make(shop.folder / "x.par", {{"x86_64-linux", pipe}}, false, shop.keys.seal()),
                 Errc::usage, "`" + pipe.native() + "` is no regular file");
}

TEST(Create, leaves_nothing_when_it_is_stopped) {
    const Workshop shop;
    std::stop_source stop;
    stop.request_stop();
    Work work;
    work.stop = stop.get_token();
    expect_error(
        create(shop.folder / "x.par", contents_of({shop.a()}), true, shop.keys.seal(), work),
        Errc::interrupted, "interrupted");
    EXPECT_EQ(shop.folder.count(), 3U);
}

std::stop_source* stop_source_of_clock = nullptr;
int calls_before_stop = 0;
/// A clock for progress, which looks at it wherever something was done: asks for a stop then.
std::uint64_t stopping_clock() noexcept {
    if (calls_before_stop-- == 0)
        stop_source_of_clock->request_stop();
    return 0;
}

TEST(Create, leaves_nothing_wherever_it_is_stopped) {
    for (const bool compress : {false, true}) {
        const Workshop shop;
        const auto path = shop.folder / "x";
        int stopped = 0;
        for (bool done = false; !done; ++stopped) {
            std::stop_source stop;
            stop_source_of_clock = &stop;
            calls_before_stop = stopped;
            base::Progress progress(base::Progress::Mode::bar, -1, stopping_clock);
            Work work;
            work.stop = stop.get_token();
            work.progress = &progress;
            const auto made =
                create(path, contents_of({shop.a()}), compress, shop.keys.seal(), work);
            done = made.has_value();
            if (!done)
                expect_error(made, Errc::interrupted, "interrupted");
            EXPECT_EQ(shop.folder.count(), done ? 4U : 3U);
        }
        EXPECT_GT(stopped, 8); // 1.2 MB, 256 KiB at a time, twice
    }
}

TEST(Insert, gives_what_create_would_have_made) {
    for (const bool compress : {false, true}) {
        const Workshop shop;
        const auto path = shop.folder / "x";
        const auto seal = shop.keys.seal(then + 5, "0000000000000000000009");
        ASSERT_TRUE(make(path, {shop.x(), shop.a()}, compress, shop.keys.seal()));
        ASSERT_TRUE(put(path, shop.m(), seal));
        ASSERT_TRUE(make(shop.folder / "all", {shop.a(), shop.m(), shop.x()}, compress, seal));
        EXPECT_TRUE(read(path) == read(shop.folder / "all"));
    }
}

TEST(Insert, replaces_a_target_that_is_there) {
    for (const bool compress : {false, true}) {
        const Workshop shop;
        const auto path = shop.folder / "x";
        ASSERT_TRUE(make(path, {shop.x(), shop.a()}, compress, shop.keys.seal()));
        ASSERT_TRUE(put(path, {"aarch64-linux", shop.second}, shop.keys.seal()));
        ASSERT_TRUE(make(shop.folder / "all", {{"aarch64-linux", shop.second}, shop.x()}, compress,
                         shop.keys.seal()));
        EXPECT_TRUE(read(path) == read(shop.folder / "all"));
    }
}

TEST(Insert, compresses_again_what_was_packed_without_cuts) {
    const Workshop shop;
    const std::string world = "interface";
    const auto first = code(1'200'000, 1);
    const auto third = code(700, 3);
    // Not sorted, as other writers leave it, and with the world at the end.
    const auto archive = shop.folder.with(
        "x.par.gz", gzip(tar({{"x86_64-linux.bin", third},
                              {"aarch64-linux.bin", first},
                              {"world.wasm", world},
                              {"claims.jwt", token({{"aarch64-linux", hash(first)},
                                                    {"x86_64-linux", hash(third)},
                                                    {"world.wasm", hash(world)}})}})));
    ASSERT_TRUE(put(archive, shop.m(), shop.keys.seal()));
    auto contents = contents_of({shop.a(), shop.m(), shop.x()});
    contents.world = Buffer(world.begin(), world.end());
    ASSERT_TRUE(create(shop.folder / "all", contents, true, shop.keys.seal(), {}));
    EXPECT_TRUE(read(archive) == read(shop.folder / "all"));
}

// As other writers pack: the second executable is little more than references to the first.
TEST(Insert, compresses_again_what_is_one_stream_or_only_looks_cut) {
    const Workshop shop;
    const auto same = code(5000, 4);
    const auto file = shop.folder.with("same", same);
    const auto entries =
        tar({{"claims.jwt", token({{"m-linux", hash(same)}, {"b-linux", hash(same)}})},
             {"m-linux.bin", same},
             {"b-linux.bin", same}});
    constexpr std::size_t entry_size = 512 + 5120;
    const auto first = entries.size() - pack::tar_end_size - 2 * entry_size;
    ASSERT_TRUE(make(shop.folder / "all", {{"b-linux", file}, {"m-linux", file}, shop.x()}, true,
                     shop.keys.seal()));
    for (const bool flushes : {false, true}) {
        pack::test::PlainGzip gzip(entry_size);
        gzip.write(Bytes(entries).first(first));
        for (const auto begin : {first, first + entry_size}) {
            if (flushes)
                gzip.sync_flush();
            gzip.write(Bytes(entries).subspan(begin, entry_size));
        }
        const auto packed = gzip.write(Bytes(entries).last(pack::tar_end_size)).finish();
        EXPECT_LT(packed.size(), 10'000U);
        const auto path = shop.folder.with("x.par.gz", packed);
        EXPECT_THAT(reasons(inspect(path, {then, {}}, {}).value()), IsEmpty());
        ASSERT_TRUE(put(path, shop.x(), shop.keys.seal()));
        EXPECT_TRUE(read(path) == read(shop.folder / "all")) << flushes;
    }
}

/// Bytes as a stored block of a deflate stream, with an empty one behind it.
void add_stored(Buffer& packed, Bytes bytes, bool last) {
    const auto size = static_cast<std::uint16_t>(bytes.size());
    const auto complement = static_cast<std::uint16_t>(~size);
    packed.insert(packed.end(),
                  {static_cast<Byte>(last), static_cast<Byte>(size), static_cast<Byte>(size >> 8),
                   static_cast<Byte>(complement), static_cast<Byte>(complement >> 8)});
    packed.insert(packed.end(), bytes.begin(), bytes.end());
    if (!last)
        packed.insert(packed.end(), {0, 0, 0, 0xff, 0xff});
}

TEST(Insert, copies_what_is_compressed_on_its_own) {
    const Workshop shop;
    const auto bytes = tar(good_files()); // 512 + 1024, 512 + 512, 1024
    Buffer packed = {0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0x02, 0xff};
    add_stored(packed, Bytes(bytes).first(1536), false);
    add_stored(packed, Bytes(bytes).subspan(1536, 1024), false);
    add_stored(packed, Bytes(bytes).subspan(2560), true);
    const auto like_this = gzip(bytes);
    packed.insert(packed.end(), like_this.end() - 8, like_this.end()); // checksum and length
    const auto path = shop.folder.with("x.par.gz", packed);
    ASSERT_TRUE(put(path, shop.a(), shop.keys.seal()));
    EXPECT_THAT(reasons(inspect(path, {then, {}}, {}).value()), IsEmpty());
    // The bytes stand there uncompressed, which our own compressor would not have left so.
    EXPECT_TRUE(as_text(read(path)).contains(content));
}

/// Bytes that the process has read from files; nothing where the system does not count them.
std::optional<std::uint64_t> bytes_read_so_far() {
    std::ifstream counters("/proc/self/io");
    std::string name;
    std::uint64_t count = 0;
    if (counters >> name >> count && name == "rchar:")
        return count;
    return std::nullopt;
}

TEST(Insert, reads_an_archive_in_reverse_order_no_more_often_than_one_in_order) {
    constexpr std::size_t count = 300;
    const Workshop shop;
    std::vector<Binary> binaries;
    std::vector<File> files(count + 1);
    std::map<std::string, std::string> hashes;
    for (unsigned i = 0; i < count; ++i) {
        const auto target = "target-" + std::to_string(1000 + i);
        auto bytes = code(5000, i);
        hashes[target] = hash(bytes);
        binaries.push_back({target, shop.folder.with(target, bytes)});
        files[count - i] = {target + ".bin", std::move(bytes)};
    }
    files[0] = {"claims.jwt", token(hashes)};
    const auto packed = gzip(tar(files));
    const auto path = shop.folder.with("x.par.gz", packed);
    const auto before = bytes_read_so_far();
    ASSERT_TRUE(put(path, shop.x(), shop.keys.seal()));
    const auto after = bytes_read_so_far();
    binaries.push_back(shop.x());
    ASSERT_TRUE(make(shop.folder / "all", binaries, true, shop.keys.seal()));
    EXPECT_TRUE(read(path) == read(shop.folder / "all"));
    EXPECT_EQ(shop.folder.count(), 3 + count + 2);
    if (!before || !after)
        GTEST_SKIP() << "nobody counts what is read";
    // Once to look for pieces that stand alone, once to verify, once to unpack, and what was put
    // aside.
    EXPECT_LT(*after - *before, 3 * packed.size() + count * 5000 + 500'000);
}

TEST(Insert, keeps_what_the_old_token_said) {
    const Workshop shop;
    auto old = provider_claims();
    old.capid = "wasmcloud:test";
    old.config_schema = data::Value("schema");
    old.target_hashes = {{"x86_64-linux", hash(code(700, 3))}};
    auto claims = claims::new_claims(old, shop.keys.subject, "old", {then, 30, 0}).value();
    const auto expires = claims.expires;
    const auto not_before = claims.not_before;
    ASSERT_TRUE(expires.has_value() && not_before.has_value());
    const auto path = shop.folder.with(
        "x.par",
        tar({{"claims.jwt", claims::sign_token(std::move(claims), shop.keys.issuer).value()},
             {"x86_64-linux.bin", code(700, 3)}}));
    ASSERT_TRUE(put(path, shop.a(), shop.keys.seal(then + 9, "new")));
    const auto info = inspect(path, {then, {}}, {}).value();
    EXPECT_THAT(reasons(info), IsEmpty());
    EXPECT_EQ(info.token.claims.expires, expires);
    EXPECT_EQ(info.token.claims.not_before, not_before);
    EXPECT_EQ(info.token.claims.id, "new");
    EXPECT_EQ(info.token.claims.issued_at, then + 9);
    EXPECT_EQ(info.provider().capid, "wasmcloud:test");
    EXPECT_EQ(*info.provider().config_schema->string(), "schema");
    EXPECT_EQ(info.provider().vendor, "TestRunner");
}

TEST(Insert, shows_the_present_state_first_and_can_be_refused) {
    const Workshop shop;
    const auto path = shop.folder / "x.par";
    ASSERT_TRUE(make(path, {shop.x()}, false, shop.keys.seal()));
    const auto before = read(path);
    std::string seen;
    const auto refuse = [&](const Info& info) -> Result<Seal> {
        seen = info.targets.at(0).target;
        return fail(Errc::usage, "no keys");
    };
    expect_error(insert(path, {shop.a(), then}, refuse, {}), Errc::usage, "no keys");
    EXPECT_EQ(seen, "x86_64-linux");
    EXPECT_TRUE(read(path) == before);
}

TEST(Insert, refuses_wrong_hashes_and_signatures_with_every_reason) {
    const Workshop shop;
    auto files = good_files();
    files[1].data[0] = 'X';
    auto& text = files[0].data;
    text[text.size() - 10] = text[text.size() - 10] == 'A' ? 'B' : 'A';
    const auto path = shop.folder.with("x.par", tar(files));
    const auto before = read(path);
    const auto result = put(path, shop.a(), shop.keys.seal());
    expect_error(result, Errc::bad_signature, "`" + path.native() + "` is not fit for use");
    EXPECT_THAT(result.error().causes(),
                ElementsAre("signature does not match the issuer's key",
                            "hash of target `x86_64-linux` does not match"));
    EXPECT_TRUE(read(path) == before);
    EXPECT_EQ(shop.folder.count(), 4U);
}

TEST(Insert, takes_expired_tokens) {
    const Workshop shop;
    auto files = good_files();
    files[0].data = token({{"x86_64-linux", std::string(content_hash)}}, then - 60);
    const auto path = shop.folder.with("x.par", tar(files));
    ASSERT_TRUE(put(path, shop.a(), shop.keys.seal()));
    EXPECT_THAT(reasons(inspect(path, {then, {}}, {}).value()),
                ElementsAre("failure: expired 1m ago"));
}

TEST(Insert, leaves_the_archive_when_it_was_replaced_meanwhile) {
    const Workshop shop;
    const auto path = shop.folder / "x.par.gz";
    ASSERT_TRUE(make(path, {shop.x()}, true, shop.keys.seal()));
    const auto replace = [&](const Info&) -> Result<Seal> {
        EXPECT_TRUE(make(path, {shop.m()}, true, shop.keys.seal()));
        return shop.keys.seal();
    };
    expect_error(insert(path, {shop.a(), then}, replace, {}), Errc::io,
                 "`" + path.native() + "` was replaced meanwhile");
    EXPECT_EQ(inspect(path, {then, {}}, {}).value().targets.at(0).target, "mips64-linux");
}

TEST(Insert, notices_a_change_that_size_and_time_do_not_show) {
    const Workshop shop;
    const auto path = shop.folder / "x.par";
    ASSERT_TRUE(make(path, {shop.x()}, false, shop.keys.seal()));
    struct stat before{};
    ASSERT_EQ(::stat(path.c_str(), &before), 0);
    const auto change = [&](const Info&) -> Result<Seal> {
        const base::Fd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
        EXPECT_EQ(::pwrite(fd.get(), "X", 1, 4000), 1);
        const timespec times[] = {before.st_atim, before.st_mtim};
        EXPECT_EQ(::futimens(fd.get(), times), 0);
        return shop.keys.seal();
    };
    expect_error(insert(path, {shop.a(), then}, change, {}), Errc::io,
                 "`" + path.native() + "` was changed while it was read");
}

TEST(Extract, writes_executables) {
    for (const bool compress : {false, true}) {
        const Workshop shop;
        const auto path = shop.folder / "x";
        const auto out = shop.folder / "out";
        ASSERT_TRUE(base::make_directories(out));
        ASSERT_TRUE(make(path, {shop.x(), shop.a()}, compress, shop.keys.seal()));
        const auto files = extract(path, {{}, out, {}}, {then, {}}, {}).value();
        EXPECT_THAT(files, ElementsAre(out / "aarch64-linux.bin", out / "x86_64-linux.bin"));
        EXPECT_TRUE(read(files[0]) == read(shop.first));
        EXPECT_TRUE(read(files[1]) == read(shop.third));
        struct stat status{};
        ASSERT_EQ(::stat(files[0].c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0700, 0700U);
    }
}

TEST(Extract, writes_one_target_to_a_place_of_choice) {
    const Workshop shop;
    const auto path = shop.folder / "x.par";
    const auto out = shop.folder.with("out", "old");
    ASSERT_TRUE(make(path, {shop.x(), shop.a()}, false, shop.keys.seal()));
    const auto files =
        extract(path, {{"x86_64-linux"}, shop.folder / "", out}, {then, {}}, {}).value();
    EXPECT_THAT(files, ElementsAre(out));
    EXPECT_TRUE(read(out) == read(shop.third));
    EXPECT_EQ(::access(out.c_str(), X_OK), 0);
    expect_error(extract(path, {{}, shop.folder / "", out}, {then, {}}, {}), Errc::usage,
                 "2 targets cannot go into one file");
}

TEST(Extract, says_which_targets_there_are) {
    const Workshop shop;
    const auto path = shop.folder / "x.par";
    ASSERT_TRUE(make(path, {shop.x(), shop.a()}, false, shop.keys.seal()));
    const auto result = extract(path, {{"riscv64-linux"}, shop.folder / "", {}}, {then, {}}, {});
    expect_error(result, Errc::not_found, "`" + path.native() + "` has no target `riscv64-linux`");
    EXPECT_THAT(result.error().helps(), ElementsAre("it has `aarch64-linux`, `x86_64-linux`"));
}

TEST(Extract, refuses_everything_that_fails_and_leaves_nothing) {
    const Folder folder;
    auto files = good_files();
    files[0].data = token({{"x86_64-linux", std::string(content_hash)}}, then - 60);
    const auto path = folder.with("x.par", tar(files));
    const auto result = extract(path, {{}, folder / "", {}}, {then, {}}, {});
    expect_error(result, Errc::expired, "`" + path.native() + "` is not fit for use");
    EXPECT_THAT(result.error().causes(), ElementsAre("expired 1m ago"));
    EXPECT_EQ(folder.count(), 1U);
}

TEST(Extract, trusts_only_those_it_is_told_to) {
    const Workshop shop;
    const auto path = shop.folder / "x.par";
    ASSERT_TRUE(make(path, {shop.x()}, false, shop.keys.seal()));
    const auto stranger = crypto::KeyPair::generate(crypto::KeyType::account).public_key().text();
    const auto result = extract(path, {{}, shop.folder / "", {}}, {then, {stranger}}, {});
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code(), Errc::untrusted);
    EXPECT_TRUE(extract(path, {{}, shop.folder / "", {}},
                        {then, {shop.keys.issuer.public_key().text()}}, {}));
}

} // namespace
} // namespace tenon::archive
