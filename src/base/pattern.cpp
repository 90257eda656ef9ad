// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/pattern.hpp"

#include "base/ascii.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <optional>

namespace tenon::base {

namespace {

constexpr std::size_t max_steps = 20'000;
constexpr std::uint32_t max_repeats = 1'000;
constexpr int max_depth = 100;
constexpr char32_t last_code_point = 0x10ffff;

} // namespace

/// Recursive descent; each piece becomes steps behind those that are there. A repeated piece is
/// compiled again from its text, so that no step needs to be copied with its targets moved.
class PatternParser {
public:
    explicit PatternParser(std::string_view text) : text_(text) {}

    Result<Pattern> parse() {
        if (first_invalid_utf8(as_bytes(text_)))
            return fail(problem("is not UTF-8"));
        TENON_TRY(alternatives(0));
        if (at_ != text_.size())
            return fail(problem("has a `)` too many"));
        TENON_TRY(add({Step::Kind::done}));
        return std::move(out_);
    }

private:
    using Step = Pattern::Step;
    using Range = Pattern::Range;

    Result<> alternatives(int depth) {
        if (depth > max_depth)
            return fail(Errc::limit, "the pattern is nested more than 100 levels deep");
        const auto begin = here();
        std::vector<std::uint32_t> ends;
        TENON_TRY(sequence(depth));
        while (take('|')) {
            // What was read so far becomes the first way of a split in front of it.
            TENON_TRY(insert(begin, {Step::Kind::split, false, begin + 1, here() + 2}));
            for (auto& end : ends)
                ++end;
            ends.push_back(here());
            TENON_TRY(add({Step::Kind::jump}));
            TENON_TRY(sequence(depth));
        }
        for (const auto end : ends)
            out_.steps_[end].first = here();
        return {};
    }

    Result<> sequence(int depth) {
        while (at_ < text_.size() && text_[at_] != '|' && text_[at_] != ')')
            TENON_TRY(repeated(depth));
        return {};
    }

    struct Times {
        std::uint32_t least = 1;
        std::optional<std::uint32_t> most = 1;
    };

    Result<> repeated(int depth) {
        const auto text_begin = at_;
        const auto begin = here();
        TENON_TRY(piece(depth));
        const auto text_end = at_;
        const auto times = TENON_TRY(read_times());
        if (!times)
            return {};
        const auto behind = at_;
        // The first copy is there already. Of none at all it is one that may be passed over.
        auto last_begin = begin;
        const auto copy = [&]() -> Result<> {
            at_ = text_begin;
            last_begin = here();
            TENON_TRY(piece(depth));
            TENON_ASSERT(at_ == text_end);
            return {};
        };
        for (std::uint32_t i = 1; i < times->least; ++i)
            TENON_TRY(copy());
        if (!times->most)
            TENON_TRY(any_number(last_begin, times->least > 0));
        else if (*times->most == 0)
            out_.steps_.resize(begin);
        else
            TENON_TRY(at_most(*times->most - times->least, times->least == 0, begin, copy));
        at_ = behind;
        return {};
    }

    /// The copy that begins at `begin` once more and again, or not at all.
    Result<> any_number(std::uint32_t begin, bool at_least_once) {
        if (at_least_once)
            return add({Step::Kind::split, false, begin, here() + 1});
        TENON_TRY(insert(begin, {Step::Kind::split, false, begin + 1, 0}));
        TENON_TRY(add({Step::Kind::jump, false, begin, 0}));
        out_.steps_[begin].second = here();
        return {};
    }

    /// `count` copies, each of which ends it all where it is left out. The first may be there.
    template <class Copy>
    Result<> at_most(std::uint32_t count, bool is_there, std::uint32_t begin, Copy copy) {
        std::vector<std::uint32_t> splits;
        for (std::uint32_t i = 0; i < count; ++i) {
            if (i == 0 && is_there) {
                TENON_TRY(insert(begin, {Step::Kind::split, false, begin + 1, 0}));
                splits.push_back(begin);
                continue;
            }
            splits.push_back(here());
            TENON_TRY(add({Step::Kind::split, false, here() + 1, 0}));
            TENON_TRY(copy());
        }
        for (const auto split : splits)
            out_.steps_[split].second = here();
        return {};
    }

    /// Nothing where the piece stands once.
    Result<std::optional<Times>> read_times() {
        Times times;
        if (take('*'))
            times = {0, std::nullopt};
        else if (take('+'))
            times = {1, std::nullopt};
        else if (take('?'))
            times = {0, 1};
        else if (take('{'))
            times = TENON_TRY(read_bounds());
        else
            return std::nullopt;
        if (at_ < text_.size() && text_[at_] == '?')
            ++at_; // lazy: whether there is a match is the same question
        if (at_ < text_.size() && (text_[at_] == '*' || text_[at_] == '+'))
            return fail(problem("repeats what is repeated"));
        return times;
    }

    Result<Times> read_bounds() {
        Times times;
        times.least = TENON_TRY(number());
        times.most = times.least;
        if (take(',')) {
            times.most.reset();
            if (at_ < text_.size() && text_[at_] != '}')
                times.most = TENON_TRY(number());
        }
        if (!take('}'))
            return fail(problem("lacks a `}`"));
        if (times.most && *times.most < times.least)
            return fail(problem("wants at least more than at most"));
        return times;
    }

    Result<std::uint32_t> number() {
        std::uint32_t value = 0;
        const auto begin = at_;
        while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') {
            value = value * 10 + static_cast<std::uint32_t>(text_[at_++] - '0');
            if (value > max_repeats)
                return fail(Errc::limit, "the pattern repeats something more than 1000 times");
        }
        if (at_ == begin)
            return fail(problem("lacks a number behind `{`; a brace itself is `\\{`"));
        return value;
    }

    Result<> piece(int depth) {
        if (++pieces_ > max_steps) // copies of empty groups take no steps, but time
            return fail(too_long());
        const auto begin = at_;
        const auto character = next_code_point(text_, at_);
        switch (character) {
        case '^': return add({Step::Kind::at_begin});
        case '$': return add({Step::Kind::at_end});
        case '.': return one_of({{'\n', '\n'}}, true);
        case '(': return group(depth);
        case '[': return set();
        case '\\': return escaped();
        case '*':
        case '+':
        case '?':
        case '{': at_ = begin; return fail(problem("repeats nothing"));
        default: return one_of({{character, character}}, false);
        }
    }

    Result<> group(int depth) {
        if (take('?') && !take(':'))
            return fail(
                problem("has a group of a kind that is not known here; `(…)` and `(?:…)` are"));
        TENON_TRY(alternatives(depth + 1));
        return take(')') ? Result<>() : fail(problem("lacks a `)`"));
    }

    Result<> escaped() {
        if (take('A'))
            return add({Step::Kind::at_begin});
        if (take('z'))
            return add({Step::Kind::at_end});
        std::vector<Range> ranges;
        const bool negated = TENON_TRY(escape(ranges));
        return one_of(std::move(ranges), negated);
    }

    /// What stands behind a backslash, added to `ranges`. True if all else is meant.
    Result<bool> escape(std::vector<Range>& ranges) {
        if (at_ == text_.size())
            return fail(problem("ends with `\\`"));
        const auto begin = at_;
        const auto character = next_code_point(text_, at_);
        const auto only = [&ranges](char32_t meant) {
            ranges.push_back({meant, meant});
            return false;
        };
        switch (character) {
        case 'd':
        case 'D': ranges.push_back({'0', '9'}); return character == 'D';
        case 'w':
        case 'W':
            ranges.insert(ranges.end(), {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}});
            return character == 'W';
        case 's':
        case 'S': ranges.insert(ranges.end(), {{'\t', '\r'}, {' ', ' '}}); return character == 'S';
        case 'n': return only('\n');
        case 'r': return only('\r');
        case 't': return only('\t');
        case 'x': return only(TENON_TRY(hex_pair()));
        default: break;
        }
        if (is_alphanumeric(text_[begin])) {
            at_ = begin;
            return fail(problem(fmt::format("has an unknown escape `\\{}`", text_[begin])));
        }
        return only(character);
    }

    Result<char32_t> hex_pair() {
        char32_t value = 0;
        for (int i = 0; i < 2; ++i) {
            const auto digit = at_ < text_.size() ? hex_value(text_[at_]) : std::nullopt;
            if (!digit)
                return fail(problem("lacks two hexadecimal digits behind `\\x`"));
            value = value * 16 + *digit;
            ++at_;
        }
        return value;
    }

    Result<> set() {
        const bool negated = take('^');
        std::vector<Range> ranges;
        bool is_first = true;
        while (is_first || !take(']')) {
            if (at_ == text_.size())
                return fail(problem("lacks a `]`"));
            TENON_TRY(no_operation());
            const auto first = TENON_TRY(member(ranges));
            is_first = false;
            if (!first || at_ + 1 >= text_.size() || text_[at_] != '-' || text_[at_ + 1] == ']')
                continue;
            ++at_;
            const auto last = TENON_TRY(member(ranges));
            if (!last || *last < *first)
                return fail(problem("has a range that goes backwards"));
            ranges.push_back({*first, *last});
        }
        return one_of(std::move(ranges), negated);
    }

    /// Other dialects have sets in sets, `[[:alpha:]]`, and operations on them, `[a-z&&[^b]]`: what
    /// means something else there is refused rather than taken for the characters.
    [[nodiscard]] Result<> no_operation() const {
        const auto next = text_.substr(at_, 2);
        if (next.starts_with('['))
            return fail(problem("has a set in a set, which is not known here; a bracket itself is "
                                "`\\[`"));
        if (next == "&&" || next == "--" || next == "~~")
            return fail(problem("has an operation on sets, which is not known here; characters "
                                "stand there with a backslash"));
        return {};
    }

    /// A character of a set, which may begin a range; nothing for a class such as `\d`.
    Result<std::optional<char32_t>> member(std::vector<Range>& ranges) {
        if (!take('\\')) {
            const auto character = next_code_point(text_, at_);
            ranges.push_back({character, character});
            return character;
        }
        std::vector<Range> meant;
        if (TENON_TRY(escape(meant)))
            complement(meant);
        ranges.insert(ranges.end(), meant.begin(), meant.end());
        if (meant.size() == 1 && meant.front().first == meant.front().last)
            return meant.front().first;
        return std::nullopt;
    }

    /// Ranges are in order, as classes have them.
    static void complement(std::vector<Range>& ranges) {
        std::vector<Range> others;
        char32_t from = 0;
        for (const auto& range : ranges) {
            if (range.first > from)
                others.push_back({from, range.first - 1});
            from = range.last + 1;
        }
        others.push_back({from, last_code_point});
        ranges = std::move(others);
    }

    Result<> one_of(std::vector<Range> ranges, bool negated) {
        const auto first = static_cast<std::uint32_t>(out_.ranges_.size());
        if (first + ranges.size() > max_steps)
            return fail(too_long());
        out_.ranges_.insert(out_.ranges_.end(), ranges.begin(), ranges.end());
        return add(
            {Step::Kind::one_of, negated, first, static_cast<std::uint32_t>(out_.ranges_.size())});
    }

    [[nodiscard]] std::uint32_t here() const {
        return static_cast<std::uint32_t>(out_.steps_.size());
    }
    Result<> add(Step step) { return insert(here(), step); }
    /// What stands behind moves on by one; targets at or behind `at` with it.
    Result<> insert(std::uint32_t at, Step step) {
        if (out_.steps_.size() == max_steps)
            return fail(too_long());
        for (auto i = at; i < here(); ++i) {
            auto& moved = out_.steps_[i];
            if (moved.kind != Step::Kind::split && moved.kind != Step::Kind::jump)
                continue;
            moved.first += moved.first >= at ? 1 : 0;
            moved.second += moved.second >= at ? 1 : 0;
        }
        out_.steps_.insert(out_.steps_.begin() + at, step);
        return {};
    }

    bool take(char character) {
        if (at_ == text_.size() || text_[at_] != character)
            return false;
        ++at_;
        return true;
    }
    [[nodiscard]] Error problem(std::string_view what) const {
        return Error(Errc::usage,
                     fmt::format("the pattern `{}` {} (at byte {})", printable(text_), what, at_));
    }
    static Error too_long() { return Error(Errc::limit, "the pattern is too long"); }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t pieces_ = 0;
    Pattern out_;
};

Result<Pattern> Pattern::compile(std::string_view pattern) {
    return PatternParser(pattern).parse();
}

bool Pattern::accepts(const Step& step, char32_t character) const noexcept {
    const auto begin = ranges_.begin();
    const bool found =
        std::any_of(begin + step.first, begin + step.second, [character](const Range& range) {
            return range.first <= character && character <= range.last;
        });
    return found != step.negated;
}

namespace {

/// Numbers below a bound, each once, in the order in which they came.
class Places {
public:
    explicit Places(std::size_t bound) : seen_(bound) {}
    bool add(std::uint32_t place) {
        if (seen_[place])
            return false;
        seen_[place] = true;
        list_.push_back(place);
        return true;
    }
    void clear() {
        for (const auto place : list_)
            seen_[place] = false;
        list_.clear();
    }
    [[nodiscard]] const std::vector<std::uint32_t>& list() const { return list_; }

private:
    std::vector<bool> seen_;
    std::vector<std::uint32_t> list_;
};

} // namespace

// Thompson's way: the set of places in the pattern that the text so far may have led to.
bool Pattern::matches(std::string_view text) const {
    Places now(steps_.size());
    Places next(steps_.size());
    std::vector<std::uint32_t> waiting;
    bool is_done = false;
    // All places that are reached from `from` without a character.
    const auto reach = [&](Places& places, std::uint32_t from, bool at_begin, bool at_end) {
        waiting.push_back(from);
        while (!waiting.empty()) {
            const auto place = waiting.back();
            waiting.pop_back();
            if (!places.add(place))
                continue;
            const auto& step = steps_[place];
            switch (step.kind) {
            case Step::Kind::split:
                waiting.push_back(step.second);
                waiting.push_back(step.first);
                break;
            case Step::Kind::jump: waiting.push_back(step.first); break;
            case Step::Kind::at_begin:
                if (at_begin)
                    waiting.push_back(place + 1);
                break;
            case Step::Kind::at_end:
                if (at_end)
                    waiting.push_back(place + 1);
                break;
            case Step::Kind::done: is_done = true; break;
            case Step::Kind::one_of: break;
            }
        }
    };
    reach(now, 0, true, text.empty());
    for (std::size_t at = 0; at < text.size() && !is_done;) {
        const auto character = next_code_point(text, at);
        next.clear();
        for (const auto place : now.list())
            if (steps_[place].kind == Step::Kind::one_of && accepts(steps_[place], character))
                reach(next, place + 1, false, at == text.size());
        reach(next, 0, false, at == text.size()); // a match may begin anywhere
        std::swap(now, next);
    }
    return is_done;
}

} // namespace tenon::base
