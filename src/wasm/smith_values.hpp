// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Values inside a body: for each wanted type the ways to make one, each of which makes its own
// operands in turn. For smith_body.cpp alone.
#pragma once

#include "base/error.hpp"
#include "base/leb128.hpp"
#include "wasm/features.hpp"
#include "wasm/smith_module.hpp"

#include <algorithm>
#include <bit>

namespace tenon::wasm {

class ValueSmith {
protected:
    using Kind = ValType::Kind;
    using Types = std::vector<ValType>;
    static constexpr int max_depth = 7;
    static constexpr ValType i32{Kind::i32};

    ValueSmith(base::Choices& choices, const SmithModule& module, const FuncType& type,
               std::uint32_t& budget)
        : choices_(choices), module_(module), type_(type), budget_(budget), locals_(type.params) {}
    ~ValueSmith() = default;

    /// A block, loop or `if` with these results.
    virtual void structured(const Types& results) = 0;

    /// Operators whose operands and results the table names.
    static const std::vector<const OpRow*>& lettered_rows() {
        static const auto rows = [] {
            std::vector<const OpRow*> all;
            for (const auto& row : op_rows)
                if (Features::standard().has(row.feature) && !row.in.contains('*') &&
                    !row.out.contains('*'))
                    all.push_back(&row);
            return all;
        }();
        return rows;
    }

    static ValType type_of(char letter, ValType address) {
        switch (letter) {
        case 'i': return ValType(Kind::i32);
        case 'I': return ValType(Kind::i64);
        case 'f': return ValType(Kind::f32);
        case 'F': return ValType(Kind::f64);
        case 'v': return ValType(Kind::v128);
        default: return address;
        }
    }

    static bool names_memory(const OpRow& row) {
        return row.immediate == Immediate::memarg || row.immediate == Immediate::memarg_lane ||
               row.immediate == Immediate::memory;
    }

    // --- writing

    void put(const Instruction& one) {
        const auto immediate = one.row->immediate;
        if (immediate == Immediate::data || immediate == Immediate::data_memory ||
            immediate == Immediate::type_data)
            names_data_ = true;
        append(out_, one);
    }
    void emit(Op op, std::uint32_t index = 0, std::uint32_t second = 0) {
        Instruction one;
        one.row = &row_of(op);
        one.index = index;
        one.second = second;
        put(one);
    }
    void emit_heap(Op op, ValType type) {
        Instruction one;
        one.row = &row_of(op);
        one.heap = heap_of(type);
        put(one);
    }
    void drop(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i)
            emit(Op::drop);
    }

    Buffer add_locals() {
        Buffer out;
        const auto groups = choices_.below(4);
        base::append_unsigned_leb(out, groups);
        auto last = ValType::bottom(); // neighbours differ: text has no groups
        for (std::uint32_t i = 0; i < groups; ++i) {
            auto type = smith_default_type(choices_, types());
            if (type == last)
                type = ValType(type == i32 ? Kind::i64 : Kind::i32);
            last = type;
            const auto count = 1 + choices_.below(2);
            base::append_unsigned_leb(out, count);
            append(out, type);
            locals_.insert(locals_.end(), count, type);
        }
        return out;
    }
    [[nodiscard]] std::uint32_t types() const {
        return static_cast<std::uint32_t>(module_.types.size());
    }
    [[nodiscard]] static ValType nullable(ValType type) {
        return type.kind() == Kind::ref ? ValType::ref(type.heap(), true)
                                        : ValType::ref_to(type.type(), true);
    }

    /// A number for which `fits` says yes, searched from one that was chosen.
    template <class Fits> std::optional<std::uint32_t> find(std::size_t count, Fits fits) {
        if (count == 0)
            return std::nullopt;
        const auto start = choices_.below(count);
        for (std::size_t i = 0; i < count; ++i)
            if (const auto at = static_cast<std::uint32_t>((start + i) % count); fits(at))
                return at;
        return std::nullopt;
    }

    // --- values

    void produce_all(const Types& wanted) {
        for (const auto type : wanted)
            produce(type);
    }

    void produce(ValType want) {
        if (budget_ > 0 && depth_ < max_depth) {
            --budget_;
            ++depth_;
            bool done = false;
            for (int tries = 0; !done && tries < 3; ++tries)
                done = attempt(want);
            --depth_;
            if (done)
                return;
        }
        constant(want);
    }

    void constant(ValType want) {
        if (smith_constant(choices_, module_, 0, want, out_))
            return;
        TENON_ASSERT(smith_constant(choices_, module_, 0, nullable(want), out_));
        emit(Op::ref_as_non_null);
    }

    /// One way to make a value; false, and nothing was written, where it is none for this type.
    bool attempt(ValType want) {
        switch (choices_.below(16)) {
        case 0: return variable(want);
        case 1: return global(want);
        case 2: return tee(want);
        case 3: return field(want);
        case 4: return item(want);
        case 5: return called(want);
        case 6: return selected(want);
        case 7: structured({want}); return true;
        case 8: return from_table(want);
        case 9: return want.is_reference() ? cast(want) : tested(want);
        case 10: return want.is_reference() ? converted(want) : tested(want);
        default: return want.is_reference() ? allocated(want) : lettered(want);
        }
    }

    bool variable(ValType want) {
        const auto local =
            find(locals_.size(), [&](auto i) { return module_.fits(locals_[i], want); });
        if (local)
            emit(Op::local_get, *local);
        return local.has_value();
    }
    bool global(ValType want) {
        const auto global = find(module_.globals.size(), [&](auto i) {
            return module_.fits(module_.globals[i].type, want);
        });
        if (global)
            emit(Op::global_get, *global);
        return global.has_value();
    }
    bool tee(ValType want) {
        const auto local =
            find(locals_.size(), [&](auto i) { return module_.fits(locals_[i], want); });
        if (!local)
            return false;
        produce(locals_[*local]);
        emit(Op::local_tee, *local);
        return true;
    }

    void get(const FieldType& field, Op whole, Op sign, Op zero, std::uint32_t index,
             std::uint32_t second = 0) {
        if (field.storage.packed == Storage::Packed::no)
            emit(whole, index, second);
        else
            emit(choices_.one_in(2) ? sign : zero, index, second);
    }
    bool field(ValType want) {
        std::uint32_t which = 0;
        const auto type = find(types(), [&](auto i) {
            const auto* const structure = module_.as<StructType>(i);
            if (structure == nullptr)
                return false;
            const auto found = find(structure->fields.size(), [&](auto j) {
                return module_.fits(unpacked(structure->fields[j]), want);
            });
            which = found.value_or(0);
            return found.has_value();
        });
        if (!type)
            return false;
        produce(ValType::ref_to(*type, true));
        get(module_.as<StructType>(*type)->fields[which], Op::struct_get, Op::struct_get_s,
            Op::struct_get_u, *type, which);
        return true;
    }
    bool item(ValType want) {
        const auto type = find(types(), [&](auto i) {
            const auto* const array = module_.as<ArrayType>(i);
            return array != nullptr && module_.fits(unpacked(array->element), want);
        });
        if (!type)
            return false;
        produce(ValType::ref_to(*type, true));
        produce(i32);
        get(module_.as<ArrayType>(*type)->element, Op::array_get, Op::array_get_s, Op::array_get_u,
            *type);
        return true;
    }

    /// A call of a function with these results: by number, by reference, through a table.
    bool call(const Types& results, bool as_return) {
        const auto type = find(types(), [&](auto i) {
            const auto* const func = module_.as<FuncType>(i);
            return func != nullptr && module_.fits(func->results, results);
        });
        if (!type)
            return false;
        const auto& params = module_.as<FuncType>(*type)->params;
        const auto function =
            find(module_.functions.size(), [&](auto i) { return module_.functions[i] == *type; });
        const auto table = find(module_.tables.size(), [&](auto i) {
            return module_.fits(module_.tables[i].element, ValType::ref(Heap::func, true));
        });
        produce_all(params);
        const auto how = choices_.below(3);
        if (how == 0 && function) {
            emit(as_return ? Op::return_call : Op::call, *function);
        } else if (how == 1 && table) {
            produce(index_type(module_.tables[*table].limits));
            emit(as_return ? Op::return_call_indirect : Op::call_indirect, *type, *table);
        } else {
            produce(ValType::ref_to(*type, true));
            emit(as_return ? Op::return_call_ref : Op::call_ref, *type);
        }
        return true;
    }
    bool called(ValType want) { return call({want}, false); }

    bool selected(ValType want) {
        produce(want);
        produce(want);
        produce(i32);
        if (!want.is_reference() && choices_.one_in(2)) {
            emit(Op::select);
            return true;
        }
        Instruction one;
        one.row = &row_of(Op::select_typed);
        one.types = {want};
        put(one);
        return true;
    }

    bool from_table(ValType want) {
        const auto wanted = [&](auto i) {
            const auto& table = module_.tables[i];
            return want.is_reference() ? module_.fits(table.element, want)
                                       : index_type(table.limits) == want;
        };
        const auto table = find(module_.tables.size(), wanted);
        if (!table)
            return false;
        const auto& type = module_.tables[*table];
        if (want.is_reference()) {
            produce(index_type(type.limits));
            emit(Op::table_get, *table);
        } else if (choices_.one_in(2)) {
            emit(Op::table_size, *table);
        } else {
            produce(type.element);
            produce(index_type(type.limits));
            emit(Op::table_grow, *table);
        }
        return true;
    }

    [[nodiscard]] ValType top_of(ValType type) const {
        return ValType::ref(module_.top_of(type), true);
    }

    bool cast(ValType want) {
        if (choices_.one_in(3)) {
            if (want.is_nullable())
                return false;
            produce(nullable(want));
            emit(Op::ref_as_non_null);
            return true;
        }
        if (module_.top_of(want) == Heap::exn)
            return false;
        produce(top_of(want));
        emit_heap(want.is_nullable() ? Op::ref_cast_null : Op::ref_cast, want);
        return true;
    }

    /// What is asked of references and answered with an i32.
    bool tested(ValType want) {
        if (want != i32)
            return false;
        switch (choices_.below(5)) {
        case 0:
            produce(some_reference());
            emit(Op::ref_is_null);
            return true;
        case 1:
            produce(ValType::ref(Heap::eq, true));
            produce(ValType::ref(Heap::eq, true));
            emit(Op::ref_eq);
            return true;
        case 2:
            produce(ValType::ref(Heap::i31, true));
            emit(choices_.one_in(2) ? Op::i31_get_s : Op::i31_get_u);
            return true;
        case 3:
            produce(ValType::ref(Heap::array, true));
            emit(Op::array_len);
            return true;
        default: break;
        }
        const auto target = some_reference();
        if (module_.top_of(target) == Heap::exn)
            return false;
        produce(top_of(target));
        emit_heap(choices_.one_in(2) ? Op::ref_test : Op::ref_test_null, target);
        return true;
    }
    ValType some_reference() {
        for (;;)
            if (const auto type = smith_default_type(choices_, types()); type.is_reference())
                return type;
    }

    bool converted(ValType want) {
        if (want.kind() != Kind::ref)
            return false;
        switch (want.heap()) {
        case Heap::i31:
        case Heap::eq:
            produce(i32);
            emit(Op::ref_i31);
            return true;
        case Heap::any:
            produce(want.is_nullable() ? ValType::ref(Heap::extern_, true)
                                       : ValType::ref(Heap::extern_, false));
            emit(Op::any_convert_extern);
            return true;
        case Heap::extern_:
            produce(ValType::ref(Heap::any, want.is_nullable()));
            emit(Op::extern_convert_any);
            return true;
        case Heap::func: {
            if (module_.functions.empty())
                return false;
            emit(Op::ref_func, choices_.below(module_.functions.size()));
            return true;
        }
        default: return false;
        }
    }

    bool allocated(ValType want) {
        const auto type =
            find(types(), [&](auto i) { return module_.fits(ValType::ref_to(i, false), want); });
        if (!type)
            return false;
        if (const auto* const structure = module_.as<StructType>(*type)) {
            for (const auto& one : structure->fields)
                produce(unpacked(one));
            emit(Op::struct_new, *type);
            return true;
        }
        if (const auto* const array = module_.as<ArrayType>(*type))
            return allocated_array(*type, array->element);
        const auto function =
            find(module_.functions.size(), [&](auto i) { return module_.functions[i] == *type; });
        if (function)
            emit(Op::ref_func, *function);
        return function.has_value();
    }
    bool allocated_array(std::uint32_t type, const FieldType& element) {
        const auto filled = [&](Op op, std::uint32_t segment) {
            produce(i32);
            produce(i32);
            emit(op, type, segment);
            return true;
        };
        const auto segment = element_for(element);
        if (segment && choices_.one_in(2))
            return filled(Op::array_new_elem, *segment);
        if (!unpacked(element).is_reference() && module_.datas > 0 && choices_.one_in(2))
            return filled(Op::array_new_data, choices_.below(module_.datas));
        if (choices_.one_in(2)) {
            const auto count = choices_.below(4);
            for (std::uint32_t i = 0; i < count; ++i)
                produce(unpacked(element));
            emit(Op::array_new_fixed, type, count);
            return true;
        }
        produce(unpacked(element));
        produce(i32);
        emit(Op::array_new, type);
        return true;
    }
    std::optional<std::uint32_t> element_for(const FieldType& element) {
        if (!unpacked(element).is_reference())
            return std::nullopt;
        return find(module_.elements.size(),
                    [&](auto i) { return module_.fits(module_.elements[i], unpacked(element)); });
    }

    // --- operators that the table describes whole

    /// One with this result.
    bool lettered(ValType want) {
        const auto& rows = lettered_rows();
        const auto which = find(rows.size(), [&](auto i) {
            const auto& row = *rows[i];
            if (row.out.size() != 1)
                return false;
            if (row.out[0] != 'p')
                return type_of(row.out[0], i32) == want;
            return std::ranges::any_of(module_.memories, [want](const MemoryType& memory) {
                return index_type(memory.limits) == want;
            });
        });
        return which && lettered(*rows[*which], want);
    }
    bool lettered(const OpRow& row, ValType want) {
        Instruction one;
        one.row = &row;
        auto address = i32;
        if (names_memory(row)) {
            const auto memory = find(module_.memories.size(), [&](auto i) {
                return row.out != "p" || index_type(module_.memories[i].limits) == want;
            });
            if (!memory)
                return false;
            address = index_type(module_.memories[*memory].limits);
            one.index = *memory;
            one.memory.memory = *memory;
            one.memory.offset =
                choices_.one_in(8) ? choices_.next() & 0xffffffff : choices_.below(64);
        }
        if (!fill(one))
            return false;
        for (const auto letter : row.in)
            produce(type_of(letter, address));
        put(one);
        return true;
    }
    /// Immediates but the memory.
    bool fill(Instruction& one) {
        const auto size = one.row->size;
        switch (one.row->immediate) {
        case Immediate::memarg_lane:
            one.lane = static_cast<Byte>(choices_.below(16U / size));
            [[fallthrough]];
        case Immediate::memarg:
            one.memory.align_log2 = choices_.below(std::bit_width(size));
            return true;
        case Immediate::lane: one.lane = static_cast<Byte>(choices_.below(size)); return true;
        case Immediate::shuffle:
            for (auto& byte : one.bytes)
                byte = static_cast<Byte>(choices_.below(32));
            return true;
        case Immediate::data:
            if (module_.datas > 0)
                one.index = choices_.below(module_.datas);
            return module_.datas > 0;
        case Immediate::elem:
            if (!module_.elements.empty())
                one.index = choices_.below(module_.elements.size());
            return !module_.elements.empty();
        case Immediate::none:
        case Immediate::memory:
        case Immediate::zero: return true;
        default: return false; // constants are made elsewhere
        }
    }

    base::Choices& choices_;
    const SmithModule& module_;
    const FuncType& type_;
    std::uint32_t& budget_;
    Types locals_;
    std::vector<Types> labels_;
    int depth_ = 0;
    bool names_data_ = false;
    Buffer out_;
};

} // namespace tenon::wasm
