// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "oci/challenge.hpp"

#include "base/ascii.hpp"
#include "net/http.hpp"

#include <algorithm>
#include <optional>

namespace tenon::oci {
namespace {

constexpr std::size_t max_field = 8 * 1024;
constexpr std::size_t max_challenges = 16;
constexpr std::size_t max_parameters = 32;

class ChallengeReader {
public:
    explicit ChallengeReader(std::string_view text) : text_(text) {}

    // A comma separates parameters as well as challenges; which of them begins is known only by
    // the `=` behind a token.
    Result<std::vector<Challenge>> read() {
        std::vector<Challenge> found;
        for (;;) {
            skip_blanks_and_commas();
            if (at_ == text_.size())
                return found;
            const auto begin = at_;
            const auto token = take_token();
            if (token.empty())
                return fail(Errc::malformed, "this is no authentication challenge", at_);
            if (!found.empty() && take_equals()) {
                auto value = TENON_TRY(take_value());
                TENON_TRY(add(found.back(), token, std::move(value), begin));
                continue;
            }
            if (found.size() == max_challenges)
                return fail(Errc::limit, "too many authentication challenges", begin);
            found.push_back({base::lower_case(token), {}});
            TENON_TRY(after_scheme(found.back()));
        }
    }

private:
    void skip_blanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t'))
            ++at_;
    }
    void skip_blanks_and_commas() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == ','))
            ++at_;
    }

    std::string_view take_token() {
        const auto begin = at_;
        while (at_ < text_.size() && net::is_token_character(text_[at_]))
            ++at_;
        return text_.substr(begin, at_ - begin);
    }

    bool take_equals() {
        const auto begin = at_;
        skip_blanks();
        if (at_ < text_.size() && text_[at_] == '=') {
            ++at_;
            skip_blanks();
            return true;
        }
        at_ = begin;
        return false;
    }

    // A quoted string, or whatever stands before the next blank or comma: servers leave the quotes
    // out also where the grammar wants them.
    Result<std::string> take_value() {
        if (at_ == text_.size() || text_[at_] != '"') {
            const auto begin = at_;
            at_ = std::min(text_.find_first_of(" \t,\"", at_), text_.size());
            return std::string(text_.substr(begin, at_ - begin));
        }
        const auto quote = at_++;
        std::string value;
        while (at_ < text_.size() && text_[at_] != '"') {
            if (text_[at_] == '\\')
                ++at_;
            if (at_ < text_.size())
                value += text_[at_++];
        }
        if (at_ == text_.size())
            return fail(Errc::malformed, "this quoted text has no end", quote);
        ++at_;
        return value;
    }

    static Result<> add(Challenge& challenge, std::string_view name, std::string value,
                        std::size_t offset) {
        if (challenge.parameters.size() == max_parameters)
            return fail(Errc::limit, "too many parameters in an authentication challenge", offset);
        auto lower = base::lower_case(name);
        if (std::ranges::none_of(challenge.parameters,
                                 [&](const auto& known) { return known.first == lower; }))
            challenge.parameters.emplace_back(std::move(lower), std::move(value));
        return {};
    }

    // The first parameter follows a scheme without a comma; in its place may stand a token68
    // (Negotiate), which nobody here needs.
    Result<> after_scheme(Challenge& challenge) {
        skip_blanks();
        const auto begin = at_;
        const auto name = take_token();
        if (!name.empty() && take_equals() && !(at_ < text_.size() && text_[at_] == '=') &&
            !ends_here()) {
            auto value = TENON_TRY(take_value());
            return add(challenge, name, std::move(value), begin);
        }
        at_ = begin;
        while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != ' ')
            ++at_;
        return {};
    }

    [[nodiscard]] bool ends_here() const { return at_ == text_.size() || text_[at_] == ','; }

    std::string_view text_;
    std::size_t at_ = 0;
};

} // namespace

std::string_view Challenge::find(std::string_view name) const noexcept {
    for (const auto& [known, value] : parameters)
        if (known == name)
            return value;
    return {};
}

Result<std::vector<Challenge>> parse_challenges(std::string_view field) {
    if (field.size() > max_field)
        return fail(Errc::limit, "an authentication challenge is too long");
    return ChallengeReader(field).read();
}

} // namespace tenon::oci
