// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "project/version.hpp"

#include <charconv>
#include <cstdint>
#include <fmt/format.h>

namespace tenon::project {
namespace {

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

bool stands_in_identifier(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

class Version {
public:
    explicit Version(std::string_view text) : text_(text) {}

    Result<> check() {
        TENON_TRY(number("major version"));
        TENON_TRY(sign('.', "major version"));
        TENON_TRY(number("minor version"));
        TENON_TRY(sign('.', "minor version"));
        TENON_TRY(number("patch version"));
        if (take('-'))
            TENON_TRY(identifiers("pre-release", false));
        if (take('+'))
            TENON_TRY(identifiers("build metadata", true));
        if (at_ < text_.size())
            return problem("behind the version");
        return {};
    }

private:
    Result<> number(std::string_view part) {
        const auto begin = at_;
        while (at_ < text_.size() && is_digit(text_[at_]))
            ++at_;
        const auto digits = text_.substr(begin, at_ - begin);
        if (digits.empty())
            return problem(fmt::format("where the {} is expected", part));
        if (digits.size() > 1 && digits[0] == '0')
            return broken(fmt::format("leading zero in the {}", part), begin);
        std::uint64_t value = 0;
        if (std::from_chars(digits.data(), digits.data() + digits.size(), value).ec != std::errc{})
            return broken(fmt::format("{} is too large", part), begin);
        return {};
    }
    Result<> sign(char wanted, std::string_view part) {
        if (take(wanted))
            return {};
        return problem(fmt::format("behind the {}", part));
    }
    Result<> identifiers(std::string_view part, bool leading_zeros) {
        do {
            const auto begin = at_;
            while (at_ < text_.size() && stands_in_identifier(text_[at_]))
                ++at_;
            const auto word = text_.substr(begin, at_ - begin);
            if (word.empty())
                return problem(fmt::format("in the {}", part));
            const bool number = word.find_first_not_of("0123456789") == word.npos;
            if (number && !leading_zeros && word.size() > 1 && word[0] == '0')
                return broken(fmt::format("leading zero in the {}", part), begin);
        } while (take('.'));
        return {};
    }
    bool take(char c) {
        if (at_ == text_.size() || text_[at_] != c)
            return false;
        ++at_;
        return true;
    }

    [[nodiscard]] Result<> problem(std::string_view where) const {
        if (at_ == text_.size())
            return broken(fmt::format("the text ends {}", where), at_);
        return broken(fmt::format("unexpected character `{}` {}", text_[at_], where), at_);
    }
    [[nodiscard]] Result<> broken(std::string_view why, std::size_t offset) const {
        return fail(Errc::config, fmt::format("`{}` is no semantic version: {}", text_, why),
                    offset);
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

} // namespace

Result<> check_version(std::string_view text) {
    return Version(text).check();
}

} // namespace tenon::project
