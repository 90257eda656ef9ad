// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The fields of one component, read once: names stand for what came before them, so that each
// definition is added to the tree when its form has been read.
//
// What a form needs comes in front of it, in this order: the types that it spells in place (inner
// ones first), instances that it spells in place, and aliases of what it names by another
// instance's export or in an outer component. So names are looked up only when all types in the
// form have been read; until then they are `ItemRef`s and `Slots`.
#pragma once

#include "wat/component.hpp"
#include "wat/component_scope.hpp"
#include "wat/text_place.hpp"

namespace tenon::wat {

/// Something by its index, or by its name in an instance (of an instance …).
struct ItemRef {
    ItemSpace space;
    Token at; ///< an index or identifier
    std::vector<std::string> names;
};

/// The types that a type mentions, in the order of the text: while it is read, its `TypeRef`s are
/// indices of slots.
struct Slot {
    Token at;
    std::optional<std::uint32_t> index; ///< of a type that was spelled in place
};
using Slots = std::vector<Slot>;

/// `(type $t)`, or the index of what was spelled in place.
using ItemType = std::variant<ItemRef, std::uint32_t>;

/// The type of an import or export, before its names are looked up.
struct Signature {
    ItemSpace space = ItemSpace::func;
    Naming naming;
    ast::ExternType type{.sort = {}};
    std::optional<ItemType> item;
    Slots slots; ///< of a value's type
    Token equal; ///< the type in `(eq $t)`
};

class ComponentParser {
public:
    /// `stop` is the cursor's, and given to those of core modules.
    ComponentParser(Cursor in, std::stop_token stop) : in_(std::move(in)), stop_(std::move(stop)) {}

    /// From the `(` on. Bytes, where the text is `(component binary …)`.
    /// `modules`, if given, learns of each core module in the text where its bytes came from; the
    /// offsets in the tree are those in the text.
    Result<std::variant<ComponentText, Buffer>> parse(bool is_definition,
                                                      std::vector<TextPlaces>* modules = nullptr);

private:
    using ExternNames = std::vector<ast::ExternName>;
    /// The declared function types of a module type, by their keys.
    using FuncTypes = base::TextMap<std::uint32_t>;

    // component_fields.cpp
    Result<ast::Component> fields(const Naming& naming);
    Result<> field();
    Result<> core_field();
    Result<> custom();
    Result<> producers();
    Result<> core_module();
    Result<> component();
    Result<> func();
    Result<> start();
    Result<> import_field();
    Result<> export_field();
    Result<> alias();
    Result<> outer_alias(bool is_in_module_type);
    Result<ItemSpace> outer_sort(bool is_in_module_type);
    Result<std::uint32_t> outer_count(const Token& at);
    Result<ExternNames> inline_exports();
    Result<> export_later(ItemSpace space, std::uint32_t index, ExternNames names);
    Result<std::uint32_t> inline_import(ItemSpace space, const Naming& naming);
    Result<ast::ExternName> extern_name();
    bool at_inline(std::string_view word);

    // component_instances.cpp
    Result<> core_instance();
    Result<ast::CoreInstance::Instantiate> core_instantiate();
    Result<std::vector<ast::CoreInstance::Export>> core_exports();
    Result<> instance();
    Result<ast::Instance::Instantiate> instantiate();
    Result<std::vector<ast::Instance::Export>> exports();

    // component_types.cpp
    Result<std::uint32_t> type_field(bool with_exports);
    Result<std::uint32_t> type_definition(const Naming& naming);
    Result<ast::ValType> val_type(Slots& slots);
    Result<std::optional<ast::ValType>> optional_val_type(Slots& slots);
    Result<ast::TypeKind> value_type(Slots& slots);
    Result<ast::TypeKind> wrapped_type(Slots& slots);
    Result<ast::TypeKind> variant_type(Slots& slots);
    Result<ast::TypeKind> primitive();
    Result<ast::Func> func_type(Slots& slots);
    Result<ast::Resource> resource_type();
    Result<std::vector<ast::Declarator>> declarators(std::optional<std::string_view> id,
                                                     bool is_component);
    Result<> declarator(bool is_component);
    Result<> export_declarator();
    Result<std::uint32_t> define_type(ast::TypeKind kind, const Slots& slots, const Naming& naming);
    Result<ItemType> item_type(ItemSpace space);
    bool at_type_ref();
    Result<Signature> signature(bool with_name);
    Result<ast::ExternType> settle(const Signature& signature);
    Result<ast::ValType> settle(ast::ValType type, const Slots& slots);
    Result<std::uint32_t> resolve(const ItemType& type);

    // component_core_types.cpp
    Result<> core_type();
    Result<> core_rec();
    Result<wasm::RecType> rec_group();
    Result<ast::ModuleType> module_type(std::optional<std::string_view> id);
    Result<> module_declarator(FuncTypes& known);
    Result<wasm::ExternType> core_extern_type(FuncTypes& known);
    Result<std::uint32_t> core_func_type(const FuncTypes& known);

    // component_canon.cpp
    Result<> canon();
    Result<ast::Canon> canon_core();
    Result<> core_func();
    Result<std::uint32_t> lift(const ItemType& type, const Naming& naming);
    Result<> skip_to_func();
    Result<> immediate(char kind, ast::Canon& canon, std::size_t& numbers);
    Result<std::uint32_t> number_immediate(char kind);
    Result<ast::ValType> task_result();
    Result<std::vector<ast::CanonOption>> options();
    Result<bool> option(std::vector<ast::CanonOption>& into);

    // component_refs.cpp
    Result<Token> index_token(std::string_view what);
    using RefReader = Result<ItemRef> (ComponentParser::*)(ItemSpace);
    Result<ItemRef> ref(ItemSpace space, RefReader inside);
    Result<ItemRef> core_ref(ItemSpace space);
    Result<ItemRef> core_ref_inside(ItemSpace space);
    Result<ItemRef> memory_ref();
    Result<ItemRef> item_ref(ItemSpace space);
    Result<ItemRef> item_ref_inside(ItemSpace space);
    Result<ItemRef> any_ref();
    Result<ItemSpace> sort();
    Result<ItemSpace> core_sort(bool may_be_exported);
    Result<std::uint32_t> index(ItemSpace space, const Token& at);
    Result<std::uint32_t> number(const Token& at);
    Result<std::uint32_t> resolve(const ItemRef& ref);
    Result<std::uint32_t> alias_of(ItemSpace space, ast::Alias::Export target);

    [[nodiscard]] static bool at_index(const Cursor& in) noexcept { return Names::at_index(in); }
    [[nodiscard]] std::optional<std::string_view> id_of(const Naming& naming);
    [[nodiscard]] ItemScope& scope() noexcept { return scopes_.back(); }
    /// Puts a definition into the component or type around it.
    template <class Definition> void add(Definition definition) {
        if constexpr (requires { definition.offset; })
            definition.offset = form_;
        scope().add(std::move(definition));
    }
    Result<std::uint32_t> define(ItemSpace space, const Naming& naming = {}) {
        return scope().define(in_, space, naming);
    }
    [[nodiscard]] Bytes keep(Buffer bytes) { return kept_.emplace_back(std::move(bytes)); }

    /// One level deeper until its end.
    class Level {
    public:
        explicit Level(ComponentParser& parser) noexcept : parser_(parser), form_(parser.form_) {
            ++parser_.depth_;
        }
        Level(const Level&) = delete;
        Level& operator=(const Level&) = delete;
        ~Level() {
            --parser_.depth_;
            parser_.form_ = form_;
        }

    private:
        ComponentParser& parser_;
        std::size_t form_;
    };
    Result<> check_depth() const;

    Cursor in_;
    std::stop_token stop_;
    std::deque<ItemScope> scopes_; ///< the innermost last
    std::vector<Buffer> kept_;
    int depth_ = 0;
    std::size_t form_ = 0; ///< where the field or declarator begins that is being read
    std::vector<TextPlaces>* modules_ = nullptr;
};

/// The parts of an alias that say what it is of.
[[nodiscard]] ast::Alias alias_to(ItemSpace space,
                                  std::variant<ast::Alias::Export, ast::Alias::Outer> target);

} // namespace tenon::wat
