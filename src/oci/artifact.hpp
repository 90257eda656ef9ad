// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Provider archives and components as artifacts of a registry: one configuration, one layer that
// holds the file as it is. Which media types that means is a table; what makes a file good is the
// caller's check.
#pragma once

#include "base/file.hpp"
#include "blob/cache.hpp"
#include "oci/client.hpp"
#include "oci/reference.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tenon::oci {

enum class ArtifactKind { provider, component };
/// `provider archive`, `component`.
[[nodiscard]] std::string_view kind_name(ArtifactKind kind) noexcept;
/// What files of that kind are called in the end: `.par.gz`, `.wasm`.
[[nodiscard]] std::string_view file_extension(ArtifactKind kind) noexcept;

/// Says whether a file may be pushed, or may stay after a pull; `fd` can be read from, at any
/// position. When pushing it runs on a thread of its own, while the file is on its way; once `stop`
/// is requested nobody wants its answer any more.
using Check = std::function<Result<>(int fd, ArtifactKind kind, const std::stop_token& stop)>;

using Created = std::chrono::sys_time<std::chrono::nanoseconds>;

struct PushOptions {
    Annotations annotations = {};
    std::optional<std::string> config = {}; ///< of a provider, instead of `{}`
    Created created = {};                   ///< written into the configuration of a component
    std::vector<std::string> exports = {};  ///< of a component
    std::vector<std::string> imports = {};
    std::string os = "wasip2";
    std::string title = {}; ///< file name, so that other tools' pulls make a file; may be empty
    bool allow_latest = false;
    bool monolithic = false;
    std::string mount_from = {};
    Moved moved = {};
};

struct Pushed {
    blob::Digest digest; ///< of the manifest
    blob::Digest layer;
    std::string tag;
    Upload upload; ///< how the layer got there
};

/// Pushes the file to where the reference names. The file is read once and sent meanwhile; if
/// `check` refuses it, or it changes before that has ended, what was sent is taken back.
Result<Pushed> push_artifact(Registry& registry, const Reference& to, ArtifactKind kind, int fd,
                             const PushOptions& options, const Check& check);

struct PullOptions {
    /// What the manifest must have that the reference names, be it an index; `sha256:` may lack.
    std::optional<std::string> digest = {};
    bool allow_latest = false;
    blob::Cache* cache = nullptr;               ///< the layer comes through it; may be null
    std::optional<base::Path> destination = {}; ///< else named after the repository, here
    Moved moved = {};
};

struct Pulled {
    ArtifactKind kind;
    blob::Digest digest; ///< of the manifest or index that the reference names
    base::Path file;
};

/// Pulls into a file, which appears when it is whole and `check` has nothing against it.
Result<Pulled> pull_artifact(Registry& registry, const Reference& from, const PullOptions& options,
                             const Check& check);

struct Opened {
    ArtifactKind kind;
    blob::Digest digest; ///< of the manifest or index that the reference names
    base::Fd fd;         ///< open to read; has no name, or that in the cache
    std::uint64_t size;
};
/// The same without a file of that name, for those who only look.
Result<Opened> open_artifact(Registry& registry, const Reference& from, const PullOptions& options,
                             const Check& check);

/// When an artifact was made: now, or for a reproducible push what SOURCE_DATE_EPOCH says, else the
/// first second of 1970.
Result<Created> creation_time(bool reproducible,
                              const std::optional<std::string>& source_date_epoch, Created now);

/// The configuration of a component, byte for byte as wash writes it.
[[nodiscard]] std::string component_config(const PushOptions& options, const blob::Digest& layer);

/// The manifest of an index that a WebAssembly tool can use: that for `wasm`, or the only one.
Result<Descriptor> choose_from_index(const Manifest& index);

} // namespace tenon::oci
