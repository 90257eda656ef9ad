// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads, writes and orders semantic versions.
#include "wit/version.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

namespace tenon::wit {
namespace {

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}
bool is_identifier(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}
bool is_number(std::string_view text) noexcept {
    return !text.empty() && std::ranges::all_of(text, is_digit);
}

class Cursor {
public:
    explicit Cursor(std::string_view text) noexcept : text_(text) {}

    [[nodiscard]] bool done() const noexcept { return at_ == text_.size(); }
    bool take(char wanted) noexcept {
        if (done() || text_[at_] != wanted)
            return false;
        ++at_;
        return true;
    }
    [[nodiscard]] std::unexpected<base::Error> wrong(std::string_view what, std::size_t at) const {
        return fail(Errc::malformed, fmt::format("invalid version `{}`: {}", text_, what), at);
    }
    [[nodiscard]] std::unexpected<base::Error> wrong(std::string_view what) const {
        return wrong(what, at_);
    }

    Result<std::uint64_t> number(std::string_view name) {
        const auto start = at_;
        std::uint64_t value = 0;
        for (; !done() && is_digit(text_[at_]); ++at_) {
            const auto digit = static_cast<std::uint64_t>(text_[at_] - '0');
            if (value > (std::numeric_limits<std::uint64_t>::max() - digit) / 10)
                return wrong(fmt::format("the {} number is too large", name), start);
            value = value * 10 + digit;
        }
        if (at_ == start)
            return wrong(fmt::format("the {} number is missing", name));
        if (at_ - start > 1 && text_[start] == '0')
            return wrong(fmt::format("the {} number begins with a zero", name), start);
        return value;
    }

    /// Identifiers joined by dots; `strict` refuses numbers that begin with a zero.
    Result<std::string> identifiers(std::string_view name, bool strict) {
        const auto start = at_;
        do {
            const auto part = at_;
            while (!done() && is_identifier(text_[at_]))
                ++at_;
            const auto word = text_.substr(part, at_ - part);
            if (word.empty())
                return wrong(fmt::format("empty {} identifier", name));
            if (strict && word.size() > 1 && word.front() == '0' && is_number(word))
                return wrong(fmt::format("the {} number begins with a zero", name), part);
        } while (take('.'));
        return std::string(text_.substr(start, at_ - start));
    }

private:
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
    Cursor in(text);
    Version version;
    version.major = TENON_TRY(in.number("major"));
    if (!in.take('.'))
        return in.wrong("a version has three numbers, as in `1.2.3`");
    version.minor = TENON_TRY(in.number("minor"));
    if (!in.take('.'))
        return in.wrong("a version has three numbers, as in `1.2.3`");
    version.patch = TENON_TRY(in.number("patch"));
    if (in.take('-'))
        version.prerelease = TENON_TRY(in.identifiers("pre-release", true));
    if (in.take('+'))
        version.build = TENON_TRY(in.identifiers("build", false));
    if (!in.done())
        return in.wrong("unexpected character");
    return version;
}

std::string Version::text() const {
    auto out = fmt::format("{}.{}.{}", major, minor, patch);
    if (!prerelease.empty())
        out += '-' + prerelease;
    if (!build.empty())
        out += '+' + build;
    return out;
}

std::string Version::track() const {
    if (!prerelease.empty())
        return fmt::format("{}.{}.{}-{}", major, minor, patch, prerelease);
    if (major != 0)
        return fmt::format("{}", major);
    if (minor != 0)
        return fmt::format("0.{}", minor);
    return fmt::format("0.0.{}", patch);
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

} // namespace tenon::wit
