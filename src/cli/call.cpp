// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a verb sees of its command line, and where its words go.
#include "base/ascii.hpp"
#include "base/diagnostic.hpp"
#include "base/number.hpp"
#include "base/utf8.hpp"
#include "cli/describe.hpp"
#include "cli/environment.hpp"
#include "cli/stream.hpp"
#include "cli/table.hpp"

#include <algorithm>
#include <ctime>
#include <fmt/core.h>
#include <unistd.h>

namespace tenon::cli {
namespace {

/// A variable that stands in for a switch: set, unless it says no.
bool says_yes(std::string_view value) {
    constexpr std::string_view no[] = {"0", "false", "no", "off", "n", "f"};
    return std::ranges::find(no, base::lower_case(value)) == std::end(no);
}

} // namespace

std::optional<std::string> environment_value(const World& world, std::string_view name) {
    for (const auto& [key, value] : world.environment)
        if (key == name && !name.empty() && !value.empty())
            return value;
    return std::nullopt;
}

const Option& Call::option(std::string_view name) const {
    const auto options = all_options(verb_);
    const auto found = std::ranges::find(options, name, &Option::name);
    TENON_ASSERT(found != options.end()); // the verb's row has such an option
    return **found;
}

bool Call::is_given(std::string_view name) const {
    return std::ranges::find(given_, name, &decltype(given_)::value_type::first) != given_.end();
}

bool Call::has(std::string_view name) const {
    const auto& row = option(name);
    if (is_given(name))
        return true;
    const auto variable = environment(row.environment);
    return variable && (row.kind != ValueKind::none || says_yes(*variable));
}

std::optional<std::string> Call::value(std::string_view name) const {
    const auto& row = option(name);
    for (const auto& [given, value] : given_)
        if (given == name)
            return value;
    return environment(row.environment);
}

std::string Call::origin(std::string_view name) const {
    const auto& row = option(name);
    if (is_given(name))
        return fmt::format("--{}", name);
    return std::string(environment(row.environment) ? row.environment : "");
}

std::vector<std::string> Call::values(std::string_view name) const {
    std::vector<std::string> out;
    for (const auto& [given, value] : given_)
        if (given == name)
            out.push_back(value);
    if (out.empty())
        if (auto variable = environment(option(name).environment))
            out.push_back(std::move(*variable));
    return out;
}

Result<std::optional<std::int64_t>> Call::integer(std::string_view name, std::int64_t least,
                                                  std::int64_t most) const {
    const auto text = value(name);
    if (!text)
        return std::nullopt;
    const auto parsed = base::parse_decimal<std::int64_t>(*text);
    if (!parsed || *parsed < least || *parsed > most)
        return misuse(
            base::Error(Errc::usage, fmt::format("invalid value `{}` for `{}`: not a whole number "
                                                 "from {} to {}",
                                                 *text, shown(option(name)), least, most)));
    return parsed;
}

std::optional<std::string> Call::argument(std::size_t index) const {
    const auto rows = verb_.positionals;
    TENON_ASSERT(index < rows.size() || (!rows.empty() && rows.back().repeated));
    return index < arguments_.size() ? std::optional(arguments_[index]) : std::nullopt;
}

std::vector<std::string> Call::arguments_from(std::size_t index) const {
    const auto skip = static_cast<std::ptrdiff_t>(std::min(index, arguments_.size()));
    return {arguments_.begin() + skip, arguments_.end()};
}

std::optional<std::string> Call::environment(std::string_view name) const {
    return environment_value(world_, name);
}

// https://reproducible-builds.org/specs/source-date-epoch/
Result<std::uint64_t> Call::stamp_time() const {
    const auto text = environment("SOURCE_DATE_EPOCH");
    if (!text)
        return now();
    const auto seconds = base::parse_decimal<std::int64_t>(*text);
    if (!seconds || *seconds < 0)
        return fail(Errc::config,
                    fmt::format("`SOURCE_DATE_EPOCH` is `{}`, not a number of seconds", *text));
    return static_cast<std::uint64_t>(*seconds);
}

std::uint64_t Call::now() const {
    return world_.clock != nullptr ? world_.clock()
                                   : static_cast<std::uint64_t>(std::time(nullptr));
}

bool Call::answers_in_color() const {
    return color_ && (is_terminal(world_.out) || value("color") == "always");
}

std::unexpected<base::Error> Call::misuse(base::Error&& error) const {
    misused_ = true;
    return fail(std::move(error));
}

namespace {

/// JSON is UTF-8, but a path need not be: each byte that belongs to no character becomes U+FFFD.
std::string with_replacements(std::string_view text) {
    std::string out;
    while (const auto bad = base::first_invalid_utf8(as_bytes(text))) {
        out.append(text.substr(0, *bad)).append("\xef\xbf\xbd");
        text.remove_prefix(*bad + 1);
    }
    return out.append(text);
}

} // namespace

Result<> Call::answer(std::string_view text, data::Value object) {
    std::string out = "\n";
    if (json_) {
        if (!warnings_.empty())
            object.set("warnings", data::Value::array(std::exchange(warnings_, {})));
        if (!errors_.empty())
            object.set("errors", data::Value::array(std::exchange(errors_, {})));
        object.set("success", data::Value(!failed_));
        out += with_replacements(data::to_pretty_json(object));
    } else {
        out += text;
    }
    return write_out(out + '\n');
}

Result<> Call::answer_plainly(std::string_view text) {
    return write_out(text);
}

Result<> Call::answer_bytes(Bytes bytes) {
    if (is_terminal(world_.out))
        return fail(base::Error(Errc::usage, "binary output is not written to a terminal")
                        .help("send it into a file: `> FILE`"));
    return write_out(as_text(bytes));
}

void Call::warn(const base::Error& warning) {
    if (json_)
        warnings_.push_back(describe(warning));
    else
        write_err(base::render(warning, base::Severity::warning, {.color = color_}));
}

void Call::report(const base::Error& error) {
    failed_ = true;
    if (json_)
        errors_.push_back(describe(error));
    else
        write_err("\n" + base::render(error, base::Severity::error, {.color = color_}));
}

void Call::note(std::string_view text) {
    if (!quiet_)
        write_err(base::printable(text) + "\n");
}

void Call::pass_through(Bytes bytes, bool standard_error) {
    if (standard_error || !quiet_)
        write_err(as_text(bytes));
}

Result<> Call::write_out(std::string_view text) {
    const int error_number = write_all(world_.out, text);
    if (error_number == 0)
        return {};
    closed_pipe_ = error_number == EPIPE;
    return fail(base::system_error("failed to write to standard output", error_number));
}

// There is nobody left to tell when standard error fails.
void Call::write_err(std::string_view text) {
    if (progress_ != nullptr) {
        const auto hidden = progress_->hide();
        write_all(world_.err, text);
    } else {
        write_all(world_.err, text);
    }
}

void Call::on_hangup(std::function<void()> act) {
    TENON_ASSERT(interruption_ != nullptr);
    interruption_->on_hangup(std::move(act));
}

} // namespace tenon::cli
