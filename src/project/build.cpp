// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The build of a project, and what its two kinds have in common.
#include "project/build.hpp"

#include "project/steps.hpp"

#include <fmt/core.h>

namespace tenon::project {

Result<Built> build(const Project& project, const BuildOptions& options,
                    const Environment& environment, const OnOutput& on_output,
                    std::vector<base::Error>& warnings, const archive::Work& work) {
    if (!options.build && !options.sign)
        return fail(Errc::usage, "a build that neither builds nor signs does nothing");
    const Steps steps{project, options, environment, on_output, warnings, work};
    return project.kind == Kind::provider ? build_provider(steps) : build_component(steps);
}

Result<std::vector<std::string>> command_words(const Project& project, std::string_view section,
                                               const std::string& command) {
    auto words = base::split_words(command);
    if (words && !words->empty())
        return words;
    const auto* table = project.document.root.find(section);
    const auto* value = table ? table->find("build_command") : nullptr;
    auto place = value ? value->place() : Place{};
    if (words)
        return fail(project.document.error(place, Errc::config, "`build_command` is empty"));
    const auto offset = words.error().offset();
    if (offset && place.length == command.size() + 2) // one line, without escapes
        place = {place.line, static_cast<std::uint32_t>(place.column + 1 + *offset), 1};
    auto error = project.document.error(place, Errc::config, words.error().message());
    for (const auto& help : words.error().helps())
        error = std::move(error).help(help);
    return fail(std::move(error));
}

void warn_about_wit(const Steps& steps) {
    if (!steps.options.fetch)
        return;
    std::error_code problem; // what cannot be looked at is not there
    if (!std::filesystem::is_directory(steps.project.wit, problem))
        return;
    steps.warnings.push_back(base::Error(Errc::unsupported,
                                         "the lock file was not made, and `wit/deps` is used as it "
                                         "is: this version cannot fetch WIT"));
}

} // namespace tenon::project
