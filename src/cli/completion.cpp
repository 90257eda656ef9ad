// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon completions bash|zsh|fish: the script that teaches a shell the table of verbs. Each script
// stands alone; none needs the shell's own completion library beyond what it ships with.
#include "base/join.hpp"
#include "cli/rows.hpp"
#include "cli/table.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::cli {
namespace {

std::vector<const Verb*> visible_rows() {
    std::vector<const Verb*> out;
    for (const auto* row : verbs())
        if (!row->hidden)
            out.push_back(row);
    return out;
}

/// In single quotes, for bash and zsh.
std::string in_quotes(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'')
            out += "'\\''";
        else
            out += c;
    }
    return out + "'";
}

/// Help as a shell shows it: without backquotes.
std::string plain(std::string_view text) {
    std::string out(text);
    std::erase(out, '`');
    return out;
}

std::string joined_choices(std::string_view words) {
    return base::joined(choices(words), " ");
}

/// `par` of `par create`.
std::string_view parent_of(std::string_view path) {
    const auto blank = path.rfind(' ');
    return blank == std::string_view::npos ? std::string_view() : path.substr(0, blank);
}

// bash

std::string bash_action(ValueKind kind, std::string_view words) {
    switch (kind) {
    case ValueKind::choice:
        return fmt::format("COMPREPLY=($(compgen -W {} -- \"$cur\"))",
                           in_quotes(joined_choices(words)));
    case ValueKind::file:
        return "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")";
    case ValueKind::directory:
        return "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- \"$cur\")";
    default: return "COMPREPLY=()";
    }
}

std::string bash_values() {
    std::string out;
    for (const auto* row : visible_rows())
        for (const auto* option : all_options(resolved(*row))) {
            if (option->kind == ValueKind::none)
                continue;
            auto pattern = in_quotes(fmt::format("{}:--{}", row->path, option->name));
            if (!option->alias.empty())
                pattern += "|" + in_quotes(fmt::format("{}:--{}", row->path, option->alias));
            if (option->letter != 0)
                pattern += "|" + in_quotes(fmt::format("{}:-{}", row->path, option->letter));
            const bool undecided = option->kind == ValueKind::text && option->name == "output";
            out += fmt::format(
                "        {}) {}; return ;;\n", pattern,
                bash_action(undecided ? ValueKind::choice : option->kind, option->value));
        }
    return out;
}

std::string bash_words() {
    std::string out;
    for (const auto* row : visible_rows()) {
        std::string options, verb_words;
        for (const auto* option : all_options(resolved(*row))) {
            options += fmt::format(" --{}", option->name);
            if (option->letter != 0)
                options += fmt::format(" -{}", option->letter);
        }
        for (const auto* child : children(row->path))
            verb_words += fmt::format(" {}", last_word(child->path));
        const auto& arguments = resolved(*row).positionals;
        std::string rest = "COMPREPLY=()";
        if (!verb_words.empty())
            rest = fmt::format("COMPREPLY=($(compgen -W {} -- \"$cur\"))",
                               in_quotes(verb_words.substr(1)));
        else if (!arguments.empty())
            rest = bash_action(arguments[0].choices.empty() ? arguments[0].kind : ValueKind::choice,
                               arguments[0].choices);
        out += fmt::format("        {})\n            options={}\n            [[ $cur == -* ]] || "
                           "{{ {}; return; }} ;;\n",
                           in_quotes(row->path), in_quotes(options.substr(1)), rest);
    }
    return out;
}

constexpr std::string_view bash_head = R"(# bash completion for tenon
_tenon() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb= options i
    COMPREPLY=()
    # bash splits --name=value into three words.
    if [[ $cur == = ]]; then
        cur=
    elif [[ $prev == = ]]; then
        prev=${COMP_WORDS[COMP_CWORD-2]}
    fi
    i=1
    [[ $COMP_CWORD -gt 1 && ${COMP_WORDS[1]} == help ]] && i=2 # names verbs, too
    for ((; i < COMP_CWORD; i++)); do
        case "$verb:${COMP_WORDS[i]}" in
)";

std::string bash_script() {
    std::string out(bash_head);
    for (const auto* row : visible_rows())
        if (!row->path.empty())
            out += fmt::format(
                "        {}) verb={} ;;\n",
                in_quotes(fmt::format("{}:{}", parent_of(row->path), last_word(row->path))),
                in_quotes(row->path));
    out += "        esac\n    done\n    case \"$verb:$prev\" in\n" + bash_values();
    out += "    esac\n    case $verb in\n" + bash_words();
    out += "    esac\n    COMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n}\ncomplete -F "
           "_tenon tenon\n";
    return out;
}

// zsh

/// Inside a specification of `_arguments`, brackets and colons have a meaning.
std::string zsh_text(std::string_view text) {
    std::string out;
    for (const char c : plain(text)) {
        if (c == '[' || c == ']' || c == ':' || c == '\\')
            out += '\\';
        out += c;
    }
    return out;
}

std::string zsh_action(ValueKind kind, std::string_view words) {
    switch (kind) {
    case ValueKind::choice: return fmt::format("({})", joined_choices(words));
    case ValueKind::file: return "_files";
    case ValueKind::directory: return "_files -/";
    default: return " ";
    }
}

std::string zsh_option(const Option& option) {
    const bool undecided = option.kind == ValueKind::text && option.name == "output";
    auto value =
        option.kind == ValueKind::none
            ? std::string()
            : fmt::format(":{}:{}",
                          zsh_text(option.kind == ValueKind::choice ? option.name : option.value),
                          zsh_action(undecided ? ValueKind::choice : option.kind, option.value));
    std::string out;
    const auto add = [&](std::string_view name, std::string_view joint) {
        out += fmt::format(" \\\n        {}",
                           in_quotes(fmt::format("{}{}{}[{}]{}", option.repeated ? "*" : "", name,
                                                 option.kind == ValueKind::none ? "" : joint,
                                                 zsh_text(option.help), value)));
    };
    add(fmt::format("--{}", option.name), "=");
    if (option.letter != 0)
        add(fmt::format("-{}", option.letter), "+");
    return out;
}

std::string zsh_function(std::string_view path) {
    std::string out = "_tenon";
    for (const char c : path.empty() ? std::string() : fmt::format(" {}", path))
        out += c == ' ' || c == '-' ? '_' : c;
    return out;
}

std::string zsh_leaf(const Verb& row) {
    std::string out = fmt::format("{}() {{\n    _arguments -s -S", zsh_function(row.path));
    const auto& verb = resolved(row);
    for (const auto* option : all_options(verb))
        out += zsh_option(*option);
    for (std::size_t i = 0; i < verb.positionals.size(); ++i) {
        const auto& positional = verb.positionals[i];
        const auto place = positional.repeated ? "*" : fmt::format("{}", i + 1);
        const auto kind = positional.choices.empty() ? positional.kind : ValueKind::choice;
        out += fmt::format(" \\\n        {}",
                           in_quotes(fmt::format("{}:{}:{}", place, zsh_text(positional.name),
                                                 zsh_action(kind, positional.choices))));
    }
    return out + "\n}\n\n";
}

std::string zsh_group(const Verb& row) {
    std::string out = fmt::format("{}() {{\n    local curcontext=$curcontext state line\n"
                                  "    local -a verbs\n    verbs=(\n",
                                  zsh_function(row.path));
    const auto below = children(row.path);
    for (const auto* child : below)
        out += fmt::format("        {}\n", in_quotes(fmt::format("{}:{}", last_word(child->path),
                                                                 plain(child->summary))));
    out += "    )\n    _arguments -C -s -S";
    for (const auto* option : all_options(row))
        out += zsh_option(*option);
    out += " \\\n        '1: :->verb' '*:: :->rest'\n    case $state in\n"
           "    verb) _describe verb verbs ;;\n    rest)\n        case $line[1] in\n";
    for (const auto* child : below)
        out +=
            fmt::format("        {}) {} ;;\n", last_word(child->path), zsh_function(child->path));
    return out + "        esac ;;\n    esac\n}\n\n";
}

std::string zsh_script() {
    std::string out = "#compdef tenon\n# zsh completion for tenon\n\n";
    for (const auto* row : visible_rows())
        out += children(row->path).empty() ? zsh_leaf(*row) : zsh_group(*row);
    // Loaded from fpath the file is the body of the function; sourced, it only registers.
    return out + "if [[ $funcstack[1] == _tenon ]]; then\n    _tenon \"$@\"\nelse\n    compdef "
                 "_tenon tenon\nfi\n";
}

// fish

std::string fish_quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\')
            out += '\\';
        out += c;
    }
    return out + "'";
}

std::string fish_value(ValueKind kind, std::string_view words) {
    switch (kind) {
    case ValueKind::choice: return fmt::format(" -x -a {}", fish_quoted(joined_choices(words)));
    case ValueKind::file: return " -r -F";
    case ValueKind::directory: return " -x -a '(__fish_complete_directories)'";
    case ValueKind::none: return "";
    default: return " -x";
    }
}

std::string fish_row(const Verb& row) {
    const auto at = fmt::format("complete -c tenon -n {}",
                                fish_quoted(fmt::format("__tenon_at {}", fish_quoted(row.path))));
    const auto& verb = resolved(row);
    std::string out;
    for (const auto* child : children(row.path))
        out += fmt::format("{} -f -a {} -d {}\n", at, last_word(child->path),
                           fish_quoted(plain(child->summary)));
    for (const auto* option : all_options(verb)) {
        const bool undecided = option->kind == ValueKind::text && option->name == "output";
        out += fmt::format("{} -l {}{}{} -d {}\n", at, option->name,
                           option->letter != 0 ? fmt::format(" -s {}", option->letter) : "",
                           fish_value(undecided ? ValueKind::choice : option->kind, option->value),
                           fish_quoted(plain(option->help)));
    }
    const bool files =
        !verb.positionals.empty() && (verb.positionals[0].kind == ValueKind::file ||
                                      verb.positionals[0].kind == ValueKind::directory);
    if (!verb.positionals.empty() && !verb.positionals[0].choices.empty())
        out += fmt::format("{} -f -a {}\n", at,
                           fish_quoted(joined_choices(verb.positionals[0].choices)));
    else if (!files)
        out += fmt::format("{} -f\n", at);
    return out;
}

constexpr std::string_view fish_head = R"(# fish completion for tenon
function __tenon_at
    set -l words (commandline -opc)[2..-1]
    test "$words[1]" = help; and set -e words[1] # names verbs, too
    set -l verb ''
    for word in $words
        switch "$verb:$word"
)";

std::string fish_script() {
    std::string out(fish_head);
    for (const auto* row : visible_rows()) {
        if (row->path.empty())
            continue;
        out += fmt::format(
            "            case {}\n                set verb {}\n",
            fish_quoted(fmt::format("{}:{}", parent_of(row->path), last_word(row->path))),
            fish_quoted(row->path));
    }
    out += "        end\n    end\n    test \"$verb\" = \"$argv[1]\"\nend\n\n";
    for (const auto* row : visible_rows())
        out += fish_row(*row);
    return out;
}

Result<> completions(Call& call) {
    const auto shell = *call.argument(0);
    return call.answer_plainly(shell == "bash"  ? bash_script()
                               : shell == "zsh" ? zsh_script()
                                                : fish_script());
}

constexpr Positional completions_arguments[] = {{.name = "SHELL",
                                                 .help = "`bash`, `zsh` or `fish`",
                                                 .kind = ValueKind::choice,
                                                 .choices = "bash|zsh|fish"}};

} // namespace

constexpr Verb completions_verb{
    .path = "completions",
    .summary = "print a script that completes command lines in a shell",
    .description = "Installed packages bring these scripts along. Without one, load it from the "
                   "start-up file of "
                   "the shell.",
    .positionals = completions_arguments,
    .run = completions,
    .example = "source <(tenon completions bash)\ntenon completions fish | source",
};

} // namespace tenon::cli
