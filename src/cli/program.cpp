// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One run of the program: from the command line to the exit status.
#include "base/diagnostic.hpp"
#include "base/interrupt.hpp"
#include "cli/describe.hpp"
#include "cli/environment.hpp"
#include "cli/help.hpp"
#include "cli/parse.hpp"
#include "cli/stream.hpp"
#include "cli/table.hpp"
#include "cli/version.hpp"

#include <csignal>
#include <fmt/core.h>

namespace tenon::cli {
namespace {

enum Status : int { success = 0, failure = 1, usage = 2, by_signal = 128 };

bool terminal_with_color(const World& world) {
    return is_terminal(world.err) && !environment_value(world, "NO_COLOR") &&
           environment_value(world, "TERM") != "dumb";
}

} // namespace

class Program {
public:
    Program(const World& world, Rows rows) : world_(world), rows_(rows) {}

    int run(std::span<const std::string> arguments) {
        auto request = Parser(arguments, world_, rows_).parse();
        switch (request.what) {
        case Request::What::call: return call(*request.row, *request.call);
        case Request::What::help: return print(help_page(*request.row));
        case Request::What::version: return print(version_line);
        case Request::What::nothing:
            write_all(world_.err, help_page(*request.row));
            return Status::usage;
        case Request::What::misuse:
            return misuse(*request.row, *request.error, color_by_hand(arguments));
        }
        return Status::failure;
    }

private:
    int call(const Verb& row, Call& call) {
        const auto color = call.value("color");
        call.color_ = color == "always" || (color != "never" && terminal_with_color(world_));
        // Before any other thread, so that all of them leave the signals to it.
        std::optional<base::Interruption> interruption;
        if (call.verb().long_running) {
            call.interruption_ = &interruption.emplace();
            call.stop_ = interruption->token();
        }
        base::Progress progress(progress_mode(call), world_.err);
        call.progress_ = &progress;

        auto result = call.verb().run(call);
        progress.end();
        if (result) {
            show_warnings(call);
            return call.failed() ? Status::failure : Status::success;
        }
        if (call.closed_pipe_) // as if the signal had ended us, which the caller may have blocked
            return Status::by_signal + SIGPIPE;
        if (call.misused_)
            return misuse(row, result.error(), call.color_);
        show(call, result.error());
        const int signal = interruption ? interruption->signal() : 0;
        return signal != 0 ? Status::by_signal + signal : Status::failure;
    }

    base::Progress::Mode progress_mode(const Call& call) const {
        using Mode = base::Progress::Mode;
        const auto given = call.value("progress");
        if (call.quiet_ || given == "none" || !call.verb().long_running)
            return Mode::none;
        if (given == "plain")
            return Mode::plain;
        return is_terminal(world_.err) ? Mode::bar : Mode::none;
    }

    // An error of the verb: with `-o json` an object, as programs want it, else for people.
    void show(Call& call, const base::Error& error) const {
        std::string out = "\n";
        if (call.json_) {
            auto object = describe(error);
            if (!call.warnings_.empty())
                object.set("warnings", data::Value::array(std::exchange(call.warnings_, {})));
            object.set("success", data::Value(false));
            out += data::to_pretty_json(object) + "\n";
        } else {
            out += base::render(error, base::Severity::error, {.color = call.color_});
        }
        write_all(world_.err, out);
    }

    // Warnings that no answer took along.
    void show_warnings(Call& call) const {
        for (const auto& warning : std::exchange(call.warnings_, {}))
            write_all(world_.err, data::to_json(warning) + "\n");
    }

    int misuse(const Verb& row, const base::Error& error, bool color) const {
        write_all(world_.err,
                  base::render(error, base::Severity::error, {.color = color}) +
                      fmt::format("\nUsage: {}\n\nFor more information, try '--help'.\n",
                                  usage_line(row)));
        return Status::usage;
    }

    int print(std::string_view text) const {
        const int error_number = write_all(world_.out, text);
        if (error_number == 0)
            return Status::success;
        if (error_number == EPIPE)
            return Status::by_signal + SIGPIPE;
        write_all(world_.err, "\n" + base::render(base::system_error(
                                         "failed to write to standard output", error_number)));
        return Status::failure;
    }

    // The command line could not be read, but its wish about colours is clear enough.
    bool color_by_hand(std::span<const std::string> arguments) const {
        bool color = terminal_with_color(world_);
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            const bool next = i > 0 && arguments[i - 1] == "--color";
            if (arguments[i] == "--color=always" || (next && arguments[i] == "always"))
                color = true;
            if (arguments[i] == "--color=never" || (next && arguments[i] == "never"))
                color = false;
        }
        return color;
    }

    const World& world_;
    Rows rows_;
};

int run(std::span<const std::string> arguments, const World& world, Rows rows) {
    return Program(world, rows).run(arguments);
}

} // namespace tenon::cli
