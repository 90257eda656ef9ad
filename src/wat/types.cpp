// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/types.hpp"

#include <algorithm>
#include <bit>
#include <fmt/core.h>

namespace tenon::wat {
namespace {

using wasm::Heap;

struct HeapWord {
    std::string_view heap;      ///< in `(ref heap)`
    std::string_view reference; ///< short for `(ref null heap)`
    Heap value;
};
constexpr std::array<HeapWord, 12> heap_words = {{
    {"func", "funcref", Heap::func},
    {"extern", "externref", Heap::extern_},
    {"any", "anyref", Heap::any},
    {"eq", "eqref", Heap::eq},
    {"i31", "i31ref", Heap::i31},
    {"struct", "structref", Heap::struct_},
    {"array", "arrayref", Heap::array},
    {"exn", "exnref", Heap::exn},
    {"none", "nullref", Heap::none},
    {"nofunc", "nullfuncref", Heap::nofunc},
    {"noextern", "nullexternref", Heap::noextern},
    {"noexn", "nullexnref", Heap::noexn},
}};

struct NumberWord {
    std::string_view text;
    ValType::Kind kind;
};
constexpr std::array<NumberWord, 5> number_words = {{
    {"i32", ValType::Kind::i32},
    {"i64", ValType::Kind::i64},
    {"f32", ValType::Kind::f32},
    {"f64", ValType::Kind::f64},
    {"v128", ValType::Kind::v128},
}};

constexpr auto type_words = [] {
    std::array<std::string_view, number_words.size() + heap_words.size()> all;
    auto* const rest = std::ranges::transform(number_words, all.begin(), &NumberWord::text).out;
    std::ranges::transform(heap_words, rest, &HeapWord::reference);
    return all;
}();

/// The type of a reference must find room in a `ValType`.
Result<std::uint32_t> read_type_index(Cursor& in, Names& names) {
    const auto at = in.token();
    const auto index = TENON_TRY(names.index(in, Space::type));
    if (index >= wasm::max_types)
        return fail(in.error(
            Errc::limit,
            fmt::format("type {} is beyond the limit of {} types", index, wasm::max_types), at));
    return index;
}

template <class Add> Result<> read_val_types(Cursor& in, Names& names, Add add) {
    while (!in.at(TokenKind::close))
        TENON_TRY(add(TENON_TRY(read_val_type(in, names))));
    in.advance();
    return {};
}

Result<> read_params(Cursor& in, Names& names, FuncType& type, ParamNames* params) {
    if (in.at(TokenKind::id) && params == nullptr)
        return fail(in.error(Errc::malformed, "a parameter has no name here", in.token()));
    const auto naming = TENON_TRY(read_naming(in));
    const auto index = static_cast<std::uint32_t>(type.params.size());
    if (params != nullptr) {
        if (params->scope != nullptr)
            TENON_TRY(params->scope->add(in, naming, index, "local"));
        if (naming.shown)
            params->shown.emplace_back(index, *naming.shown);
    }
    if (naming.id.kind == TokenKind::id) {
        type.params.push_back(TENON_TRY(read_val_type(in, names)));
        return in.expect_close();
    }
    return read_val_types(in, names, [&](ValType one) -> Result<> {
        type.params.push_back(one);
        return {};
    });
}

Result<> read_signature(Cursor& in, Names& names, FuncType& type, ParamNames* params) {
    while (in.take_form("param"))
        TENON_TRY(read_params(in, names, type, params));
    while (in.take_form("result"))
        TENON_TRY(read_val_types(in, names, [&](ValType one) -> Result<> {
            type.results.push_back(one);
            return {};
        }));
    return {};
}

Result<wasm::Storage> read_storage(Cursor& in, Names& names) {
    using Packed = wasm::Storage::Packed;
    if (in.take_keyword("i8"))
        return wasm::Storage{Packed::i8, {}};
    if (in.take_keyword("i16"))
        return wasm::Storage{Packed::i16, {}};
    const auto type = TENON_TRY(read_val_type(in, names));
    return wasm::Storage{Packed::no, type};
}

Result<wasm::FieldType> read_field_type(Cursor& in, Names& names) {
    wasm::FieldType field;
    field.is_mutable = in.take_form("mut");
    field.storage = TENON_TRY(read_storage(in, names));
    if (field.is_mutable)
        TENON_TRY(in.expect_close());
    return field;
}

Result<wasm::StructType> read_struct(Cursor& in, Names& names, std::uint32_t index) {
    wasm::StructType type;
    while (in.take_form("field")) {
        const auto naming = TENON_TRY(read_naming(in));
        TENON_TRY(
            names.define_field(in, index, static_cast<std::uint32_t>(type.fields.size()), naming));
        if (naming.id.kind == TokenKind::id)
            type.fields.push_back(TENON_TRY(read_field_type(in, names)));
        else
            while (!in.at(TokenKind::close))
                type.fields.push_back(TENON_TRY(read_field_type(in, names)));
        TENON_TRY(in.expect_close());
    }
    return type;
}

Result<> read_composite(Cursor& in, Names& names, std::uint32_t index, wasm::SubType& into) {
    if (in.take_form("func")) {
        // Parameters may have names here, which are only for show.
        NameMap shown;
        ParamNames params{nullptr, shown};
        FuncType type;
        TENON_TRY(read_signature(in, names, type, &params));
        names.add_type_params(index, shown);
        into.composite = std::move(type);
    } else if (in.take_form("struct")) {
        into.composite = TENON_TRY(read_struct(in, names, index));
    } else if (in.take_form("array")) {
        const auto element = TENON_TRY(read_field_type(in, names));
        into.composite = wasm::ArrayType{element};
    } else {
        constexpr std::array<std::string_view, 4> words = {"func", "struct", "array", "sub"};
        if (in.at(TokenKind::open))
            in.advance();
        return fail(in.unexpected("a type: `(func`, `(struct`, `(array` or `(sub`", words));
    }
    return in.expect_close();
}

} // namespace

std::string key_of(const FuncType& type) {
    Buffer key;
    for (const auto& one : type.params)
        wasm::append(key, one);
    key.push_back(0); // no type begins so
    for (const auto& one : type.results)
        wasm::append(key, one);
    return {as_text(key).begin(), as_text(key).end()};
}

void TypeTable::add(const wasm::RecType& group) {
    const bool is_single = group.types.size() == 1;
    for (const auto& type : group.types) {
        const auto* const func = std::get_if<FuncType>(&type.composite);
        const auto index = static_cast<std::uint32_t>(types_.size());
        if (func != nullptr && is_single && type.is_final && type.supertypes.empty())
            plain_.emplace(key_of(*func), index);
        types_.push_back(func != nullptr ? std::optional(*func) : std::nullopt);
    }
    wasm::append(bytes_, group);
    ++groups_;
}

std::uint32_t TypeTable::index_of(const FuncType& type) {
    const auto found = plain_.find(key_of(type));
    if (found != plain_.end())
        return found->second;
    wasm::SubType definition;
    definition.composite = type;
    add({true, {std::move(definition)}});
    return static_cast<std::uint32_t>(types_.size() - 1);
}

bool TypeTable::can_resolve(const TypeUse& use) const {
    if (!is_frozen_)
        return true;
    return use.index ? is_defined(*use.index) : plain_.contains(key_of(use.type));
}

const FuncType* TypeTable::func(std::uint32_t index) const noexcept {
    return index < types_.size() && types_[index] ? &*types_[index] : nullptr;
}

bool at_ref_type(Cursor& in) {
    if (in.at(TokenKind::open))
        return in.at_form("ref");
    return in.at(TokenKind::keyword) &&
           std::ranges::find(heap_words, in.token().text, &HeapWord::reference) != heap_words.end();
}

bool at_val_type(Cursor& in) {
    return at_ref_type(in) || (in.at(TokenKind::keyword) &&
                               std::ranges::find(number_words, in.token().text,
                                                 &NumberWord::text) != number_words.end());
}

std::optional<Heap> find_heap(std::string_view word) noexcept {
    const auto* const found = std::ranges::find(heap_words, word, &HeapWord::heap);
    return found == heap_words.end() ? std::nullopt : std::optional(found->value);
}

Result<Heap> heap_by_word(Cursor& in) {
    const auto heap = find_heap(in.token().text);
    if (!in.at(TokenKind::keyword) || !heap)
        return fail(in.unexpected("a heap type"));
    in.advance();
    return *heap;
}

Result<wasm::HeapType> read_heap_type(Cursor& in, Names& names) {
    if (!in.at(TokenKind::keyword)) {
        if (!Names::at_index(in))
            return fail(in.unexpected("a heap type"));
        const auto index = TENON_TRY(read_type_index(in, names));
        return wasm::HeapType{true, Heap::any, index};
    }
    const auto heap = TENON_TRY(heap_by_word(in));
    return wasm::HeapType{false, heap, 0};
}

Result<ValType> read_ref_type(Cursor& in, Names& names) {
    if (in.take_form("ref")) {
        const bool is_nullable = in.take_keyword("null");
        const auto heap = TENON_TRY(read_heap_type(in, names));
        TENON_TRY(in.expect_close());
        return heap.is_defined ? ValType::ref_to(heap.type, is_nullable)
                               : ValType::ref(heap.heap, is_nullable);
    }
    const auto* const found = std::ranges::find(heap_words, in.token().text, &HeapWord::reference);
    if (!in.at(TokenKind::keyword) || found == heap_words.end())
        return fail(in.unexpected("a reference type", type_words));
    in.advance();
    return ValType::ref(found->value, true);
}

Result<ValType> read_val_type(Cursor& in, Names& names) {
    if (in.at(TokenKind::keyword)) {
        for (const auto& [text, kind] : number_words) {
            if (in.token().text == text) {
                in.advance();
                return ValType(kind);
            }
        }
    }
    if (!at_ref_type(in)) {
        if (in.at(TokenKind::open))
            in.advance();
        return fail(in.unexpected("a type", type_words));
    }
    return read_ref_type(in, names);
}

bool take_address_type(Cursor& in) {
    const bool is_64 = in.at_keyword("i64");
    if (is_64 || in.at_keyword("i32"))
        in.advance();
    return is_64;
}

Result<wasm::Limits> read_limits(Cursor& in, bool is_64) {
    wasm::Limits limits;
    limits.is_64 = is_64;
    limits.min = TENON_TRY(in.u64("the smallest size"));
    if (in.at(TokenKind::number))
        limits.max = TENON_TRY(in.u64("the largest size"));
    limits.is_shared = in.take_keyword("shared");
    return limits;
}

Result<wasm::TableType> read_table_type(Cursor& in, Names& names, bool is_64) {
    const auto limits = TENON_TRY(read_limits(in, is_64));
    const auto element = TENON_TRY(read_ref_type(in, names));
    return wasm::TableType{element, limits};
}

Result<std::optional<std::uint32_t>> read_page_size(Cursor& in) {
    if (!in.take_form("pagesize"))
        return std::nullopt;
    const auto at = in.token();
    const auto size = TENON_TRY(in.u32("the size of a page"));
    if (!std::has_single_bit(size))
        return fail(in.error(Errc::malformed, "the size of a page is a power of two", at));
    TENON_TRY(in.expect_close());
    return static_cast<std::uint32_t>(std::countr_zero(size));
}

Result<wasm::MemoryType> read_memory_type(Cursor& in, bool is_64) {
    const auto limits = TENON_TRY(read_limits(in, is_64));
    const auto page_size = TENON_TRY(read_page_size(in));
    return wasm::MemoryType{limits, page_size};
}

Result<wasm::GlobalType> read_global_type(Cursor& in, Names& names) {
    wasm::GlobalType global;
    global.is_mutable = in.take_form("mut");
    global.type = TENON_TRY(read_val_type(in, names));
    if (global.is_mutable)
        TENON_TRY(in.expect_close());
    return global;
}

void append_type(Buffer& out, const wasm::ExternType& type) {
    const auto begin = out.size();
    wasm::append(out, type);
    out.erase(out.begin() + static_cast<std::ptrdiff_t>(begin));
}

Result<TypeUse> read_type_use(Cursor& in, Names& names, ParamNames* params) {
    TypeUse use;
    if (in.take_form("type")) {
        use.index_token = in.token();
        use.index = TENON_TRY(names.index(in, Space::type));
        TENON_TRY(in.expect_close());
    }
    if (!in.at(TokenKind::open))
        return use;
    use.is_inline = in.at_form("param") || in.at_form("result");
    TENON_TRY(read_signature(in, names, use.type, params));
    return use;
}

Result<std::uint32_t> resolve(const Cursor& in, TypeTable& types, const TypeUse& use) {
    if (!types.can_resolve(use))
        return fail(TypeTable::no_new_type, "a type that comes with a function");
    if (!use.index)
        return types.index_of(use.type);
    if (use.is_inline && types.is_defined(*use.index))
        TENON_TRY(check(in, types, use));
    else if (use.is_inline)
        types.check_later(use);
    return *use.index;
}

Result<> check(const Cursor& in, const TypeTable& types, const TypeUse& use) {
    if (!types.is_defined(*use.index))
        return fail(in.error(Errc::malformed,
                             fmt::format("unknown type `{}`", use.index_token.text),
                             use.index_token));
    const auto* const type = types.func(*use.index);
    if (type == nullptr || type->params != use.type.params || type->results != use.type.results)
        return fail(in.error(Errc::malformed,
                             fmt::format("the parameters and results are not those of type `{}`",
                                         use.index_token.text),
                             use.index_token));
    return {};
}

Result<wasm::SubType> read_type_definition(Cursor& in, Names& names, std::uint32_t index) {
    wasm::SubType type;
    if (!in.take_form("sub")) {
        TENON_TRY(read_composite(in, names, index, type));
        return type;
    }
    type.is_final = in.take_keyword("final");
    if (Names::at_index(in))
        type.supertypes.set(TENON_TRY(read_type_index(in, names)));
    type.is_plain = type.is_final && type.supertypes.empty();
    TENON_TRY(read_composite(in, names, index, type));
    TENON_TRY(in.expect_close());
    return type;
}

} // namespace tenon::wat
