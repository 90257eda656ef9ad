// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Constant expressions of a wanted type; also what a body falls back to.
// https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions
#include "wasm/smith_module.hpp"

#include "base/error.hpp"

namespace tenon::wasm {
namespace {

using Kind = ValType::Kind;
constexpr int max_depth = 4;

class ConstantSmith {
public:
    ConstantSmith(base::Choices& choices, const SmithModule& module, std::uint32_t globals,
                  Buffer& out)
        : choices_(choices), module_(module), globals_(globals), out_(out) {}

    /// False, and nothing was written, where there is no such value but null.
    bool produce(ValType want, int depth) {
        if (choices_.one_in(3) && from_global(want))
            return true;
        if (!want.is_reference())
            number(want.kind());
        else if (want.is_nullable() && (depth >= max_depth || choices_.one_in(2)))
            null(want);
        else if (!made(want, depth)) {
            if (!want.is_nullable())
                return false;
            null(want);
        }
        return true;
    }

private:
    void emit(Op op, std::uint32_t index = 0, std::uint32_t second = 0) {
        Instruction one;
        one.row = &row_of(op);
        one.index = index;
        one.second = second;
        append(out_, one);
    }

    bool from_global(ValType want) {
        for (std::uint32_t i = 0; i < globals_; ++i) {
            const auto& global = module_.globals[i];
            if (global.is_mutable || !module_.fits(global.type, want))
                continue;
            emit(Op::global_get, i);
            return true;
        }
        return false;
    }

    void number(Kind kind) {
        Instruction one;
        one.bits = choices_.one_in(2) ? choices_.below(300) : choices_.wide();
        for (auto& byte : one.bytes)
            byte = static_cast<Byte>(choices_.next());
        switch (kind) {
        case Kind::i32:
            one.row = &row_of(Op::i32_const);
            one.bits = static_cast<std::uint64_t>(
                static_cast<std::int64_t>(static_cast<std::int32_t>(one.bits)));
            break;
        case Kind::i64: one.row = &row_of(Op::i64_const); break;
        case Kind::f32:
            one.row = &row_of(Op::f32_const);
            one.bits &= 0xffffffff;
            break;
        case Kind::f64: one.row = &row_of(Op::f64_const); break;
        default: one.row = &row_of(Op::v128_const); break;
        }
        append(out_, one);
    }

    void null(ValType want) {
        Instruction one;
        one.row = &row_of(Op::ref_null);
        one.heap = heap_of(want);
        append(out_, one);
    }

    /// A value that is not null; false where there is no way to make one here.
    bool made(ValType want, int depth) {
        if (want.kind() == Kind::ref_to)
            return made_of(want.type(), depth);
        switch (want.heap()) {
        case Heap::any:
        case Heap::eq:
        case Heap::i31:
            number(Kind::i32);
            emit(Op::ref_i31);
            return true;
        case Heap::extern_:
            number(Kind::i32);
            emit(Op::ref_i31);
            emit(Op::extern_convert_any);
            return true;
        case Heap::func:
            if (module_.functions.empty())
                return false;
            emit(Op::ref_func, choices_.below(module_.functions.size()));
            return true;
        case Heap::struct_:
        case Heap::array:
            for (std::uint32_t i = 0; i < module_.types.size(); ++i)
                if (module_.fits(ValType::ref_to(i, false), want) && can_be_made(i))
                    return made_of(i, depth);
            return false;
        default: return false;
        }
    }

    /// With all fields at their defaults, or all fields numbers.
    [[nodiscard]] bool can_be_made(std::uint32_t type) const {
        if (const auto* const array = module_.as<ArrayType>(type))
            return array->element.has_default();
        if (const auto* const structure = module_.as<StructType>(type)) {
            for (const auto& field : structure->fields)
                if (!field.has_default())
                    return false;
            return true;
        }
        for (const auto function : module_.functions)
            if (function == type)
                return true;
        return false;
    }

    bool made_of(std::uint32_t type, int depth) {
        if (!can_be_made(type))
            return false;
        if (const auto* const array = module_.as<ArrayType>(type))
            array_of(type, *array, depth);
        else if (const auto* const structure = module_.as<StructType>(type))
            structure_of(type, *structure, depth);
        else
            for (std::uint32_t i = 0; i < module_.functions.size(); ++i)
                if (module_.functions[i] == type) {
                    emit(Op::ref_func, i);
                    break;
                }
        return true;
    }

    void structure_of(std::uint32_t type, const StructType& structure, int depth) {
        if (depth >= max_depth || structure.fields.size() > 8 || choices_.one_in(3))
            return emit(Op::struct_new_default, type);
        for (const auto& field : structure.fields)
            defaulted(unpacked(field), depth);
        emit(Op::struct_new, type);
    }

    void array_of(std::uint32_t type, const ArrayType& array, int depth) {
        const auto count = choices_.below(4);
        if (depth < max_depth && choices_.one_in(2)) {
            for (std::uint32_t i = 0; i < count; ++i)
                defaulted(unpacked(array.element), depth);
            return emit(Op::array_new_fixed, type, count);
        }
        Instruction length;
        length.row = &row_of(Op::i32_const);
        length.bits = count;
        append(out_, length);
        emit(Op::array_new_default, type);
    }

    /// What a field with a default holds: there is always a value.
    void defaulted(ValType want, int depth) { TENON_ASSERT(produce(want, depth + 1)); }

    base::Choices& choices_;
    const SmithModule& module_;
    std::uint32_t globals_;
    Buffer& out_;
};

} // namespace

bool smith_constant(base::Choices& choices, const SmithModule& module, std::uint32_t globals,
                    ValType want, Buffer& out) {
    return ConstantSmith(choices, module, globals, out).produce(want, 0);
}

} // namespace tenon::wasm
