// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What every step of a build needs.
#pragma once

#include "project/build.hpp"
#include "project/tool.hpp"

namespace tenon::project {

/// Views of what the caller of `build` owns.
struct Steps {
    const Project& project;
    const BuildOptions& options;
    const Environment& environment;
    const OnOutput& on_output;
    std::vector<base::Error>& warnings;
    const archive::Work& work;

    /// Runs a tool; what it prints goes to `on_output`.
    [[nodiscard]] Result<> run(base::Command command, std::string_view what) const {
        return run_tool(std::move(command), what, on_output, work.stop);
    }
};

Result<Built> build_provider(const Steps& steps);
Result<Built> build_component(const Steps& steps);

/// The words of the `build_command` in a section; errors point into the project file.
Result<std::vector<std::string>> command_words(const Project& project, std::string_view section,
                                               const std::string& command);

/// One line that says what is not done yet with a directory of WIT.
void warn_about_wit(const Steps& steps);

} // namespace tenon::project
