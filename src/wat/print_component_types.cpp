// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The types of components as text.
#include "wat/print_component_detail.hpp"

namespace tenon::wat {

namespace ast = component::ast;

void ComponentPrinter::define(const ast::CoreType& type) {
    if (const auto* const group = std::get_if<wasm::RecType>(&type.kind)) {
        put_rec_type(to_, scope(), *group, {}, true);
        return;
    }
    to_.begin("core type ");
    put_definition(Sort::core, CoreSort::type);
    module_type(std::get<ast::ModuleType>(type.kind));
    to_.end();
}

void ComponentPrinter::module_type(const ast::ModuleType& type) {
    to_.line({});
    to_.begin("module");
    levels_.emplace_back(false);
    for (const auto& one : type.declarators) {
        to_.line({});
        if (const auto* const group = std::get_if<wasm::RecType>(&one.kind)) {
            put_rec_type(to_, scope(), *group, {}, false);
        } else if (const auto* const alias = std::get_if<ast::Alias>(&one.kind)) {
            // The decoder takes nothing but the type of a component further out.
            if (const auto* const outer = std::get_if<ast::Alias::Outer>(&alias->target))
                put_outer(*outer, alias->sort, alias->core, "type");
        } else {
            const auto* const import = std::get_if<ast::ModuleDeclarator::Import>(&one.kind);
            to_.begin(import != nullptr ? "import " : "export ");
            if (import != nullptr) {
                to_.put_string(import->module);
                to_.put(' ');
            }
            const auto* const item = std::get_if<ast::ModuleDeclarator::Export>(&one.kind);
            to_.put_string(import != nullptr ? import->name : item->name);
            to_.put(' ');
            begin_extern(to_, scope(), import != nullptr ? import->type : item->type, false);
            to_.end();
            to_.end();
        }
    }
    levels_.pop_back();
    to_.end();
}

void ComponentPrinter::define(const ast::Type& type) {
    to_.begin("type ");
    // It is counted when it has been printed: what is inside cannot name it.
    names_of(scope(), Sort::type, {}).put_definition(to_, scope().component_types);
    if (const auto* const of_component = std::get_if<ast::ComponentType>(&type.kind)) {
        declarators(of_component->declarators, "component");
    } else if (const auto* const of_instance = std::get_if<ast::InstanceType>(&type.kind)) {
        declarators(of_instance->declarators, "instance");
    } else {
        to_.put(' ');
        put_kind(type.kind);
    }
    to_.end();
    ++scope().component_types;
}

void ComponentPrinter::declarators(const std::vector<ast::Declarator>& all, std::string_view word) {
    to_.line({});
    to_.begin(word);
    levels_.emplace_back(true);
    for (const auto& one : all) {
        to_.line({});
        std::visit([this](const auto& declarator) { define(declarator); }, one.kind);
    }
    levels_.pop_back();
    to_.end();
}

void ComponentPrinter::put_kind(const ast::TypeKind& kind) {
    struct Put {
        ComponentPrinter& me;
        PrintLayout& to;

        void operator()(component::Primitive type) const { to.put(component::name_of(type)); }
        void operator()(const ast::Record& type) const {
            to.put("(record");
            for (const auto& field : type.fields) {
                to.put(" (field ");
                to.put_string(field.name);
                to.put(' ');
                me.put_value_type(field.type);
                to.put(')');
            }
            to.put(')');
        }
        void operator()(const ast::Variant& type) const {
            to.put("(variant");
            for (const auto& one : type.cases) {
                to.put(" (case ");
                to.put_string(one.name);
                me.put_optional(one.type);
                to.put(')');
            }
            to.put(')');
        }
        void operator()(const ast::List& type) const { me.put_one("(list ", type.element); }
        void operator()(const ast::FixedList& type) const {
            to.put("(list ");
            me.put_value_type(type.element);
            to.put(' ');
            to.put_number(type.length);
            to.put(')');
        }
        void operator()(const ast::Tuple& type) const {
            to.put("(tuple");
            for (const auto& one : type.types)
                me.put_optional(one);
            to.put(')');
        }
        void operator()(const ast::Flags& type) const { me.put_labels("(flags", type.labels); }
        void operator()(const ast::Enum& type) const { me.put_labels("(enum", type.labels); }
        void operator()(const ast::Option& type) const { me.put_one("(option ", type.type); }
        void operator()(const ast::Result& type) const {
            to.put("(result");
            me.put_optional(type.ok);
            if (type.error) {
                to.put(' ');
                me.put_one("(error ", *type.error);
            }
            to.put(')');
        }
        void operator()(const ast::Own& type) const { me.put_handle("(own ", type.resource); }
        void operator()(const ast::Borrow& type) const { me.put_handle("(borrow ", type.resource); }
        void operator()(const ast::Stream& type) const {
            to.put("(stream");
            me.put_optional(type.element);
            to.put(')');
        }
        void operator()(const ast::Future& type) const {
            to.put("(future");
            me.put_optional(type.payload);
            to.put(')');
        }
        void operator()(const ast::Map& type) const {
            to.put("(map ");
            me.put_value_type(type.key);
            me.put_optional(type.value);
            to.put(')');
        }
        void operator()(const ast::Resource& type) const { me.put_resource(type); }
        void operator()(const ast::Func& type) const { me.put_function_type(type); }
        void operator()(const ast::ComponentType&) const {} // printed on lines of their own
        void operator()(const ast::InstanceType&) const {}
    };
    std::visit(Put{*this, to_}, kind);
}

void ComponentPrinter::put_value_type(const ast::ValType& type) {
    if (const auto* const primitive = std::get_if<component::Primitive>(&type))
        to_.put(component::name_of(*primitive));
    else
        put_index(Sort::type, std::get<ast::TypeRef>(type).index);
}

/// With a blank in front.
void ComponentPrinter::put_optional(const std::optional<ast::ValType>& type) {
    if (!type)
        return;
    to_.put(' ');
    put_value_type(*type);
}

void ComponentPrinter::put_one(std::string_view word, const ast::ValType& type) {
    to_.put(word);
    put_value_type(type);
    to_.put(')');
}

void ComponentPrinter::put_handle(std::string_view word, std::uint32_t resource) {
    to_.put(word);
    put_index(Sort::type, resource);
    to_.put(')');
}

void ComponentPrinter::put_labels(std::string_view word, const std::vector<std::string>& labels) {
    to_.put(word);
    for (const auto& label : labels) {
        to_.put(' ');
        to_.put_string(label);
    }
    to_.put(')');
}

void ComponentPrinter::put_resource(const ast::Resource& type) {
    to_.put("(resource (rep ");
    put_type(to_, scope(), type.rep);
    to_.put(')');
    if (type.destructor) {
        to_.put(' ');
        put_core_group("dtor ", CoreSort::func, *type.destructor);
    }
    to_.put(')');
}

void ComponentPrinter::put_function_type(const ast::Func& type) {
    to_.put(type.async ? "(func async" : "(func");
    for (const auto& param : type.params) {
        to_.put(" (param ");
        to_.put_string(param.name);
        to_.put(' ');
        put_value_type(param.type);
        to_.put(')');
    }
    if (type.result) {
        to_.put(' ');
        put_one("(result ", *type.result);
    }
    to_.put(')');
}

void ComponentPrinter::put_extern_type(const ast::ExternType& type, bool is_definition) {
    to_.begin(word_of(type.sort, CoreSort::module));
    to_.put(' ');
    if (is_definition) {
        put_definition(type.sort, CoreSort::module);
        to_.put(' ');
    }
    if (type.sort == Sort::core) {
        put_core_group("type ", CoreSort::type, type.index);
    } else if (type.sort == Sort::type) {
        if (type.bound == ast::ExternType::Bound::eq)
            put_group("eq ", Sort::type, type.index);
        else
            to_.put("(sub resource)");
    } else if (type.sort == Sort::value) {
        if (const auto* const defined = std::get_if<ast::TypeRef>(&type.value))
            put_group("type ", Sort::type, defined->index);
        else
            put_value_type(type.value);
    } else {
        put_group("type ", Sort::type, type.index);
    }
    to_.end();
}

} // namespace tenon::wat
