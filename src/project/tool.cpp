// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "project/tool.hpp"

#include <fmt/core.h>

namespace tenon::project {
namespace {

constexpr std::size_t lines_shown = 10;

std::string command_line(const std::vector<std::string>& words) {
    std::string line;
    for (const auto& word : words) {
        const bool plain = !word.empty() && word.find_first_of(" \t\n'\"\\") == word.npos;
        line +=
            fmt::format("{}{}", line.empty() ? "" : " ", plain ? word : fmt::format("'{}'", word));
    }
    return line;
}

/// The last lines that say something, as one text.
std::string last_lines(std::string_view text) {
    while (text.ends_with('\n') || text.ends_with('\r') || text.ends_with(' '))
        text.remove_suffix(1);
    auto begin = text.size();
    for (std::size_t count = 0; begin > 0 && count < lines_shown; ++count) {
        const auto line_feed = text.rfind('\n', begin - 1);
        begin = line_feed == text.npos ? 0 : line_feed;
    }
    if (begin > 0)
        ++begin;
    return std::string(text.substr(begin));
}

} // namespace

base::Error tool_failed(std::string_view what, const base::Command& command,
                        const base::Outcome& outcome) {
    const auto how = outcome.exit_status > 128
                         ? fmt::format("ended by signal {}", outcome.exit_status - 128)
                         : fmt::format("exit status: {}", outcome.exit_status);
    base::Error error(Errc::tool_failed, fmt::format("{}: {}", what, how));
    const auto said =
        last_lines(outcome.error_output.empty() ? outcome.output : outcome.error_output);
    if (!said.empty())
        error = std::move(error).because(said);
    return std::move(error).help(fmt::format("the command was `{}`, run in `{}`",
                                             command_line(command.words),
                                             command.directory.native()));
}

Result<> run_tool(base::Command command, std::string_view what, const OnOutput& on_output,
                  const std::stop_token& stop) {
    command.on_output = on_output;
    // Seeds may stand in them, and a build script is nobody to show a seed to.
    command.environment.emplace_back("WASH_ISSUER_KEY", "");
    command.environment.emplace_back("WASH_SUBJECT_KEY", "");
    const auto outcome = TENON_TRY(base::run(command, stop));
    if (outcome.exit_status != 0)
        return fail(tool_failed(what, command, outcome));
    return {};
}

} // namespace tenon::project
