// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/script.hpp"

#include "wat/component.hpp"
#include "wat/parse.hpp"
#include "wat/script_values.hpp"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace tenon::wat {
namespace {

using Kind = Command::Kind;

/// What stands behind a command's word.
enum class Operands : std::uint8_t {
    module,             ///< it begins with `(module` or `(component` itself
    name,               ///< `"name" $id?`
    action,             ///< it is an action itself
    action_and_results, ///< `action result*`
    action_or_module,   ///< and a message
    action_and_message,
    action_alone,
    module_and_message,
    thread,
    id,
    skipped,
};

struct CommandRow {
    std::string_view word;
    Kind kind;
    Operands operands;
};
constexpr std::array<CommandRow, 20> command_rows = {{
    {"module", Kind::module, Operands::module},
    {"component", Kind::module, Operands::module},
    {"register", Kind::register_, Operands::name},
    {"invoke", Kind::action, Operands::action},
    {"get", Kind::action, Operands::action},
    {"assert_return", Kind::assert_return, Operands::action_and_results},
    {"assert_trap", Kind::assert_trap, Operands::action_or_module},
    {"assert_exhaustion", Kind::assert_exhaustion, Operands::action_and_message},
    {"assert_exception", Kind::assert_exception, Operands::action_alone},
    {"assert_suspension", Kind::assert_suspension, Operands::action_and_message},
    {"assert_malformed", Kind::assert_malformed, Operands::module_and_message},
    {"assert_invalid", Kind::assert_invalid, Operands::module_and_message},
    {"assert_malformed_custom", Kind::assert_malformed_custom, Operands::module_and_message},
    {"assert_invalid_custom", Kind::assert_invalid_custom, Operands::module_and_message},
    {"assert_unlinkable", Kind::assert_unlinkable, Operands::module_and_message},
    {"thread", Kind::thread, Operands::thread},
    {"wait", Kind::wait, Operands::id},
    {"script", Kind::meta, Operands::skipped},
    {"input", Kind::meta, Operands::skipped},
    {"output", Kind::meta, Operands::skipped},
}};

const CommandRow* find_command(std::string_view word) {
    const auto* const found = std::ranges::find(command_rows, word, &CommandRow::word);
    return found == command_rows.end() || word.empty() ? nullptr : found;
}

class ScriptParser {
public:
    ScriptParser(std::string_view name, std::string_view text, std::stop_token stop)
        : text_(text), in_(name, text) {
        in_.stop_on(std::move(stop));
    }

    Result<std::vector<Command>> parse();

private:
    Result<std::vector<Command>> commands(bool is_in_thread);
    Result<Command> command(bool is_in_thread);
    Result<> operands(Command& into, Operands what, bool is_in_thread);
    Result<> module(Command& into);
    Result<> module_instance(Command& into);
    Result<> action(Command& into);
    Result<> values(Command& of, std::vector<Value>& into);
    Result<> thread(Command& into);
    Result<> strings(Buffer& out);
    Result<> quoted_fields(Buffer& out);
    std::string id();
    std::uint32_t line_here();

    std::string_view text_;
    Cursor in_;
    std::size_t counted_ = 0; ///< lines are counted up to here
    std::uint32_t line_ = 1;
};

Result<std::vector<Command>> ScriptParser::parse() {
    const bool is_form = in_.at(TokenKind::open) && in_.ahead().kind == TokenKind::keyword;
    const bool is_script = in_.at(TokenKind::end) || (is_form && find_command(in_.ahead().text));
    if (is_script || in_.at(TokenKind::bad))
        return commands(false);
    Command all;
    all.line = line_here();
    all.module.emplace();
    all.module->end = text_.size();
    return std::vector<Command>{std::move(all)};
}

Result<std::vector<Command>> ScriptParser::commands(bool is_in_thread) {
    std::vector<Command> all;
    while (!in_.at(TokenKind::end) && !(is_in_thread && in_.at(TokenKind::close)))
        all.push_back(TENON_TRY(command(is_in_thread)));
    return all;
}

Result<Command> ScriptParser::command(bool is_in_thread) {
    Command out;
    out.line = line_here();
    if (!in_.at(TokenKind::open))
        return fail(in_.unexpected("a command"));
    if (in_.ahead().kind != TokenKind::keyword) {
        in_.advance();
        return fail(in_.unexpected("a command"));
    }
    const auto* const row = find_command(in_.ahead().text);
    if (row == nullptr) {
        in_.advance();
        std::array<std::string_view, command_rows.size()> words;
        std::ranges::transform(command_rows, words.begin(), &CommandRow::word);
        return fail(in_.unexpected("a command", words));
    }
    out.kind = row->kind;
    if (row->operands == Operands::module) {
        TENON_TRY(module(out));
        return out;
    }
    if (row->operands == Operands::action) {
        TENON_TRY(action(out));
        return out;
    }
    in_.advance();
    in_.advance();
    TENON_TRY(operands(out, row->operands, is_in_thread));
    TENON_TRY(in_.expect_close());
    return out;
}

/// Up to the `)` of the command.
Result<> ScriptParser::operands(Command& into, Operands what, bool is_in_thread) {
    switch (what) {
    case Operands::module:
    case Operands::action: return {};
    case Operands::name:
        into.name = TENON_TRY(in_.name("a name"));
        into.definition = id();
        return {};
    case Operands::action_and_results: TENON_TRY(action(into)); return values(into, into.results);
    case Operands::action_alone: return action(into);
    case Operands::action_or_module:
        TENON_TRY(in_.at_form("module") || in_.at_form("component") ? module(into) : action(into));
        into.message = TENON_TRY(in_.string("a message"));
        return {};
    case Operands::action_and_message:
        TENON_TRY(action(into));
        into.message = TENON_TRY(in_.string("a message"));
        return {};
    case Operands::module_and_message:
        TENON_TRY(module(into));
        into.message = TENON_TRY(in_.string("a message"));
        return {};
    case Operands::thread:
        if (is_in_thread)
            return fail(in_.error(Errc::malformed, "a thread inside of a thread", in_.token()));
        return thread(into);
    case Operands::id: into.name = id(); return {};
    case Operands::skipped:
        while (!in_.at(TokenKind::close)) {
            if (in_.at(TokenKind::end) || in_.at(TokenKind::bad))
                return fail(in_.unexpected("`)`"));
            const bool is_form = in_.at(TokenKind::open);
            in_.advance();
            if (is_form)
                in_.skip_form();
        }
        return {};
    }
    return {};
}

std::string ScriptParser::id() {
    if (!in_.at(TokenKind::id))
        return {};
    std::string out(in_.id_text(in_.token()));
    in_.advance();
    return out;
}

std::uint32_t ScriptParser::line_here() {
    const auto offset = std::min(in_.offset(), text_.size());
    line_ += static_cast<std::uint32_t>(
        std::ranges::count(text_.substr(counted_, offset - counted_), '\n'));
    counted_ = offset;
    return line_;
}

Result<> ScriptParser::strings(Buffer& out) {
    while (!in_.at(TokenKind::close)) {
        const auto value = TENON_TRY(in_.string("a string"));
        out.insert(out.end(), value.begin(), value.end());
    }
    return {};
}

/// The fields of a component; the strings are separate tokens.
Result<> ScriptParser::quoted_fields(Buffer& out) {
    const auto add = [&](std::string_view text) {
        out.insert(out.end(), text.begin(), text.end());
    };
    add("(component");
    while (!in_.at(TokenKind::close)) {
        add(" ");
        add(TENON_TRY(in_.string("a string")));
    }
    add(" )");
    return {};
}

/// A whole module or component, from its `(` to its `)`.
Result<> ScriptParser::module(Command& into) {
    ScriptModule out;
    out.begin = in_.offset();
    in_.advance();
    const auto at = in_.token();
    into.is_component = in_.at_keyword("component");
    if (!into.is_component && !in_.at_keyword("module"))
        return fail(in_.unexpected("a module"));
    in_.advance();
    if (in_.at_keyword("instance")) {
        constexpr std::array of_content = {Kind::assert_malformed, Kind::assert_invalid,
                                           Kind::assert_malformed_custom,
                                           Kind::assert_invalid_custom};
        if (std::ranges::find(of_content, into.kind) != of_content.end())
            return fail(in_.unexpected("what the module consists of"));
        in_.advance();
        return module_instance(into);
    }
    out.is_definition = in_.take_keyword("definition");
    out.id = id();
    out.is_component = into.is_component;
    if (in_.take_keyword("binary")) {
        out.form = ScriptModule::Form::binary;
        TENON_TRY(strings(out.bytes));
    } else if (in_.take_keyword("quote")) {
        out.form = ScriptModule::Form::quote;
        TENON_TRY(out.is_component ? quoted_fields(out.bytes) : strings(out.bytes));
    }
    in_.skip_form();
    out.end = std::min(in_.behind_form(), text_.size());
    if (out.end == out.begin || text_[out.end - 1] != ')')
        return fail(in_.error(Errc::truncated, "a module that is not closed", at));
    into.module = std::move(out);
    return {};
}

Result<> ScriptParser::module_instance(Command& into) {
    if (into.kind == Kind::module)
        into.kind = Kind::instance;
    into.name = id();
    into.definition = id();
    return in_.expect_close();
}

Result<> ScriptParser::action(Command& into) {
    Action out;
    if (in_.take_form("get"))
        out.kind = Action::Kind::get;
    else
        TENON_TRY(in_.expect_form("invoke"));
    out.instance = id();
    out.name = TENON_TRY(in_.string("the name of an export"));
    TENON_TRY(values(into, out.arguments));
    into.action = std::move(out);
    return in_.expect_close();
}

Result<> ScriptParser::values(Command& of, std::vector<Value>& into) {
    while (in_.take(TokenKind::open)) {
        if (is_component_value(in_)) {
            of.is_component = true;
            Value value;
            value.kind = Value::Kind::component;
            value.component = TENON_TRY(read_component_value(in_));
            into.push_back(std::move(value));
            continue;
        }
        into.push_back(TENON_TRY(read_value(in_)));
    }
    return {};
}

Result<> ScriptParser::thread(Command& into) {
    into.name = id();
    while (in_.take_form("shared"))
        in_.skip_form();
    into.commands = TENON_TRY(commands(true));
    return {};
}

} // namespace

Result<std::vector<Command>> parse_script(std::string_view name, std::string_view text,
                                          std::stop_token stop) {
    auto commands = ScriptParser(name, text, stop).parse();
    if (!commands && stop.stop_requested())
        return fail(Errc::interrupted, "interrupted");
    return commands;
}

Result<Buffer> assemble(std::string_view name, std::string_view text, const ScriptModule& module,
                        std::stop_token stop) {
    switch (module.form) {
    case ScriptModule::Form::binary: return module.bytes;
    case ScriptModule::Form::quote: return parse(name, as_text(module.bytes), std::move(stop));
    case ScriptModule::Form::text: break;
    }
    if (module.is_component)
        return assemble_component(name, text, module.begin, module.end, module.is_definition,
                                  std::move(stop));
    return parse_module(name, text, module.begin, module.end, module.is_definition,
                        std::move(stop));
}

} // namespace tenon::wat
