// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/print.hpp"

#include "wasm/sections.hpp"
#include "wat/print_component.hpp"
#include "wat/print_module.hpp"

namespace tenon::wat {

Result<> print(Bytes binary, const PrintOptions& options, const TextSink& sink) {
    const auto walker = TENON_TRY(wasm::SectionWalker::begin(binary));
    TextOut out(sink);
    PrintLayout to(out, options);
    auto done = walker.preamble().layer == wasm::Layer::component
                    ? put_component(to, binary)
                    : put_module(to, binary, 0, ModuleHead{});
    to.put('\n');
    auto written = out.finish();
    if (!written)
        return written;
    return done;
}

Result<std::string> print(Bytes binary, const PrintOptions& options) {
    std::string text;
    TENON_TRY(print(binary, options, [&text](std::string_view piece) -> Result<> {
        text += piece;
        return {};
    }));
    return text;
}

} // namespace tenon::wat
