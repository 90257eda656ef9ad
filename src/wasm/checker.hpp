// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The algorithm that validates a body, operator by operator, as the specification's appendix has
// it: a stack of operand types, a stack of control frames, and which locals are set.
// https://webassembly.github.io/spec/core/appendix/algorithm.html
//
// Whoever wants more than a verdict (printer, compilers) calls `read_function` of
// function_reader.hpp with a sink, and asks the checker there for types and frames.
#pragma once

#include "wasm/module_info.hpp"
#include "wasm/op_reader.hpp"

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
        bool unreachable = false;
    };

    /// `info` must outlive it.
    explicit Checker(const ModuleInfo& info)
        : info_(info),
          has_usual_memory_(!info.memories.empty() && !info.memories.front().limits.is_64) {}

    /// Begins a body of a function type: reads the locals.
    Result<> begin_function(TypeId type, Reader& in);
    /// Begins a constant expression that gives one value; only the first `globals` globals can be
    /// named in it.
    void begin_constant(ValType result, std::size_t globals);

    /// Validates the next operator. `in` is behind it, and is used for messages.
    Result<> check(const Instruction& one, const Reader& in);
    /// The same for what is met most often; false, and nothing was done, where `check` is to be
    /// asked. Inline, since a Result travels through memory.
    bool passes(const Instruction& one) {
        const auto& row = *one.row;
        if (row.is_plain)
            return passes_plain(one);
        if (row.immediate != Immediate::local || one.index >= locals_.size())
            return false;
        const auto type = locals_[one.index];
        if (row.op == Op::local_get) {
            if (set_[one.index] == 0)
                return false;
            operands_.push_back(type);
            return true;
        }
        if (set_[one.index] == 0 || operands_.size() == frames_.back().height ||
            operands_.back() != type)
            return false;
        if (row.op == Op::local_set)
            operands_.pop_back();
        return true;
    }
    /// Whether the last `end` was that of the body.
    [[nodiscard]] bool is_done() const noexcept { return frames_.empty(); }

    [[nodiscard]] std::span<const ValType> operands() const noexcept { return operands_; }
    [[nodiscard]] std::span<const Frame> frames() const noexcept { return frames_; }
    [[nodiscard]] std::span<const ValType> locals() const noexcept { return locals_; }
    [[nodiscard]] const ModuleInfo& info() const noexcept { return info_; }
    /// The types that a branch to the frame takes.
    [[nodiscard]] std::span<const ValType> label_types(const Frame& frame) const;

private:
    // --- the two stacks
    void push(ValType type) { operands_.push_back(type); }
    void push(std::span<const ValType> types) {
        operands_.insert(operands_.end(), types.begin(), types.end());
    }
    Result<ValType> pop();
    Result<ValType> pop(ValType expected);
    Result<> pop(std::span<const ValType> types);
    bool passes_plain(const Instruction& one) {
        const auto& row = *one.row;
        const auto count = row.in.size();
        switch (row.immediate) {
        case Immediate::none:
        case Immediate::i32:
        case Immediate::i64:
        case Immediate::f32:
        case Immediate::f64: break;
        case Immediate::memarg:
            if (!has_usual_memory_ || one.memory.memory != 0 || one.memory.align_log2 > 3 ||
                (1U << one.memory.align_log2) > row.size || one.memory.offset > 0xffffffff ||
                row.feature == Feature::threads)
                return false;
            break;
        default: return false;
        }
        if (count > row.in_types.size() || is_constant_ || !info_.features.has(row.feature) ||
            operands_.size() - frames_.back().height < count)
            return false;
        const auto* const top = operands_.data() + (operands_.size() - count);
        for (std::size_t i = 0; i < count; ++i)
            if (top[i] != row.in_types[i])
                return false;
        operands_.resize(operands_.size() - count);
        for (std::size_t i = 0; i < row.out.size(); ++i)
            operands_.push_back(row.out_types[i]);
        return true;
    }
    Result<ValType> pop_reference();
    /// What `pop` would say, without taking anything.
    [[nodiscard]] Result<> check_top(std::span<const ValType> types) const;
    void push_frame(Op op, BlockType type);
    Result<Frame> pop_frame();
    void set_unreachable();
    [[nodiscard]] std::span<const ValType> params(const BlockType& type) const;
    [[nodiscard]] std::span<const ValType> results(const BlockType& type) const;
    [[nodiscard]] Result<const Frame*> frame(std::uint32_t label) const;
    void set_local(std::uint32_t index);

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
    [[nodiscard]] static ValType address_of(const Limits& limits) noexcept;

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
    Result<> br_on_cast(const Instruction& one);
    Result<> select();
    Result<> call_with(const FuncType& type, bool returns);
    Result<ValType> label_reference(const Frame& frame) const;

    const ModuleInfo& info_;
    std::vector<ValType> operands_;
    std::vector<Frame> frames_;
    std::vector<ValType> locals_;
    bool has_usual_memory_ = false;        ///< memory 0 is there and of 32 bits
    std::vector<std::uint8_t> set_;        ///< by local, 0 or 1
    std::vector<std::uint32_t> set_later_; ///< locals in the order in which they were set
    std::size_t constant_globals_ = 0;
    bool is_constant_ = false;
    BlockType body_;
};

} // namespace tenon::wasm
