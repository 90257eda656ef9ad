// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Starting other programs: a compiler, a credential helper. No shell is ever involved.
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/file.hpp"

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenon::base {

struct Command {
    std::vector<std::string> words; ///< program and arguments; the program is looked up in PATH
    Path directory;                 ///< where it runs; empty: here
    std::vector<std::pair<std::string, std::string>>
        environment;   ///< set or replaced on top of ours
    std::string input; ///< its standard input; empty: /dev/null
    /// Called with what the program writes as it writes it (true: standard error). Also kept, see
    /// `Outcome`.
    std::function<void(Bytes, bool standard_error)> on_output;
    std::size_t keep_bytes = 64 * 1024; ///< of each stream the last so many bytes are kept
};

struct Outcome {
    int exit_status = 0;      ///< 128 + signal when a signal ended it
    std::string output;       ///< the last `keep_bytes` of standard output
    std::string error_output; ///< of standard error
};

/// Runs the program to its end. A program that is not found is `Errc::not_found`, naming it; exit
/// status other than 0 is no error here. When a stop is requested the program gets SIGTERM, after
/// five seconds SIGKILL, and the result is `Errc::interrupted`.
///
/// The program leads a process group of its own, which is what the signals go to. Only where we are
/// a terminal's foreground does it stay in ours, so that it may ask the terminal for a password;
/// Ctrl-C reaches it there without us, and SIGTERM follows a second later if it did not help.
Result<Outcome> run(const Command& command, const std::stop_token& stop);

/// Splits a command line into words as a POSIX shell quotes them: blanks separate, '…', "…" and
/// \ quote. Nothing is expanded: an unquoted `$`, backquote, `|`, `&`, `;`, `<`, `>`, `(`, `)` or
/// line end with words behind it, and a `$` or backquote inside "…", is an error at its offset that
/// says to call `sh -c`.
Result<std::vector<std::string>> split_words(std::string_view line);

} // namespace tenon::base
