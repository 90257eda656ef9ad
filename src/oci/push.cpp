// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An artifact into a registry. Hashing and checking of the file run on a thread beside the sending;
// only when both are well is the upload closed.
#include "oci/artifact.hpp"
#include "oci/layout.hpp"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>
#include <future>
#include <sys/stat.h>
#include <thread>

namespace tenon::oci {
namespace {

constexpr std::uint64_t small_file = 8 * 1024 * 1024;
constexpr std::string_view title_key = "org.opencontainers.image.title";

Result<blob::Digest> digest_of(int fd, std::uint64_t size, const std::stop_token& stop) {
    blob::Hasher hasher;
    Buffer buffer(256 * 1024);
    for (std::uint64_t at = 0; at < size;) {
        if (stop.stop_requested())
            return fail(Errc::interrupted, "interrupted");
        const auto wanted = std::min<std::uint64_t>(buffer.size(), size - at);
        const auto got = TENON_TRY(base::read_at(
            fd, at, MutableBytes(buffer).first(static_cast<std::size_t>(wanted)), "artifact"));
        if (got == 0)
            return fail(Errc::truncated, "the file became shorter while it was read");
        hasher.update(Bytes(buffer).first(got));
        at += got;
    }
    return hasher.finish();
}

/// What can be done while the file is on its way. The digest first, since a registry that has the
/// blob wants none of the rest; then the check; then, only if that went well, `afterwards`.
class Examination : public PendingDigest {
public:
    using Afterwards = std::function<Result<>(const blob::Digest&)>;

    Examination(int fd, std::uint64_t size, ArtifactKind kind, const Check& check,
                Afterwards afterwards, std::stop_token stop)
        : digest_(hashed_.get_future()), verdict_(checked_.get_future()),
          ending_(ended_.get_future()),
          thread_([this, fd, size, kind, &check, afterwards = std::move(afterwards),
                   stop](const std::stop_token& dropped) {
              const std::stop_callback forward(stop, [this] { thread_stop_.request_stop(); });
              const std::stop_callback drop(dropped, [this] { thread_stop_.request_stop(); });
              auto digest = digest_of(fd, size, thread_stop_.get_token());
              const auto found = digest ? std::optional(*digest) : std::nullopt;
              hashed_.set_value(std::move(digest));
              auto verdict = found && check ? check(fd, kind) : Result<>();
              const bool good = found && verdict && !thread_stop_.stop_requested();
              checked_.set_value(std::move(verdict));
              ended_.set_value(good && afterwards ? afterwards(*found) : Result<>());
          }) {}

    std::optional<blob::Digest> known() override {
        if (!digest_result_ &&
            digest_.wait_for(std::chrono::seconds(0)) == std::future_status::ready)
            digest_result_.emplace(digest_.get());
        return digest_result_ && *digest_result_ ? std::optional(**digest_result_) : std::nullopt;
    }
    bool settled() override {
        return verdict_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    }
    Result<blob::Digest> settle() override {
        if (!digest_result_)
            digest_result_.emplace(digest_.get());
        if (!*digest_result_)
            return fail(std::move(*digest_result_).error());
        TENON_TRY(verdict_.get());
        return **digest_result_;
    }

    /// Waits for all of it.
    Result<> finish() { return ending_.get(); }

private:
    std::promise<Result<blob::Digest>> hashed_;
    std::promise<Result<>> checked_;
    std::promise<Result<>> ended_;
    std::future<Result<blob::Digest>> digest_;
    std::future<Result<>> verdict_;
    std::future<Result<>> ending_;
    std::optional<Result<blob::Digest>> digest_result_;
    std::stop_source thread_stop_;
    std::jthread thread_; // last: it uses all of the above
};

Result<> check_destination(const Reference& to, bool allow_latest) {
    if (!to.tag)
        return fail(
            base::Error(Errc::usage, fmt::format("`{}` has no tag to push to", to.text()))
                .help(fmt::format("name a version: `{}/{}:0.1.0`", to.host, to.repository)));
    if (*to.tag == "latest" && !allow_latest)
        return fail(base::Error(Errc::usage, "pushing with the tag `latest` is prohibited")
                        .help("name a version, or say `--allow-latest`"));
    return {};
}

Result<std::uint64_t> size_of(int fd) {
    struct stat status;
    if (::fstat(fd, &status) != 0)
        return fail(base::system_error("cannot read the file to push", errno));
    if (!S_ISREG(status.st_mode))
        return fail(Errc::usage, "what is pushed must be a regular file");
    return static_cast<std::uint64_t>(status.st_size);
}

} // namespace

Result<Pushed> push_artifact(Registry& registry, const Reference& to, ArtifactKind kind, int fd,
                             const PushOptions& options, const Check& check) {
    TENON_TRY(check_destination(to, options.allow_latest));
    const auto size = TENON_TRY(size_of(fd));
    const auto& layout = layout_of(kind);
    const auto config_for = [&](const blob::Digest& layer) {
        return kind == ArtifactKind::component ? component_config(options, layer)
                                               : options.config.value_or("{}");
    };
    // A large file takes longer to arrive than to be checked: meanwhile the configuration goes over
    // a connection of its own.
    std::vector<base::Error> warnings;
    auto other = registry.another([&warnings](const base::Error& warning) {
        warnings.emplace_back(warning.code(), warning.message());
    });
    const bool meanwhile = size > small_file;
    Examination examination(
        fd, size, kind, check,
        [&](const blob::Digest& layer) -> Result<> {
            if (meanwhile)
                TENON_TRY(other.push_small_blob(to.repository, config_for(layer)));
            return {};
        },
        registry.session().options().patience.stop);
    UploadOptions upload_options;
    upload_options.monolithic = options.monolithic;
    upload_options.mount_from = options.mount_from;
    upload_options.moved = options.moved;
    const auto upload =
        TENON_TRY(registry.push_blob(to.repository, examination, size, fd, upload_options));
    TENON_TRY(examination.finish());
    for (auto& warning : warnings)
        registry.session().warn(std::move(warning));
    auto layer = *examination.known();
    const auto config = config_for(layer);
    if (!meanwhile)
        TENON_TRY(registry.push_small_blob(to.repository, config));

    Manifest manifest;
    manifest.media_type = media::image_manifest;
    manifest.config = Descriptor{std::string(layout.config_type),
                                 blob::Digest::of(as_bytes(config)), config.size()};
    manifest.layers.push_back({std::string(layout.layer_type), layer, size});
    if (!options.title.empty())
        manifest.layers[0].annotations.emplace_back(title_key, options.title);
    manifest.annotations = options.annotations;
    const auto bytes = write_manifest(manifest, layout.writes_media_type);
    const auto expected = blob::Digest::of(as_bytes(bytes));
    if (to.digest && *to.digest != expected)
        return fail(base::Error(Errc::hash_mismatch,
                                fmt::format("what is pushed has not the digest of `{}`", to.text()))
                        .because(fmt::format("it has {}", expected.text())));
    auto digest =
        TENON_TRY(registry.put_manifest(to.repository, *to.tag, bytes, media::image_manifest));
    return Pushed{std::move(digest), std::move(layer), *to.tag, upload};
}

} // namespace tenon::oci
