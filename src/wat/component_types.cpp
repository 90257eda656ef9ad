// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The types of components. A type that is spelled inside of another becomes a definition in front
// of it.
#include "wat/component_parser.hpp"
#include "wat/types.hpp"

#include <algorithm>

namespace tenon::wat {
namespace {

using component::Primitive;

constexpr std::array primitives = {
    Primitive::bool_, Primitive::s8,    Primitive::u8,     Primitive::s16,           Primitive::u16,
    Primitive::s32,   Primitive::u32,   Primitive::s64,    Primitive::u64,           Primitive::f32,
    Primitive::f64,   Primitive::char_, Primitive::string, Primitive::error_context,
};

/// Nothing where it is no type.
std::optional<Primitive> primitive_of(std::string_view word) noexcept {
    if (word == "float32" || word == "float64") // as texts of before 2024 call them
        return word == "float32" ? Primitive::f32 : Primitive::f64;
    const auto* const found =
        std::ranges::find(primitives, word, [](Primitive one) { return component::name_of(one); });
    return found == primitives.end() ? std::nullopt : std::optional(*found);
}

constexpr std::array<std::string_view, 18> type_words = {
    "record", "variant", "list",   "map",    "tuple", "flags",    "enum",      "option",   "result",
    "own",    "borrow",  "stream", "future", "func",  "resource", "component", "instance", "string",
};

/// Each value type that a type mentions.
template <class Each> struct EachValue {
    Each each;
    void one(std::optional<ast::ValType>& type) const {
        if (type)
            each(*type);
    }
    void operator()(ast::Record& type) const {
        for (auto& field : type.fields)
            each(field.type);
    }
    void operator()(ast::Variant& type) const {
        for (auto& one_case : type.cases)
            one(one_case.type);
    }
    void operator()(ast::Tuple& type) const { std::ranges::for_each(type.types, each); }
    void operator()(ast::List& type) const { each(type.element); }
    void operator()(ast::FixedList& type) const { each(type.element); }
    void operator()(ast::Option& type) const { each(type.type); }
    void operator()(ast::Result& type) const {
        one(type.ok);
        one(type.error);
    }
    void operator()(ast::Stream& type) const { one(type.element); }
    void operator()(ast::Future& type) const { one(type.payload); }
    void operator()(ast::Map& type) const {
        each(type.key);
        each(type.value);
    }
    void operator()(ast::Func& type) const {
        for (auto& param : type.params)
            each(param.type);
        one(type.result);
    }
    template <class Other> void operator()(Other&) const {} // those that mention none
};

} // namespace

// Definitions

/// `$t (export "name")* type`
Result<std::uint32_t> ComponentParser::type_field(bool with_exports) {
    const auto naming = TENON_TRY(read_naming(in_));
    ExternNames exported;
    if (with_exports)
        exported = TENON_TRY(inline_exports());
    const auto index = TENON_TRY(type_definition(naming));
    TENON_TRY(export_later(ItemSpace::type, index, std::move(exported)));
    return index;
}

Result<std::uint32_t> ComponentParser::type_definition(const Naming& naming) {
    Slots slots;
    if (!in_.at(TokenKind::open)) {
        auto kind = TENON_TRY(primitive());
        return define_type(std::move(kind), slots, naming);
    }
    in_.advance();
    ast::TypeKind kind;
    if (in_.take_keyword("func"))
        kind = TENON_TRY(func_type(slots));
    else if (in_.take_keyword("component"))
        kind = ast::ComponentType{TENON_TRY(declarators(id_of(naming), true))};
    else if (in_.take_keyword("instance"))
        kind = ast::InstanceType{TENON_TRY(declarators(id_of(naming), false))};
    else if (in_.take_keyword("resource"))
        kind = TENON_TRY(resource_type());
    else
        kind = TENON_TRY(value_type(slots));
    TENON_TRY(in_.expect_close());
    return define_type(std::move(kind), slots, naming);
}

Result<std::uint32_t> ComponentParser::define_type(ast::TypeKind kind, const Slots& slots,
                                                   const Naming& naming) {
    std::vector<std::uint32_t> indices;
    for (const auto& slot : slots)
        indices.push_back(slot.index ? *slot.index : TENON_TRY(index(ItemSpace::type, slot.at)));
    const auto settle_one = [&](ast::ValType& type) {
        if (auto* const ref = std::get_if<ast::TypeRef>(&type))
            ref->index = indices[ref->index];
    };
    if (!slots.empty())
        std::visit(EachValue<decltype(settle_one)>{settle_one}, kind);
    add(ast::Type{0, std::move(kind)});
    return define(ItemSpace::type, naming);
}

// Value types

Result<ast::TypeKind> ComponentParser::primitive() {
    const auto found = in_.at(TokenKind::keyword) ? primitive_of(in_.token().text) : std::nullopt;
    if (!found) {
        std::array<std::string_view, primitives.size()> words;
        std::ranges::transform(primitives, words.begin(),
                               [](Primitive one) { return component::name_of(one); });
        return fail(in_.unexpected("a type", words));
    }
    in_.advance();
    return *found;
}

Result<ast::ValType> ComponentParser::val_type(Slots& slots) {
    const auto slot = static_cast<std::uint32_t>(slots.size());
    if (at_index(in_)) {
        slots.push_back({in_.token(), std::nullopt});
        in_.advance();
        return ast::TypeRef{slot};
    }
    if (!in_.take(TokenKind::open)) {
        const auto kind = TENON_TRY(primitive());
        return std::get<Primitive>(kind);
    }
    Slots inside;
    auto kind = TENON_TRY(value_type(inside));
    TENON_TRY(in_.expect_close());
    const auto index = TENON_TRY(define_type(std::move(kind), inside, {}));
    slots.push_back({{}, index});
    return ast::TypeRef{slot};
}

Result<std::optional<ast::ValType>> ComponentParser::optional_val_type(Slots& slots) {
    if (in_.at(TokenKind::close) || in_.at_form("error"))
        return std::nullopt;
    return TENON_TRY(val_type(slots));
}

namespace {

Result<std::vector<std::string>> labels(Cursor& in) {
    std::vector<std::string> out;
    while (in.at(TokenKind::string))
        out.push_back(TENON_TRY(in.name("a label")));
    return out;
}

} // namespace

/// What stands behind the `(`, up to its `)`.
Result<ast::TypeKind> ComponentParser::value_type(Slots& slots) {
    using Kind = ast::TypeKind;
    TENON_TRY(check_depth());
    const Level level(*this);
    if (in_.take_keyword("record")) {
        ast::Record record;
        while (in_.take_form("field")) {
            auto name = TENON_TRY(in_.name("the name of a field"));
            const auto type = TENON_TRY(val_type(slots));
            record.fields.push_back({std::move(name), type});
            TENON_TRY(in_.expect_close());
        }
        return Kind(std::move(record));
    }
    if (in_.take_keyword("variant"))
        return variant_type(slots);
    if (in_.take_keyword("list")) {
        const auto element = TENON_TRY(val_type(slots));
        if (!in_.at(TokenKind::number))
            return Kind(ast::List{element});
        const auto length = TENON_TRY(in_.u32("the length of a list"));
        return Kind(ast::FixedList{element, length});
    }
    if (in_.take_keyword("map")) {
        const auto key = TENON_TRY(val_type(slots));
        const auto value = TENON_TRY(val_type(slots));
        return Kind(ast::Map{key, value});
    }
    if (in_.take_keyword("tuple")) {
        ast::Tuple tuple;
        while (!in_.at(TokenKind::close))
            tuple.types.push_back(TENON_TRY(val_type(slots)));
        return Kind(std::move(tuple));
    }
    if (in_.take_keyword("flags"))
        return Kind(ast::Flags{TENON_TRY(labels(in_))});
    if (in_.take_keyword("enum"))
        return Kind(ast::Enum{TENON_TRY(labels(in_))});
    return wrapped_type(slots);
}

/// Those that hold one thing or two.
Result<ast::TypeKind> ComponentParser::wrapped_type(Slots& slots) {
    using Kind = ast::TypeKind;
    if (in_.take_keyword("option"))
        return Kind(ast::Option{TENON_TRY(val_type(slots))});
    if (in_.take_keyword("result")) {
        ast::Result result;
        result.ok = TENON_TRY(optional_val_type(slots));
        if (in_.take_form("error")) {
            result.error = TENON_TRY(val_type(slots));
            TENON_TRY(in_.expect_close());
        }
        return Kind(result);
    }
    if (in_.take_keyword("stream"))
        return Kind(ast::Stream{TENON_TRY(optional_val_type(slots))});
    if (in_.take_keyword("future"))
        return Kind(ast::Future{TENON_TRY(optional_val_type(slots))});
    const bool is_own = in_.at_keyword("own");
    if (is_own || in_.at_keyword("borrow")) {
        in_.advance();
        const auto at = TENON_TRY(index_token("resource"));
        const auto resource = TENON_TRY(index(ItemSpace::type, at));
        return is_own ? Kind(ast::Own{resource}) : Kind(ast::Borrow{resource});
    }
    return fail(in_.unexpected("a type", type_words));
}

Result<ast::TypeKind> ComponentParser::variant_type(Slots& slots) {
    ast::Variant variant;
    Scope ids; // nothing refers to them any more
    while (in_.take_form("case")) {
        const auto naming = TENON_TRY(read_naming(in_));
        TENON_TRY(ids.add(in_, naming, static_cast<std::uint32_t>(variant.cases.size()), "case"));
        auto name = TENON_TRY(in_.name("the name of a case"));
        const auto type = TENON_TRY(optional_val_type(slots));
        variant.cases.push_back({std::move(name), type});
        TENON_TRY(in_.expect_close());
    }
    return ast::TypeKind(std::move(variant));
}

// Functions and resources

/// `async? (param "name" type)* (result type)?`
Result<ast::Func> ComponentParser::func_type(Slots& slots) {
    ast::Func out;
    out.async = in_.take_keyword("async");
    while (in_.take_form("param")) {
        auto name = TENON_TRY(in_.name("the name of a parameter"));
        const auto type = TENON_TRY(val_type(slots));
        out.params.push_back({std::move(name), type});
        TENON_TRY(in_.expect_close());
    }
    if (in_.take_form("result")) {
        out.result = TENON_TRY(val_type(slots));
        TENON_TRY(in_.expect_close());
    } else if (in_.at(TokenKind::open) && !in_.at_form("canon")) {
        in_.advance();
        constexpr std::array<std::string_view, 2> words = {"param", "result"};
        return fail(in_.unexpected("`param` or `result`", words));
    }
    return out;
}

/// `(rep i32) (dtor (core func $f))?`
Result<ast::Resource> ComponentParser::resource_type() {
    ast::Resource out;
    TENON_TRY(in_.expect_form("rep"));
    out.rep = TENON_TRY(read_val_type(in_, scope().core_types()));
    TENON_TRY(in_.expect_close());
    if (in_.take_form("dtor")) {
        const auto destructor = TENON_TRY(core_ref(ItemSpace::core_func));
        TENON_TRY(in_.expect_close());
        out.destructor = TENON_TRY(resolve(destructor));
    }
    return out;
}

// Types of components and instances

Result<std::vector<ast::Declarator>>
ComponentParser::declarators(std::optional<std::string_view> id, bool is_component) {
    TENON_TRY(check_depth());
    const Level level(*this);
    std::vector<ast::Declarator> out;
    scopes_.emplace_back(&out, id);
    while (in_.take(TokenKind::open)) {
        TENON_TRY(declarator(is_component));
        TENON_TRY(in_.expect_close());
    }
    scopes_.pop_back();
    return out;
}

Result<> ComponentParser::declarator(bool is_component) {
    form_ = in_.offset();
    if (in_.take_keyword("type")) {
        TENON_TRY(type_field(false));
        return {};
    }
    if (in_.take_keyword("alias"))
        return alias();
    if (in_.take_keyword("export"))
        return export_declarator();
    if (is_component && in_.take_keyword("import"))
        return import_field();
    if (in_.take_keyword("core")) {
        if (in_.take_keyword("rec"))
            return core_rec();
        TENON_TRY(in_.expect_keyword("type"));
        return core_type();
    }
    constexpr std::array<std::string_view, 5> words = {"type", "alias", "export", "core", "import"};
    return fail(in_.unexpected(is_component ? "`type`, `core type`, `alias`, `import` or `export`"
                                            : "`type`, `core type`, `alias` or `export`",
                               std::span(words).first(is_component ? 5 : 4)));
}

/// `"name" (func $f …)`
Result<> ComponentParser::export_declarator() {
    auto name = TENON_TRY(extern_name());
    if (!in_.take(TokenKind::open))
        return fail(in_.unexpected("what is exported"));
    const auto read = TENON_TRY(signature(true));
    TENON_TRY(in_.expect_close());
    const auto type = TENON_TRY(settle(read));
    add(ast::ExportDecl{0, std::move(name), type});
    TENON_TRY(define(read.space, read.naming));
    return {};
}

// Types of imports and exports

/// Whether `(type $t)` stands here, or `(type $i "name")`: a definition has more in it.
bool ComponentParser::at_type_ref() {
    if (!in_.at_form("type"))
        return false;
    const auto begin = in_.offset();
    in_.advance();
    in_.advance();
    bool is_ref = at_index(in_);
    if (is_ref) {
        in_.advance();
        is_ref = in_.at(TokenKind::close) || in_.at(TokenKind::string);
    }
    in_.seek(begin);
    return is_ref;
}

/// `(type $t)`, or the type of something of this sort in place.
Result<ItemType> ComponentParser::item_type(ItemSpace space) {
    if (at_type_ref()) {
        in_.advance();
        in_.advance();
        const bool is_module = space == ItemSpace::core_module;
        auto ref = TENON_TRY(is_module ? core_ref_inside(ItemSpace::core_type)
                                       : item_ref_inside(ItemSpace::type));
        TENON_TRY(in_.expect_close());
        return ref;
    }
    Slots slots;
    switch (space) {
    case ItemSpace::core_module: {
        add(ast::CoreType{0, TENON_TRY(module_type(std::nullopt))});
        return TENON_TRY(define(ItemSpace::core_type));
    }
    case ItemSpace::component: {
        ast::TypeKind kind = ast::ComponentType{TENON_TRY(declarators(std::nullopt, true))};
        return TENON_TRY(define_type(std::move(kind), slots, {}));
    }
    case ItemSpace::instance: {
        ast::TypeKind kind = ast::InstanceType{TENON_TRY(declarators(std::nullopt, false))};
        return TENON_TRY(define_type(std::move(kind), slots, {}));
    }
    default: {
        ast::TypeKind kind = TENON_TRY(func_type(slots));
        return TENON_TRY(define_type(std::move(kind), slots, {}));
    }
    }
}

Result<std::uint32_t> ComponentParser::resolve(const ItemType& type) {
    if (const auto* const index = std::get_if<std::uint32_t>(&type))
        return *index;
    return resolve(std::get<ItemRef>(type));
}

/// `func $f type`, `type $t (eq $u)` and so on, up to the `)`.
Result<Signature> ComponentParser::signature(bool with_name) {
    Signature out;
    out.space = TENON_TRY(sort());
    out.type.sort = row_of(out.space).sort;
    if (with_name)
        out.naming = TENON_TRY(read_naming(in_));
    if (out.space == ItemSpace::value) {
        out.type.bound = ast::ExternType::Bound::sub_resource; // not `eq`
        if (at_type_ref()) {
            in_.advance();
            in_.advance();
            out.item = TENON_TRY(item_ref_inside(ItemSpace::type));
            TENON_TRY(in_.expect_close());
        } else {
            out.type.value = TENON_TRY(val_type(out.slots));
        }
    } else if (out.space != ItemSpace::type) {
        out.item = TENON_TRY(item_type(out.space));
    } else if (in_.take_form("sub")) {
        out.type.bound = ast::ExternType::Bound::sub_resource;
        TENON_TRY(in_.expect_keyword("resource"));
        TENON_TRY(in_.expect_close());
    } else {
        if (!in_.take_form("eq"))
            return fail(in_.unexpected("`(eq` and a type, or `(sub resource)`"));
        out.equal = TENON_TRY(index_token("type"));
        TENON_TRY(in_.expect_close());
    }
    return out;
}

/// Names are looked up now: all types that it spells in place are defined.
Result<ast::ExternType> ComponentParser::settle(const Signature& signature) {
    auto out = signature.type;
    if (signature.space == ItemSpace::value) {
        if (signature.item)
            out.value = ast::TypeRef{TENON_TRY(resolve(*signature.item))};
        else
            out.value = TENON_TRY(settle(out.value, signature.slots));
    } else if (signature.item) {
        out.index = TENON_TRY(resolve(*signature.item));
    } else if (out.bound == ast::ExternType::Bound::eq) {
        out.index = TENON_TRY(index(ItemSpace::type, signature.equal));
    }
    return out;
}

/// Of a type that stands alone, with one slot at most.
Result<ast::ValType> ComponentParser::settle(ast::ValType type, const Slots& slots) {
    if (slots.empty())
        return type;
    const auto& slot = slots.front();
    return ast::TypeRef{slot.index ? *slot.index : TENON_TRY(index(ItemSpace::type, slot.at))};
}

} // namespace tenon::wat
