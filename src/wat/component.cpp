// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/component.hpp"

#include "component/decode.hpp"
#include "component/encode.hpp"
#include "wat/component_parser.hpp"

namespace tenon::wat {
namespace {

using Parsed = std::variant<ComponentText, Buffer>;

Result<Parsed> parse(std::string_view name, std::string_view text, std::size_t begin,
                     std::size_t end, bool is_definition, const std::stop_token& stop) {
    Cursor in(name, text, begin, end);
    in.stop_on(stop);
    auto parsed = ComponentParser(std::move(in), stop).parse(is_definition);
    if (!parsed && stop.stop_requested())
        return fail(Errc::interrupted, "interrupted");
    return parsed;
}

} // namespace

Result<ComponentText> parse_component(std::string_view name, std::string_view text,
                                      std::stop_token stop) {
    auto parsed = TENON_TRY(parse(name, text, 0, text.size(), false, stop));
    if (auto* const component = std::get_if<ComponentText>(&parsed))
        return std::move(*component);
    ComponentText out;
    out.kept.push_back(std::get<Buffer>(std::move(parsed)));
    out.tree = TENON_TRY(component::decode(out.kept.back()));
    return out;
}

Result<Buffer> assemble_component(std::string_view name, std::string_view text, std::size_t begin,
                                  std::size_t end, bool is_definition, std::stop_token stop) {
    auto parsed = TENON_TRY(parse(name, text, begin, end, is_definition, stop));
    if (const auto* const component = std::get_if<ComponentText>(&parsed))
        return component::encode(component->tree);
    return std::get<Buffer>(std::move(parsed));
}

} // namespace tenon::wat
