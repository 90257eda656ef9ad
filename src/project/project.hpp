// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The project file: `wasmcloud.toml`, or `tenon.toml` with the same content, which wins where both
// exist.
#pragma once

#include "base/file.hpp"
#include "data/value.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::project {

using Environment = std::function<std::optional<std::string>(std::string_view name)>;

enum class Kind { component, provider };
enum class Language { rust, tinygo, go, other };

struct ComponentSection {
    std::string wasm_target = "wasm32-unknown-unknown";
    std::optional<std::string> wit_world;
    std::vector<std::string> tags;
    std::optional<base::Path> build_artifact; ///< absolute
    std::optional<std::string> build_command;
    std::optional<base::Path> destination; ///< absolute
};

struct ProviderSection {
    std::string vendor = "NoVendor";
    std::optional<std::string> wit_world;
    std::optional<std::string> os, arch;
    std::optional<std::string> rust_target;
    std::optional<std::string> bin_name;
    std::optional<std::string> build_command; ///< ours
    std::optional<base::Path> build_artifact; ///< ours; absolute; `{target}` stands for the target
};

struct Project {
    data::Document document; ///< the file as it was read, for diagnostics
    base::Path file;         ///< absolute
    std::string name;
    std::string version;
    std::int32_t revision = 0;
    Language language = Language::other;
    std::string language_text; ///< as written
    Kind kind = Kind::component;
    base::Path path;  ///< where the sources are; absolute
    base::Path build; ///< absolute; not made yet
    base::Path wit;   ///< absolute; may not exist
    std::optional<base::Path>
        key_directory; ///< of the section in force, absolute; nothing when the file does not say
    std::optional<ComponentSection> component;
    std::optional<ProviderSection> provider;
    std::string cargo_path = "cargo";
    std::optional<base::Path> target_path;
    bool rust_debug = false;
    std::string go_path = "go";
    bool disable_go_generate = false;
};

/// Finds and reads the project file. `where` is a file ending in `.toml` or a directory. Unknown
/// keys and keys of other times become warnings with a suggestion; errors point into the file.
/// Names and versions that Rust projects leave out come from `cargo metadata`.
struct LoadOptions {
    /// false: no program is started, since whoever reads a project file for a name or a tag does
    /// not trust the folder that it lies in; what only a tool could tell stays empty.
    bool ask_tools = true;
    std::stop_token stop = {};
};
Result<Project> load(const base::Path& where, const Environment& environment,
                     std::vector<base::Error>& warnings, const LoadOptions& options = {});

/// Is there a project file in the directory? One that cannot be looked at is an error.
Result<bool> is_in(const base::Path& where);

/// `[registry]`: where `push` sends what is built.
struct RegistrySection {
    std::optional<std::string> url;
    std::optional<base::Path> credentials; ///< absolute; JSON of registry host to user and password
    bool push_insecure = false;            ///< plain HTTP
};
/// That section of the project file `where`, or of the one in the directory `where`; empty when
/// there is none. Starts no program and judges no other field.
Result<RegistrySection> registry_in(const base::Path& where, const Environment& environment);

/// Only the `key_directory` of the project in `where`, absolute; nothing when there is no project
/// file or it does not say. Starts no program and judges no other field.
Result<std::optional<base::Path>> key_directory_in(const base::Path& where,
                                                   const Environment& environment);

} // namespace tenon::project
