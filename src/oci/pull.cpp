// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An artifact out of a registry. Nothing of what was asked for appears under its name before every
// digest fits and the caller's check is done.
#include "oci/artifact.hpp"
#include "oci/layout.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tenon::oci {
namespace {

Result<> check_source(const Reference& from, const PullOptions& options) {
    if (from.digest || options.digest)
        return {};
    if (!from.tag)
        return fail(
            base::Error(Errc::usage, fmt::format("`{}` has neither tag nor digest", from.text()))
                .help(fmt::format("name a version: `{}:0.1.0`", from.text())));
    if (*from.tag == "latest" && !options.allow_latest)
        return fail(base::Error(Errc::usage, "pulling the tag `latest` is prohibited")
                        .help("name a version, or say `--allow-latest`"));
    return {};
}

Result<std::optional<blob::Digest>> wanted_digest(const PullOptions& options) {
    if (!options.digest)
        return std::nullopt;
    const auto text = options.digest->find(':') == std::string::npos ? "sha256:" + *options.digest
                                                                     : *options.digest;
    return TENON_TRY(blob::Digest::parse(text));
}

/// What is to be fetched, before any of it is.
struct Plan {
    Descriptor layer;
    std::optional<ArtifactKind> kind; // nothing: the content says
    blob::Digest digest;
};

struct Found {
    FetchedManifest image;
    blob::Digest named; ///< what the reference names: the image's manifest, or an index of many
};

Result<Found> fetch_manifest(Registry& registry, const Reference& from,
                             const PullOptions& options) {
    TENON_TRY(check_source(from, options));
    const auto wanted = TENON_TRY(wanted_digest(options));
    const auto name = from.digest || from.tag ? from.manifest_name() : wanted->text();
    auto fetched = TENON_TRY(registry.get_manifest(from.repository, name));
    if (wanted) { // in its own algorithm, whichever the registry prefers
        const auto found = blob::Digest::of(as_bytes(fetched.bytes), wanted->algorithm());
        if (found != *wanted)
            return fail(
                base::Error(Errc::hash_mismatch,
                            fmt::format("`{}` has not the digest that was given", from.text()))
                    .because(fmt::format("given {}", wanted->text()))
                    .because(fmt::format("found {}", found.text())));
    }
    auto named = fetched.digest;
    if (!fetched.manifest.index)
        return Found{std::move(fetched), std::move(named)};
    auto chosen = choose_from_index(fetched.manifest);
    if (!chosen)
        return fail(std::move(chosen).error().within(from.text()));
    auto inner = TENON_TRY(registry.get_manifest(from.repository, chosen->digest.text()));
    if (inner.manifest.index)
        return fail(base::Error(Errc::unsupported, "an index within an index").within(from.text()));
    return Found{std::move(inner), std::move(named)};
}

Result<Plan> plan(Registry& registry, const Reference& from, const PullOptions& options) {
    auto found = TENON_TRY(fetch_manifest(registry, from, options));
    const auto& manifest = found.image.manifest;
    const LayerType* type = nullptr;
    const Descriptor* layer = nullptr;
    for (const auto& candidate : manifest.layers) {
        const auto* known = find_layer_type(candidate.media_type);
        if (!known)
            continue;
        if (layer)
            return fail(base::Error(
                Errc::unsupported,
                fmt::format("`{}` has several layers, and an artifact is one", from.text())));
        type = known;
        layer = &candidate;
    }
    if (layer)
        return Plan{*layer, type->kind, std::move(found.named)};
    auto error = base::Error(
        Errc::unsupported,
        fmt::format("`{}` holds neither a component nor a provider archive", from.text()));
    for (std::size_t i = 0; i < std::min<std::size_t>(manifest.layers.size(), 4); ++i)
        error = std::move(error).because(
            fmt::format("it has a layer of type `{}`", manifest.layers[i].media_type));
    return fail(std::move(error));
}

/// What a file holds, when its media type does not tell.
Result<ArtifactKind> kind_of_content(int fd) {
    std::array<Byte, 4> magic{};
    const auto got = TENON_TRY(base::read_at(fd, 0, magic, "artifact"));
    const bool wasm = got == 4 && as_text(magic) == std::string_view("\0asm", 4);
    return wasm ? ArtifactKind::component : ArtifactKind::provider;
}

/// All of one file into another: shared blocks where the file system can, else the kernel copies.
Result<> copy(int from, int into, std::uint64_t size) {
    off64_t at = 0, to = 0;
    while (static_cast<std::uint64_t>(at) < size) {
        const auto left = size - static_cast<std::uint64_t>(at);
        const auto done = ::copy_file_range(from, &at, into, &to, left, 0);
        if (done > 0)
            continue;
        if (done < 0 && errno == EINTR)
            continue;
        if (done == 0)
            return fail(Errc::truncated, "a file of the cache became shorter while it was read");
        if (errno != EXDEV && errno != EINVAL && errno != EOPNOTSUPP && errno != ENOSYS)
            return fail(base::system_error("cannot copy from the cache", errno));
        break;
    }
    const auto write = into_file(into);
    Buffer buffer(256 * 1024);
    while (static_cast<std::uint64_t>(at) < size) {
        const auto got =
            TENON_TRY(base::read_at(from, static_cast<std::uint64_t>(at), buffer, "the cache"));
        if (got == 0)
            return fail(Errc::truncated, "a file of the cache became shorter while it was read");
        TENON_TRY(write(static_cast<std::uint64_t>(at), Bytes(buffer).first(got)));
        at += static_cast<off64_t>(got);
    }
    return {};
}

Result<base::Fd> nameless_file() {
    std::error_code error;
    const auto directory = std::filesystem::temp_directory_path(error);
    if (error)
        return fail(base::system_error("there is no directory for temporary files: `TMPDIR` names "
                                       "none, or one that cannot be used",
                                       error.value()));
    base::Fd fd(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (fd)
        return fd;
    std::string name = directory / "tenon-XXXXXX";
    fd.reset(::mkostemp(name.data(), O_CLOEXEC));
    if (!fd)
        return fail(base::system_error(
            fmt::format("cannot make a file in `{}`", directory.native()), errno));
    ::unlink(name.c_str());
    return fd;
}

/// The layer in the cache, fetched if it is not there.
Result<base::Fd> through_cache(Registry& registry, const std::string& repository,
                               const Descriptor& layer, const PullOptions& options) {
    const auto& session = registry.session();
    auto found =
        TENON_TRY(options.cache->find(layer.digest, layer.size, session.options().patience.stop));
    if (found)
        return *std::move(found);
    bool registry_failed = false;
    auto added = options.cache->add(layer.digest, [&](int fd) -> Result<blob::Digest> {
        bool written = true;
        const Sink sink = [&, write = into_file(fd)](std::uint64_t offset, Bytes bytes) {
            auto done = write(offset, bytes);
            written = done.has_value();
            return done;
        };
        auto got = registry.get_blob(repository, layer, sink, options.moved);
        registry_failed = !got && written;
        if (!got)
            return fail(std::move(got).error());
        return layer.digest; // which get_blob has computed
    });
    if (added || registry_failed)
        return added;
    // A convenience: its trouble, be it a full disk, does not stand in the way.
    session.warn(std::move(added).error().wrap("the cache is not used"));
    auto fd = TENON_TRY(nameless_file());
    TENON_TRY(registry.get_blob(repository, layer, fd.get(), options.moved));
    return fd;
}

/// The layer in the file `fd`.
Result<> fetch(Registry& registry, const std::string& repository, const Descriptor& layer, int fd,
               const PullOptions& options) {
    if (!options.cache)
        return registry.get_blob(repository, layer, fd, options.moved);
    const auto kept = TENON_TRY(through_cache(registry, repository, layer, options));
    return copy(kept.get(), fd, layer.size);
}

const std::stop_token& stop_of(Registry& registry) {
    return registry.session().options().patience.stop;
}

base::Path default_name(const Reference& from, ArtifactKind kind) {
    const auto slash = from.repository.rfind('/'); // npos + 1 is 0
    return from.repository.substr(slash + 1) + std::string(file_extension(kind));
}

} // namespace

Result<Pulled> pull_artifact(Registry& registry, const Reference& from, const PullOptions& options,
                             const Check& check) {
    auto what = TENON_TRY(plan(registry, from, options));
    // Only an old media type leaves the name open until the content is there.
    base::Fd early;
    if (!what.kind && !options.destination) {
        early = TENON_TRY(nameless_file());
        TENON_TRY(fetch(registry, from.repository, what.layer, early.get(), options));
        what.kind = TENON_TRY(kind_of_content(early.get()));
    }
    const auto path = options.destination.value_or(
        default_name(from, what.kind.value_or(ArtifactKind::provider)));
    auto file = TENON_TRY(base::NewFile::create(path, {.only_regular = true}));
    if (early)
        TENON_TRY(copy(early.get(), file.fd(), what.layer.size));
    else
        TENON_TRY(fetch(registry, from.repository, what.layer, file.fd(), options));
    if (!what.kind)
        what.kind = TENON_TRY(kind_of_content(file.fd()));
    if (check)
        TENON_TRY(check(file.fd(), *what.kind, stop_of(registry)));
    TENON_TRY(file.commit());
    return Pulled{*what.kind, std::move(what.digest), path};
}

Result<Opened> open_artifact(Registry& registry, const Reference& from, const PullOptions& options,
                             const Check& check) {
    auto what = TENON_TRY(plan(registry, from, options));
    base::Fd fd;
    if (options.cache) {
        fd = TENON_TRY(through_cache(registry, from.repository, what.layer, options));
    } else {
        fd = TENON_TRY(nameless_file());
        TENON_TRY(registry.get_blob(from.repository, what.layer, fd.get(), options.moved));
    }
    if (!what.kind)
        what.kind = TENON_TRY(kind_of_content(fd.get()));
    if (check)
        TENON_TRY(check(fd.get(), *what.kind, stop_of(registry)));
    return Opened{*what.kind, std::move(what.digest), std::move(fd), what.layer.size};
}

} // namespace tenon::oci
