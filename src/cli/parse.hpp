// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads a command line by the table of verbs: `--name value`, `--name=value`, `-n value`,
// `-nvalue`, switches in one bundle, `--`. Options stand before or after arguments, common ones
// before the verb, too. Long options are never abbreviated: a script must not change its meaning
// with the next version.
#pragma once

#include "cli/table.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenon::cli {

/// What a command line asks for.
struct Request {
    enum class What {
        call,    ///< run the verb
        help,    ///< show the help of `row`
        version, ///< show the version
        nothing, ///< no verb was named: show help, and fail
        misuse,  ///< `error` says what is wrong
    };
    What what = What::nothing;
    const Verb* row = nullptr; ///< as it was named, aliases not resolved
    std::optional<Call> call;
    std::optional<base::Error> error;
};

class Parser {
public:
    /// All must outlive the call that is parsed.
    Parser(std::span<const std::string> arguments, const World& world, Rows rows = verbs());

    Request parse();

private:
    using Step = Result<std::optional<Request::What>>;

    Step word(std::string_view text);
    Step long_option(std::string_view text);
    Step letters(std::string_view text);
    Step take(const Option& option, std::string_view spelled,
              std::optional<std::string_view> attached);
    Result<std::string_view> next_value(const Option& option);
    Result<> finish();
    Result<> check_given();
    Result<> check_environment();
    Result<> check_arguments();
    Result<> check_required();
    [[nodiscard]] bool is_given(std::string_view name) const;
    [[nodiscard]] const Option* find_long(std::string_view name) const;
    [[nodiscard]] const Option* find_letter(char letter) const;
    [[nodiscard]] const Verb& verb() const noexcept { return resolved(*row_, rows_); }
    void fill(Call& call) const;

    std::span<const std::string> arguments_;
    const World& world_;
    Rows rows_;
    std::size_t next_ = 0;
    const Verb* row_;
    bool only_words_ = false; // behind `--`
    struct Given {
        std::string_view name; // the table's
        std::string spelled;   // `-o`, for messages
        std::string value;
    };
    std::vector<Given> given_;
    std::vector<std::string> words_;
};

} // namespace tenon::cli
