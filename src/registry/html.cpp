// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/html.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::registry {

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : base::printable(text)) {
        switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&quot;"; break;
        case '\'': out += "&#39;"; break;
        default: out += c;
        }
    }
    return out;
}

Html& Html::element(std::string_view tag, std::string_view text) {
    out_ += fmt::format("<{0}>{1}</{0}>", tag, escaped(text));
    return *this;
}

Html& Html::link(std::string_view target, std::string_view text, bool current) {
    out_ += fmt::format("<a href=\"{}\"{}>{}</a>", escaped(target),
                        current ? " aria-current=\"page\"" : "", escaped(text));
    return *this;
}

Html& Html::media_type(std::string_view type) {
    while (!type.empty()) {
        const auto end = std::min(type.find_first_of("/.+"), type.size() - 1) + 1;
        text(type.substr(0, end));
        type.remove_prefix(end);
        if (!type.empty())
            raw("<wbr>");
    }
    return *this;
}

Html& Html::fact(std::string_view name, std::string_view value) {
    if (!value.empty())
        element("dt", name).element("dd", value);
    return *this;
}

Html& Html::type_fact(std::string_view name, std::string_view type) {
    if (!type.empty())
        element("dt", name).raw("<dd>").media_type(type).raw("</dd>");
    return *this;
}

std::string bytes_text(std::uint64_t bytes) {
    if (bytes == 1)
        return "1 byte";
    auto digits = std::to_string(bytes);
    for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
        digits.insert(static_cast<std::size_t>(at), " ");
    return digits + " bytes";
}

} // namespace tenon::registry
