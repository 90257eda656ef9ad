// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/needs.hpp"

#include "wasm/op_reader.hpp"

#include <fmt/core.h>

namespace tenon::wasm {
namespace {

constexpr auto funcref = ValType::ref(Heap::func, true);

/// What each definition and operator asks of the features, as the validator does.
class Finder {
public:
    Finder(const Module& module, std::stop_token stop) : module_(module), stop_(std::move(stop)) {}

    Result<Features> find() {
        types();
        for (const auto& import : module_.imports)
            std::visit([this](const auto& type) { imported(type); }, import.type);
        TENON_TRY(definitions());
        exports();
        TENON_TRY(segments());
        for (std::size_t i = 0; i < module_.bodies.size(); ++i) {
            if (i % 1024 == 0 && stop_.stop_requested())
                return fail(Errc::interrupted, "interrupted");
            if (auto done = body(module_.bodies[i]); !done)
                return fail(std::move(done).error().within(fmt::format("code entry {}", i)));
        }
        return used_;
    }

private:
    void use(Feature feature) { used_.set(feature, true); }

    void value(ValType type) {
        if (type.kind() == ValType::Kind::v128)
            use(Feature::simd);
        if (!type.is_reference())
            return;
        use(Feature::reference_types);
        if (type.kind() == ValType::Kind::ref_to)
            return use(Feature::function_references);
        switch (type.heap()) {
        case Heap::func:
        case Heap::extern_:
            if (!type.is_nullable())
                use(Feature::function_references);
            break;
        case Heap::exn:
        case Heap::noexn: use(Feature::exceptions); break;
        default: use(Feature::gc); break;
        }
    }

    // --- definitions

    void types() {
        for (const auto& group : module_.types) {
            if (!group.is_plain)
                use(Feature::gc);
            for (const auto& type : group.types) {
                if (!type.is_final || !type.supertypes.empty())
                    use(Feature::gc);
                std::visit([this](const auto& kind) { composite(kind); }, type.composite);
            }
        }
    }
    void composite(const FuncType& type) {
        for (const auto one : type.params)
            value(one);
        for (const auto one : type.results)
            value(one);
        if (type.results.size() > 1)
            use(Feature::multi_value);
    }
    void composite(const StructType& type) {
        use(Feature::gc);
        for (const auto& field : type.fields)
            value(field.storage.type);
    }
    void composite(const ArrayType& type) {
        use(Feature::gc);
        value(type.element.storage.type);
    }

    void imported(FuncRef) {}
    void imported(const TableType& type) { table(type); }
    void imported(const MemoryType& type) { memory(type); }
    void imported(const GlobalType& type) {
        if (type.is_mutable)
            use(Feature::mutable_global);
        value(type.type);
        mutable_globals_.push_back(type.is_mutable);
        ++imported_globals_;
    }
    void imported(TagType) { use(Feature::exceptions); }

    void table(const TableType& type) {
        if (type.element != funcref) // which is older than all other reference types
            value(type.element);
        if (type.limits.is_64)
            use(Feature::memory64);
        if (++tables_ > 1)
            use(Feature::reference_types);
    }
    void memory(const MemoryType& type) {
        if (type.limits.is_64)
            use(Feature::memory64);
        if (type.limits.is_shared)
            use(Feature::threads);
        if (type.page_size_log2)
            use(Feature::custom_page_sizes);
        if (++memories_ > 1)
            use(Feature::multi_memory);
    }

    Result<> definitions() {
        for (const auto& one : module_.tables) {
            table(one.type);
            if (one.init) {
                use(Feature::function_references);
                TENON_TRY(constant(*one.init));
            }
        }
        for (const auto& one : module_.memories)
            memory(one.type);
        if (!module_.tags.empty())
            use(Feature::exceptions);
        for (const auto& one : module_.globals) {
            value(one.type.type);
            TENON_TRY(constant(one.init));
            mutable_globals_.push_back(one.type.is_mutable);
        }
        return {};
    }
    void exports() {
        for (const auto& one : module_.exports)
            if (one.kind == ExternKind::global && one.index < mutable_globals_.size() &&
                mutable_globals_[one.index])
                use(Feature::mutable_global);
    }

    // Readers older than the proposal know neither the other forms of segments nor the count.
    Result<> segments() {
        if (module_.data_count)
            use(Feature::bulk_memory);
        for (const auto& one : module_.elements) {
            if (one.flags != 0)
                use(Feature::bulk_memory);
            if (one.mode == SegmentMode::active)
                TENON_TRY(constant(one.table_offset));
            const auto* const items = std::get_if<std::vector<Expression>>(&one.items);
            if (items == nullptr)
                continue;
            if (one.type != funcref)
                value(one.type);
            for (const auto& item : *items)
                TENON_TRY(constant(item));
        }
        for (const auto& one : module_.datas) {
            if (one.flags != 0)
                use(Feature::bulk_memory);
            if (one.mode == SegmentMode::active)
                TENON_TRY(constant(one.memory_offset));
        }
        return {};
    }

    // --- operators

    Result<> constant(const Expression& expression) {
        Reader in(expression.bytes, expression.offset);
        while (!in.at_end()) {
            TENON_TRY(read_instruction(in, one_));
            instruction();
            const auto& row = *one_.row;
            if (row.immediate == Immediate::global && one_.index >= imported_globals_)
                use(Feature::gc);
            if (row.feature == Feature::mvp && row.is_plain && !row.in.empty())
                use(Feature::extended_const);
        }
        return {};
    }

    Result<> body(const Body& body) {
        Reader in(body.bytes, body.offset);
        const auto groups = TENON_TRY(in.u32());
        for (std::uint32_t i = 0; i < groups; ++i) {
            TENON_TRY(in.u32());
            value(TENON_TRY(read_val_type(in)));
        }
        while (!in.at_end()) {
            if (read_short_instruction(in, one_)) [[likely]] {
                use(one_.row->feature);
                continue;
            }
            TENON_TRY(read_instruction(in, one_));
            instruction();
        }
        return {};
    }

    void instruction() {
        const auto& row = *one_.row;
        use(row.feature);
        switch (row.immediate) {
        case Immediate::block:
        case Immediate::try_table:
            if (one_.block.kind == BlockType::Kind::value)
                value(one_.block.value);
            if (one_.block.kind == BlockType::Kind::type)
                use(Feature::multi_value);
            break;
        case Immediate::types:
            for (const auto type : one_.types)
                value(type);
            break;
        case Immediate::heap:
            heap(one_.heap);
            if (row.feature == Feature::gc) // tests and casts, to types without null too
                use(Feature::function_references);
            break;
        case Immediate::cast:
            heap(one_.heap);
            heap(one_.heap_to);
            break;
        case Immediate::type: // calls of references: those in the place of a return are both
            if (row.text.starts_with("return"))
                use(Feature::tail_call);
            break;
        default: break;
        }
    }
    void heap(const HeapType& type) {
        value(type.is_defined ? ValType::ref_to(0, true) : ValType::ref(type.heap, true));
    }

    const Module& module_;
    std::stop_token stop_;
    Features used_;
    Instruction one_;
    std::vector<bool> mutable_globals_;
    std::size_t imported_globals_ = 0, tables_ = 0, memories_ = 0;
};

bool is_of_components(Feature feature) {
    return feature >= Feature::cm_async;
}

/// Versions as the specification numbers them. Threads are in none of them.
bool is_in(std::string_view version, Feature feature) {
    return feature != Feature::threads && Features::version(version)->has(feature);
}

} // namespace

Result<Features> features_used(const Module& module, std::stop_token stop) {
    return Finder(module, std::move(stop)).find();
}

void add(Features& to, Features more) noexcept {
    for (unsigned i = 1; i <= static_cast<unsigned>(last_feature); ++i)
        if (more.has(static_cast<Feature>(i)))
            to.set(static_cast<Feature>(i), true);
}

Needs needs_of(Features features) {
    Needs out{.version = "1.0", .features = {}, .beyond = {}};
    for (unsigned i = 1; i <= static_cast<unsigned>(last_feature); ++i) {
        const auto one = static_cast<Feature>(i);
        if (!features.has(one) ||
            (one == Feature::bulk_memory_opt && features.has(Feature::bulk_memory)))
            continue;
        out.features.push_back(one);
        if (is_of_components(one) || !is_in("wasm3", one))
            out.beyond.push_back(one);
        else if (!is_in("wasm2", one))
            out.version = "3.0";
        else if (!is_in("wasm1", one) && out.version == "1.0")
            out.version = "2.0";
    }
    return out;
}

} // namespace tenon::wasm
