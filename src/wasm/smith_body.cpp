// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Bodies: statements and control, an operator out of the table each, in front of it what makes its
// operands. What cannot be made in another way is a constant.
#include "wasm/smith_values.hpp"

namespace tenon::wasm {
namespace {

class BodySmith : private ValueSmith {
public:
    BodySmith(base::Choices& choices, const SmithModule& module, const FuncType& type,
              std::uint32_t& budget)
        : ValueSmith(choices, module, type, budget) {}

    Buffer body() {
        Buffer locals = add_locals();
        labels_.push_back(type_.results);
        if (statements())
            produce_all(type_.results);
        emit(Op::end);
        locals.insert(locals.end(), out_.begin(), out_.end());
        return locals;
    }
    [[nodiscard]] bool names_data() const noexcept { return names_data_; }

private:
    // --- statements

    /// False where the end cannot be reached.
    bool statements() {
        const auto count = 1 + choices_.below(4);
        for (std::uint32_t i = 0; i < count && budget_ > 0; ++i) {
            --budget_;
            if (choices_.one_in(12) && leave())
                return false;
            for (int tries = 0; tries < 3 && !statement(); ++tries) {
            }
        }
        return true;
    }

    bool statement() {
        if (depth_ >= max_depth)
            return false;
        ++depth_;
        const bool done = choose_statement();
        --depth_;
        return done;
    }
    bool choose_statement() {
        switch (choices_.below(16)) {
        case 0: return set_local();
        case 1: return set_global();
        case 2: return memory_statement();
        case 3: return table_statement();
        case 4: return set_field();
        case 5: return array_statement();
        case 6: return call({}, false);
        case 7: structured({}); return true;
        case 8: return structured_by_type();
        case 9: return conditional_branch();
        case 10: return branch_on_reference();
        case 11: catching(); return true;
        case 12: {
            produce(smith_value_type(choices_, types()));
            drop(1);
            return true;
        }
        default: {
            const auto& row = *choices_.of(lettered_rows());
            if (!lettered(row, row.out == "p" ? some_address() : i32))
                return false;
            drop(row.out.size());
            return true;
        }
        }
    }
    ValType some_address() {
        return module_.memories.empty() ? i32 : index_type(choices_.of(module_.memories).limits);
    }

    bool set_local() {
        if (locals_.empty())
            return false;
        const auto local = choices_.below(locals_.size());
        produce(locals_[local]);
        emit(Op::local_set, local);
        return true;
    }
    bool set_global() {
        const auto global =
            find(module_.globals.size(), [&](auto i) { return module_.globals[i].is_mutable; });
        if (!global)
            return false;
        produce(module_.globals[*global].type);
        emit(Op::global_set, *global);
        return true;
    }

    bool memory_statement() {
        if (module_.memories.empty())
            return false;
        const auto memory = choices_.below(module_.memories.size());
        const auto address = index_type(module_.memories[memory].limits);
        const auto how = choices_.below(3);
        if (how == 0 && module_.datas > 0) {
            produce_all({address, i32, i32});
            emit(Op::memory_init, choices_.below(module_.datas), memory);
        } else if (how == 1) {
            produce_all({address, i32, address});
            emit(Op::memory_fill, memory);
        } else {
            const auto from = choices_.below(module_.memories.size());
            const auto source = index_type(module_.memories[from].limits);
            produce_all({address, source, smaller(address, source)});
            emit(Op::memory_copy, memory, from);
        }
        return true;
    }
    static ValType smaller(ValType a, ValType b) { return a == i32 ? a : b; }

    bool table_statement() {
        if (module_.tables.empty())
            return false;
        const auto table = choices_.below(module_.tables.size());
        const auto& type = module_.tables[table];
        const auto index = index_type(type.limits);
        switch (choices_.below(4)) {
        case 0:
            produce_all({index, type.element});
            emit(Op::table_set, table);
            return true;
        case 1:
            produce_all({index, type.element, index});
            emit(Op::table_fill, table);
            return true;
        case 2: {
            const auto segment = find(module_.elements.size(), [&](auto i) {
                return module_.fits(module_.elements[i], type.element);
            });
            if (!segment)
                return false;
            produce_all({index, i32, i32});
            emit(Op::table_init, *segment, table);
            return true;
        }
        default: break;
        }
        const auto from = *find(module_.tables.size(), [&](auto i) {
            return module_.fits(module_.tables[i].element, type.element);
        });
        const auto source = index_type(module_.tables[from].limits);
        produce_all({index, source, smaller(index, source)});
        emit(Op::table_copy, table, from);
        return true;
    }

    bool set_field() {
        std::uint32_t which = 0;
        const auto type = find(types(), [&](auto i) {
            const auto* const structure = module_.as<StructType>(i);
            if (structure == nullptr)
                return false;
            const auto found = find(structure->fields.size(),
                                    [&](auto j) { return structure->fields[j].is_mutable; });
            which = found.value_or(0);
            return found.has_value();
        });
        if (!type)
            return false;
        produce(ValType::ref_to(*type, true));
        produce(unpacked(module_.as<StructType>(*type)->fields[which]));
        emit(Op::struct_set, *type, which);
        return true;
    }

    bool array_statement() {
        const auto type = find(types(), [&](auto i) {
            const auto* const array = module_.as<ArrayType>(i);
            return array != nullptr && array->element.is_mutable;
        });
        if (!type)
            return false;
        const auto& element = module_.as<ArrayType>(*type)->element;
        const auto array = ValType::ref_to(*type, true);
        const auto segment = element_for(element);
        switch (choices_.below(4)) {
        case 0:
            produce_all({array, i32, unpacked(element)});
            emit(Op::array_set, *type);
            return true;
        case 1:
            produce_all({array, i32, unpacked(element), i32});
            emit(Op::array_fill, *type);
            return true;
        case 2:
            produce_all({array, i32, array, i32, i32});
            emit(Op::array_copy, *type, *type);
            return true;
        default: break;
        }
        if (!segment && (unpacked(element).is_reference() || module_.datas == 0))
            return false;
        produce_all({array, i32, i32, i32});
        if (segment)
            emit(Op::array_init_elem, *type, *segment);
        else
            emit(Op::array_init_data, *type, choices_.below(module_.datas));
        return true;
    }

    // --- control

    void structured(const Types& results) override {
        BlockType type;
        if (results.size() == 1)
            type = {BlockType::Kind::value, results[0], 0};
        structured(type, {}, results);
    }
    bool structured_by_type() {
        const auto type = find(types(), [&](auto i) { return module_.as<FuncType>(i) != nullptr; });
        if (!type)
            return false;
        const auto& func = *module_.as<FuncType>(*type);
        structured({BlockType::Kind::type, {}, *type}, func.params, func.results);
        drop(func.results.size());
        return true;
    }

    void structured(const BlockType& type, const Types& params, const Types& results) {
        constexpr std::array kinds{Op::block, Op::loop, Op::if_};
        const auto op = kinds[choices_.below(kinds.size())];
        produce_all(params);
        if (op == Op::if_)
            produce(i32);
        Instruction one;
        one.row = &row_of(op);
        one.block = type;
        put(one);
        labels_.push_back(op == Op::loop ? params : results);
        inside(params, results);
        if (op == Op::if_ && (!params.empty() || !results.empty() || choices_.one_in(2))) {
            emit(Op::else_);
            inside(params, results);
        }
        labels_.pop_back();
        emit(Op::end);
    }
    void inside(const Types& params, const Types& results) {
        drop(params.size());
        if (statements())
            produce_all(results);
    }

    /// A block that catches what is thrown inside. The handlers are blocks around it.
    void catching() {
        Types carried;
        Catch clause{Catch::Kind::all};
        if (!module_.tags.empty() && choices_.one_in(2)) {
            clause.kind = Catch::Kind::tag;
            clause.tag = choices_.below(module_.tags.size());
            carried = module_.as<FuncType>(module_.tags[clause.tag])->params;
        }
        const bool with_reference = carried.empty() && choices_.one_in(2);
        if (with_reference) {
            clause.kind =
                clause.kind == Catch::Kind::tag ? Catch::Kind::tag_ref : Catch::Kind::all_ref;
            carried.push_back(ValType::ref(Heap::exn, true));
        }
        // A block type that gives what the clause carries needs a function type if it is more
        // than one value; then nothing is caught.
        const bool fits = carried.size() <= 1;
        Instruction around;
        around.row = &row_of(Op::block);
        if (fits && carried.size() == 1)
            around.block = {BlockType::Kind::value, carried[0], 0};
        put(around);
        labels_.push_back(fits ? carried : Types{});
        Instruction one;
        one.row = &row_of(Op::try_table);
        if (fits)
            one.catches.push_back(clause);
        put(one);
        labels_.emplace_back();
        inside({}, {});
        labels_.pop_back();
        emit(Op::end);
        if (fits)
            produce_all(carried);
        labels_.pop_back();
        emit(Op::end);
        if (fits)
            drop(carried.size());
    }

    /// By number from the innermost.
    [[nodiscard]] const Types& label(std::uint32_t depth) const {
        return labels_[labels_.size() - 1 - depth];
    }

    bool conditional_branch() {
        const auto depth = choices_.below(labels_.size());
        const auto carried = label(depth);
        produce_all(carried);
        produce(i32);
        emit(Op::br_if, depth);
        drop(carried.size());
        return true;
    }

    /// One to a label whose last value is a reference, or any where null branches.
    bool branch_on_reference() {
        if (choices_.one_in(3)) {
            const auto depth = choices_.below(labels_.size());
            const auto carried = label(depth);
            produce_all(carried);
            produce(some_reference());
            emit(Op::br_on_null, depth);
            drop(carried.size() + 1);
            return true;
        }
        const auto depth = find(labels_.size(), [&](auto i) {
            return !label(i).empty() && label(i).back().is_reference();
        });
        if (!depth)
            return false;
        auto carried = label(*depth);
        const auto last = carried.back();
        carried.pop_back();
        produce_all(carried);
        if (choices_.one_in(2) || module_.top_of(last) == Heap::exn) {
            produce(nullable(last));
            emit(Op::br_on_non_null, *depth);
            drop(carried.size());
            return true;
        }
        // Either the cast gives what the label takes, or (the second) its failure does.
        const bool on_fail = choices_.one_in(2);
        Instruction one;
        one.row = &row_of(on_fail ? Op::br_on_cast_fail : Op::br_on_cast);
        one.index = *depth;
        one.from_null = true;
        one.to_null = on_fail || last.is_nullable();
        one.heap = heap_of(on_fail ? last : top_of(last));
        one.heap_to = heap_of(last);
        produce(on_fail ? nullable(last) : top_of(last));
        put(one);
        drop(carried.size() + 1);
        return true;
    }

    /// An operator behind which nothing is reached.
    bool leave() {
        switch (choices_.below(8)) {
        case 0: emit(Op::unreachable); return true;
        case 1:
            produce_all(type_.results);
            emit(Op::return_);
            return true;
        case 2: return call(type_.results, true);
        case 3:
            produce(ValType::ref(Heap::exn, true));
            emit(Op::throw_ref);
            return true;
        case 4: {
            if (module_.tags.empty())
                return false;
            const auto tag = choices_.below(module_.tags.size());
            produce_all(module_.as<FuncType>(module_.tags[tag])->params);
            emit(Op::throw_, tag);
            return true;
        }
        case 5: return branch_by_table();
        default: break;
        }
        const auto depth = choices_.below(labels_.size());
        const auto carried = label(depth);
        produce_all(carried);
        emit(Op::br, depth);
        return true;
    }
    bool branch_by_table() {
        const auto carried = label(choices_.below(labels_.size()));
        Instruction one;
        one.row = &row_of(Op::br_table);
        const auto count = 1 + choices_.below(5);
        for (std::uint32_t i = 0; i < count; ++i)
            one.labels.push_back(
                *find(labels_.size(), [&](auto j) { return module_.fits(carried, label(j)); }));
        produce_all(carried);
        produce(i32);
        put(one);
        return true;
    }
};

} // namespace

SmithBody smith_body(base::Choices& choices, const SmithModule& module, const FuncType& type,
                     std::uint32_t& budget) {
    BodySmith smith(choices, module, type, budget);
    auto bytes = smith.body();
    return {std::move(bytes), smith.names_data()};
}

} // namespace tenon::wasm
