// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How a provider's executable is made in one language.
#pragma once

#include "project/asked.hpp"
#include "project/steps.hpp"

#include <memory>

namespace tenon::project {

class Toolchain {
public:
    virtual ~Toolchain() = default;

    /// What the provider is called in file names: its executable, its archive, its key.
    [[nodiscard]] virtual const std::string& bin_name() const = 0;
    /// Runs the tools for one target.
    virtual Result<> build(const AskedTarget& target) = 0;
    /// Where the executable for the target lies, or would lie if it had been built.
    [[nodiscard]] virtual base::Path artifact(const AskedTarget& target) const = 0;
};

/// `several`: more than one target is built, so that executables must not overwrite each other.
/// The steps must outlive the toolchain.
Result<std::unique_ptr<Toolchain>> make_cargo(const Steps& steps);
Result<std::unique_ptr<Toolchain>> make_go(const Steps& steps, bool several);
Result<std::unique_ptr<Toolchain>> make_command(const Steps& steps, bool several);

/// `[provider] bin_name`, which is required where nothing else tells it.
Result<std::string> required_bin_name(const Project& project);

} // namespace tenon::project
