// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/encode.hpp"

#include "component/encode_detail.hpp"

namespace tenon::component {
namespace {

using component::append; // beside those below

void append(Buffer& out, const ast::SortIdx& what) {
    append_code(out, what.sort);
    if (what.sort == Sort::core)
        append_code(out, what.core);
    append(out, what.index);
}

void append(Buffer& out, const ast::CoreInstance& instance) {
    if (const auto* const made = std::get_if<ast::CoreInstance::Instantiate>(&instance.kind)) {
        out.push_back(0x00);
        append(out, made->module);
        append_list(out, made->arguments, [&](const auto& argument) {
            append(out, argument.name);
            out.push_back(0x12);
            append(out, argument.instance);
        });
        return;
    }
    out.push_back(0x01);
    append_list(out, std::get<std::vector<ast::CoreInstance::Export>>(instance.kind),
                [&](const auto& exported) {
                    append(out, exported.name);
                    append_code(out, exported.sort);
                    append(out, exported.index);
                });
}

void append(Buffer& out, const ast::Instance& instance) {
    if (const auto* const made = std::get_if<ast::Instance::Instantiate>(&instance.kind)) {
        out.push_back(0x00);
        append(out, made->component);
        append_list(out, made->arguments, [&](const auto& argument) {
            append(out, argument.name);
            append(out, argument.what);
        });
        return;
    }
    out.push_back(0x01);
    append_list(out, std::get<std::vector<ast::Instance::Export>>(instance.kind),
                [&](const auto& exported) {
                    append(out, exported.name);
                    append(out, exported.what);
                });
}

void append(Buffer& out, const ast::Export& exported) {
    append(out, exported.name);
    append(out, exported.what);
    append_optional(out, exported.type, [&](const ast::ExternType& type) { append(out, type); });
}

void append(Buffer& out, const ast::CanonOption& option) {
    append_code(out, option.kind);
    if (ast::has_index(option.kind))
        append(out, option.index);
}

void append(Buffer& out, const ast::Canon& canon) {
    append_code(out, canon.op);
    std::size_t numbers = 0;
    for (const char kind : ast::canon_row(static_cast<std::uint8_t>(canon.op))->immediates)
        switch (kind) {
        case '0': out.push_back(0x00); break;
        case 'o':
            append_list(out, canon.options,
                        [&](const ast::CanonOption& option) { append(out, option); });
            break;
        case 'a':
        case 'c': out.push_back(canon.flag ? 1 : 0); break;
        case 'r': append_results(out, canon.result); break;
        case 'v': wasm::append(out, *canon.slot_type); break;
        default: append(out, canon.numbers.at(numbers++)); break;
        }
}

struct Content {
    Byte id = 0;
    Buffer bytes;

    template <class Item> void operator()(const std::vector<Item>& items) {
        id = id_of(items);
        append_list(bytes, items, [&](const Item& item) { append(bytes, item); });
    }
    void operator()(const ast::Custom& custom) {
        id = 0;
        append(bytes, custom.name);
        append(bytes, custom.payload);
    }
    void operator()(const ast::CoreModule& module) {
        id = 1;
        append(bytes, module.whole);
    }
    void operator()(const std::vector<ast::Component>& one) {
        id = 4;
        bytes = encode(one.front());
    }
    void operator()(const ast::Start& start) {
        id = 9;
        append(bytes, start.function);
        append_list(bytes, start.arguments, [&](std::uint32_t value) { append(bytes, value); });
        append(bytes, start.results);
    }

    static Byte id_of(const std::vector<ast::CoreInstance>&) { return 2; }
    static Byte id_of(const std::vector<ast::CoreType>&) { return 3; }
    static Byte id_of(const std::vector<ast::Instance>&) { return 5; }
    static Byte id_of(const std::vector<ast::Alias>&) { return 6; }
    static Byte id_of(const std::vector<ast::Type>&) { return 7; }
    static Byte id_of(const std::vector<ast::Canon>&) { return 8; }
    static Byte id_of(const std::vector<ast::Import>&) { return 10; }
    static Byte id_of(const std::vector<ast::Export>&) { return 11; }
};

} // namespace

void append(Buffer& out, const ast::ExternName& name) {
    const bool has_attributes = name.implements || name.version_suffix || name.external_id;
    out.push_back(has_attributes ? 2 : name.form);
    append(out, name.name);
    if (!has_attributes && name.form != 2)
        return;
    const std::optional<std::string>* const attributes[] = {&name.implements, &name.version_suffix,
                                                            &name.external_id};
    append(out, static_cast<std::uint32_t>(std::ranges::count_if(
                    attributes, [](const auto* one) { return one->has_value(); })));
    for (const auto code : name.order)
        if (*attributes[code]) {
            out.push_back(code);
            append(out, **attributes[code]);
        }
}

void append(Buffer& out, const ast::Alias& alias) {
    append_code(out, alias.sort);
    if (alias.sort == Sort::core)
        append_code(out, alias.core);
    if (const auto* const outer = std::get_if<ast::Alias::Outer>(&alias.target)) {
        out.push_back(0x02);
        append(out, outer->count);
        append(out, outer->index);
        return;
    }
    const auto& exported = std::get<ast::Alias::Export>(alias.target);
    out.push_back(alias.sort == Sort::core && alias.core != CoreSort::module ? 0x01 : 0x00);
    append(out, exported.instance);
    append(out, exported.name);
}

void append(Buffer& out, const ast::Import& import) {
    append(out, import.name);
    append(out, import.type);
}

Buffer encode(const ast::Component& component) {
    Buffer out{0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00};
    for (const auto& section : component.sections) {
        Content content;
        std::visit(content, section.kind);
        out.push_back(content.id);
        base::append_unsigned_leb(out, content.bytes.size());
        out.insert(out.end(), content.bytes.begin(), content.bytes.end());
    }
    return out;
}

} // namespace tenon::component
