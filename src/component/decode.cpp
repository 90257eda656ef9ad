// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/decode.hpp"

#include "component/decode_detail.hpp"
#include "wasm/sections.hpp"

#include <fmt/core.h>

namespace tenon::component {
namespace {

constexpr std::uint16_t version = 0x0d;

enum class SectionId : std::uint8_t {
    custom,
    core_module,
    core_instance,
    core_type,
    component,
    instance,
    alias,
    type,
    canon,
    start,
    import,
    export_,
    value,
};

Result<ast::Component> decode_nested(Bytes data, std::uint64_t base, int depth,
                                     std::uint32_t& items_left);

Result<ast::Start> read_start(Input& in) {
    ast::Start start;
    start.offset = in.offset();
    start.function = TENON_TRY(in.u32());
    start.arguments = TENON_TRY(read_vector<std::uint32_t>(
        in, [](Input& from) { return from.u32(); }, max_start_arguments));
    start.results = TENON_TRY(in.u32());
    return start;
}

/// The content of a section, all of it.
template <class Item, class Read> Result<decltype(ast::Section::kind)> items(Input in, Read read) {
    auto list = TENON_TRY(read_vector<Item>(in, read));
    if (!in.at_end())
        return fail(in.error(Errc::malformed, "section is longer than what it counts"));
    return list;
}

Result<decltype(ast::Section::kind)> content(const wasm::Section& section, int depth,
                                             std::uint32_t& items_left) {
    const Input in(section.content, section.content_offset, items_left);
    switch (static_cast<SectionId>(section.id)) {
    case SectionId::custom: return ast::Custom{std::string(section.name), section.payload};
    case SectionId::core_module: return ast::CoreModule{section.content};
    case SectionId::core_instance: return items<ast::CoreInstance>(in, read_core_instance);
    case SectionId::core_type: return items<ast::CoreType>(in, read_core_type);
    case SectionId::component: {
        std::vector<ast::Component> one;
        one.push_back(TENON_TRY(
            decode_nested(section.content, section.content_offset, depth + 1, items_left)));
        return one;
    }
    case SectionId::instance: return items<ast::Instance>(in, read_instance);
    case SectionId::alias: return items<ast::Alias>(in, read_alias);
    case SectionId::type:
        return items<ast::Type>(in, [](Input& from) { return read_type(from, 0); });
    case SectionId::canon: return items<ast::Canon>(in, read_canon);
    case SectionId::start: {
        auto rest = in;
        auto start = TENON_TRY(read_start(rest));
        if (!rest.at_end())
            return fail(rest.error(Errc::malformed, "section is longer than what it says"));
        return start;
    }
    case SectionId::import: return items<ast::Import>(in, read_import);
    case SectionId::export_: return items<ast::Export>(in, read_export);
    case SectionId::value:
        return fail(in.error_at(section.offset, Errc::unsupported,
                                "definitions of values are not supported"));
    }
    return fail(in.error_at(section.offset, Errc::malformed,
                            fmt::format("no section of a component has the id {}", section.id)));
}

std::string_view section_name(std::uint8_t id) {
    constexpr std::string_view names[] = {
        "custom section",    "core module section", "core instance section", "core type section",
        "component section", "instance section",    "alias section",         "type section",
        "canonical section", "start section",       "import section",        "export section",
        "value section"};
    return id < std::size(names) ? names[id] : "section";
}

Result<ast::Component> decode_nested(Bytes data, std::uint64_t base, int depth,
                                     std::uint32_t& items_left) {
    auto walker = TENON_TRY(wasm::SectionWalker::begin(data, base));
    Input in(data, base, items_left);
    if (walker.preamble().layer != wasm::Layer::component)
        return fail(in.error_at(base + 4, Errc::malformed,
                                "this is a core module, where a component is expected"));
    if (walker.preamble().version != version)
        return fail(in.error_at(base + 4, Errc::unsupported,
                                fmt::format("component has version {:#04x}; {:#04x} is supported",
                                            walker.preamble().version, version)));
    if (depth > wasm::max_component_depth)
        return fail(in.error_at(base, Errc::limit, "components are nested too deeply"));
    ast::Component component;
    component.offset = base;
    for (;;) {
        const auto section = TENON_TRY(walker.next());
        if (!section)
            return component;
        TENON_TRY(in.take_items(1, section->offset));
        auto kind = content(*section, depth, items_left);
        if (!kind)
            return fail(std::move(kind).error().within(std::string(section_name(section->id))));
        component.sections.push_back({section->content_offset, *std::move(kind)});
    }
}

} // namespace

base::Error no_such(const Reader& in, std::string_view what, std::uint8_t code) {
    return in.error_at(in.offset() - 1, Errc::malformed,
                       fmt::format("no {} has the code {:#04x}", what, code));
}

base::Error too_long(const Reader& in, std::uint64_t offset, std::uint32_t most) {
    return in.error_at(offset, Errc::limit, fmt::format("list has more than {} items", most));
}

Result<std::string> read_name(Input& in) {
    return std::string(TENON_TRY(in.name()));
}

Result<ast::Component> decode(Bytes data, std::uint64_t base) {
    auto items_left = max_all_items;
    return decode_nested(data, base, 0, items_left);
}

} // namespace tenon::component
