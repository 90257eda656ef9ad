// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "oci/artifact.hpp"

#include "oci/test_client.hpp"

#include <csignal>
#include <fcntl.h>
#include <fmt/core.h>
#include <latch>
#include <new>
#include <stdexcept>
#include <sys/resource.h>
#include <thread>

namespace tenon::oci {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;

class ArtifactTest : public ClientTest {
protected:
    Reference reference(std::string_view rest = "acme/echo:0.3.0") {
        return *Reference::parse(fmt::format("{}/{}", server.host(), rest));
    }
    base::Fd file(std::string_view content) {
        const auto path = directory / fmt::format("pushed-{}", ++files);
        EXPECT_TRUE(base::write_file(path, as_bytes(content)));
        return *base::open_to_read(path);
    }
    Result<Pushed> push(ArtifactKind kind, std::string_view content, const PushOptions& how = {},
                        const Check& check = {}) {
        return push_artifact(client(), reference(), kind, file(content).get(), how, check);
    }
    std::string manifest(const std::string& name = "acme/echo:0.3.0") {
        return server.manifests[name].bytes;
    }
    /// An artifact of other tools: one layer of that type.
    void have(std::string_view layer_type, const std::string& content,
              const std::string& name = "0.3.0") {
        Manifest made;
        made.media_type = media::image_manifest;
        made.config = Descriptor{"x/y", *blob::Digest::parse(server.add_blob("{}")), 2};
        made.layers.push_back({std::string(layer_type),
                               *blob::Digest::parse(server.add_blob(content)), content.size()});
        server.add_manifest("acme/echo", name, write_manifest(made, true),
                            std::string(media::image_manifest));
    }
    Result<Pulled> pull(PullOptions how = {}, const Check& check = {},
                        std::string_view rest = "acme/echo:0.3.0") {
        if (!how.destination)
            how.destination = directory / "pulled";
        return pull_artifact(client(), reference(rest), how, check);
    }
    std::string content(std::string_view name = "pulled") {
        const auto bytes = base::read_file(directory / name, 1 << 24);
        return bytes ? std::string(as_text(*bytes)) : bytes.error().message();
    }

    base::TestDirectory directory;
    int files = 0;
};

TEST_F(ArtifactTest, a_provider_is_pushed_as_wash_pushes_it) {
    const auto pushed = push(ArtifactKind::provider, "an archive");
    ASSERT_TRUE(pushed) << told(pushed);
    EXPECT_EQ(
        manifest(),
        fmt::format(R"({{"config":{{"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe7)"
                    R"(7e8310c060f61caaff8a","mediaType":"application/vnd.wasmcloud.provider.)"
                    R"(archive.config","size":2}},"layers":[{{"digest":"{}","mediaType":)"
                    R"("application/vnd.wasmcloud.provider.archive.layer.v1+par","size":10}}],)"
                    R"("schemaVersion":2}})",
                    blob::Digest::of(as_bytes("an archive")).text()));
    EXPECT_EQ(pushed->digest, blob::Digest::of(as_bytes(manifest())));
    EXPECT_EQ(pushed->tag, "0.3.0");
    EXPECT_EQ(server.manifests["acme/echo:0.3.0"].type, media::image_manifest);
}

TEST_F(ArtifactTest, a_component_is_pushed_as_wash_pushes_it) {
    PushOptions how;
    how.created = std::chrono::sys_days(2026y / 3 / 1) + 12h;
    how.exports = {"double"};
    ASSERT_TRUE(push(ArtifactKind::component, "\0asm", how));
    const auto layer = blob::Digest::of(as_bytes("\0asm")).text();
    const auto config =
        fmt::format(R"({{"created":"2026-03-01T12:00:00Z","author":null,"architecture":"wasm",)"
                    R"("os":"wasip2","layerDigests":["{}"],"component":{{"exports":["double"],)"
                    R"("imports":[],"target":null}}}})",
                    layer);
    EXPECT_EQ(
        manifest(),
        fmt::format(
            R"({{"config":{{"digest":"{}","mediaType":"application/vnd.wasm.config.v0+json",)"
            R"("size":{}}},"layers":[{{"digest":"{}","mediaType":"application/wasm","size":0}}],)"
            R"("mediaType":"application/vnd.oci.image.manifest.v1+json","schemaVersion":2}})",
            blob::Digest::of(as_bytes(config)).text(), config.size(), layer));
    EXPECT_TRUE(server.blobs.contains(blob::Digest::of(as_bytes(config)).text()));
}

// What wash 0.39 wrote for a component and the digest that its manifest gives for it.
TEST(ComponentConfig, has_the_bytes_that_wash_writes) {
    PushOptions options;
    options.created = std::chrono::sys_days(2026y / 3 / 1) + 12h;
    options.exports = {"double"};
    const auto layer = blob::Digest::parse(
        "sha256:b4b8d00f7d0bf11942af9bb9225d3e7262ab9d664087ec4b662e6019c36c3b88");
    const auto config = component_config(options, *layer);
    EXPECT_EQ(config.size(), 237u);
    EXPECT_EQ(blob::Digest::of(as_bytes(config)).text(),
              "sha256:fdb5d41919813de72ead4812761349f969b1669fa05886739aeab75830a58ff5");
    options.created += 1500us;
    EXPECT_THAT(component_config(options, *layer),
                StartsWith(R"({"created":"2026-03-01T12:00:00.001500000Z",)"));
}

TEST_F(ArtifactTest, title_annotations_and_configuration_are_written) {
    PushOptions how;
    how.title = "echo.par.gz";
    how.annotations = {{"b", "2"}, {"a", "1=x"}};
    how.config = "{\"mine\": 1}\n";
    ASSERT_TRUE(push(ArtifactKind::provider, "x", how));
    EXPECT_THAT(manifest(),
                StartsWith(R"({"annotations":{"a":"1=x","b":"2"},"config":{"digest":")"));
    EXPECT_THAT(manifest(),
                HasSubstr(R"("layers":[{"annotations":{"org.opencontainers.image.title":)"
                          R"("echo.par.gz"},"digest":")"));
    EXPECT_TRUE(server.blobs.contains(blob::Digest::of(as_bytes("{\"mine\": 1}\n")).text()));
}

TEST_F(ArtifactTest, two_pushes_at_one_time_have_one_digest) {
    PushOptions how;
    how.created = *creation_time(true, std::nullopt, std::chrono::sys_days(2026y / 3 / 1));
    const auto first = push(ArtifactKind::component, "abc", how);
    const auto second = push(ArtifactKind::component, "abc", how);
    EXPECT_EQ(first->digest, second->digest);
}

TEST(CreationTime, is_fixed_for_reproducible_pushes) {
    const Created now = std::chrono::sys_days(2026y / 3 / 1) + 7ns;
    EXPECT_EQ(*creation_time(false, "5", now), now);
    EXPECT_EQ(*creation_time(true, std::nullopt, now), Created());
    EXPECT_EQ(*creation_time(true, "5", now), Created(5s));
    EXPECT_EQ(creation_time(true, "yesterday", now).error().code(), Errc::usage);
    EXPECT_EQ(creation_time(true, "99999999999999", now).error().code(), Errc::usage);
}

TEST_F(ArtifactTest, what_the_check_refuses_is_not_pushed) {
    const auto pushed =
        push(ArtifactKind::provider, "bad", {}, [](int, ArtifactKind kind, const std::stop_token&) {
            EXPECT_EQ(kind, ArtifactKind::provider);
            return fail(Errc::bad_signature, "the signature does not match");
        });
    EXPECT_EQ(told(pushed), "bad-signature: the signature does not match");
    EXPECT_TRUE(server.asked().empty());
}

TEST_F(ArtifactTest, a_large_file_is_checked_while_it_is_sent_and_taken_back) {
    options.first_chunk_bytes = 1000;
    const std::string content(10'000, 'x');
    for (const bool good : {false, true}) {
        const auto pushed =
            push(ArtifactKind::provider, content, {},
                 [good](int, ArtifactKind, const std::stop_token&) -> Result<> {
                     if (good)
                         return {};
                     return fail(Errc::bad_signature, "the signature does not match");
                 });
        EXPECT_EQ(pushed.has_value(), good);
        EXPECT_EQ(server.blobs.size(), good ? 2u : 0u);
        EXPECT_TRUE(server.uploads.empty());
    }
    EXPECT_EQ(server.count("DELETE"), 1u);
}

TEST_F(ArtifactTest, what_a_check_throws_is_an_error) {
    options.first_chunk_bytes = 1000;
    const std::string content(10'000, 'x');
    const auto no_memory =
        push(ArtifactKind::provider, content, {},
             [](int, ArtifactKind, const std::stop_token&) -> Result<> { throw std::bad_alloc(); });
    EXPECT_EQ(told(no_memory), "limit: there is not enough memory to examine the file");
    const auto other = push(ArtifactKind::provider, content, {},
                            [](int, ArtifactKind, const std::stop_token&) -> Result<> {
                                throw std::runtime_error("no idea");
                            });
    EXPECT_EQ(told(other), "invalid: the file cannot be examined\nbecause no idea");
    EXPECT_TRUE(server.uploads.empty());
    EXPECT_TRUE(server.blobs.empty());
}

TEST_F(ArtifactTest, the_check_ends_when_the_upload_has_failed) {
    options.first_chunk_bytes = 1000;
    std::latch began(1);
    server.trouble = [&](const Asked& asked) -> std::optional<Reply> {
        if (asked.method != "PATCH")
            return std::nullopt;
        began.wait();
        return reply(403);
    };
    bool stopped = false;
    const auto pushed = push(ArtifactKind::provider, std::string(10'000, 'x'), {},
                             [&](int, ArtifactKind, const std::stop_token& stop) -> Result<> {
                                 began.count_down();
                                 for (int i = 0; i < 10'000 && !stopped; ++i) {
                                     stopped = stop.stop_requested();
                                     std::this_thread::sleep_for(1ms);
                                 }
                                 return {};
                             });
    EXPECT_THAT(told(pushed), HasSubstr("status 403"));
    EXPECT_TRUE(stopped);
}

TEST_F(ArtifactTest, a_file_that_changes_while_it_is_checked_is_not_pushed) {
    for (const std::size_t size : {100u, 10'000u}) { // before the upload, and beside it
        options.first_chunk_bytes = 1000;
        const auto path = directory / "changing";
        ASSERT_TRUE(base::write_file(path, as_bytes(std::string(size, 'x'))));
        const auto fd = *base::open_to_read(path);
        std::filesystem::last_write_time(path, {});
        const auto pushed =
            push_artifact(client(), reference(), ArtifactKind::provider, fd.get(), {},
                          [&](int, ArtifactKind, const std::stop_token&) -> Result<> {
                              const base::Fd writer(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
                              EXPECT_EQ(::pwrite(writer.get(), "y", 1, 50), 1);
                              return {};
                          });
        EXPECT_EQ(told(pushed), "invalid: the file changed while it was pushed\nhelp push it again "
                                "when nobody writes to it any more");
        EXPECT_TRUE(server.blobs.empty());
        EXPECT_TRUE(server.uploads.empty());
    }
}

TEST_F(ArtifactTest, a_file_that_changes_while_it_is_sent_is_told_so) {
    const auto path = directory / "changing";
    ASSERT_TRUE(base::write_file(path, as_bytes(std::string(1000, 'x'))));
    const auto fd = *base::open_to_read(path);
    std::filesystem::last_write_time(path, {});
    for (const bool shorter : {false, true}) {
        server.trouble = [&](const Asked& asked) -> std::optional<Reply> {
            const base::Fd writer(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
            if (asked.method == "POST" && shorter) {
                EXPECT_EQ(::ftruncate(writer.get(), 10), 0);
            } else if (asked.method == "POST") {
                EXPECT_EQ(::pwrite(writer.get(), "y", 1, 50), 1);
            }
            return std::nullopt;
        };
        EXPECT_THAT(
            told(push_artifact(client(), reference(), ArtifactKind::provider, fd.get(), {}, {})),
            StartsWith("invalid: the file changed while it was pushed\n"));
    }
}

TEST_F(ArtifactTest, latest_is_pushed_only_when_allowed) {
    PushOptions how;
    const auto to = reference("acme/echo:latest");
    EXPECT_EQ(told(push_artifact(client(), to, ArtifactKind::provider, file("x").get(), how, {})),
              "usage: pushing with the tag `latest` is prohibited\nhelp name a version, or say "
              "`--allow-latest`");
    how.allow_latest = true;
    EXPECT_EQ(told(push_artifact(client(), to, ArtifactKind::provider, file("x").get(), how, {})),
              "fine");
    EXPECT_THAT(told(push_artifact(client(), reference("acme/echo"), ArtifactKind::provider,
                                   file("x").get(), how, {})),
                HasSubstr("has no tag to push to"));
}

TEST_F(ArtifactTest, comes_back_as_it_went) {
    const auto pushed = push(ArtifactKind::provider, "an archive");
    const auto pulled = pull();
    ASSERT_TRUE(pulled) << told(pulled);
    EXPECT_EQ(content(), "an archive");
    EXPECT_EQ(pulled->digest, pushed->digest);
    EXPECT_EQ(pulled->kind, ArtifactKind::provider);
}

TEST_F(ArtifactTest, layers_of_every_age_are_known) {
    const std::string wasm("\0asm", 4);
    for (const auto& [type, content_is, kind] :
         {std::tuple(media::wasm_layer, wasm, ArtifactKind::component),
          {media::actor_layer, wasm, ArtifactKind::component},
          {media::provider_layer, std::string("x"), ArtifactKind::provider},
          {media::image_layer_tar, wasm, ArtifactKind::component},
          {media::image_layer_tar, std::string("x"), ArtifactKind::provider}}) {
        have(type, content_is);
        const auto pulled = pull();
        ASSERT_TRUE(pulled) << told(pulled);
        EXPECT_EQ(pulled->kind, kind) << type;
    }
}

TEST_F(ArtifactTest, without_a_destination_the_repository_names_the_file) {
    const auto here = std::filesystem::current_path();
    std::filesystem::current_path(directory.path());
    have(media::wasm_layer, "x");
    EXPECT_EQ(pull_artifact(client(), reference(), {}, {})->file, "echo.wasm");
    have(media::provider_layer, "x");
    EXPECT_EQ(pull_artifact(client(), reference(), {}, {})->file, "echo.par.gz");
    have(media::image_layer_tar, std::string("\0asm2", 5));
    EXPECT_EQ(pull_artifact(client(), reference(), {}, {})->file, "echo.wasm");
    EXPECT_EQ(content("echo.wasm"), std::string("\0asm2", 5));
    std::filesystem::current_path(here);
}

TEST_F(ArtifactTest, what_the_check_refuses_does_not_stay) {
    have(media::provider_layer, "bad");
    ASSERT_TRUE(base::write_file(directory / "pulled", as_bytes("what was there")));
    const auto pulled = pull({}, [](int fd, ArtifactKind, const std::stop_token&) -> Result<> {
        char bytes[3];
        EXPECT_EQ(::pread(fd, bytes, 3, 0), 3);
        EXPECT_EQ(std::string_view(bytes, 3), "bad");
        return fail(Errc::bad_signature, "the signature does not match");
    });
    EXPECT_EQ(told(pulled), "bad-signature: the signature does not match");
    EXPECT_EQ(content(), "what was there");
    EXPECT_THAT(directory.names(), ElementsAre("pulled"));
}

TEST_F(ArtifactTest, a_wrong_layer_does_not_stay) {
    have(media::provider_layer, "good");
    server.blobs[blob::Digest::of(as_bytes("good")).text()] = "evil";
    EXPECT_THAT(told(pull()), StartsWith("hash-mismatch: "));
    EXPECT_TRUE(directory.names().empty());
}

TEST_F(ArtifactTest, the_digest_given_must_fit) {
    have(media::provider_layer, "x");
    PullOptions how;
    const auto digest = blob::Digest::of(as_bytes(manifest()));
    for (const auto& good : {digest.text(), std::string(digest.hex())}) {
        how.digest = good;
        EXPECT_EQ(told(pull(how)), "fine");
    }
    EXPECT_EQ(told(pull(how, {}, "acme/echo")), "fine"); // it is enough
    how.digest = blob::Digest::of({}).text();
    EXPECT_THAT(told(pull(how)), HasSubstr("has not the digest that was given"));
    how.digest = "sha256:00";
    EXPECT_THAT(told(pull(how)), StartsWith("malformed: "));
}

TEST_F(ArtifactTest, the_digest_given_may_be_of_another_algorithm_than_the_registrys) {
    have(media::provider_layer, "x");
    PullOptions how;
    how.digest = blob::Digest::of(as_bytes(manifest()), blob::Algorithm::sha512).text();
    EXPECT_EQ(told(pull(how)), "fine");
    how.digest = blob::Digest::of(as_bytes("y"), blob::Algorithm::sha512).text();
    EXPECT_EQ(told(pull(how)),
              fmt::format("hash-mismatch: `{}` has not the digest that was given\nbecause given "
                          "{}\nbecause found {}",
                          reference().text(), *how.digest,
                          blob::Digest::of(as_bytes(manifest()), blob::Algorithm::sha512).text()));
}

TEST_F(ArtifactTest, latest_is_pulled_only_when_allowed) {
    have(media::provider_layer, "x", "latest");
    PullOptions how;
    EXPECT_EQ(told(pull(how, {}, "acme/echo:latest")),
              "usage: pulling the tag `latest` is prohibited\nhelp name a version, or say "
              "`--allow-latest`");
    EXPECT_THAT(told(pull(how, {}, "acme/echo")), HasSubstr("has neither tag nor digest"));
    EXPECT_TRUE(server.asked().empty());
    how.allow_latest = true;
    EXPECT_EQ(told(pull(how, {}, "acme/echo:latest")), "fine");
}

TEST_F(ArtifactTest, an_image_of_something_else_is_named) {
    have("application/vnd.oci.image.layer.v1.tar+gzip", "x");
    EXPECT_EQ(told(pull()),
              fmt::format("unsupported: `{}` holds neither a component nor a provider archive\n"
                          "because it has a layer of type "
                          "`application/vnd.oci.image.layer.v1.tar+gzip`",
                          reference().text()));
}

TEST_F(ArtifactTest, comes_once_and_then_from_the_cache) {
    have(media::provider_layer, "x");
    auto cache = blob::Cache::open(directory / "cache");
    PullOptions how;
    how.cache = &*cache;
    EXPECT_EQ(told(pull(how)), "fine");
    EXPECT_EQ(told(pull(how)), "fine");
    EXPECT_EQ(content(), "x");
    EXPECT_EQ(server.count("GET /v2/acme/echo/blobs/"), 1u);
    const auto opened = open_artifact(client(), reference(), how, {});
    ASSERT_TRUE(opened) << told(opened);
    EXPECT_EQ(opened->size, 1u);
    EXPECT_EQ(server.count("GET /v2/acme/echo/blobs/"), 1u);
}

TEST_F(ArtifactTest, a_cache_that_others_can_write_to_is_not_used) {
    have(media::provider_layer, "x");
    auto cache = blob::Cache::open(directory / "cache");
    ASSERT_TRUE(cache);
    PullOptions how;
    how.cache = &*cache;
    EXPECT_EQ(told(pull(how)), "fine");
    std::filesystem::permissions(directory / "cache/sha256", std::filesystem::perms::all);
    EXPECT_EQ(told(pull(how)), "fine");
    EXPECT_EQ(content(), "x");
    EXPECT_EQ(server.count("GET /v2/acme/echo/blobs/"), 2u);
    EXPECT_THAT(warnings, ElementsAre("the cache is not used"));
}

/// From now on no file can be written beyond so many bytes, as if the disk were full.
class FullDisk {
public:
    explicit FullDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit full{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &full);
    }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;
    ~FullDisk() {
        end();
        std::signal(SIGXFSZ, handler_);
    }
    void end() { ::setrlimit(RLIMIT_FSIZE, &before_); }

private:
    void (*handler_)(int);
    rlimit before_{};
};

TEST_F(ArtifactTest, a_cache_that_is_full_is_not_used) {
    const std::string large(100'000, 'x');
    have(media::provider_layer, large);
    auto cache = blob::Cache::open(directory / "cache");
    ASSERT_TRUE(cache);
    PullOptions how;
    how.cache = &*cache;
    FullDisk full(4096);
    std::string warning;
    options.session.warning = [&](const base::Error& error) {
        warning = told(error);
        full.end(); // elsewhere there is room
    };
    const auto opened = open_artifact(client(), reference(), how, {});
    ASSERT_TRUE(opened) << told(opened);
    EXPECT_EQ(as_text(*base::read_all(opened->fd.get(), 1 << 20, "opened")), large);
    EXPECT_EQ(warning, "io: the cache is not used\nbecause cannot write what is pulled\nbecause "
                       "File too large (os error 27)");
    EXPECT_EQ(cache->drain()->files, 0u);
}

TEST_F(ArtifactTest, a_registry_that_fails_does_so_with_a_cache_too) {
    have(media::provider_layer, "x");
    auto cache = blob::Cache::open(directory / "cache");
    ASSERT_TRUE(cache);
    PullOptions how;
    how.cache = &*cache;
    server.trouble = [](const Asked& asked) -> std::optional<Reply> {
        if (asked.path().find("/blobs/") == std::string::npos)
            return std::nullopt;
        return reply(404);
    };
    EXPECT_THAT(told(open_artifact(client(), reference(), how, {})), StartsWith("not-found: "));
    EXPECT_EQ(server.count("GET /v2/acme/echo/blobs/"), 1u);
    EXPECT_THAT(warnings, testing::IsEmpty());
}

TEST_F(ArtifactTest, what_lies_in_the_cache_is_hashed_before_it_is_trusted) {
    have(media::provider_layer, "good");
    auto cache = blob::Cache::open(directory / "cache");
    ASSERT_TRUE(cache);
    PullOptions how;
    how.cache = &*cache;
    EXPECT_EQ(told(pull(how)), "fine");
    const std::string hex(blob::Digest::of(as_bytes("good")).hex());
    const auto kept = directory / "cache/sha256" / hex.substr(0, 2) / hex;
    ASSERT_TRUE(base::write_file(kept, as_bytes("evil")));
    EXPECT_EQ(told(pull(how)), "fine");
    EXPECT_EQ(content(), "good");
    EXPECT_EQ(told(open_artifact(client(), reference(), how, {})), "fine"); // replaced
    EXPECT_EQ(server.count("GET /v2/acme/echo/blobs/"), 2u);
}

TEST_F(ArtifactTest, without_a_place_for_temporary_files_it_says_so) {
    have(media::provider_layer, "x");
    const auto* const before = std::getenv("TMPDIR");
    const std::string kept = before ? before : "";
    ::setenv("TMPDIR", (directory / "none").c_str(), 1);
    const auto opened = open_artifact(client(), reference(), {}, {});
    before ? ::setenv("TMPDIR", kept.c_str(), 1) : ::unsetenv("TMPDIR");
    EXPECT_THAT(told(opened), StartsWith("not-found: there is no directory for temporary files: "
                                         "`TMPDIR` names none, or one that cannot be used"));
}

TEST_F(ArtifactTest, can_be_looked_at_without_a_file) {
    have(media::provider_layer, "x");
    const auto opened = open_artifact(client(), reference(), {}, {});
    ASSERT_TRUE(opened) << told(opened);
    char byte = 0;
    EXPECT_EQ(::pread(opened->fd.get(), &byte, 1, 0), 1);
    EXPECT_EQ(byte, 'x');
    EXPECT_TRUE(directory.names().empty());
}

class IndexTest : public ArtifactTest {
protected:
    void index(const std::vector<std::pair<Platform, std::string>>& entries) {
        Manifest made;
        made.media_type = media::image_index;
        made.index = true;
        for (const auto& [platform, content_is] : entries) {
            have(media::wasm_layer, content_is, "inner");
            const auto inner = manifest("acme/echo:inner");
            made.manifests.push_back({std::string(media::image_manifest),
                                      blob::Digest::of(as_bytes(inner)), inner.size()});
            if (!platform.architecture.empty())
                made.manifests.back().platform = platform;
        }
        server.add_manifest("acme/echo", "0.3.0", write_manifest(made, true),
                            std::string(media::image_index));
    }
};

TEST_F(IndexTest, its_manifest_for_wasm_is_taken) {
    index({{{"amd64", "linux"}, "machine code"}, {{"wasm", "wasip2"}, "wasm"}});
    EXPECT_EQ(told(pull()), "fine");
    EXPECT_EQ(content(), "wasm");
}

TEST_F(IndexTest, an_only_one_for_any_machine_is_taken) {
    index({{{"unknown", "unknown"}, "one"}});
    EXPECT_EQ(told(pull()), "fine");
    EXPECT_EQ(content(), "one");
    index({{{}, "two"}});
    EXPECT_EQ(told(pull()), "fine");
    EXPECT_EQ(content(), "two");
}

TEST_F(IndexTest, its_own_digest_is_compared_and_told) {
    index({{{"wasm", "wasip2"}, "wasm"}});
    const auto outer = blob::Digest::of(as_bytes(manifest()));
    PullOptions how;
    how.digest = outer.text();
    const auto pulled = pull(how);
    ASSERT_TRUE(pulled) << told(pulled);
    EXPECT_EQ(pulled->digest, outer);
    EXPECT_EQ(open_artifact(client(), reference(), how, {})->digest, outer);
    how.digest = blob::Digest::of(as_bytes(manifest("acme/echo:inner"))).text();
    EXPECT_THAT(told(pull(how)), HasSubstr("has not the digest that was given"));
}

TEST_F(IndexTest, otherwise_its_offer_is_told) {
    index({{{"amd64", "linux"}, "1"}, {{"arm64", "linux"}, "2"}});
    EXPECT_EQ(told(pull()),
              "unsupported: this is an index of several images, and none of them is for "
              "WebAssembly\nbecause it offers `linux/amd64`, `linux/arm64`\nhelp name one of them "
              "by its digest");
    index({});
    EXPECT_THAT(told(pull()), StartsWith("unsupported: "));
}

} // namespace
} // namespace tenon::oci
