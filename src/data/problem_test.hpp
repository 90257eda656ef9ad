// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// For tests: an error of a reader in one line, `malformed 1:5+2: message (label)`.
#pragma once

#include "data/value.hpp"

#include <fmt/core.h>

namespace tenon::data {

inline std::string in_short(const base::Error& error) {
    std::string place = "nowhere", label;
    if (const auto& source = error.source()) {
        place =
            fmt::format("{}:{}+{}", source->place.line, source->place.column, source->place.length);
        if (!source->label.empty())
            label = fmt::format(" ({})", source->label);
    }
    return fmt::format("{} {}: {}{}", errc_name(error.code()), place, error.message(), label);
}

inline std::string problem(const Result<Document>& result) {
    return result ? "no problem: " + to_json(result->root) : in_short(result.error());
}

inline std::string at(const Value* value) {
    return value ? fmt::format("{}:{}+{}", value->place().line, value->place().column,
                               value->place().length)
                 : "none";
}

} // namespace tenon::data
