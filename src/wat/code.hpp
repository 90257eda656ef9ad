// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Instructions of the text format, flat and folded, straight to bytes. Nesting is kept on a stack
// of its own, so it costs memory in proportion to the text and nothing else.
//
// Source: https://webassembly.github.io/spec/core/text/instructions.html
#pragma once

#include "wasm/op.hpp"
#include "wat/types.hpp"

namespace tenon::wat {

using wasm::Op;
using wasm::OpRow;

/// What instructions are read against, and what they leave behind for the whole module.
struct Context {
    Cursor in;
    Names& names; ///< of the module, as the next one
    TypeTable& types;
    bool needs_data_count = false;
};

/// A guess on a branch, for the section `metadata.code.branch_hint`.
struct BranchHint {
    std::uint32_t offset; ///< in the function's body
    std::uint8_t is_likely;
};

class Code {
public:
    explicit Code(Context& context) : context_(context), in_(context.in) {}

    /// Instructions up to the `)` of the form around them, which stays. No `end` is written.
    Result<> expression(Buffer& out);
    /// The `end` of a function that is written next stands where the cursor is.
    void note_end() { note_place(in_.offset()); }
    /// One instruction in parentheses.
    Result<> folded_instruction(Buffer& out);
    /// Whether `(i8 …)` or so stands here: numbers of one type, as in a data segment.
    [[nodiscard]] bool at_data_numbers();
    /// All of them, as they lie in memory.
    Result<> data_numbers(Buffer& out);

    /// Forgets the locals and labels of the function before.
    void begin_function();
    [[nodiscard]] Scope& locals() noexcept { return locals_; }
    [[nodiscard]] NameMap& local_names() noexcept { return local_names_; }
    [[nodiscard]] const NameMap& label_names() const noexcept { return label_names_; }
    [[nodiscard]] const std::vector<BranchHint>& hints() const noexcept { return hints_; }
    /// Whether to remember where each operator of a function stands in the text.
    void keep_places(bool is) noexcept { keeps_places_ = is; }
    struct Place {
        std::size_t at, text; ///< in the function's body; in the text
    };
    [[nodiscard]] const std::vector<Place>& places() const noexcept { return places_; }
    /// Functions may have branch hints, and want the number of data segments before them.
    void set_in_function(bool is) noexcept { in_function_ = is; }

private:
    enum class Shape : std::uint8_t {
        flat,         ///< a block that `end` closes
        folded_block, ///< `(block …)`
        folded_plain, ///< `(i32.add …)`; holds its operands
        folded_if,    ///< `(if …)`; holds its condition, then its clauses
        folded_try,   ///< `(try …)`; holds its clauses
        clause,       ///< `(then …)` and the like
    };
    struct Frame {
        Shape shape;
        Op op;                   ///< the last part of it: `if_`, then `else_`
        bool has_clause = false; ///< of folded_if and folded_try
        bool is_closed = false;  ///< a legacy `try` that ended with `delegate`
        bool has_late_type = false;
        std::int8_t hint = -1;
        Token token = {};      ///< the word that it began with
        std::size_t place = 0; ///< of that word in the text
        Naming label = {};
        std::size_t pending = 0;   ///< where its bytes begin in `pending_`
        std::size_t late_part = 0; ///< where in them the index of its late type belongs
    };
    struct Label {
        std::string_view name;
        std::uint32_t hidden; ///< the one of the same name outside, plus one
    };

    // code.cpp
    Result<> instructions(Buffer& out, bool is_single);
    Result<> any();
    Result<> flat();
    Result<> flat_part(const OpRow& row);
    Result<> folded();
    Result<> if_part(Frame frame);
    Result<> try_part(std::size_t at);
    Result<> begin_block(const OpRow& row, Shape shape);
    Result<> close();
    Result<> branch_hint();
    Result<const OpRow*> read_op();
    Result<std::int8_t> take_hint(const OpRow& row);
    void note_hint(std::int8_t hint);
    void note_place(std::size_t text);
    void push_label(const Naming& label);
    void pop_label();
    Result<> check_label(const Frame& frame);
    void hold(Frame& frame, std::size_t begin);
    Result<> release(const Frame& frame);
    base::Error unknown_op() const;

    // immediates.cpp
    Result<> write(const OpRow& row);
    Result<> immediates(const OpRow& row);
    Result<> block_type();
    Result<> write_block_type(const TypeUse& use);
    Result<std::uint32_t> label_index();
    Result<> labels();
    Result<> catches();
    Result<> call_indirect(const OpRow& row);
    Result<> memory_argument(const OpRow& row, bool has_lane);
    Result<> lanes();
    Result<> vector();
    Result<> cast();
    Result<> test(const OpRow& row);
    Result<> select(const OpRow& row);
    Result<> field();
    Result<> float_bits(std::string_view what, bool is_double);
    Result<> integer_bits(std::string_view at, std::string_view of, unsigned bits);
    Result<> two_indices(Space first, Space second);
    Result<> both_or_none(Space space);
    Result<> segment_of(Space segment, Space space);
    Result<> optional_index(Space space);
    Result<> write_index(Space space);
    Result<> integer(unsigned bits);
    void leb(std::uint64_t value);
    void note_data_use() noexcept {
        context_.needs_data_count = context_.needs_data_count || in_function_;
    }
    void op(const OpRow& row);
    void heap(const wasm::HeapType& type);
    void little_endian(std::uint64_t bits, unsigned bytes);
    Result<std::uint8_t> lane_index();

    Context& context_;
    Cursor& in_;
    Buffer* out_ = nullptr;
    std::vector<Frame> frames_;
    Buffer pending_;
    std::vector<TypeUse> late_types_;
    bool may_be_late_ = false;           ///< whether operands come before the operator that is read
    std::optional<std::size_t> late_at_; ///< set by an operator whose type comes late

    Scope locals_;
    NameMap local_names_, label_names_;
    std::vector<Label> labels_;
    base::TextViewMap<std::uint32_t> label_ids_; ///< the innermost, plus one
    std::uint32_t label_count_ = 0;

    std::vector<BranchHint> hints_;
    std::optional<std::uint8_t> hint_;
    Token hint_token_;
    bool in_function_ = false;
    bool keeps_places_ = false;
    std::vector<Place> places_;
    std::size_t op_place_ = 0; ///< of the operator's name that was read last
};

} // namespace tenon::wat
