// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/text_place.hpp"

#include "base/diagnostic.hpp"
#include "wat/module_parser.hpp"

#include <algorithm>

namespace tenon::wat {
namespace {

/// Of a whole text that could be parsed. `(module binary …)` has no places.
TextPlaces places_of(std::string_view name, std::string_view text) {
    TextPlaces places;
    Cursor in(name, text);
    Naming naming;
    const bool is_wrapped = in.take_form("module");
    if (is_wrapped) {
        auto read = read_naming(in);
        if (!read || in.at_keyword("binary"))
            return places;
        naming = *read;
    } else if (in.at_form("component")) {
        return component_places(name, text);
    }
    ModuleParser parser(std::move(in));
    if (const auto binary = parser.parse(naming, is_wrapped, &places); !binary)
        return {};
    return places;
}

/// How long the token at an offset is.
std::size_t length_at(std::string_view name, std::string_view text, std::size_t offset) {
    return Cursor(name, text, offset, text.size()).token().text.size();
}

} // namespace

std::size_t TextPlaces::find(std::size_t binary) const noexcept {
    const Place* best = nullptr;
    for (const auto& place : places_)
        if (place.binary <= binary && (best == nullptr || place.binary >= best->binary))
            best = &place;
    return best == nullptr ? npos : best->text;
}

base::Error placed(base::Error error, std::string_view name, std::string_view text) {
    if (error.source())
        return error;
    if (!error.offset())
        return std::move(error).in_file(std::string(name));
    const auto offset = places_of(name, text).find(*error.offset());
    base::Error out(error.code(), error.message());
    for (const auto& frame : error.frames())
        out = std::move(out).within(frame);
    for (const auto& cause : error.causes())
        out = std::move(out).because(cause);
    for (const auto& help : error.helps())
        out = std::move(out).help(help);
    if (offset == TextPlaces::npos)
        return std::move(out).in_file(std::string(name));
    return std::move(out).at(
        base::excerpt(name, text, place_at(text, offset, length_at(name, text, offset)), {}));
}

} // namespace tenon::wat
