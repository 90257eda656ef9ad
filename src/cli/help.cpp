// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon help [VERB...]
#include "cli/help.hpp"

#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "cli/rows.hpp"
#include "cli/table.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::cli {
namespace {

constexpr std::size_t page_columns = 80;
constexpr std::size_t widest_left = 26;

/// Appends words to `out`, which stands at `column`, in lines that begin at `indent`.
void wrap(std::string& out, std::string_view text, std::size_t indent, std::size_t column) {
    bool first = true;
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        const auto word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const auto width = base::display_width(word);
        if (!first && column + 1 + width > page_columns) {
            out += "\n" + std::string(indent, ' ');
            column = indent;
        } else if (!first) {
            out += ' ';
            ++column;
        }
        out += word;
        column += width;
        first = false;
    }
    out += '\n';
}

/// Two columns: a term and what it means.
class Terms {
public:
    void add(std::string term, std::string meaning) {
        rows_.emplace_back(std::move(term), std::move(meaning));
    }
    void print(std::string& out, std::string_view title) const {
        if (rows_.empty())
            return;
        std::size_t left = 0;
        for (const auto& [term, meaning] : rows_)
            left = std::max(left, term.size());
        const auto indent = std::min(left, widest_left) + 4;
        out += fmt::format("\n{}:\n", title);
        for (const auto& [term, meaning] : rows_) {
            out += "  " + term;
            if (term.size() > widest_left)
                out += "\n" + std::string(indent, ' ');
            else
                out += std::string(indent - 2 - term.size(), ' ');
            wrap(out, meaning, indent, indent);
        }
    }

private:
    std::vector<std::pair<std::string, std::string>> rows_;
};

std::string term_of(const Option& option) {
    return option.letter != 0 ? fmt::format("-{}, {}", option.letter, shown(option))
                              : fmt::format("    {}", shown(option));
}

std::string meaning_of(const Option& option) {
    return fmt::format("{}{}", option.help, remarks(option));
}

void print_paragraphs(std::string& out, std::string_view text) {
    while (!text.empty()) {
        const auto end = std::min(text.find("\n\n"), text.size());
        out += '\n';
        wrap(out, text.substr(0, end), 0, 0);
        text.remove_prefix(std::min(end + 2, text.size()));
    }
}

void print_examples(std::string& out, std::string_view text) {
    if (text.empty())
        return;
    out += text.contains('\n') ? "\nExamples:\n" : "\nExample:\n";
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        out += fmt::format("  {}\n", text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

// One line for each verb; what a test holds against the table, and a person against memory.
std::string every_usage_line() {
    std::string out;
    for (const auto* row : verbs())
        if (!row->hidden && (row->run != nullptr || !row->alias_of.empty()))
            out += usage_line(*row) + "\n";
    return out;
}

Result<> help(Call& call) {
    if (call.has("all"))
        return call.answer_plainly(every_usage_line());
    const auto words = call.arguments_from(0);
    std::string path;
    for (const auto& word : words) {
        const auto deeper = path.empty() ? word : fmt::format("{} {}", path, word);
        if (find_verb(deeper) == nullptr || word.empty()) {
            base::Error error(Errc::usage, fmt::format("unknown verb `{}`", deeper));
            if (const auto near = nearest_verb(path, word))
                return call.misuse(std::move(error).help(fmt::format("did you mean `{}`?", *near)));
            return call.misuse(std::move(error));
        }
        path = deeper;
    }
    return call.answer_plainly(help_page(*find_verb(path)));
}

constexpr Option help_options[] = {
    {.name = "all", .help = "show the usage line of every verb instead"}};
constexpr Positional help_arguments[] = {{.name = "VERB",
                                          .help = "the verb to explain, e.g. `par create`",
                                          .kind = ValueKind::text,
                                          .required = false,
                                          .repeated = true}};

} // namespace

std::string sentence(std::string_view text) {
    std::string out(text);
    if (!out.empty())
        out[0] = base::upper_case(out[0]);
    return out + ".";
}

std::string remarks(const Option& option) {
    std::string out;
    if (!option.environment.empty())
        out += fmt::format(" [env: {}]", option.environment);
    if (!option.alias.empty())
        out += fmt::format(" [also: --{}]", option.alias);
    return out;
}

std::string usage_line(const Verb& row) {
    const auto& verb = resolved(row);
    auto out = command_of(row);
    const bool optional = std::ranges::any_of(all_options(verb),
                                              [](const auto* option) { return !option->required; });
    if (optional)
        out += " [OPTIONS]";
    for (const auto& option : verb.options)
        if (option.required)
            out += " " + shown(option);
    for (const auto& positional : verb.positionals)
        out += " " + shown(positional);
    if (verb.run == nullptr)
        out += " <VERB>";
    return out;
}

std::string help_page(const Verb& row) {
    const auto& verb = resolved(row);
    std::string out;
    wrap(out, sentence(row.summary), 0, 0);
    out += fmt::format("\nUsage: {}\n", usage_line(row));
    print_paragraphs(out, verb.description);

    Terms subverbs, arguments, options, common;
    for (const auto* child : children(row.path))
        subverbs.add(std::string(last_word(child->path)), std::string(child->summary));
    for (const auto& positional : verb.positionals)
        arguments.add(shown(positional), std::string(positional.help));
    for (const auto& option : verb.options)
        options.add(term_of(option), meaning_of(option));
    for (const auto* option : common_options(verb))
        common.add(term_of(*option), meaning_of(*option));
    subverbs.print(out, "Verbs");
    arguments.print(out, "Arguments");
    options.print(out, "Options");
    common.print(out, verb.options.empty() ? "Options" : "Common options");
    print_examples(out, verb.example);
    return out;
}

constexpr Verb program_verb{
    .path = "",
    .summary = "build, check, sign and pack WebAssembly components and providers",
    .description = "`tenon help VERB` explains a verb, `tenon help --all` lists all of them.",
};

constexpr Verb help_verb{
    .path = "help",
    .summary = "explain a verb",
    .options = help_options,
    .positionals = help_arguments,
    .run = help,
    .example = "tenon help par create",
};

} // namespace tenon::cli
