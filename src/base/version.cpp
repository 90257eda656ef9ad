// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/version.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/core.h>

namespace tenon::base {
namespace {

bool stands_in_identifier(char c) noexcept {
    return is_alphanumeric(c) || c == '-';
}
bool is_number(std::string_view text) noexcept {
    return !text.empty() && std::ranges::all_of(text, is_digit);
}

class VersionReader {
public:
    explicit VersionReader(std::string_view text) noexcept : text_(text) {}

    Result<Version> read() {
        Version version;
        version.major = TENON_TRY(number("major version"));
        TENON_TRY(point("major version"));
        version.minor = TENON_TRY(number("minor version"));
        TENON_TRY(point("minor version"));
        version.patch = TENON_TRY(number("patch version"));
        if (take('-'))
            version.prerelease = TENON_TRY(identifiers("pre-release", false));
        if (take('+'))
            version.build = TENON_TRY(identifiers("build metadata", true));
        if (at_ < text_.size())
            return unexpected("behind the version");
        return version;
    }

private:
    Result<std::uint64_t> number(std::string_view part) {
        const auto digits = text_.substr(at_, text_.find_first_not_of("0123456789", at_) - at_);
        if (digits.empty())
            return unexpected(fmt::format("where the {} is expected", part));
        if (digits.size() > 1 && digits.front() == '0')
            return wrong(fmt::format("leading zero in the {}", part), at_);
        std::uint64_t value = 0;
        const auto* const begin = digits.data();
        if (std::from_chars(begin, begin + digits.size(), value).ec != std::errc{})
            return wrong(fmt::format("{} is too large", part), at_);
        at_ += digits.size();
        return value;
    }
    Result<> point(std::string_view part) {
        if (take('.'))
            return {};
        return unexpected(fmt::format("behind the {}", part));
    }
    /// Identifiers joined by points.
    Result<std::string> identifiers(std::string_view part, bool leading_zeros) {
        const auto begin = at_;
        do {
            const auto word_begin = at_;
            while (at_ < text_.size() && stands_in_identifier(text_[at_]))
                ++at_;
            const auto word = text_.substr(word_begin, at_ - word_begin);
            if (word.empty())
                return unexpected(fmt::format("in the {}", part));
            if (!leading_zeros && word.size() > 1 && word.front() == '0' && is_number(word))
                return wrong(fmt::format("leading zero in the {}", part), word_begin);
        } while (take('.'));
        return std::string(text_.substr(begin, at_ - begin));
    }
    bool take(char c) noexcept {
        if (at_ == text_.size() || text_[at_] != c)
            return false;
        ++at_;
        return true;
    }

    [[nodiscard]] std::unexpected<Error> unexpected(std::string_view where) const {
        if (at_ == text_.size())
            return wrong(fmt::format("the text ends {}", where), at_);
        return wrong(fmt::format("unexpected character `{}` {}", text_[at_], where), at_);
    }
    [[nodiscard]] std::unexpected<Error> wrong(std::string_view why, std::size_t offset) const {
        return fail(Errc::malformed, fmt::format("`{}` is no semantic version: {}", text_, why),
                    offset);
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

std::string_view next_part(std::string_view& rest) noexcept {
    const auto dot = rest.find('.');
    const auto part = rest.substr(0, dot);
    rest = dot == std::string_view::npos ? std::string_view() : rest.substr(dot + 1);
    return part;
}

// https://semver.org/#spec-item-11: numbers by value and below words, words as text, a longer list
// above the list that it begins with.
std::strong_ordering compare_parts(std::string_view left, std::string_view right) {
    while (!left.empty() && !right.empty()) {
        const auto a = next_part(left);
        const auto b = next_part(right);
        const bool a_number = is_number(a);
        const bool b_number = is_number(b);
        if (a_number != b_number)
            return a_number ? std::strong_ordering::less : std::strong_ordering::greater;
        if (a_number && a.size() != b.size())
            return a.size() <=> b.size();
        if (const auto order = a <=> b; order != 0)
            return order;
    }
    return !left.empty() <=> !right.empty();
}

} // namespace

Result<Version> Version::parse(std::string_view text) {
    return VersionReader(text).read();
}

std::string Version::text() const {
    auto out = fmt::format("{}.{}.{}", major, minor, patch);
    if (!prerelease.empty())
        out += '-' + prerelease;
    if (!build.empty())
        out += '+' + build;
    return out;
}

std::strong_ordering operator<=>(const Version& left, const Version& right) {
    if (const auto order = left.major <=> right.major; order != 0)
        return order;
    if (const auto order = left.minor <=> right.minor; order != 0)
        return order;
    if (const auto order = left.patch <=> right.patch; order != 0)
        return order;
    if (left.prerelease.empty() != right.prerelease.empty())
        return left.prerelease.empty() ? std::strong_ordering::greater : std::strong_ordering::less;
    if (const auto order = compare_parts(left.prerelease, right.prerelease); order != 0)
        return order;
    return left.build <=> right.build;
}

} // namespace tenon::base
