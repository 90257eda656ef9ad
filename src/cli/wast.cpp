// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon wast: carries out `.wast` scripts, as far as that needs no engine.
#include "base/diagnostic.hpp"
#include "cli/describe.hpp"
#include "cli/features.hpp"
#include "cli/rows.hpp"
#include "cli/wasm_input.hpp"
#include "wat/script_check.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::cli {
namespace {

constexpr std::uint64_t max_script_bytes = std::uint64_t{1} << 30;
/// So many failures of a file are shown.
constexpr std::size_t max_shown = 100;

struct Counts {
    std::uint64_t passed = 0, failed = 0, not_run = 0;

    void add(const Counts& other) {
        passed += other.passed;
        failed += other.failed;
        not_run += other.not_run;
    }
    [[nodiscard]] std::string text() const {
        return fmt::format("{} passed, {} failed, {} not run", passed, failed, not_run);
    }
    void set_in(data::Value& object) const {
        object.set("passed", data::Value::integer(static_cast<std::int64_t>(passed)));
        object.set("failed", data::Value::integer(static_cast<std::int64_t>(failed)));
        object.set("not_run", data::Value::integer(static_cast<std::int64_t>(not_run)));
    }
};

/// What came of one file.
struct Outcome {
    std::string file;
    Counts counts;
    std::vector<wat::Check> failures; ///< the first of them
    std::optional<base::Error> unread;
};

std::string text_of(const Outcome& outcome, bool color) {
    auto text = fmt::format("{}: {}\n", outcome.file, outcome.counts.text());
    const auto put = [&](const base::Error& problem) {
        text += base::render(problem, base::Severity::error, {.color = color});
    };
    if (outcome.unread)
        put(*outcome.unread);
    for (const auto& failure : outcome.failures) {
        text += fmt::format("{}:{}: expected {}{}\n", outcome.file, failure.line, failure.expected,
                            failure.problem ? "" : "; it is taken");
        if (failure.problem)
            put(*failure.problem);
    }
    if (outcome.counts.failed > outcome.failures.size() && !outcome.unread)
        text += fmt::format("{}: and {} more\n", outcome.file,
                            outcome.counts.failed - outcome.failures.size());
    return text;
}

data::Value json_of(const Outcome& outcome) {
    auto object = data::Value::object({});
    object.set("file", data::Value(outcome.file));
    outcome.counts.set_in(object);
    auto failures = data::Value::array({});
    for (const auto& failure : outcome.failures) {
        auto one = data::Value::object({});
        one.set("line", data::Value::integer(failure.line));
        one.set("kind", data::Value(name_of(failure.kind)));
        one.set("expected", data::Value(failure.expected));
        if (failure.problem)
            one.set("problem", describe(*failure.problem));
        failures.push_back(std::move(one));
    }
    object.set("failures", std::move(failures));
    if (outcome.unread)
        object.set("problem", describe(*outcome.unread));
    return object;
}

/// The scripts named, and those in the folders named, at any depth.
Result<std::vector<std::string>> scripts_of(const Call& call) {
    std::vector<std::string> files;
    for (const auto& path : call.arguments_from(0)) {
        std::error_code problem;
        if (path == "-" || !std::filesystem::is_directory(path, problem)) {
            files.push_back(path);
            continue;
        }
        std::vector<std::string> inside;
        for (std::filesystem::recursive_directory_iterator at(path, problem), end;
             !problem && at != end; at.increment(problem)) {
            if (at->path().extension() == ".wast")
                inside.push_back(at->path().native());
        }
        if (problem)
            return fail(base::system_error(fmt::format("cannot read `{}`", path), problem.value()));
        if (inside.empty())
            return fail(Errc::not_found, fmt::format("no `.wast` file is in `{}`", path));
        std::ranges::sort(inside);
        files.insert(files.end(), inside.begin(), inside.end());
    }
    return files;
}

/// The only error is an interruption.
Result<Outcome> carry_out(const Call& call, const std::string& path, wasm::Features features) {
    Outcome outcome;
    outcome.file = input_name(path);
    const auto unread = [&outcome](base::Error problem) -> Result<Outcome> {
        if (problem.code() == Errc::interrupted)
            return fail(std::move(problem));
        outcome.counts.failed = 1;
        outcome.unread = std::move(problem);
        return std::move(outcome);
    };
    auto content = read_input(call, path, max_script_bytes);
    if (!content)
        return unread(std::move(content).error());
    const auto text = as_text(*content);
    auto commands = wat::parse_script(outcome.file, text);
    if (!commands)
        return unread(std::move(commands).error());
    wat::CheckOptions options;
    options.features = features;
    options.max_places = max_shown;
    options.stop = call.stop();
    const auto take = [&outcome](wat::Check check) {
        switch (check.verdict) {
        case wat::Check::Verdict::passed: ++outcome.counts.passed; return;
        case wat::Check::Verdict::not_run: ++outcome.counts.not_run; return;
        case wat::Check::Verdict::failed: break;
        }
        ++outcome.counts.failed;
        if (outcome.failures.size() < max_shown)
            outcome.failures.push_back(std::move(check));
    };
    TENON_TRY(wat::check_script(outcome.file, text, *commands, options, take));
    return outcome;
}

Result<> wast(Call& call) {
    const auto features = TENON_TRY(wasm_features_of(call, wat::script_features()));
    const auto files = TENON_TRY(scripts_of(call));
    Counts sum;
    auto list = data::Value::array({});
    for (const auto& file : files) {
        const auto outcome = TENON_TRY(carry_out(call, file, features));
        sum.add(outcome.counts);
        if (call.json())
            list.push_back(json_of(outcome));
        else
            TENON_TRY(call.answer_plainly(text_of(outcome, call.answers_in_color())));
    }
    if (sum.failed != 0)
        call.set_failed();
    if (!call.json())
        return call.answer_plainly(fmt::format("{} {}: {}\n", files.size(),
                                               files.size() == 1 ? "file" : "files", sum.text()));
    auto object = data::Value::object({});
    object.set("files", std::move(list));
    sum.set_in(object);
    return call.answer("", std::move(object));
}

constexpr Option wast_options[] = {
    {.name = "no-run", .help = "only what needs no engine, which is all that is carried out today"},
    wasm_features_option};
constexpr Positional wast_arguments[] = {
    {.name = "FILE",
     .help =
         "scripts, or folders that are searched for `.wast` at any depth; `-` is standard input",
     .repeated = true}};

} // namespace

constexpr Verb wast_verb{
    .path = "wast",
    .summary = "carry out `.wast` test scripts, as far as that needs no engine",
    .description =
        "Modules and components must be valid, or be refused where the script says so. What would "
        "have to be linked or run is counted as not run. A line a file, behind it what failed, and "
        "a summary; leaves with 1 if anything failed. The gated parts of the Component Model are "
        "on, but for nested names.",
    .options = wast_options,
    .positionals = wast_arguments,
    .output = OutputMeaning::format,
    .run = wast,
    .example = "tenon wast test/core",
    .long_running = true};

} // namespace tenon::cli
