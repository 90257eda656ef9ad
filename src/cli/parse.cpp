// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/parse.hpp"

#include "base/join.hpp"
#include "cli/environment.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/core.h>

namespace tenon::cli {
namespace {

std::unexpected<base::Error> misuse(std::string message) {
    return fail(Errc::usage, std::move(message));
}

std::unexpected<base::Error> unexpected_argument(std::string_view text,
                                                 const std::optional<std::string>& meant = {}) {
    base::Error error(Errc::usage, fmt::format("unexpected argument `{}` found", text));
    if (meant)
        return fail(std::move(error).help(fmt::format("did you mean `{}`?", *meant)));
    return fail(std::move(error));
}

bool is_number(std::string_view text) noexcept {
    std::int64_t number = 0;
    const auto* begin = text.data();
    const auto* end = begin + text.size();
    const auto [stop, error] = std::from_chars(begin, end, number);
    return !text.empty() && error == std::errc{} && stop == end;
}

/// Does `value` fit what the table says? `name` is the option or argument, as messages call it.
Result<> check_value(std::string_view name, ValueKind kind, std::string_view allowed,
                     std::string_view value) {
    if (kind == ValueKind::number && !is_number(value))
        return misuse(fmt::format("invalid value `{}` for `{}`: not a whole number", value, name));
    if (kind != ValueKind::choice)
        return {};
    const auto words = choices(allowed);
    if (std::ranges::find(words, value) != words.end())
        return {};
    return fail(base::Error(Errc::usage, fmt::format("invalid value `{}` for `{}`", value, name))
                    .help(fmt::format("possible values: {}", base::joined(words, ", "))));
}

} // namespace

Parser::Parser(std::span<const std::string> arguments, const World& world, Rows rows)
    : arguments_(arguments), world_(world), rows_(rows), row_(find_verb("", rows)) {}

Request Parser::parse() {
    Request request;
    const auto misused = [&](base::Error&& error) {
        request.what = Request::What::misuse;
        request.error = std::move(error);
    };
    while (next_ < arguments_.size()) {
        const std::string_view text = arguments_[next_++];
        Step step;
        if (only_words_ || text.size() < 2 || text[0] != '-')
            step = word(text);
        else if (text == "--")
            only_words_ = true;
        else
            step = text[1] == '-' ? long_option(text.substr(2)) : letters(text.substr(1));
        request.row = row_;
        if (!step) {
            misused(std::move(step).error());
            return request;
        }
        if (*step) {
            request.what = **step;
            return request;
        }
    }
    request.row = row_;
    if (row_->run == nullptr && row_->alias_of.empty()) {
        request.what = Request::What::nothing;
        return request;
    }
    if (auto checked = finish(); !checked) {
        misused(std::move(checked).error());
        return request;
    }
    request.what = Request::What::call;
    fill(request.call.emplace(verb(), world_));
    return request;
}

// The next word of the verb, or an argument of it.
Parser::Step Parser::word(std::string_view text) {
    if (words_.empty() && !only_words_ && has_children(row_->path, rows_)) {
        const auto path =
            row_->path.empty() ? std::string(text) : fmt::format("{} {}", row_->path, text);
        if (const auto* child = text.empty() ? nullptr : find_verb(path, rows_)) {
            row_ = child;
            return std::nullopt;
        }
        if (row_->run == nullptr) {
            base::Error error(Errc::usage, fmt::format("unknown verb `{}`", path));
            if (const auto near = nearest_verb(row_->path, text, rows_))
                return fail(std::move(error).help(fmt::format("did you mean `{}`?", *near)));
            return fail(std::move(error));
        }
    }
    if (row_->run == nullptr && row_->alias_of.empty())
        return unexpected_argument(text);
    words_.emplace_back(text);
    return std::nullopt;
}

Parser::Step Parser::long_option(std::string_view text) {
    const auto equals = text.find('=');
    const auto name = text.substr(0, equals);
    const auto spelled = fmt::format("--{}", name);
    const auto* option = find_long(name);
    if (option == nullptr)
        return unexpected_argument(spelled, nearest_option(verb(), name));
    const auto attached = equals == std::string_view::npos ? std::optional<std::string_view>()
                                                           : text.substr(equals + 1);
    if (attached && option->kind == ValueKind::none)
        return misuse(
            fmt::format("unexpected value `{}` for `{}`, which takes none", *attached, spelled));
    return take(*option, spelled, attached);
}

Parser::Step Parser::letters(std::string_view text) {
    while (!text.empty()) {
        const auto spelled = fmt::format("-{}", text[0]);
        const auto* option = find_letter(text[0]);
        if (option == nullptr)
            return unexpected_argument(spelled);
        text.remove_prefix(1);
        if (option->kind == ValueKind::none) {
            if (const auto what = TENON_TRY(take(*option, spelled, std::nullopt)))
                return what;
            continue;
        }
        if (text.empty())
            return take(*option, spelled, std::nullopt);
        return take(*option, spelled, text.starts_with('=') ? text.substr(1) : text);
    }
    return std::nullopt;
}

Parser::Step Parser::take(const Option& option, std::string_view spelled,
                          std::optional<std::string_view> attached) {
    // A verb's own `--version` is not the program's.
    const auto global = [&option](std::string_view name) {
        return option.name == name && std::ranges::any_of(global_options(), [&](const auto& row) {
                   return &row == &option;
               });
    };
    if (global("help"))
        return Request::What::help;
    if (global("version"))
        return Request::What::version;
    if (option.kind != ValueKind::none && !attached)
        attached = TENON_TRY(next_value(option));
    given_.push_back({option.name, std::string(spelled), std::string(attached.value_or(""))});
    return std::nullopt;
}

// A word that looks like an option is not taken for a value: more often a value was forgotten. Of
// `true|false` the value may be left out, as the tools allow that have such options.
Result<std::string_view> Parser::next_value(const Option& option) {
    if (option.kind == ValueKind::choice && option.value == "true|false" &&
        (next_ == arguments_.size() ||
         (arguments_[next_] != "true" && arguments_[next_] != "false")))
        return "true";
    const auto missing =
        fmt::format("a value is required for `{}` but none was supplied", shown(option));
    if (next_ == arguments_.size())
        return misuse(missing);
    const std::string_view value = arguments_[next_];
    if (value.size() > 1 && value[0] == '-' && !is_number(value))
        return fail(base::Error(Errc::usage, missing)
                        .help(fmt::format("to give `{0}` as the value, write `--{1}={0}`", value,
                                          option.name)));
    ++next_;
    return value;
}

Result<> Parser::finish() {
    TENON_TRY(check_given());
    TENON_TRY(check_environment());
    TENON_TRY(check_arguments());
    return check_required();
}

// Options given before the verb are looked up again: what they mean, and whether they are taken, is
// the verb's to say.
Result<> Parser::check_given() {
    for (auto& given : given_) {
        const std::string_view spelled = given.spelled;
        const auto* option =
            spelled.starts_with("--") ? find_long(spelled.substr(2)) : find_letter(spelled.back());
        if (option == nullptr)
            return unexpected_argument(given.spelled);
        given.name = option->name;
    }
    for (const auto& given : given_) {
        const auto& option = *find_long(given.name);
        TENON_TRY(check_value(shown(option), option.kind, option.value, given.value));
        if (!option.repeated && std::ranges::count(given_, given.name, &Given::name) > 1)
            return misuse(
                fmt::format("the argument `{}` cannot be used multiple times", shown(option)));
        if (is_given(option.excludes))
            return misuse(fmt::format("the argument `{}` cannot be used with `{}`", shown(option),
                                      shown(*find_long(option.excludes))));
    }
    return {};
}

Result<> Parser::check_environment() {
    for (const auto* option : all_options(verb())) {
        if (option->environment.empty() || option->kind == ValueKind::none ||
            is_given(option->name))
            continue;
        if (const auto value = environment_value(world_, option->environment))
            TENON_TRY(check_value(fmt::format("${}", option->environment), option->kind,
                                  option->value, *value));
    }
    return {};
}

Result<> Parser::check_arguments() {
    const auto rows = verb().positionals;
    if (words_.size() > rows.size() && (rows.empty() || !rows.back().repeated))
        return unexpected_argument(words_[rows.size()]);
    for (std::size_t i = 0; i < words_.size(); ++i) {
        const auto& row = rows[std::min(i, rows.size() - 1)];
        TENON_TRY(check_value(shown(row), row.kind, row.choices, words_[i]));
    }
    return {};
}

Result<> Parser::check_required() {
    std::string missing;
    for (const auto& option : verb().options)
        if (option.required && !is_given(option.name) &&
            !environment_value(world_, option.environment))
            missing += "\n" + shown(option);
    for (std::size_t i = words_.size(); i < verb().positionals.size(); ++i)
        if (verb().positionals[i].required)
            missing += "\n" + shown(verb().positionals[i]);
    if (missing.empty())
        return {};
    return misuse("the following required arguments were not provided:" + missing);
}

bool Parser::is_given(std::string_view name) const {
    return std::ranges::find(given_, name, &Given::name) != given_.end();
}

const Option* Parser::find_long(std::string_view name) const {
    for (const auto* option : all_options(verb()))
        if (!name.empty() && (option->name == name || option->alias == name))
            return option;
    return nullptr;
}

const Option* Parser::find_letter(char letter) const {
    for (const auto* option : all_options(verb()))
        if (letter != 0 && option->letter == letter)
            return option;
    return nullptr;
}

void Parser::fill(Call& call) const {
    for (const auto& given : given_)
        call.given_.emplace_back(given.name, given.value);
    call.arguments_ = words_;
    call.quiet_ = call.has("quiet");
    const auto says_json = [&](std::string_view name) {
        const auto* option = find_long(name);
        return option != nullptr && option->kind == ValueKind::choice &&
               call.value(option->name) == "json";
    };
    call.json_ = says_json("output") || says_json("format") || is_given("json");
}

} // namespace tenon::cli
