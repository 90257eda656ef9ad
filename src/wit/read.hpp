// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// WIT packages into a model: from texts in memory, a file, or a folder with its dependencies. What
// is encoded as a component is decoded by whoever knows how; this module does not.
#pragma once

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "wit/gates.hpp"
#include "wit/model.hpp"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace tenon::wit {

/// A model of its own that was read from an encoded package.
struct Decoded {
    Model model;
    PackageIdx main;
};

struct ReadOptions {
    Features features;
    std::uint64_t max_bytes = std::uint64_t{256} << 20; ///< of all texts together
    std::size_t max_files = 20'000;
    /// What all worlds may hold together, about: a few lines can ask for any number of imports.
    std::size_t max_world_items = 1'000'000;
    /// Reads a `.wasm` or `.wat` file that holds a package; without it such files are
    /// `unsupported`.
    std::function<Result<Decoded>(Bytes content, const std::string& name)> decode;
};

struct TextFile {
    std::string name; ///< as diagnostics show it
    std::string text;
};
/// The texts of one package, with the packages nested in them.
struct TextGroup {
    std::string name; ///< of the file or folder
    std::vector<TextFile> files;
};

// Each of these gives the main package; on failure the model is as it was. A package that is in the
// model already can be spoken of, but not be defined once more.

Result<PackageIdx> read_text(Model& model, std::string name, std::string text,
                             const ReadOptions& options = {});
Result<PackageIdx> read_texts(Model& model, TextGroup main, std::vector<TextGroup> dependencies,
                              const ReadOptions& options = {});
/// A file (text or encoded), or a folder: its `.wit` files are one package; in `deps/` each folder,
/// `.wit`, `.wasm` or `.wat` file is another one.
Result<PackageIdx> read_path(Model& model, const base::Path& path, const ReadOptions& options = {});

} // namespace tenon::wit
