// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon man DIR: writes the manual pages, tenon(1) and one for each family of verbs, in the man(7)
// macros that every system reads. Run by the build.
#include "base/ascii.hpp"
#include "base/file.hpp"
#include "cli/help.hpp"
#include "cli/rows.hpp"
#include "cli/table.hpp"

#include <algorithm>
#include <ctime>
#include <fmt/core.h>

namespace tenon::cli {
namespace {

/// Text as roff has to be told: no line may look like a request, and `-` is a minus, which can be
/// searched for and pasted.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else if (c == '~')
            out += "\\(ti";
        else if (c == '^')
            out += "\\(ha";
        else if (c == '\'')
            out += "\\(aq";
        else if ((c == '.') && (out.empty() || out.back() == '\n'))
            out += "\\&.";
        else
            out += c;
    }
    return out;
}

/// Short source lines, as mandoc likes them; none begins with what would make it a request.
std::string in_lines(std::string_view text) {
    constexpr std::size_t longest = 78;
    std::string out;
    std::size_t column = 0;
    while (!text.empty()) {
        const auto word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        if (column > 0) {
            const bool fits = column + 1 + word.size() <= longest;
            out += fits ? ' ' : '\n';
            column = fits ? column + 1 : 0;
        }
        if (column == 0 && word.starts_with('.'))
            out += "\\&";
        out += word;
        column += word.size();
    }
    return out;
}

/// Prose: what stands in backquotes is set in bold.
std::string prose(std::string_view text) {
    std::string out;
    bool bold = false;
    for (;;) {
        const auto end = std::min(text.find('`'), text.size());
        out += escaped(text.substr(0, end));
        if (end == text.size())
            return in_lines(out);
        bold = !bold;
        out += bold ? "\\fB" : "\\fR";
        text.remove_prefix(end + 1);
    }
}

std::string paragraphs(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto end = std::min(text.find("\n\n"), text.size());
        out += fmt::format(".PP\n{}\n", prose(text.substr(0, end)));
        text.remove_prefix(std::min(end + 2, text.size()));
    }
    return out;
}

std::string page_name(std::string_view family) {
    return family.empty() ? "tenon" : fmt::format("tenon-{}", family);
}

std::string_view family_of(std::string_view path) {
    return path.substr(0, path.find(' '));
}

std::string option_term(const Option& option) {
    auto out = fmt::format("\\fB\\-\\-{}\\fR", escaped(option.name));
    if (option.letter != 0)
        out = fmt::format("\\fB\\-{}\\fR, {}", option.letter, out);
    if (option.kind != ValueKind::none)
        out += fmt::format(" \\fI{}\\fR", escaped(option.value));
    return out;
}

std::string option_items(std::span<const Option* const> options) {
    std::string out;
    for (const auto* option : options)
        out += fmt::format(".TP\n{}\n{}\n", option_term(*option),
                           prose(fmt::format("{}{}", sentence(option->help), remarks(*option))));
    return out;
}

std::string synopsis(const Verb& row) {
    const auto& verb = resolved(row);
    auto out = fmt::format("\\fB{}\\fR [\\fIoptions\\fR]", escaped(command_of(row)));
    for (const auto& option : verb.options)
        if (option.required)
            out += fmt::format(" \\fB\\-\\-{}\\fR \\fI{}\\fR", escaped(option.name),
                               escaped(option.value));
    for (const auto& positional : verb.positionals) {
        const auto name = fmt::format("\\fI{}\\fR{}", escaped(positional.name),
                                      positional.repeated ? " ..." : "");
        out += positional.required ? " " + name : fmt::format(" [{}]", name);
    }
    if (verb.run == nullptr)
        out += " \\fIverb\\fR ...";
    return in_lines(out) + "\n";
}

std::string example(std::string_view text) {
    return text.empty()
               ? ""
               : fmt::format(".PP\nExample:\n.PP\n.nf\n.RS\n{}\n.RE\n.fi\n", escaped(text));
}

/// What there is to say about one verb.
std::string verb_text(const Verb& row) {
    const auto& verb = resolved(row);
    if (&verb != &row)
        return fmt::format("The same as \\fB{}\\fR.\n", escaped(command_of(verb)));
    auto out = prose(sentence(row.summary)) + "\n";
    out += paragraphs(verb.description);
    for (const auto& positional : verb.positionals)
        out += fmt::format(".TP\n\\fI{}\\fR\n{}\n", escaped(positional.name),
                           prose(sentence(positional.help)));
    std::vector<const Option*> options;
    for (const auto& option : verb.options)
        options.push_back(&option);
    return out + option_items(options) + example(verb.example);
}

std::string list_of_families() {
    std::string out = ".SH VERBS\n";
    for (const auto* child : children(""))
        out += fmt::format(".TP\n\\fB{}\\fR(1)\n{}\n", escaped(page_name(child->path)),
                           prose(sentence(child->summary)));
    return out;
}

constexpr std::string_view exit_status = R"(.SH EXIT STATUS
.TP
0
Success.
.TP
1
Failure; an error on standard error says of what.
.TP
2
The command line makes no sense.
.TP
128+\fIn\fR
Ended by signal \fIn\fR, e.g. 130 after Ctrl\-C.
)";

/// Variables that stand in for options, each once.
std::string variables(std::span<const Verb* const> rows) {
    std::vector<std::pair<std::string_view, const Option*>> found;
    for (const auto* row : rows)
        for (const auto& option : resolved(*row).options)
            if (!option.environment.empty() &&
                std::ranges::find(found, option.environment,
                                  [](const auto& pair) { return pair.first; }) == found.end())
                found.emplace_back(option.environment, &option);
    std::string out = ".SH ENVIRONMENT\n";
    for (const auto& [name, option] : found)
        out += fmt::format(".TP\n\\fB{}\\fR\nStands in for \\fB\\-\\-{}\\fR.\n", escaped(name),
                           escaped(option->name));
    return out + ".TP\n\\fBNO_COLOR\\fR\nIf set, messages have no colours.\n"
                 ".TP\n\\fBSOURCE_DATE_EPOCH\\fR\nThe time, in seconds since 1970, that is "
                 "written\ninto files instead of the present.\n";
}

std::string see_also(std::string_view family) {
    std::string out;
    const auto add = [&out](std::string_view page) {
        out += fmt::format("{}.BR {} (1)", out.empty() ? "" : ",\n", escaped(page));
    };
    if (!family.empty())
        add("tenon");
    for (const auto* child : children(""))
        if (child->path != family)
            add(page_name(child->path));
    return out.empty() ? out : ".SH SEE ALSO\n" + out + "\n";
}

/// The options that at least one of the rows has in common with verbs elsewhere.
std::string common_items(std::span<const Verb* const> rows) {
    std::vector<const Option*> found;
    for (const auto* row : rows)
        for (const auto* option : common_options(resolved(*row)))
            if (std::ranges::find(found, option->name, &Option::name) == found.end())
                found.push_back(option);
    return ".SH COMMON OPTIONS\n" + option_items(found);
}

std::string description(const Verb& head, std::span<const Verb* const> rows) {
    auto out = ".SH DESCRIPTION\n" + verb_text(head);
    for (const auto* row : rows)
        if (row != &head)
            out += fmt::format(".SS \"{}\"\n{}", escaped(command_of(*row)), verb_text(*row));
    return out;
}

/// The page of a family; `head` is the first of its rows.
std::string page(const Verb& head, std::string_view date) {
    std::vector<const Verb*> rows;
    for (const auto* row : verbs())
        if (!row->hidden && family_of(row->path) == head.path)
            rows.push_back(row);
    const auto name = page_name(head.path);
    auto out = fmt::format(".TH \"{}\" \"1\" \"{}\" \"tenon {}\" \"User Commands\"\n",
                           escaped(base::upper_case(name)), date, TENON_VERSION);
    out += fmt::format(".SH NAME\n{} \\- {}\n.SH SYNOPSIS\n", escaped(name), prose(head.summary));
    for (const auto* row : rows)
        if (row->run != nullptr || !row->alias_of.empty() || head.path.empty())
            out += (out.ends_with(".SH SYNOPSIS\n") ? "" : ".PP\n") + synopsis(*row);
    out += description(head, rows);
    if (head.path.empty())
        out += list_of_families();
    return out + common_items(rows) + std::string(exit_status) + variables(rows) +
           see_also(head.path);
}

std::string date_of(std::uint64_t seconds) {
    const auto time = static_cast<std::time_t>(seconds);
    std::tm day{};
    ::gmtime_r(&time, &day);
    return fmt::format("{:04}-{:02}-{:02}", day.tm_year + 1900, day.tm_mon + 1, day.tm_mday);
}

base::Path page_file(std::string_view path) {
    auto name = page_name(path) + ".1";
    std::ranges::replace(name, ' ', '-');
    return name;
}

/// `man tenon-par-create` leads to the page of its family.
Result<> link_page(const base::Path& directory, std::string_view path) {
    std::error_code error;
    const auto link = directory / page_file(path);
    std::filesystem::remove(link, error); // what stands in the way shows itself in the next step
    std::filesystem::create_symlink(page_file(family_of(path)), link, error);
    if (error)
        return fail(base::system_error(fmt::format("failed to make the link `{}`", link.native()),
                                       error.value()));
    return {};
}

Result<> man(Call& call) {
    const base::Path directory(*call.argument(0));
    const auto date = date_of(TENON_TRY(call.stamp_time()));
    TENON_TRY(base::make_directories(directory));
    auto heads = children("");
    heads.push_back(find_verb(""));
    for (const auto* head : heads)
        TENON_TRY(base::write_file(directory / page_file(head->path), as_bytes(page(*head, date))));
    for (const auto* row : verbs())
        if (!row->hidden && row->path.contains(' '))
            TENON_TRY(link_page(directory, row->path));
    return {};
}

constexpr Positional man_arguments[] = {
    {.name = "DIR", .help = "where the pages go", .kind = ValueKind::directory}};

} // namespace

constexpr Verb man_verb{
    .path = "man",
    .summary = "write the manual pages",
    .positionals = man_arguments,
    .run = man,
    .hidden = true,
};

} // namespace tenon::cli
