// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// LINK: tenon_wat
// Text of any bytes as a module and as a script: it is read or refused with a diagnostic. What is
// read is a module: its sections can be walked, and the same text makes the same bytes.
#include "base/diagnostic.hpp"
#include "wasm/sections.hpp"
#include "wat/parse.hpp"
#include "wat/script.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void check(const tenon::Result<tenon::Buffer>& module) {
    if (!module) {
        if (tenon::base::render(module.error()).empty())
            std::abort();
        return;
    }
    auto walker = tenon::wasm::SectionWalker::begin(*module);
    if (!walker)
        std::abort();
    for (;;) {
        const auto section = walker->next();
        if (!section)
            std::abort();
        if (!*section)
            return;
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    // `(module binary …)` holds what it likes.
    if (text.find("binary") == std::string_view::npos)
        check(tenon::wat::parse_module("fuzz.wat", text));
    const auto script = tenon::wat::parse_script("fuzz.wast", text);
    if (!script) {
        if (tenon::base::render(script.error()).empty())
            std::abort();
        return 0;
    }
    for (const auto& command : *script)
        if (command.module && command.module->form == tenon::wat::ScriptModule::Form::quote)
            check(tenon::wat::assemble("fuzz.wast", text, *command.module));
    return 0;
}
