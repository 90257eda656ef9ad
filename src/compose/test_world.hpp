// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Worlds and modules for tests: WIT text into a model, and small modules built by hand.
#pragma once

#include "compose/core_module.hpp"
#include "compose/embed.hpp"
#include "wit/read.hpp"
#include "wit/select.hpp"

#include <gtest/gtest.h>

namespace tenon::compose::testing {

struct TestWorld {
    wit::Model model;
    wit::WorldIdx world{};

    explicit TestWorld(const std::string& text) {
        const auto package = wit::read_text(model, "test.wit", text);
        EXPECT_TRUE(package) << package.error().message();
        if (package)
            world = *wit::select_world(model, *package, std::nullopt);
    }
    [[nodiscard]] const wit::Function& import(const std::string& name) const {
        return std::get<wit::Function>(model[world].imports.at(wit::WorldKey(name)));
    }
    [[nodiscard]] const wit::Function& exported(const std::string& name) const {
        return std::get<wit::Function>(model[world].exports.at(wit::WorldKey(name)));
    }
    /// The module with this world at its end.
    [[nodiscard]] Buffer in(Buffer module, StringEncoding encoding = StringEncoding::utf8) const {
        const auto section =
            metadata_section_of(model, world, encoding, Producers::processed_by("test", "1"));
        EXPECT_TRUE(section) << section.error().message();
        module.insert(module.end(), section->begin(), section->end());
        return module;
    }
};

/// What an error says, with its frames: `frame: message`.
inline std::string told(const base::Error& error) {
    std::string out;
    for (const auto& frame : error.frames())
        out = frame + ": " + out;
    return out + error.message();
}

/// A function of this type that traps, under this name.
inline void trap(CoreModule& module, std::string_view name, const wasm::FuncType& type) {
    const auto index = module.function(module.type(type), Code().trap().end());
    module.export_(name, wasm::ExternKind::func, index);
}

} // namespace tenon::compose::testing
