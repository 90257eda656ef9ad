// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An artifact into a registry. Hashing and checking of the file run on a thread beside the sending;
// only when both are well is the upload closed.
#include "oci/artifact.hpp"
#include "oci/layout.hpp"

#include <algorithm>
#include <cerrno>
#include <fmt/core.h>
#include <future>
#include <memory>
#include <new>
#include <sys/stat.h>
#include <system_error>
#include <thread>

namespace tenon::oci {
namespace {

constexpr std::string_view title_key = "org.opencontainers.image.title";

/// What tells one state of a file from the next, short of its bytes.
struct FileState {
    std::uint64_t size = 0;
    timespec modified{}, changed{};

    friend bool operator==(const FileState& left, const FileState& right) noexcept {
        const auto same = [](const timespec& a, const timespec& b) {
            return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
        };
        return left.size == right.size && same(left.modified, right.modified) &&
               same(left.changed, right.changed);
    }
};

Result<FileState> state_of(int fd) {
    struct stat status;
    if (::fstat(fd, &status) != 0)
        return fail(base::system_error("cannot read the file to push", errno));
    if (!S_ISREG(status.st_mode))
        return fail(Errc::usage, "what is pushed must be a regular file");
    return FileState{static_cast<std::uint64_t>(status.st_size), status.st_mtim, status.st_ctim};
}

/// Otherwise one state of the file could be checked and another one pushed.
Result<> check_unchanged(int fd, const FileState& before) {
    if (TENON_TRY(state_of(fd)) == before)
        return {};
    return fail(base::Error(Errc::invalid, "the file changed while it was pushed")
                    .help("push it again when nobody writes to it any more"));
}

/// The door of a thread: what is thrown beyond it would end the program.
template <class Work> auto caught(const Work& work) -> decltype(work()) {
    try {
        return work();
    } catch (const std::bad_alloc&) {
        return fail(Errc::limit, "there is not enough memory to examine the file");
    } catch (const std::exception& thrown) {
        return fail(base::Error(Errc::invalid, "the file cannot be examined")
                        .because(std::string(thrown.what())));
    }
}

/// What can be done while the file is on its way: the digest first, since a registry that has the
/// blob wants none of the rest; then the check. Ends soon when it is dropped.
class Examination : public PendingDigest {
public:
    static Result<std::unique_ptr<Examination>> begin(int fd, const FileState& state,
                                                      ArtifactKind kind, const Check& check,
                                                      std::stop_token stop) {
        std::unique_ptr<Examination> made(new Examination());
        try {
            made->thread_ = std::jthread([self = made.get(), fd, state, kind, &check,
                                          stop = std::move(stop)](const std::stop_token& dropped) {
                const auto end = [self] { self->end_.request_stop(); };
                const std::stop_callback when_stopped(stop, end);
                const std::stop_callback when_dropped(dropped, end);
                self->examine(fd, state, kind, check);
            });
        } catch (const std::system_error& why) {
            return fail(base::system_error("cannot begin to examine the file", why.code().value()));
        }
        return made;
    }

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

private:
    Examination() : digest_(hashed_.get_future()), verdict_(checked_.get_future()) {}

    void examine(int fd, const FileState& state, ArtifactKind kind, const Check& check) {
        const auto stop = end_.get_token();
        auto digest = caught([&] { return blob::digest_of(fd, state.size, stop); });
        const bool hashed = digest.has_value();
        hashed_.set_value(std::move(digest));
        if (!hashed)
            return checked_.set_value({});
        checked_.set_value(caught([&]() -> Result<> {
            auto verdict = check ? check(fd, kind, stop) : Result<>();
            TENON_TRY(check_unchanged(fd, state));
            return verdict;
        }));
    }

    std::promise<Result<blob::Digest>> hashed_;
    std::promise<Result<>> checked_;
    std::future<Result<blob::Digest>> digest_;
    std::future<Result<>> verdict_;
    std::optional<Result<blob::Digest>> digest_result_;
    std::stop_source end_;
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

Result<Upload> push_layer(Registry& registry, const Reference& to, int fd, const FileState& state,
                          Examination& examination, const PushOptions& options) {
    UploadOptions how;
    how.monolithic = options.monolithic;
    how.mount_from = options.mount_from;
    how.moved = options.moved;
    auto upload = registry.push_blob(to.repository, examination, state.size, fd, how);
    if (!upload) // whatever the registry found wrong then
        TENON_TRY(check_unchanged(fd, state));
    return upload;
}

} // namespace

Result<Pushed> push_artifact(Registry& registry, const Reference& to, ArtifactKind kind, int fd,
                             const PushOptions& options, const Check& check) {
    TENON_TRY(check_destination(to, options.allow_latest));
    const auto state = TENON_TRY(state_of(fd));
    const auto& layout = layout_of(kind);
    const auto examination = TENON_TRY(
        Examination::begin(fd, state, kind, check, registry.session().options().patience.stop));
    const auto upload = TENON_TRY(push_layer(registry, to, fd, state, *examination, options));
    const auto known = examination->known();
    TENON_ASSERT(known); // whatever ends an upload well has settled it
    auto layer = *known;

    const auto config = kind == ArtifactKind::component ? component_config(options, layer)
                                                        : options.config.value_or("{}");
    TENON_TRY(registry.push_small_blob(to.repository, config));

    Manifest manifest;
    manifest.media_type = media::image_manifest;
    manifest.config = Descriptor{std::string(layout.config_type),
                                 blob::Digest::of(as_bytes(config)), config.size()};
    manifest.layers.push_back({std::string(layout.layer_type), layer, state.size});
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
