// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A command line taken apart into words, by the quoting rules of
// https://pubs.opengroup.org/onlinepubs/9699919799/utilities/V3_chap02.html#tag_18_02
#include "base/process.hpp"

#include <fmt/core.h>

namespace tenon::base {
namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string quoted(char c) {
    return c == '`' ? "`` ` ``" : fmt::format("`{}`", c);
}

Error needs_a_shell(std::string_view what, std::size_t at) {
    return Error(Errc::malformed, fmt::format("{} means something to a shell only", what), at)
        .help("quote it, or run a shell: `sh -c '…'`");
}

class Splitter {
public:
    explicit Splitter(std::string_view line) : line_(line) {}

    Result<std::vector<std::string>> split() {
        if (const auto nul = line_.find('\0'); nul != line_.npos)
            return fail(Errc::malformed, "a NUL character cannot be in a command", nul);
        while (at_ < line_.size())
            TENON_TRY(step());
        end_word();
        return std::move(words_);
    }

private:
    Result<> step() {
        const char c = line_[at_];
        if (c == '\n' && line_.find_first_not_of(blanks, at_) != line_.npos && !nothing_yet())
            return fail(needs_a_shell("a line end between commands", at_));
        if (blanks.find(c) != blanks.npos) {
            end_word();
            ++at_;
            return {};
        }
        if (std::string_view("$`|&;<>()").find(c) != std::string_view::npos)
            return fail(needs_a_shell(quoted(c), at_));
        if (c == '\'')
            return single_quoted();
        if (c == '"')
            return double_quoted();
        if (c == '\\')
            return escaped();
        put(c);
        ++at_;
        return {};
    }

    /// Whether no word has begun, so that blank lines in front are just blank.
    [[nodiscard]] bool nothing_yet() const noexcept { return words_.empty() && !in_word_; }

    Result<> single_quoted() {
        const auto end = line_.find('\'', at_ + 1);
        if (end == line_.npos)
            return fail(Errc::malformed, "the quote is not closed", at_);
        word_ += line_.substr(at_ + 1, end - at_ - 1);
        in_word_ = true; // also if nothing stands between the quotes
        at_ = end + 1;
        return {};
    }

    Result<> double_quoted() {
        const auto begin = at_++;
        in_word_ = true;
        for (; at_ < line_.size(); ++at_) {
            const char c = line_[at_];
            if (c == '"') {
                ++at_;
                return {};
            }
            if (c == '$' || c == '`')
                return fail(needs_a_shell(quoted(c), at_));
            if (c != '\\' || at_ + 1 == line_.size()) {
                put(c);
                continue;
            }
            // Here a backslash quotes only what would have a meaning here.
            const char next = line_[++at_];
            if (std::string_view("$`\"\\\n").find(next) == std::string_view::npos)
                put('\\');
            if (next != '\n')
                put(next);
        }
        return fail(Errc::malformed, "the quote is not closed", begin);
    }

    Result<> escaped() {
        if (at_ + 1 == line_.size())
            return fail(Errc::malformed, "nothing follows the backslash", at_);
        const char next = line_[at_ + 1];
        if (next != '\n') // an escaped line end joins two lines
            put(next);
        at_ += 2;
        return {};
    }

    void put(char c) {
        word_ += c;
        in_word_ = true;
    }

    void end_word() {
        if (in_word_)
            words_.push_back(std::exchange(word_, {}));
        in_word_ = false;
    }

    std::string_view line_;
    std::size_t at_ = 0;
    std::string word_;
    bool in_word_ = false;
    std::vector<std::string> words_;
};

} // namespace

Result<std::vector<std::string>> split_words(std::string_view line) {
    return Splitter(line).split();
}

} // namespace tenon::base
