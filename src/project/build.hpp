// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From a project file to a signed artifact: run the language's own tools, pack or sign what they
// made.
#pragma once

#include "archive/archive.hpp"
#include "claims/keystore.hpp"
#include "project/project.hpp"

namespace tenon::project {

struct BuildOptions {
    std::optional<std::string> keys_directory; ///< --keys-directory
    std::optional<std::string> issuer;         ///< --issuer or WASH_ISSUER_KEY
    std::optional<std::string> subject;        ///< --subject or WASH_SUBJECT_KEY
    bool generate_keys = true;                 ///< false: --disable-keygen
    bool build = true;                         ///< false: --sign-only
    bool sign = true;                          ///< false: --build-only
    bool fetch = true;                         ///< false: --skip-fetch
    std::vector<std::string>
        targets; ///< --target, for providers; empty: what the project says, else this machine
    std::uint64_t now = 0; ///< seconds since 1970
    std::string token_id;  ///< `jti`
    std::string version;   ///< of this program, said in `world.wasm`
};

struct Built {
    base::Path artifact; ///< absolute; with `--build-only` the first executable
    Kind kind;
    bool built = false;
    bool signed_ = false;
    std::vector<base::Path> keys_made;
};

/// Runs the whole build. What the tools print goes to `on_output` as it comes (true: their standard
/// error).
Result<Built> build(const Project& project, const BuildOptions& options,
                    const Environment& environment,
                    const std::function<void(Bytes, bool)>& on_output,
                    std::vector<base::Error>& warnings, const archive::Work& work);

} // namespace tenon::project
