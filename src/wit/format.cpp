// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The style is that of `print`: two blanks a level, one statement or member a line. Empty lines are
// the author's, though never two together. A line that would be longer than `width` has its
// parameters, or the names of its `use`, on lines of their own.
#include "wit/format.hpp"

#include "wit/lexer.hpp"
#include "wit/parser.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::wit {
namespace {

constexpr std::size_t width = 100;

/// A token with the comments before it.
struct Piece {
    Tok kind;
    std::string_view text; ///< as it is written
    std::size_t begin, end;
    std::vector<Span> comments;
};

/// All tokens of the file; a version is one token.
Result<std::vector<Piece>> pieces_of(const Sources& sources, std::uint32_t file) {
    const auto whole = sources.text(file);
    auto in = TENON_TRY(TokenStream::open(sources, file));
    std::vector<Piece> out;
    std::size_t comments = 0;
    const auto add = [&](const Token& token) {
        Piece piece{token.kind,
                    whole.substr(token.span.begin, token.span.end - token.span.begin),
                    token.span.begin,
                    token.span.end,
                    {}};
        while (comments < in.comments().size() && in.comments()[comments].begin < token.span.begin)
            piece.comments.push_back(in.comments()[comments++]);
        out.push_back(std::move(piece));
    };
    for (;;) {
        const auto token = TENON_TRY(in.next());
        const bool attribute =
            token.kind == Tok::at &&
            (out.empty() || out.back().kind == Tok::semicolon ||
             out.back().kind == Tok::left_brace || out.back().kind == Tok::right_brace ||
             out.back().kind == Tok::right_paren);
        // `@since(version = 1.2.3)`
        const bool gate = token.kind == Tok::equals && out.size() > 2 &&
                          out.back().text == "version" &&
                          out[out.size() - 2].kind == Tok::left_paren;
        add(token);
        if (token.kind == Tok::end)
            return out;
        if ((token.kind == Tok::at && !attribute) || gate) {
            const auto version = TENON_TRY(in.version());
            add(version);
        }
    }
}

class Formatter {
public:
    Formatter(const Sources& sources, std::uint32_t file, std::vector<Piece> pieces)
        : text_(sources.text(file)), pieces_(std::move(pieces)) {}

    std::string run() {
        items(Tok::end);
        comments_before();
        return std::move(out_);
    }

private:
    [[nodiscard]] const Piece& now() const { return pieces_[at_]; }
    [[nodiscard]] Tok kind(std::size_t at) const {
        return at < pieces_.size() ? pieces_[at].kind : Tok::end;
    }
    [[nodiscard]] std::string_view comment(Span span) const {
        const auto text = text_.substr(span.begin, span.end - span.begin);
        return text.substr(0, text.find_last_not_of(" \t\r") + 1);
    }

    // What is in the text, in its order.
    void items(Tok close);
    void members();
    void attribute();
    void statement();
    void block();
    void comments_before();
    void place(std::string_view comment, bool behind);
    void separate(std::size_t begin);

    // One line: the tokens from `first` to `last`, and the mark behind them.
    void write(std::size_t first, std::size_t last, std::string_view end);
    bool write_broken(std::size_t first, std::size_t last, std::string_view end);
    void finish(std::size_t mark);
    [[nodiscard]] std::string joined(std::size_t first, std::size_t last) const;
    [[nodiscard]] bool space_before(std::size_t at) const;
    [[nodiscard]] std::size_t matching(std::size_t open) const;
    void line(std::size_t level, std::string_view text);

    std::string_view text_;
    std::vector<Piece> pieces_;
    std::size_t at_ = 0;
    std::size_t level_ = 0;
    std::string out_;
    std::size_t head_ = 0;       // first token of the statement at hand
    std::size_t done_ = 0;       // end, in the source, of what was written last
    bool block_begins_ = true;   // nothing stands in this block yet
    bool after_comment_ = false; // the last line ends in `// …`
};

void Formatter::items(Tok close) {
    while (now().kind != close && now().kind != Tok::end) {
        comments_before();
        separate(now().begin);
        head_ = at_;
        if (now().kind == Tok::at)
            attribute();
        else
            statement();
    }
}

void Formatter::attribute() {
    auto open = at_;
    while (kind(open) != Tok::left_paren && kind(open) != Tok::end)
        ++open;
    const auto close = matching(open);
    write(at_, close, "");
    done_ = pieces_[close].end;
    at_ = close + 1;
}

/// Up to its `;`, or up to and with its block.
void Formatter::statement() {
    const auto first = at_;
    const bool inline_braces = kind(first) == Tok::kw_use || kind(first) == Tok::kw_include;
    auto at = first;
    for (; kind(at) != Tok::semicolon && kind(at) != Tok::end; ++at) {
        if (kind(at) != Tok::left_brace)
            continue;
        if (!inline_braces) {
            at_ = at;
            return block();
        }
        at = matching(at);
        if (kind(first) == Tok::kw_include) { // which has no `;` behind its braces
            write(first, at, "");
            done_ = pieces_[at].end;
            at_ = at + 1;
            return;
        }
    }
    write(first, at - 1, ";");
    finish(at);
}

/// From its `{` on; the head, from `head_` on, is not written yet.
void Formatter::block() {
    const auto open = at_;
    const auto head_kind = kind(head_);
    if (kind(open + 1) == Tok::right_brace && pieces_[open + 1].comments.empty()) {
        write(head_, open - 1, " {}");
        const auto comments = pieces_[open].comments;
        finish(open + 1);
        for (const auto& span : comments)
            place(comment(span), true);
        return;
    }
    write(head_, open - 1, " {");
    finish(open);
    ++level_;
    block_begins_ = true;
    if (head_kind == Tok::kw_record || head_kind == Tok::kw_variant || head_kind == Tok::kw_enum ||
        head_kind == Tok::kw_flags)
        members();
    else
        items(Tok::right_brace);
    comments_before();
    --level_;
    line(level_, "}");
    done_ = now().end;
    ++at_;
}

void Formatter::members() {
    while (now().kind != Tok::right_brace && now().kind != Tok::end) {
        comments_before();
        separate(now().begin);
        head_ = at_;
        auto at = at_;
        while (kind(at) != Tok::comma && kind(at) != Tok::right_brace && kind(at) != Tok::end)
            at = kind(at) == Tok::less || kind(at) == Tok::left_paren ? matching(at) + 1 : at + 1;
        write(at_, at - 1, ",");
        if (kind(at) == Tok::comma) {
            finish(at);
        } else {
            done_ = pieces_[at - 1].end;
            at_ = at;
        }
    }
}

// --- lines

void Formatter::line(std::size_t level, std::string_view text) {
    out_.append(2 * level, ' ');
    out_ += text;
    out_ += '\n';
    block_begins_ = false;
    after_comment_ = false;
}

/// An empty line where the source has one, though not at the beginning of a block.
void Formatter::separate(std::size_t begin) {
    if (block_begins_ || begin < done_)
        return;
    if (std::ranges::count(text_.substr(done_, begin - done_), '\n') > 1)
        out_ += '\n';
}

/// A comment on a line of its own, or behind the last line; never behind one that ends in `// …`.
void Formatter::place(std::string_view comment, bool behind) {
    if (behind && !after_comment_ && !out_.empty()) {
        out_.back() = ' ';
        out_ += comment;
        out_ += '\n';
    } else {
        line(level_, comment);
    }
    after_comment_ = comment.starts_with("//");
}

void Formatter::comments_before() {
    for (const auto& span : now().comments) {
        const auto between = text_.substr(done_, span.begin - done_);
        const bool behind = !out_.empty() && between.find('\n') == std::string_view::npos;
        if (!behind)
            separate(span.begin);
        place(comment(span), behind);
        done_ = span.end;
    }
}

/// Past the mark that ends a line; comments before it now stand behind it.
void Formatter::finish(std::size_t mark) {
    for (const auto& span : pieces_[mark].comments)
        place(comment(span), true);
    done_ = pieces_[mark].end;
    at_ = mark + 1;
}

void Formatter::write(std::size_t first, std::size_t last, std::string_view end) {
    auto text = joined(first, last);
    // Behind a line comment the statement goes on in a line that is moved to the right.
    const std::string next_line = '\n' + std::string(2 * (level_ + 2), ' ');
    bool has_lines = false;
    for (std::size_t at = 0; (at = text.find('\v', at)) != std::string::npos;) {
        text.replace(at, 1, next_line);
        has_lines = true;
    }
    if (!has_lines && 2 * level_ + text.size() + end.size() > width &&
        write_broken(first, last, end))
        return;
    text += end;
    line(level_, text);
}

/// Each parameter, or each name of a `use`, on a line of its own.
bool Formatter::write_broken(std::size_t first, std::size_t last, std::string_view end) {
    auto open = first;
    const auto wanted = kind(first) == Tok::kw_use ? Tok::left_brace : Tok::left_paren;
    while (open <= last && kind(open) != wanted)
        ++open;
    if (open > last || kind(first) == Tok::kw_include || kind(first) == Tok::at)
        return false;
    // A case of a variant has parentheses too, around one type and without a comma behind it.
    if (wanted == Tok::left_paren &&
        (open == first ||
         (kind(open - 1) != Tok::kw_func && kind(open - 1) != Tok::kw_constructor)))
        return false;
    const auto close = matching(open);
    if (close == open + 1 || close > last)
        return false;
    for (auto at = first + 1; at <= last; ++at) {
        if (!pieces_[at].comments.empty())
            return false;
    }
    line(level_, joined(first, open));
    for (auto at = open + 1; at < close;) {
        const auto begin = at;
        while (at < close && kind(at) != Tok::comma)
            at = kind(at) == Tok::less ? matching(at) + 1 : at + 1;
        line(level_ + 1, joined(begin, at - 1) + ',');
        ++at;
    }
    line(level_, joined(close, last).append(end));
    return true;
}

/// The tokens with the blanks that belong between them; `\v` where a line comment ends the line.
std::string Formatter::joined(std::size_t first, std::size_t last) const {
    std::string out;
    for (auto at = first; at <= last; ++at) {
        const auto& piece = pieces_[at];
        bool after_comment = false;
        bool new_line = false;
        if (at > first) {
            for (const auto& span : piece.comments) {
                const auto what = comment(span);
                if (!new_line)
                    out += ' ';
                out += what;
                new_line = what.starts_with("//");
                if (new_line)
                    out += '\v';
                after_comment = true;
            }
        }
        const auto next = kind(at + 1);
        const bool dropped =
            piece.kind == Tok::comma && at < last &&
            (next == Tok::right_paren || next == Tok::greater || next == Tok::right_brace);
        if (dropped)
            continue;
        const bool after_new_line = !out.empty() && out.back() == '\v';
        if (at > first && !after_new_line && (after_comment || space_before(at)))
            out += ' ';
        out += piece.text;
    }
    return out;
}

bool Formatter::space_before(std::size_t at) const {
    const auto head = kind(head_);
    const auto left = kind(at - 1);
    switch (left) {
    case Tok::left_paren:
    case Tok::less:
    case Tok::dot:
    case Tok::at:
    case Tok::slash: return false;
    case Tok::left_brace: return head != Tok::kw_use;
    case Tok::colon:
        // `a:b/c` and `package a:b` are one word.
        return head != Tok::kw_package && !(kind(at) == Tok::id && kind(at + 1) == Tok::slash);
    default: break;
    }
    switch (kind(at)) {
    case Tok::comma:
    case Tok::semicolon:
    case Tok::colon:
    case Tok::left_paren:
    case Tok::right_paren:
    case Tok::less:
    case Tok::greater:
    case Tok::dot:
    case Tok::at:
    case Tok::slash: return false;
    case Tok::right_brace: return head != Tok::kw_use;
    default: return true;
    }
}

std::size_t Formatter::matching(std::size_t open) const {
    std::size_t depth = 0;
    for (auto at = open; at < pieces_.size(); ++at) {
        switch (kind(at)) {
        case Tok::left_paren:
        case Tok::left_brace:
        case Tok::less: ++depth; break;
        case Tok::right_paren:
        case Tok::right_brace:
        case Tok::greater:
            if (--depth == 0)
                return at;
            break;
        default: break;
        }
    }
    TENON_ASSERT(false); // the text has been parsed
    return open;
}

} // namespace

Result<std::string> format(std::string name, std::string text) {
    Sources sources;
    const auto file = sources.add(std::move(name), std::move(text));
    TENON_TRY(parse(sources, file));
    auto pieces = TENON_TRY(pieces_of(sources, file));
    return Formatter(sources, file, std::move(pieces)).run();
}

} // namespace tenon::wit
