// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/code.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::wat {
namespace {

constexpr std::string_view hint_name = "metadata.code.branch_hint";

bool opens_block(Op op) noexcept {
    return op == Op::block || op == Op::loop || op == Op::if_ || op == Op::try_ ||
           op == Op::try_table;
}

/// Those that continue or close a block that is open.
bool is_part(Op op) noexcept {
    return op == Op::else_ || op == Op::end || op == Op::catch_ || op == Op::catch_all ||
           op == Op::delegate;
}

/// Whether a part may follow the last part of the block.
bool may_follow(Op part, Op last) noexcept {
    switch (part) {
    case Op::else_: return last == Op::if_;
    case Op::catch_:
    case Op::catch_all: return last == Op::try_ || last == Op::catch_;
    case Op::delegate: return last == Op::try_;
    default: return true;
    }
}

} // namespace

void Code::begin_function() {
    locals_.clear();
    local_names_.clear();
    label_names_.clear();
    label_count_ = 0;
    hints_.clear();
    places_.clear();
}

void Code::note_place(std::size_t text) {
    if (keeps_places_ && in_function_)
        places_.push_back({out_->size(), text});
}

Result<> Code::expression(Buffer& out) {
    return instructions(out, false);
}

Result<> Code::folded_instruction(Buffer& out) {
    if (!in_.at(TokenKind::open))
        return fail(in_.unexpected("an instruction in parentheses"));
    return instructions(out, true);
}

Result<> Code::instructions(Buffer& out, bool is_single) {
    out_ = &out;
    do {
        if (frames_.empty() && in_.at(TokenKind::close))
            break;
        TENON_TRY(any());
    } while (!is_single || !frames_.empty());
    if (hint_)
        return fail(in_.error(Errc::malformed, "a branch hint without a branch", hint_token_));
    return {};
}

Result<> Code::any() {
    const bool holds_forms_only =
        !frames_.empty() &&
        (frames_.back().shape == Shape::folded_plain || frames_.back().shape == Shape::folded_if ||
         frames_.back().shape == Shape::folded_try);
    switch (in_.token().kind) {
    case TokenKind::keyword:
        if (holds_forms_only)
            return fail(in_.unexpected("`(` or `)`"));
        return flat();
    case TokenKind::open: in_.advance(); return folded();
    case TokenKind::close: return close();
    case TokenKind::annotation:
        if (is_annotation(in_.token(), hint_name))
            return branch_hint();
        [[fallthrough]];
    default: return fail(in_.unexpected("an instruction"));
    }
}

base::Error Code::unknown_op() const {
    auto error = in_.error(Errc::malformed, fmt::format("unknown operator `{}`", in_.token().text),
                           in_.token());
    std::vector<std::string_view> known;
    for (const auto& row : wasm::op_rows)
        known.push_back(row.text);
    return with_nearest(std::move(error), in_.token().text, known);
}

Result<const OpRow*> Code::read_op() {
    if (!in_.at(TokenKind::keyword))
        return fail(in_.unexpected("an instruction"));
    const auto* const row = wasm::find_op(in_.token().text);
    if (row == nullptr)
        return fail(unknown_op());
    op_place_ = in_.offset();
    return row;
}

// Flat instructions

Result<> Code::flat() {
    const auto* const row = TENON_TRY(read_op());
    if (is_part(row->op))
        return flat_part(*row);
    if (opens_block(row->op))
        return begin_block(*row, Shape::flat);
    const auto hint = TENON_TRY(take_hint(*row));
    in_.advance();
    note_hint(hint);
    note_place(op_place_);
    may_be_late_ = false;
    return write(*row);
}

Result<> Code::begin_block(const OpRow& row, Shape shape) {
    Frame frame{shape, row.op};
    frame.hint = TENON_TRY(take_hint(row));
    frame.token = in_.token();
    frame.place = op_place_;
    in_.advance();
    frame.label = TENON_TRY(read_naming(in_));
    const auto begin = out_->size();
    if (shape == Shape::folded_if) {
        may_be_late_ = true;
        TENON_TRY(write(row));
        hold(frame, begin); // the condition comes first, and does not see the label
    } else {
        note_hint(frame.hint);
        note_place(frame.place);
        may_be_late_ = false;
        TENON_TRY(write(row));
        push_label(frame.label);
    }
    frames_.push_back(frame);
    return {};
}

Result<> Code::flat_part(const OpRow& row) {
    if (frames_.empty() || frames_.back().shape != Shape::flat)
        return fail(in_.error(Errc::malformed,
                              fmt::format("`{}` without a block that it belongs to", row.text),
                              in_.token()));
    auto& frame = frames_.back();
    if (!may_follow(row.op, frame.op))
        return fail(
            in_.error(Errc::malformed,
                      fmt::format("`{}` cannot follow `{}`", row.text, wasm::row_of(frame.op).text),
                      in_.token()));
    in_.advance();
    if (row.op == Op::end || row.op == Op::delegate)
        pop_label(); // what `delegate` names is outside
    if (row.op == Op::end || row.op == Op::else_)
        TENON_TRY(check_label(frame));
    note_place(op_place_);
    may_be_late_ = false;
    TENON_TRY(write(row));
    if (row.op == Op::end || row.op == Op::delegate)
        frames_.pop_back();
    else
        frame.op = row.op;
    return {};
}

/// The label may be repeated behind `else` and `end`.
Result<> Code::check_label(const Frame& frame) {
    if (!in_.at(TokenKind::id))
        return {};
    const bool is_labelled = frame.label.id.kind == TokenKind::id;
    if (!is_labelled || in_.id_text(in_.token()) != in_.id_text(frame.label.id))
        return fail(in_.error(
            Errc::malformed,
            is_labelled ? fmt::format("mismatching label: the block is `{}`", frame.label.id.text)
                        : "mismatching label: the block has none",
            in_.token()));
    in_.advance();
    return {};
}

// Folded instructions

Result<> Code::folded() {
    if (!frames_.empty() && frames_.back().shape == Shape::folded_if &&
        (in_.at_keyword("then") || frames_.back().has_clause))
        return if_part(frames_.back());
    if (!frames_.empty() && frames_.back().shape == Shape::folded_try)
        return try_part(frames_.size() - 1);
    const auto* const row = TENON_TRY(read_op());
    if (is_part(row->op))
        return fail(in_.unexpected("an instruction"));
    if (row->op == Op::if_)
        return begin_block(*row, Shape::folded_if);
    if (opens_block(row->op))
        return begin_block(*row, row->op == Op::try_ ? Shape::folded_try : Shape::folded_block);
    Frame frame{Shape::folded_plain, row->op};
    frame.place = op_place_;
    frame.hint = TENON_TRY(take_hint(*row));
    in_.advance();
    const auto begin = out_->size();
    may_be_late_ = true;
    TENON_TRY(write(*row));
    hold(frame, begin);
    frames_.push_back(frame);
    return {};
}

/// The bytes from `begin` on wait until the operands are written.
void Code::hold(Frame& frame, std::size_t begin) {
    frame.pending = pending_.size();
    frame.has_late_type = late_at_.has_value();
    frame.late_part = late_at_.value_or(begin) - begin;
    late_at_.reset();
    const auto from = out_->begin() + static_cast<std::ptrdiff_t>(begin);
    pending_.insert(pending_.end(), from, out_->end());
    out_->erase(from, out_->end());
}

Result<> Code::release(const Frame& frame) {
    note_hint(frame.hint);
    note_place(frame.place);
    const auto bytes = Bytes(pending_).subspan(frame.pending);
    const auto head = frame.has_late_type ? frame.late_part : bytes.size();
    out_->insert(out_->end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(head));
    if (frame.has_late_type) {
        const auto& use = late_types_.back();
        if (frame.op == Op::if_)
            TENON_TRY(write_block_type(use));
        else
            leb(TENON_TRY(resolve(in_, context_.types, use)));
        late_types_.pop_back();
    }
    out_->insert(out_->end(), bytes.begin() + static_cast<std::ptrdiff_t>(head), bytes.end());
    pending_.resize(frame.pending);
    return {};
}

Result<> Code::if_part(Frame frame) {
    auto& outer = frames_.back();
    if (!outer.has_clause) {
        TENON_TRY(release(frame));
        push_label(frame.label);
        outer.has_clause = true;
    } else if (in_.at_keyword("else") && outer.op == Op::if_) {
        outer.op = Op::else_;
        note_place(in_.offset());
        op(wasm::row_of(Op::else_));
    } else {
        return fail(in_.unexpected(outer.op == Op::if_ ? "`(else` or `)`" : "`)`"));
    }
    Frame clause{Shape::clause, outer.op};
    clause.token = in_.token();
    in_.advance();
    frames_.push_back(clause);
    return {};
}

Result<> Code::try_part(std::size_t at) {
    auto& frame = frames_[at];
    if (frame.is_closed)
        return fail(in_.unexpected("`)`"));
    if (!frame.has_clause) {
        TENON_TRY(in_.expect_keyword("do"));
        frame.has_clause = true;
    } else {
        const auto* const row = TENON_TRY(read_op());
        if (!is_part(row->op) || row->op == Op::end || !may_follow(row->op, frame.op))
            return fail(in_.unexpected("`(catch`, `(catch_all` or `)`"));
        in_.advance();
        if (row->op == Op::delegate) {
            pop_label();
            frame.is_closed = true;
        }
        note_place(op_place_);
        may_be_late_ = false;
        TENON_TRY(write(*row));
        frame.op = row->op;
        if (row->op == Op::delegate) // which holds nothing but its label
            return in_.expect_close();
    }
    frames_.push_back(Frame{Shape::clause, frame.op});
    return {};
}

Result<> Code::close() {
    const auto frame = frames_.back();
    switch (frame.shape) {
    case Shape::flat:
        return fail(
            in_.error(Errc::malformed, "a block without its `end`", frame.token, "begins here"));
    case Shape::folded_plain: TENON_TRY(release(frame)); break;
    case Shape::clause: break;
    case Shape::folded_if:
    case Shape::folded_try:
        if (!frame.has_clause)
            return fail(in_.unexpected(frame.shape == Shape::folded_if ? "`(then`" : "`(do`"));
        [[fallthrough]];
    case Shape::folded_block:
        if (!frame.is_closed) {
            note_place(in_.offset());
            op(wasm::row_of(Op::end));
            pop_label();
        }
        break;
    }
    in_.advance();
    frames_.pop_back();
    return {};
}

// Labels

void Code::push_label(const Naming& label) {
    const auto index = label_count_++;
    if (label.shown)
        label_names_.emplace_back(index, *label.shown);
    Label one{{}, 0};
    if (label.id.kind == TokenKind::id) {
        one.name = in_.id_text(label.id);
        auto& innermost = label_ids_[one.name];
        one.hidden = innermost;
        innermost = static_cast<std::uint32_t>(labels_.size() + 1);
    }
    labels_.push_back(one);
}

void Code::pop_label() {
    const auto label = labels_.back();
    labels_.pop_back();
    if (label.name.empty())
        return;
    if (label.hidden == 0)
        label_ids_.erase(label.name);
    else
        label_ids_[label.name] = label.hidden;
}

// Branch hints

Result<> Code::branch_hint() {
    const auto at = in_.token();
    if (!in_function_)
        return fail(in_.error(Errc::malformed, "a branch hint outside of a function", at));
    if (hint_)
        return fail(in_.error(Errc::malformed, "a second branch hint for the same branch", at));
    in_.advance();
    const auto value_at = in_.token();
    const auto value = TENON_TRY(in_.string("`\"\\00\"` or `\"\\01\"`"));
    if (value.size() != 1 || static_cast<unsigned char>(value[0]) > 1)
        return fail(
            in_.error(Errc::malformed, "a branch hint is `\"\\00\"` or `\"\\01\"`", value_at));
    TENON_TRY(in_.expect_close());
    hint_ = static_cast<std::uint8_t>(value[0]);
    hint_token_ = at;
    return {};
}

Result<std::int8_t> Code::take_hint(const OpRow& row) {
    if (!hint_) [[likely]]
        return std::int8_t{-1};
    if (row.op != Op::if_ && row.op != Op::br_if)
        return fail(in_.error(Errc::invalid,
                              fmt::format("a branch hint for `{}`, which does not branch on a "
                                          "condition",
                                          row.text),
                              hint_token_));
    const auto hint = static_cast<std::int8_t>(*hint_);
    hint_.reset();
    return hint;
}

void Code::note_hint(std::int8_t hint) {
    if (hint >= 0)
        hints_.push_back(
            {static_cast<std::uint32_t>(out_->size()), static_cast<std::uint8_t>(hint)});
}

} // namespace tenon::wat
