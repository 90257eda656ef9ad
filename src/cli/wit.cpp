// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon wit validate | lint | fmt
#include "base/diagnostic.hpp"
#include "cli/rows.hpp"
#include "cli/wit_input.hpp"
#include "component/package_encode.hpp"
#include "wit/format.hpp"
#include "wit/lint.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <unistd.h>

namespace tenon::cli {
namespace {

constexpr std::uint64_t max_text_bytes = std::uint64_t{256} << 20;

/// What is read can be encoded too, or it would be of no use to anybody.
Result<> validate(Call& call) {
    for (const auto& path : call.arguments_from(0)) {
        const auto input = TENON_TRY(read_wit_input(call, path));
        TENON_TRY(component::encode_package(input.model, input.main, {}));
    }
    if (!call.json())
        return {};
    auto object = data::Value::object({});
    object.set("valid", data::Value(true));
    return call.answer("", std::move(object));
}

/// A warning with the rule's name in the place of the code.
std::string shown(const wit::Finding& finding, bool color) {
    auto text = base::render(finding.problem, base::Severity::warning, {.color = color});
    const auto code = fmt::format("[{}]", errc_name(finding.problem.code()));
    if (const auto at = text.find(code); at != text.npos)
        text.replace(at, code.size(), fmt::format("[{}]", finding.rule));
    return text;
}

/// What would break the users of the other version; none where the version says that it may.
Result<std::vector<wit::Finding>> lint_against(Call& call, const WitInput& input,
                                               const std::string& path) {
    const auto old = TENON_TRY(read_wit_input(call, path));
    const auto& before = old.model[old.main].name;
    const auto& now = input.model[input.main].name;
    if (before.space != now.space || before.name != now.name)
        return fail(Errc::invalid, fmt::format("`{}` is no version of `{}`, but of `{}`", path,
                                               now.text(), before.text()));
    auto findings = wit::lint_against(old.model, old.main, input.model, input.main);
    if (wit::promises_compatibility(before, now) || findings.empty())
        return findings;
    call.note(fmt::format("`{}` does not promise to be compatible with `{}`: {} breaking {} said "
                          "by the version",
                          now.text(), before.text(), findings.size(),
                          findings.size() == 1 ? "change is" : "changes are"));
    return std::vector<wit::Finding>();
}

Result<> lint(Call& call) {
    const auto input = TENON_TRY(read_wit_input(call, call.argument(0).value_or(".")));
    const auto against = call.value("against");
    const auto findings = against ? TENON_TRY(lint_against(call, input, *against))
                                  : wit::lint(input.model, input.main);
    std::string text;
    auto list = data::Value::array({});
    for (const auto& finding : findings) {
        text += shown(finding, call.answers_in_color());
        auto object = data::Value::object({});
        object.set("rule", data::Value(finding.rule));
        object.set("message", data::Value(finding.problem.message()));
        if (const auto& source = finding.problem.source()) {
            object.set("file", data::Value(source->file));
            object.set("line", data::Value::integer(source->place.line));
            object.set("column", data::Value::integer(source->place.column));
        }
        list.push_back(std::move(object));
    }
    if (!findings.empty())
        call.set_failed();
    if (!call.json())
        return call.answer_plainly(text);
    auto object = data::Value::object({});
    object.set("findings", std::move(list));
    return call.answer("", std::move(object));
}

/// The files named, and those directly in the folders named.
Result<std::vector<base::Path>> files_to_format(const Call& call) {
    auto named = call.arguments_from(0);
    if (named.empty())
        named.emplace_back(".");
    std::vector<base::Path> files;
    for (const auto& path : named) {
        std::error_code problem;
        if (!std::filesystem::is_directory(path, problem)) {
            files.emplace_back(path);
            continue;
        }
        std::vector<base::Path> inside;
        for (std::filesystem::directory_iterator at(path, problem), end; !problem && at != end;
             at.increment(problem))
            if (at->path().extension() == ".wit")
                inside.push_back(path == "." ? at->path().filename() : at->path());
        if (problem)
            return fail(base::system_error(fmt::format("cannot read `{}`", path), problem.value()));
        std::ranges::sort(inside);
        files.insert(files.end(), inside.begin(), inside.end());
    }
    return files;
}

Result<> format_stream(Call& call) {
    const auto content = TENON_TRY(base::read_all(STDIN_FILENO, max_text_bytes, "-", call.stop()));
    return call.answer_plainly(TENON_TRY(wit::format("<stdin>", std::string(as_text(content)))));
}

Result<> format(Call& call) {
    if (call.argument(0) == "-")
        return format_stream(call);
    auto changed = data::Value::array({});
    std::string lines;
    for (const auto& file : TENON_TRY(files_to_format(call))) {
        const auto content = TENON_TRY(base::read_file(file, max_text_bytes, call.stop()));
        const auto text = TENON_TRY(wit::format(file.native(), std::string(as_text(content))));
        if (text == as_text(content))
            continue;
        changed.push_back(data::Value(file.native()));
        lines += file.native() + "\n";
        if (!call.has("check"))
            TENON_TRY(base::write_file(file, as_bytes(text)));
    }
    if (call.has("check") && !lines.empty())
        call.set_failed();
    if (!call.json())
        return call.answer_plainly(lines);
    auto object = data::Value::object({});
    object.set(call.has("check") ? "would_change" : "changed", std::move(changed));
    return call.answer("", std::move(object));
}

constexpr Option read_options[] = {features_option, all_features_option};
constexpr Option lint_options[] = {
    {.name = "against",
     .kind = ValueKind::file,
     .value = "OTHER",
     .help = "look for changes that break the users of another version of the package, and for "
             "nothing else"},
    features_option,
    all_features_option};
constexpr Option format_options[] = {
    {.name = "check", .help = "change nothing; name what would change, and leave with 1 if any"}};
constexpr Positional validate_arguments[] = {
    {.name = "INPUT",
     .help = "WIT file or folder, encoded package, component, or core module with its world",
     .repeated = true}};
constexpr Positional lint_arguments[] = {
    {.name = "INPUT", .help = "WIT file or folder (default: this folder)", .required = false}};
constexpr Positional format_arguments[] = {
    {.name = "FILE",
     .help = "WIT file, or a folder of them (default: this folder); `-` formats standard input to "
             "standard output",
     .required = false,
     .repeated = true}};

} // namespace

constexpr Verb wit_verb{.path = "wit", .summary = "print, check and format interfaces"};
constexpr Verb component_verb{.path = "component", .summary = "work with components"};

constexpr Verb wit_validate_verb{
    .path = "wit validate",
    .summary = "check interfaces: that they can be read, resolved and encoded",
    .description = "Says nothing and leaves with 0 if all is well.",
    .options = read_options,
    .positionals = validate_arguments,
    .output = OutputMeaning::format,
    .run = validate,
    .example = "tenon wit validate wit"};

constexpr Verb wit_lint_verb{
    .path = "wit lint",
    .summary = "look for what is allowed in interfaces and yet not good",
    .description = "Types that nobody uses, items without documentation, packages without a "
                   "version, types that cannot be encoded. Leaves with 1 if there is any. With "
                   "`--against` what was taken away or is not what it was, unless the version says "
                   "that it is not compatible.",
    .options = lint_options,
    .positionals = lint_arguments,
    .output = OutputMeaning::format,
    .run = lint,
    .example = "tenon wit lint wit"};

constexpr Verb wit_fmt_verb{
    .path = "wit fmt",
    .summary = "bring WIT files into one style",
    .description = "Comments stay. Prints the names of the files that it changes; a file is "
                   "replaced whole, or not at all.",
    .options = format_options,
    .positionals = format_arguments,
    .output = OutputMeaning::format,
    .run = format,
    .example = "tenon wit fmt --check wit"};

} // namespace tenon::cli
