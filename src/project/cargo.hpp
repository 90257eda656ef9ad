// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What cargo knows about a Rust project.
#pragma once

#include "base/file.hpp"
#include "project/project.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace tenon::project {

struct CargoPackage {
    std::string name;
    std::string version;
    std::vector<std::string> binaries; ///< names of the `bin` targets
    base::Path target_directory;
};

/// The package whose `Cargo.toml` lies in `directory`, from `cargo metadata`.
Result<CargoPackage> cargo_package(const std::string& cargo, const base::Path& directory,
                                   const std::stop_token& stop);

/// The same from cargo's answer; `directory` must be absolute.
Result<CargoPackage> read_cargo_metadata(std::string json, const base::Path& directory);

} // namespace tenon::project
