// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The stacks, and the operators of which the table says everything.
#include "wasm/checker.hpp"

#include "wasm/type_text.hpp"

#include <array>
#include <fmt/format.h>

namespace tenon::wasm {
namespace {

constexpr std::uint32_t max_locals = 50'000;

constexpr ValType i32(ValType::Kind::i32), i64(ValType::Kind::i64);

/// The type of a letter of the table, but for `p`.
constexpr std::array<ValType, 128> types_of_letters = [] {
    std::array<ValType, 128> types{};
    types['i'] = i32;
    types['I'] = i64;
    types['f'] = ValType(ValType::Kind::f32);
    types['F'] = ValType(ValType::Kind::f64);
    types['v'] = ValType(ValType::Kind::v128);
    return types;
}();
ValType type_of(char letter) noexcept {
    return types_of_letters[static_cast<unsigned char>(letter)];
}

} // namespace

Result<ValType> ModuleInfo::canonical(ValType type) const {
    if (type.kind() != ValType::Kind::ref_to)
        return type;
    if (type.type() >= types.size())
        return fail(Errc::invalid, fmt::format("unknown type {}", type.type()));
    return ValType::ref_to(types[type.type()].value, type.is_nullable());
}

// --- beginnings

Checker::Checker(const ModuleInfo& info) : info_(info) {
    const bool has_usual_memory = !info.memories.empty() && !info.memories.front().limits.is_64;
    for (std::size_t code = 0; code < quick_.size(); ++code) {
        const auto* const row = plain_op_rows[code];
        const auto kind = quick_rows[code].kind;
        if (row != nullptr && info.features.has(row->feature) &&
            (kind != Quick::access || has_usual_memory))
            quick_[code] = kind;
    }
}

Result<> Checker::begin_function(TypeId type, Reader& in) {
    operands_.clear();
    frames_.clear();
    locals_.clear();
    set_.clear();
    set_later_.clear();
    is_constant_ = false;
    locals_ = info_.store->func(type)->params;
    set_.assign(locals_.size(), 1);
    const auto groups = TENON_TRY(in.u32());
    for (std::uint32_t i = 0; i < groups; ++i) {
        const auto offset = in.offset();
        const auto count = TENON_TRY(in.u32());
        auto local = TENON_TRY(read_val_type(in));
        if (count > max_locals || locals_.size() + count > max_locals)
            return fail(
                in.error_at(offset, Errc::limit, "too many locals: more than the limit of 50000"));
        auto known = info_.canonical(local);
        if (!known)
            return fail(in.error_at(offset, Errc::invalid, known.error().message()));
        locals_.insert(locals_.end(), count, *known);
        set_.insert(set_.end(), count, !known->is_reference() || known->is_nullable() ? 1 : 0);
    }
    push_frame(Op::block, {BlockType::Kind::type, {}, type.value});
    return {};
}

void Checker::begin_constant(ValType result, std::size_t globals) {
    operands_.clear();
    frames_.clear();
    locals_.clear();
    set_.clear();
    set_later_.clear();
    is_constant_ = true;
    constant_globals_ = globals;
    push_frame(Op::block, {BlockType::Kind::value, result, 0});
}

// --- operands

Result<ValType> Checker::pop() {
    const auto& top = frames_.back();
    if (operands_.size() == top.height) {
        if (top.unreachable)
            return ValType::bottom();
        return fail(Errc::invalid, "type mismatch: nothing is on the stack, where an operand is "
                                   "expected");
    }
    const auto type = operands_.back();
    operands_.pop();
    return type;
}

Result<ValType> Checker::pop(ValType expected) {
    const auto& top = frames_.back();
    if (operands_.size() > top.height && operands_.back() == expected) [[likely]] {
        operands_.pop();
        return expected;
    }
    if (operands_.size() == top.height && !top.unreachable)
        return fail(Errc::invalid, fmt::format("type mismatch: expected {}, but nothing is on the "
                                               "stack",
                                               type_text(expected)));
    const auto found = TENON_TRY(pop());
    if (!info_.store->is_subtype(found, expected))
        return fail(Errc::invalid, fmt::format("type mismatch: expected {}, found {}",
                                               type_text(expected), type_text(found)));
    return found;
}

Result<> Checker::pop(std::span<const ValType> types) {
    for (auto at = types.size(); at > 0; --at)
        TENON_TRY(pop(types[at - 1]));
    return {};
}

Result<> Checker::check_top(std::span<const ValType> types) const {
    const auto& top = frames_.back();
    for (std::size_t below = 0; below < types.size(); ++below) {
        if (operands_.size() - top.height <= below) {
            if (top.unreachable)
                return {};
            return fail(Errc::invalid, "type mismatch: there are too few operands on the stack");
        }
        const auto expected = types[types.size() - 1 - below];
        const auto found = operands_.below(below);
        if (!info_.store->is_subtype(found, expected))
            return fail(Errc::invalid, fmt::format("type mismatch: expected {}, found {}",
                                                   type_text(expected), type_text(found)));
    }
    return {};
}

Result<ValType> Checker::pop_reference() {
    const auto type = TENON_TRY(pop());
    if (!type.is_bottom() && !type.is_reference())
        return fail(Errc::invalid,
                    fmt::format("type mismatch: expected a reference, found {}", type_text(type)));
    return type;
}

// --- frames

Result<Checker::Frame> Checker::pop_frame() {
    const auto top = frames_.back();
    TENON_TRY(pop(results(top.type)));
    if (operands_.size() != top.height)
        return fail(Errc::invalid,
                    fmt::format("type mismatch: the block ends with more on the stack than it "
                                "gives, {} at last",
                                type_text(operands_.back())));
    for (; set_later_.size() > top.locals_height; set_later_.pop_back())
        set_[set_later_.back()] = 0;
    leave_frame();
    return top;
}

void Checker::set_unreachable() {
    operands_.shrink(frames_.back().height);
    frames_.back().unreachable = true;
}

std::span<const ValType> Checker::params(const BlockType& type) const {
    if (type.kind != BlockType::Kind::type)
        return {};
    return info_.store->func(TypeId{type.type})->params;
}

std::span<const ValType> Checker::results(const BlockType& type) const {
    switch (type.kind) {
    case BlockType::Kind::empty: break;
    case BlockType::Kind::value: return {&type.value, 1};
    case BlockType::Kind::type: return info_.store->func(TypeId{type.type})->results;
    }
    return {};
}

std::span<const ValType> Checker::label_types(const Frame& frame) const {
    return frame.op == Op::loop ? params(frame.type) : results(frame.type);
}

Result<const Checker::Frame*> Checker::frame(std::uint32_t label) const {
    if (label >= frames_.size())
        return fail(Errc::invalid, fmt::format("unknown label {}: there are {} blocks around",
                                               label, frames_.size()));
    return &frames_[frames_.size() - 1 - label];
}

void Checker::set_local(std::uint32_t index) {
    if (set_[index] != 0)
        return;
    set_[index] = 1;
    set_later_.push_back(index);
}

// --- operators

Result<ValType> Checker::address(const MemArg& memory, const OpRow& row) const {
    const auto* const type = TENON_TRY(this->memory(memory.memory));
    if (memory.align_log2 > 4 || (1U << memory.align_log2) > row.size)
        return fail(Errc::invalid, fmt::format("alignment must not be larger than natural: 2^{} is "
                                               "more than {}",
                                               memory.align_log2, row.size));
    // Atomic accesses are aligned as the hardware wants them.
    if (row.feature == Feature::threads && (1U << memory.align_log2) != row.size)
        return fail(Errc::invalid, fmt::format("atomic alignment must be natural: {}", row.size));
    if (!type->limits.is_64 && memory.offset > 0xffffffff)
        return fail(Errc::malformed,
                    fmt::format("offset {} is out of range of a 32-bit memory", memory.offset));
    return address_of(type->limits);
}

Result<> Checker::plain(const Instruction& one) {
    const auto& row = *one.row;
    auto pointer = i32;
    switch (row.immediate) {
    case Immediate::memarg_lane:
        if (one.lane >= 16 / row.size)
            return fail(Errc::invalid, fmt::format("invalid lane index {}", one.lane));
        [[fallthrough]];
    case Immediate::memarg: pointer = TENON_TRY(address(one.memory, row)); break;
    case Immediate::memory: {
        const auto* const type = TENON_TRY(memory(one.index));
        pointer = address_of(type->limits);
        break;
    }
    case Immediate::lane:
        if (one.lane >= row.size)
            return fail(Errc::invalid, fmt::format("invalid lane index {}", one.lane));
        break;
    case Immediate::shuffle:
        for (const auto lane : one.bytes)
            if (lane >= 32)
                return fail(Errc::invalid, fmt::format("invalid lane index {}", lane));
        break;
    case Immediate::data: TENON_TRY(data(one.index)); break;
    case Immediate::elem: TENON_TRY(element(one.index)); break;
    default: break;
    }
    const auto type = [pointer](char letter) { return letter == 'p' ? pointer : type_of(letter); };
    for (auto at = row.in.size(); at > 0; --at)
        TENON_TRY(pop(type(row.in[at - 1])));
    for (const char letter : row.out)
        push(type(letter));
    return {};
}

// https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions
Result<> Checker::check_constant(const Instruction& one) const {
    switch (one.row->op) {
    case Op::i32_const:
    case Op::i64_const:
    case Op::f32_const:
    case Op::f64_const:
    case Op::v128_const:
    case Op::i32_add:
    case Op::i32_sub:
    case Op::i32_mul:
    case Op::i64_add:
    case Op::i64_sub:
    case Op::i64_mul:
    case Op::ref_null:
    case Op::ref_func:
    case Op::ref_i31:
    case Op::struct_new:
    case Op::struct_new_default:
    case Op::array_new:
    case Op::array_new_default:
    case Op::array_new_fixed:
    case Op::any_convert_extern:
    case Op::extern_convert_any:
    case Op::end: return {};
    case Op::global_get:
        if (one.index >= constant_globals_)
            return fail(Errc::invalid, fmt::format("unknown global {}", one.index));
        if (info_.globals[one.index].is_mutable)
            return fail(
                Errc::invalid,
                fmt::format("constant expression required, but global {} is mutable", one.index));
        return {};
    default:
        return fail(Errc::invalid, fmt::format("constant expression required, and `{}` is not "
                                               "allowed in one",
                                               one.row->text));
    }
}

Result<> Checker::check(const Instruction& one, const Reader& in) {
    const auto& row = *one.row;
    const auto fit = [&]() -> Result<> {
        if (!info_.features.has(row.feature))
            return fail(Errc::unsupported,
                        fmt::format("needs the feature `{}`, which is off", name_of(row.feature)));
        if (is_constant_)
            TENON_TRY(check_constant(one));
        return row.is_plain ? plain(one) : special(one);
    }();
    if (fit) [[likely]]
        return {};
    auto error = in.error_at(one.offset, fit.error().code(),
                             fmt::format("`{}`: {}", row.text, fit.error().message()));
    return fail(std::move(error));
}

} // namespace tenon::wasm
