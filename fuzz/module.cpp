// LINK: tenon_wasm
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Core modules: whatever decodes is validated with every feature on, by one thread and by several
// with one verdict; operators that are read are written and read again as the same.
#include "wasm/function_reader.hpp"
#include "wasm/validate_parallel.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace wasm = tenon::wasm;

namespace {

struct WriteAgain {
    void before(const wasm::Instruction& one, const wasm::Checker&) {
        tenon::Buffer once, twice;
        wasm::append(once, one);
        tenon::Reader in(once);
        wasm::Instruction again;
        if (!wasm::read_instruction(in, again) || !in.at_end())
            std::abort();
        wasm::append(twice, again);
        if (once != twice)
            std::abort();
    }
    void after(const wasm::Instruction&, const wasm::Checker&) {}
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto module = wasm::decode_module({bytes, size});
    if (!module)
        return 0;
    const auto features = wasm::Features::everything();
    const auto verdict = wasm::validate(*module, features);
    // Several threads only where there is much code: so it is asked for by hand.
    const auto parallel =
        wasm::validate_in_parallel(*module, {.features = features, .threads = 3, .stop = {}});
    if (verdict.has_value() != parallel.has_value() ||
        (!verdict && (verdict.error().message() != parallel.error().message() ||
                      verdict.error().offset() != parallel.error().offset())))
        std::abort();
    wasm::TypeStore store;
    const auto info = wasm::validate_definitions(*module, store, features);
    if (!info) {
        if (verdict)
            std::abort();
        return 0;
    }
    wasm::Checker checker(*info);
    WriteAgain sink;
    const auto imported = info->functions.size() - module->functions.size();
    for (std::size_t i = 0; i < module->bodies.size(); ++i)
        if (!wasm::read_function(checker, module->bodies[i], info->functions[imported + i], sink)) {
            if (verdict)
                std::abort();
            return 0;
        }
    if (!verdict)
        std::abort();
    return 0;
}
