// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Drives the suite of the printer: every binary is printed, its text parsed, that printed and
// parsed again. A line a binary says what became of it:
//     print_cases FILE…     name TAB verdict TAB why
// Files are binaries, or `.wast` scripts whose modules are looked at. The verdicts: `equal`, where
// the parsed text gives the same bytes; `differs`, with the reasons that text cannot express;
// `failed`; `not-run` for what no part of the program does yet.
#include "base/diagnostic.hpp"
#include "base/file.hpp"
#include "component/decode.hpp"
#include "component/encode.hpp"
#include "wasm/module.hpp"
#include "wasm/op_reader.hpp"
#include "wasm/sections.hpp"
#include "wat/parse.hpp"
#include "wat/print.hpp"
#include "wat/script.hpp"

#include <algorithm>
#include <cstdio>
#include <set>
#include <string>
#include <string_view>

namespace {

namespace base = tenon::base;
namespace wasm = tenon::wasm;
namespace wat = tenon::wat;
namespace ast = tenon::component::ast;
using tenon::Buffer;
using tenon::Bytes;
using tenon::Errc;
using tenon::fail;
using tenon::Reader;
using tenon::Result;
using Causes = std::set<std::string>;

void report(const std::string& name, std::string_view verdict, std::string_view why = {}) {
    auto out = name;
    out.append("\t").append(verdict).append("\t");
    for (const char c : why)
        out.push_back(c == '\n' || c == '\t' ? ' ' : c);
    std::puts(out.c_str());
}

// --- why two binaries of the same text are not the same

Result<std::vector<wasm::Section>> sections_of(Bytes binary) {
    std::vector<wasm::Section> all;
    auto walker = TENON_TRY(wasm::SectionWalker::begin(binary));
    while (const auto section = TENON_TRY(walker.next()))
        all.push_back(*section);
    return all;
}

struct Locals {
    std::vector<wasm::ValType> types;
    Bytes operators;
};
Result<Locals> locals_of(const wasm::Body& body) {
    Locals locals;
    Reader in(body.bytes, body.offset);
    const auto groups = TENON_TRY(in.u32());
    for (std::uint32_t i = 0; i < groups; ++i) {
        const auto count = TENON_TRY(in.u32());
        const auto type = TENON_TRY(wasm::read_val_type(in));
        if (count > 50'000)
            return fail(Errc::limit, "too many locals");
        locals.types.insert(locals.types.end(), count, type);
    }
    locals.operators = in.rest();
    return locals;
}

/// Every operator again, with all integers in their shortest form.
Result<Buffer> shortest(Bytes operators) {
    Buffer out;
    Reader in(operators);
    wasm::Instruction one;
    while (!in.at_end()) {
        TENON_TRY(wasm::read_instruction(in, one));
        wasm::append(out, one);
    }
    return out;
}

Result<> compare_bodies(const wasm::Module& a, const wasm::Module& b, Causes& causes) {
    for (std::size_t i = 0; i < std::min(a.bodies.size(), b.bodies.size()); ++i) {
        if (std::ranges::equal(a.bodies[i].bytes, b.bodies[i].bytes))
            continue;
        const auto locals = TENON_TRY(locals_of(a.bodies[i]));
        const auto other = TENON_TRY(locals_of(b.bodies[i]));
        if (locals.types != other.types)
            causes.insert("other locals");
        else if (std::ranges::equal(locals.operators, other.operators))
            causes.insert("split groups of locals");
        else if (TENON_TRY(shortest(locals.operators)) == TENON_TRY(shortest(other.operators)))
            causes.insert("operators not in their shortest form");
        else
            causes.insert("other operators");
    }
    return {};
}

bool equal(const wasm::Expression& a, const wasm::Expression& b) {
    const auto first = shortest(a.bytes), second = shortest(b.bytes);
    return first && second && *first == *second;
}

bool has_same_items(const wasm::Element& a, const wasm::Element& b) {
    if (a.items.index() != b.items.index())
        return false;
    if (const auto* const functions = std::get_if<std::vector<std::uint32_t>>(&a.items))
        return *functions == std::get<std::vector<std::uint32_t>>(b.items);
    return std::ranges::equal(std::get<std::vector<wasm::Expression>>(a.items),
                              std::get<std::vector<wasm::Expression>>(b.items), equal);
}

void compare_elements(const wasm::Module& a, const wasm::Module& b, Causes& causes) {
    if (a.elements.size() != b.elements.size())
        causes.insert("other element segments");
    for (std::size_t i = 0; i < std::min(a.elements.size(), b.elements.size()); ++i) {
        const auto &one = a.elements[i], &other = b.elements[i];
        const bool is_active = one.mode == wasm::SegmentMode::active;
        const bool is_same = one.mode == other.mode && one.table == other.table &&
                             one.type == other.type && has_same_items(one, other) &&
                             (!is_active || equal(one.table_offset, other.table_offset));
        causes.insert(!is_same                   ? "other element segments"
                      : one.flags != other.flags ? "long forms of segments"
                                                 : "integers not in their shortest form");
    }
}

void compare_datas(const wasm::Module& a, const wasm::Module& b, Causes& causes) {
    if (a.datas.size() != b.datas.size())
        causes.insert("other data segments");
    for (std::size_t i = 0; i < std::min(a.datas.size(), b.datas.size()); ++i) {
        const auto &one = a.datas[i], &other = b.datas[i];
        if (one.mode != other.mode || one.memory != other.memory ||
            !std::ranges::equal(one.bytes, other.bytes) ||
            !equal(one.memory_offset, other.memory_offset))
            causes.insert("other data segments");
        else if (one.flags != other.flags)
            causes.insert("long forms of segments");
        else
            causes.insert("integers not in their shortest form");
    }
}

/// Takes out what only one of the two can have.
void drop_singles(std::vector<wasm::Section>& sections, const std::vector<wasm::Section>& others,
                  Causes& causes) {
    std::erase_if(sections, [&](const wasm::Section& section) {
        const bool is_shared = std::ranges::any_of(others, [&](const wasm::Section& other) {
            return other.id == section.id && other.name == section.name;
        });
        if (is_shared)
            return false;
        if (section.id == 12)
            causes.insert("data count without need");
        else if (section.id == 0)
            causes.insert("custom section `" + std::string(section.name) + "`");
        else if (section.content.size() == 1)
            causes.insert("empty sections");
        else
            causes.insert("section " + std::to_string(section.id));
        return true;
    });
}

Result<> compare_modules(Bytes first, Bytes second, Causes& causes) {
    auto sections = TENON_TRY(sections_of(first)), others = TENON_TRY(sections_of(second));
    const auto a = TENON_TRY(wasm::decode_module(first)),
               b = TENON_TRY(wasm::decode_module(second));
    drop_singles(sections, others, causes);
    drop_singles(others, sections, causes);
    for (std::size_t i = 0; i < std::min(sections.size(), others.size()); ++i) {
        const auto &one = sections[i], &other = others[i];
        if (one.id != other.id || one.name != other.name) {
            causes.insert("place of custom sections");
            return {};
        }
        if (std::ranges::equal(one.whole, other.whole))
            continue;
        const auto known = causes.size();
        if (one.id == 0 && !std::ranges::equal(one.payload, other.payload))
            causes.insert("content of `" + std::string(one.name) + "`");
        else if (one.id == 10)
            TENON_TRY(compare_bodies(a, b, causes));
        else if (one.id == 9)
            compare_elements(a, b, causes);
        else if (one.id == 11)
            compare_datas(a, b, causes);
        // The text is the same, so what is left is how numbers are written.
        if (causes.size() == known && one.whole.size() != other.whole.size())
            causes.insert("integers not in their shortest form");
        else if (causes.size() == known && one.id != 0 && one.id != 9 && one.id != 10 &&
                 one.id != 11)
            causes.insert("form of section " + std::to_string(one.id));
    }
    return {};
}

ast::Component grouped(const ast::Component& of);

template <class Item> Item plain(const Item& item) {
    if constexpr (std::is_same_v<Item, ast::Component>) {
        return grouped(item);
    } else {
        auto same = item;
        if constexpr (std::is_same_v<Item, ast::Import> || std::is_same_v<Item, ast::Export>)
            same.name.form = 0;
        return same;
    }
}

/// The component with neighbouring sections of one kind as one, without empty and custom ones and
/// what is in modules: what its text is made from.
ast::Component grouped(const ast::Component& of) {
    ast::Component out;
    const auto add = [&](const auto& items) {
        using Items = std::decay_t<decltype(items)>;
        if constexpr (std::is_same_v<Items, ast::CoreModule>) {
            out.sections.push_back({0, ast::CoreModule{}});
        } else if constexpr (std::is_same_v<Items, ast::Start>) {
            out.sections.push_back({0, items});
        } else if constexpr (!std::is_same_v<Items, ast::Custom>) {
            if (items.empty())
                return;
            auto* const last =
                out.sections.empty() ? nullptr : std::get_if<Items>(&out.sections.back().kind);
            auto& into = last != nullptr
                             ? *last
                             : std::get<Items>(out.sections.emplace_back(0, Items{}).kind);
            for (const auto& item : items)
                into.push_back(plain(item));
        }
    };
    for (const auto& section : of.sections)
        std::visit(add, section.kind);
    return out;
}

/// What is in components is compared module by module; how definitions are grouped into sections is
/// nothing that text can say.
void collect(const ast::Component& of, std::vector<Bytes>& modules,
             std::set<std::string>& customs) {
    for (const auto& section : of.sections) {
        if (const auto* const module = std::get_if<ast::CoreModule>(&section.kind))
            modules.push_back(module->whole);
        else if (const auto* const custom = std::get_if<ast::Custom>(&section.kind))
            customs.insert(custom->name);
        else if (const auto* const nested = std::get_if<std::vector<ast::Component>>(&section.kind))
            for (const auto& one : *nested)
                collect(one, modules, customs);
    }
}

Result<> compare_components(const ast::Component& first, const ast::Component& second,
                            Causes& causes) {
    std::vector<Bytes> modules, others;
    std::set<std::string> customs, other_customs;
    collect(first, modules, customs);
    collect(second, others, other_customs);
    if (modules.size() != others.size()) {
        causes.insert("other modules");
        return {};
    }
    for (std::size_t i = 0; i < modules.size(); ++i)
        if (!std::ranges::equal(modules[i], others[i]))
            TENON_TRY(compare_modules(modules[i], others[i], causes));
    for (const auto& name : customs)
        if (!other_customs.contains(name))
            causes.insert("custom section `" + name + "`");
    if (tenon::component::encode(grouped(first)) != tenon::component::encode(grouped(second)))
        causes.insert("definitions of components");
    else if (causes.empty())
        causes.insert("grouping of definitions");
    return {};
}

Result<> compare(Bytes first, Bytes second, Causes& causes) {
    const auto walker = TENON_TRY(wasm::SectionWalker::begin(first));
    if (walker.preamble().layer == wasm::Layer::module)
        return compare_modules(first, second, causes);
    const auto one = TENON_TRY(tenon::component::decode(first)),
               other = TENON_TRY(tenon::component::decode(second));
    return compare_components(one, other, causes);
}

// --- the round

/// Decoded and encoded again, a component is the same bytes, unless numbers are longer than need
/// be.
Result<> check_encoding(Bytes binary) {
    const auto walker = TENON_TRY(wasm::SectionWalker::begin(binary));
    if (walker.preamble().layer != wasm::Layer::component)
        return {};
    const auto tree = TENON_TRY(tenon::component::decode(binary));
    const auto encoded = tenon::component::encode(tree);
    if (encoded == Buffer(binary.begin(), binary.end()))
        return {};
    const auto again = TENON_TRY(tenon::component::decode(encoded));
    if (encoded.size() >= binary.size() || tenon::component::encode(again) != encoded)
        return fail(Errc::malformed, "decoded and encoded, the component is not the same");
    return {};
}

/// Custom sections may change places once: what text says of them is behind what they stand.
bool has_same_lines(const std::string& a, const std::string& b) {
    const auto lines_of = [](const std::string& text) {
        std::multiset<std::string> lines;
        for (std::size_t begin = 0; begin < text.size();) {
            const auto end = text.find('\n', begin);
            lines.insert(text.substr(begin, end - begin));
            begin = end + 1;
        }
        return lines;
    };
    return a == b || lines_of(a) == lines_of(b);
}

Result<> round_with(Bytes binary, const wat::PrintOptions& options, Buffer& parsed) {
    const auto text = TENON_TRY(wat::print(binary, options));
    parsed = TENON_TRY(wat::parse("printed", text));
    const auto again = TENON_TRY(wat::print(parsed, options));
    if (!has_same_lines(again, text))
        return fail(Errc::malformed, "printed again, the text is not the same");
    if (TENON_TRY(wat::parse("printed", again)) != parsed)
        return fail(Errc::malformed, "parsed again, the binary is not the same");
    return {};
}

Result<> round(const std::string& name, Bytes binary) {
    Buffer parsed, folded;
    TENON_TRY(check_encoding(binary));
    TENON_TRY(round_with(binary, {}, parsed));
    wat::PrintOptions fold;
    fold.fold = true;
    TENON_TRY(round_with(binary, fold, folded));
    if (parsed != folded)
        return fail(Errc::malformed, "folded text is not the same module");
    if (std::ranges::equal(binary, parsed)) {
        report(name, "equal");
        return {};
    }
    Causes causes;
    TENON_TRY(compare(binary, parsed, causes));
    std::string why;
    for (const auto& cause : causes)
        why += (why.empty() ? "" : ", ") + cause;
    report(name, "differs", why);
    return {};
}

void run(const std::string& name, Bytes binary) {
    const auto done = round(name, binary);
    if (!done)
        report(name, done.error().code() == Errc::unsupported ? "not-run" : "failed",
               base::render(done.error()));
}

bool can_be_read(Bytes binary) {
    const auto walker = wasm::SectionWalker::begin(binary);
    if (!walker)
        return false;
    return walker->preamble().layer == wasm::Layer::module
               ? wasm::decode_module(binary).has_value()
               : tenon::component::decode(binary).has_value();
}

void script(const std::string& path, const std::string& text,
            const std::vector<wat::Command>& commands) {
    using Kind = wat::Command::Kind;
    for (const auto& command : commands) {
        script(path, text, command.commands);
        const bool is_bad = command.kind == Kind::assert_malformed ||
                            command.kind == Kind::assert_malformed_custom ||
                            command.kind == Kind::assert_invalid_custom;
        // The text of a component that is not valid need not be one: names may lead elsewhere.
        if (!command.module || is_bad ||
            (command.is_component && command.kind == Kind::assert_invalid))
            continue;
        const auto binary = wat::assemble(path, text, *command.module);
        // What is asserted to be invalid may be no module at all.
        if (!binary || (command.kind == Kind::assert_invalid && !can_be_read(*binary)))
            continue;
        run(path + ":" + std::to_string(command.line), *binary);
    }
}

Result<> file(const std::string& path) {
    const auto bytes = TENON_TRY(base::read_file(path, 1U << 28));
    const std::string text(tenon::as_text(bytes));
    if (path.ends_with(".wat")) {
        if (const auto binary = wat::parse(path, text))
            run(path, *binary);
        return {}; // what is no module or component is for others to look at
    }
    if (!path.ends_with(".wast")) {
        run(path, bytes);
        return {};
    }
    script(path, text, TENON_TRY(wat::parse_script(path, text)));
    return {};
}

} // namespace

int main(int count, char** arguments) {
    for (int i = 1; i < count; ++i)
        if (const auto done = file(arguments[i]); !done)
            report(arguments[i], "failed", base::render(done.error()));
    return 0;
}
