// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The stacks, and the operators of which the table says everything.
#include "wasm/checker.hpp"

#include "wasm/type_text.hpp"

#include <array>
#include <fmt/core.h>

namespace tenon::wasm {
namespace {

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
    is_constant_ = false;
    locals_.begin(info_.store->func(type)->params);
    const auto groups = TENON_TRY(in.u32());
    for (std::uint32_t i = 0; i < groups; ++i) {
        const auto offset = in.offset();
        const auto count = TENON_TRY(in.u32());
        auto local = TENON_TRY(read_val_type(in));
        const auto known = info_.canonical(local);
        if (!known)
            return fail(in.error_at(offset, known.error().code(), known.error().message()));
        if (!locals_.add(count, *known))
            return fail(in.error_at(
                offset, Errc::limit,
                fmt::format("too many locals: more than the limit of {}", Locals::most)));
    }
    push_frame(Op::block, {BlockType::Kind::type, {}, type.value});
    return {};
}

void Checker::begin_constant(ValType result, std::size_t globals) {
    operands_.clear();
    frames_.clear();
    locals_.begin({});
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
                                               info_.text(expected)));
    const auto found = TENON_TRY(pop());
    if (!fits(found, expected))
        return fail(Errc::invalid, fmt::format("type mismatch: expected {}, found {}",
                                               text(expected), text(found)));
    return found;
}

Result<> Checker::push(std::span<const ValType> types) {
    if (!operands_.has_room(types.size()))
        return fail(Errc::limit,
                    fmt::format("more operands than the limit of {}", OperandStack::most));
    operands_.push(types);
    return {};
}

/// The last that does not fit is named: as if they were taken one by one.
Result<> Checker::types_fit(std::span<const ValType> found,
                            std::span<const ValType> expected) const {
    if (is_same(found, expected))
        return {};
    // Of long lists most types are those beside them.
    ValType below, above;
    for (auto at = found.size(); at > 0; --at) {
        const auto sub = found[at - 1];
        const auto super = expected[at - 1];
        if (sub == super || (sub == below && super == above))
            continue;
        if (!fits(sub, super))
            return fail(Errc::invalid, fmt::format("type mismatch: expected {}, found {}",
                                                   text(super), text(sub)));
        below = sub;
        above = super;
    }
    return {};
}

// In unreachable code any number of operands may be missing, which costs nothing.
Result<> Checker::check_top(std::span<const ValType> types) const {
    const auto count = own(types.size());
    const auto missing = types.size() - count;
    TENON_TRY(types_fit(operands_.last(count), types.last(count)));
    if (missing > 0 && !frames_.back().unreachable)
        return fail(Errc::invalid,
                    fmt::format("type mismatch: expected {}, but nothing is on the stack",
                                info_.text(types[missing - 1])));
    return {};
}

Result<> Checker::pop(std::span<const ValType> types) {
    TENON_TRY(check_top(types));
    operands_.shrink(operands_.size() - own(types.size()));
    return {};
}

Result<> Checker::retype(std::span<const ValType> types) {
    if (operands_.own() >= types.size() && is_same(operands_.last(types.size()), types))
        return {};
    TENON_TRY(pop(types));
    return push(types);
}

Result<> Checker::pop_same(ValType expected, std::uint32_t count) {
    const auto found = operands_.last(own(count));
    for (auto at = found.size(); at > 0; --at)
        if (found[at - 1] != expected)
            TENON_TRY(types_fit(found.subspan(at - 1, 1), {&expected, 1}));
    if (found.size() < count && !frames_.back().unreachable)
        return fail(Errc::invalid,
                    fmt::format("type mismatch: expected {}, but nothing is on the stack",
                                info_.text(expected)));
    operands_.shrink(operands_.size() - found.size());
    return {};
}

Result<ValType> Checker::pop_reference() {
    const auto type = TENON_TRY(pop());
    if (!type.is_bottom() && !type.is_reference())
        return fail(Errc::invalid,
                    fmt::format("type mismatch: expected a reference, found {}", info_.text(type)));
    return type;
}

Result<ValType> Checker::pop_to_non_null() {
    const auto type = TENON_TRY(pop_reference());
    return type.is_bottom() ? any_reference : type.as_non_null();
}

// --- frames

Result<Checker::Frame> Checker::pop_frame() {
    const auto top = frames_.back();
    TENON_TRY(pop(results(top.type)));
    if (operands_.size() != top.height)
        return fail(Errc::invalid,
                    fmt::format("type mismatch: the block ends with more on the stack than it "
                                "gives, {} at last",
                                text(operands_.back())));
    locals_.forget(top.locals_height);
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
        return fail(Errc::invalid,
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
    case Op::i32_add:
    case Op::i32_sub:
    case Op::i32_mul:
    case Op::i64_add:
    case Op::i64_sub:
    case Op::i64_mul:
        return info_.features.need(Feature::extended_const, "operators in constant expressions");
    case Op::i32_const:
    case Op::i64_const:
    case Op::f32_const:
    case Op::f64_const:
    case Op::v128_const:
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
        if (one.index >= info_.imported_globals)
            return info_.features.need(Feature::gc, "constants made of the module's own globals");
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
