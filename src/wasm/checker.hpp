// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The algorithm that validates a body, operator by operator, as the specification's appendix has
// it: a stack of operand types, a stack of control frames, and which locals are set.
// https://webassembly.github.io/spec/core/appendix/algorithm.html
//
// Whoever wants more than a verdict (printer, compilers) calls `read_function` of
// function_reader.hpp with a sink, and asks the checker there for types and frames.
#pragma once

#include "wasm/locals.hpp"
#include "wasm/module_info.hpp"
#include "wasm/op_reader.hpp"
#include "wasm/quick.hpp"

#include <algorithm>
#include <span>
#include <vector>

namespace tenon::wasm {

class Checker {
public:
    struct Frame {
        Op op;                         ///< `block`, `loop`, `if_`, …; of the body `block`
        BlockType type;                ///< with canonical types
        std::size_t height = 0;        ///< of the operands below it
        std::size_t locals_height = 0; ///< of the locals set before it
        std::uint32_t table = 0;       ///< the last `br_table` that was checked against it
        bool unreachable = false;
    };

    /// `info` must outlive it.
    explicit Checker(const ModuleInfo& info);

    /// Begins a body of a function type: reads the locals.
    Result<> begin_function(TypeId type, Reader& in);
    /// Begins a constant expression that gives one value; only the first `globals` globals can be
    /// named in it.
    void begin_constant(ValType result, std::size_t globals);

    /// Validates the next operator. `in` is behind it, and is used for messages.
    Result<> check(const Instruction& one, const Reader& in);
    /// What can be done quickly for the operator of one byte, given the module and its features.
    [[nodiscard]] Quick quick(Byte code) const noexcept { return quick_[code]; }
    /// Validates an operator for which there is something quick to do. False, and nothing was done,
    /// where `check` is to be asked. Inline, since a Result travels through memory.
    template <Quick kind> bool passes(const Instruction& one, const QuickRow& row);
    /// Whether the last `end` was that of the body.
    [[nodiscard]] bool is_done() const noexcept { return frames_.empty(); }

    /// What an operand is of which unreachable code only says that it is a reference without null:
    /// below every reference type and no other. Its id is one that no store gives.
    static constexpr auto any_reference = ValType::ref_to(ValType::max_type - 1, false);

    [[nodiscard]] std::span<const ValType> operands() const noexcept { return operands_.all(); }
    [[nodiscard]] std::span<const Frame> frames() const noexcept { return frames_; }
    [[nodiscard]] const Locals& locals() const noexcept { return locals_; }
    [[nodiscard]] const ModuleInfo& info() const noexcept { return info_; }
    /// The type of the addresses of a memory or table.
    [[nodiscard]] static ValType address_of(const Limits& limits) noexcept;
    /// The types that a branch to the frame takes.
    [[nodiscard]] std::span<const ValType> label_types(const Frame& frame) const;

private:
    // --- the two stacks
    void push(ValType type) { operands_.push(type); }
    Result<> push(std::span<const ValType> types);
    Result<ValType> pop();
    Result<ValType> pop(ValType expected);
    Result<> pop(std::span<const ValType> types);
    /// What `pop` and `push` of the same types do: the operands on top become just these.
    Result<> retype(std::span<const ValType> types);
    /// How many of so many operands are above the frame's begin; the others can only be what
    /// unreachable code has there.
    [[nodiscard]] std::size_t own(std::size_t count) const noexcept {
        return std::min(count, operands_.own());
    }
    /// Whether all that can still be taken is what unreachable code has.
    [[nodiscard]] bool is_bottomless() const noexcept {
        return operands_.own() == 0 && frames_.back().unreachable;
    }
    /// Whether an operand of the one type can be where the other is expected.
    [[nodiscard]] bool fits(ValType found, ValType expected) const {
        return found == any_reference ? expected.is_reference()
                                      : info_.store->is_subtype(found, expected);
    }
    [[nodiscard]] std::string text(ValType operand) const {
        return operand == any_reference ? "a reference" : info_.text(operand);
    }
    Result<> types_fit(std::span<const ValType> found, std::span<const ValType> expected) const;
    // --- what `passes` asks
    /// How many operands the innermost block has.
    [[nodiscard]] std::size_t own() const noexcept { return operands_.own(); }
    /// Whether those on top are of just these types, without a look at what is above `skipped`.
    [[nodiscard]] bool ends_with(std::span<const ValType> types, std::size_t skipped = 0) const;
    /// The types that a frame gives, or takes when branched to, unless it has a function type.
    [[nodiscard]] static bool has_short_type(const Frame& frame) noexcept {
        return frame.type.kind != BlockType::Kind::type;
    }
    [[nodiscard]] static std::span<const ValType> short_results(const Frame& frame) noexcept {
        return {&frame.type.value, frame.type.kind == BlockType::Kind::value ? 1U : 0U};
    }
    [[nodiscard]] static std::span<const ValType> short_label(const Frame& frame) noexcept {
        return frame.op == Op::loop ? std::span<const ValType>() : short_results(frame);
    }
    bool ends_quickly();
    bool branches_quickly(std::uint32_t label, std::size_t skipped) const;

    Result<ValType> pop_reference();
    /// The same without null.
    Result<ValType> pop_to_non_null();
    /// What `pop` would say, without taking anything.
    [[nodiscard]] Result<> check_top(std::span<const ValType> types) const;
    /// Takes so many operands of one type.
    Result<> pop_same(ValType expected, std::uint32_t count);
    void push_frame(Op op, BlockType type) {
        const auto height = operands_.size();
        frames_.push_back({op, type, height, locals_.set_count(), 0, false});
        operands_.set_floor(height);
    }
    Result<Frame> pop_frame();
    void leave_frame() {
        frames_.pop_back();
        operands_.set_floor(frames_.empty() ? 0 : frames_.back().height);
    }
    void set_unreachable();
    [[nodiscard]] std::span<const ValType> params(const BlockType& type) const;
    [[nodiscard]] std::span<const ValType> results(const BlockType& type) const;
    [[nodiscard]] Result<const Frame*> frame(std::uint32_t label) const;

    // --- what immediates name
    Result<BlockType> block_type(BlockType type) const;
    Result<ValType> heap_type(const HeapType& type, bool nullable) const;
    Result<TypeId> type(std::uint32_t index) const;
    Result<const FuncType*> func_type(std::uint32_t index) const;
    Result<const StructType*> struct_type(std::uint32_t index) const;
    Result<const ArrayType*> array_type(std::uint32_t index) const;
    Result<TypeId> function(std::uint32_t index) const;
    Result<const TableType*> table(std::uint32_t index) const;
    Result<const MemoryType*> memory(std::uint32_t index) const;
    Result<const FuncType*> tag(std::uint32_t index) const;
    Result<> data(std::uint32_t index) const;
    Result<ValType> element(std::uint32_t index) const;
    Result<ValType> address(const MemArg& memory, const OpRow& row) const;

    // --- operators
    Result<> plain(const Instruction& one);
    Result<> special(const Instruction& one);
    Result<> check_constant(const Instruction& one) const;
    Result<> control(const Instruction& one);
    Result<> branch(const Instruction& one);
    Result<> call(const Instruction& one);
    Result<> variable(const Instruction& one);
    Result<> table_op(const Instruction& one);
    Result<> memory_op(const Instruction& one);
    Result<> reference(const Instruction& one);
    Result<> aggregate(const Instruction& one);
    Result<> array(const Instruction& one);

    Result<> begin_block(const Instruction& one);
    Result<> try_table(const Instruction& one);
    Result<> br_table(const Instruction& one);
    Result<> catches(const Catch& clause, std::span<const ValType> taken) const;
    Result<> br_on_cast(const Instruction& one);
    Result<> select();
    Result<> call_with(const FuncType& type, bool returns);
    Result<ValType> label_reference(const Frame& frame) const;

    const ModuleInfo& info_;
    OperandStack operands_;
    std::vector<Frame> frames_;
    Locals locals_;
    std::uint32_t tables_ = 0; ///< how many `br_table`s there were
    std::size_t constant_globals_ = 0;
    bool is_constant_ = false;
    std::array<Quick, 256> quick_ = {};
};

} // namespace tenon::wasm
