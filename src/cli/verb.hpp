// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The one table of verbs and options. Parsing, `--help`, man pages and completions all read these
// rows; a verb's code reads what was given.
#pragma once

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/interrupt.hpp"
#include "base/progress.hpp"
#include "data/value.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::cli {

/// What may stand for an option's value; completions use it.
enum class ValueKind : std::uint8_t { none, text, number, file, directory, choice };

struct Option {
    std::string_view name;             ///< long form without dashes: `key-directory`
    char letter = 0;                   ///< short form, or 0
    ValueKind kind = ValueKind::none;  ///< none: a switch
    std::string_view value = {};       ///< how help calls the value: `DIR`; for choices `text|json`
    std::string_view help = {};        ///< one sentence, lower case, no full stop
    std::string_view environment = {}; ///< variable that stands in for the option
    std::string_view alias = {};       ///< a second long form
    bool required = false;
    bool repeated = false;
    std::string_view excludes = {}; ///< name of an option that cannot be given with this one
};

struct Positional {
    std::string_view name; ///< `ARCHIVE`
    std::string_view help;
    ValueKind kind = ValueKind::file;
    bool required = true;
    bool repeated = false;         ///< the last one may be
    std::string_view choices = {}; ///< for `ValueKind::choice`: words joined with `|`
};

/// What `-o`/`--output` means for a verb (DESIGN.md section 2).
enum class OutputMeaning : std::uint8_t { format, file, none };

class Call;
using Run = Result<> (*)(Call&);

struct Verb {
    std::string_view path;             ///< `par create`; empty for the program itself
    std::string_view summary;          ///< one line
    std::string_view description = {}; ///< paragraphs for help and man page
    std::span<const Option> options = {};
    std::span<const Positional> positionals = {};
    OutputMeaning output = OutputMeaning::none;
    Run run = nullptr;             ///< null: a group, e.g. `par`
    std::string_view example = {}; ///< shown in help and man page
    std::string_view alias_of =
        {};                    ///< path of the verb whose row this one shares (`claims inspect`)
    bool long_running = false; ///< gets an interruption and progress
    bool hidden = false;       ///< not shown in help, manual and completions
};

/// All verbs, sorted by path. Each verb's row lives in the file of its code. More about the table
/// is in cli/table.hpp.
std::span<const Verb* const> verbs() noexcept;
/// Options that every verb takes: --color, --quiet, --progress, --help, …
std::span<const Option> global_options() noexcept;

/// What the outside world is to a verb; tests make their own.
struct World {
    std::vector<std::pair<std::string, std::string>> environment;
    int in = 0, out = 1, err = 2;       ///< descriptors
    std::uint64_t (*clock)() = nullptr; ///< seconds since 1970
};

/// One call of one verb: what was given, and where its words go.
class Call {
public:
    Call(const Verb& verb, const World& world) : verb_(verb), world_(world) {}

    [[nodiscard]] const Verb& verb() const noexcept { return verb_; }

    // What was given. Names are those of the table; asking for one that the verb does not have is
    // an assertion.
    [[nodiscard]] bool has(std::string_view option)
        const; ///< a switch was set, or an option given (also by its variable)
    [[nodiscard]] std::optional<std::string>
    value(std::string_view option) const; ///< the flag, else its variable
    /// Where `value` has it from, for messages: `--user`, or the variable; empty where it has none.
    [[nodiscard]] std::string origin(std::string_view option) const;
    [[nodiscard]] std::vector<std::string> values(std::string_view option) const;
    [[nodiscard]] Result<std::optional<std::int64_t>>
    integer(std::string_view option, std::int64_t least, std::int64_t most) const;
    [[nodiscard]] std::optional<std::string> argument(std::size_t index) const; ///< a positional
    [[nodiscard]] std::vector<std::string> arguments_from(std::size_t index) const;

    [[nodiscard]] bool json() const noexcept { return json_; }
    [[nodiscard]] std::optional<std::string> environment(std::string_view name) const;
    /// Now, or SOURCE_DATE_EPOCH where set: for what is written into files. Seconds since 1970.
    [[nodiscard]] Result<std::uint64_t> stamp_time() const;
    [[nodiscard]] std::uint64_t now() const;
    [[nodiscard]] std::stop_token stop() const noexcept { return stop_; }
    /// What SIGHUP does from now on, instead of ending the verb; an empty function takes it back.
    /// Runs on a thread of its own; for verbs that are `long_running`.
    void on_hangup(std::function<void()> act);
    [[nodiscard]] base::Progress& progress() const noexcept { return *progress_; }
    [[nodiscard]] bool color() const noexcept { return color_; } ///< on standard error
    /// On standard output, where an answer shows errors.
    [[nodiscard]] bool answers_in_color() const;

    /// The verb's answer: text as it is (after one blank line, as wash prints it) or, with `-o
    /// json`, the object with `"success": true`.
    Result<> answer(std::string_view text, data::Value object);
    /// Text for standard output as it is, without a blank line before: a help page, a script.
    Result<> answer_plainly(std::string_view text);
    /// Bytes for standard output; refused with a hint when it is a terminal.
    Result<> answer_bytes(Bytes bytes);
    /// Shown on standard error; with `-o json` collected under the key `warnings` instead.
    void warn(const base::Error& warning);
    /// An error after which the verb goes on; the program leaves with 1. Shown as it is found; with
    /// `-o json` collected under the key `errors`.
    void report(const base::Error& error);
    void note(std::string_view text); ///< one line on standard error; silent with --quiet
    /// Output of a tool that a verb runs. All of it goes to standard error, so that standard output
    /// holds the verb's answer only; what the tool did not write there itself is left out with
    /// --quiet.
    void pass_through(Bytes bytes, bool standard_error);

    /// An error in how the verb was called: shown with its usage line, exit status 2.
    std::unexpected<base::Error> misuse(base::Error&& error) const;

    /// The verb did its work and prints its answer, but the program must leave with 1 (`verify`,
    /// `inspect --verify`).
    void set_failed() noexcept { failed_ = true; }
    [[nodiscard]] bool failed() const noexcept { return failed_; }

private:
    friend class Parser;
    friend class Program;
    const Verb& verb_; // aliases resolved
    const World& world_;
    std::vector<std::pair<std::string_view, std::string>> given_; ///< option name, value
    std::vector<std::string> arguments_;
    bool json_ = false;
    bool quiet_ = false;
    bool color_ = false;
    bool failed_ = false;
    bool closed_pipe_ = false;     // nobody reads our output any more
    mutable bool misused_ = false; // set while looking at what was given
    std::vector<data::Value> warnings_;
    std::stop_token stop_;
    base::Interruption* interruption_ = nullptr;
    base::Progress* progress_ = nullptr;
    std::vector<data::Value> errors_; // that did not end the verb

    [[nodiscard]] const Option& option(std::string_view name) const;
    [[nodiscard]] bool is_given(std::string_view name) const; // on the command line
    Result<> write_out(std::string_view text);
    void write_err(std::string_view text);
};

/// Runs the program: parses, dispatches, prints errors. Gives the exit status: 0, 1 failure, 2
/// usage, 128 + signal. Tests bring a table of their own.
int run(std::span<const std::string> arguments, const World& world,
        std::span<const Verb* const> rows = verbs());

} // namespace tenon::cli
