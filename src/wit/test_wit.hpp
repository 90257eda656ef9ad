// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// For tests: WIT text in, a model or an error with its place out.
#pragma once

#include "wit/read.hpp"

#include <gtest/gtest.h>
#include <string>
#include <utility>

namespace tenon::wit {

struct Readback {
    Model model;
    PackageIdx main{0};
};

inline Readback read_good(std::string text, const ReadOptions& options = {}) {
    Readback out;
    auto read = read_text(out.model, "test.wit", std::move(text), options);
    EXPECT_TRUE(read.has_value()) << (read ? "" : read.error().message());
    out.main = read.value_or(PackageIdx{0});
    return out;
}

/// `line:column: message`; `accepted` if there was no error.
inline std::string read_bad(std::string text, const ReadOptions& options = {}) {
    Model model;
    const auto read = read_text(model, "test.wit", std::move(text), options);
    if (read)
        return "accepted";
    EXPECT_TRUE(model.packages.empty() && model.types.empty()) << "the model has been changed";
    const auto& source = read.error().source();
    if (!source)
        return read.error().message();
    return std::to_string(source->place.line) + ':' + std::to_string(source->place.column) + ": " +
           read.error().message();
}

/// A type in which each level holds the one below twice, all its own.
inline Type tower(Model& model, int levels) {
    Type top = Primitive::u8;
    for (int i = 0; i < levels; ++i) {
        TypeDef level;
        level.kind = Tuple{{top, top}};
        model.types.push_back(std::move(level));
        top = TypeIdx{static_cast<std::uint32_t>(model.types.size() - 1)};
    }
    return top;
}

inline const World& world_named(const Readback& read, std::string_view name) {
    return read.model[read.model[read.main].worlds.at(name)];
}
inline const Interface& interface_named(const Readback& read, std::string_view name) {
    return read.model[read.model[read.main].interfaces.at(name)];
}

} // namespace tenon::wit
