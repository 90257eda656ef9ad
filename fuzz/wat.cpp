// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// LINK: tenon_wat
// Text of any bytes as a module and as a script: it is read or refused with a diagnostic. What is
// read is a module: the same text makes the same bytes, they can be decoded but for limits, and
// validated; and the place of what is invalid is found in the text.
#include "base/diagnostic.hpp"
#include "wasm/validate.hpp"
#include "wat/parse.hpp"
#include "wat/script.hpp"
#include "wat/text_place.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using tenon::Buffer;
using tenon::Result;

template <class T> bool is_refused(const Result<T>& result) {
    if (!result && tenon::base::render(result.error()).empty())
        std::abort();
    return !result;
}

void check(const Result<Buffer>& module, const Result<Buffer>& again, std::string_view text) {
    if (module.has_value() != again.has_value() || (module && *module != *again))
        std::abort();
    if (is_refused(module))
        return;
    const auto decoded = tenon::wasm::decode_module(*module);
    if (is_refused(decoded)) {
        if (decoded.error().code() != tenon::Errc::limit)
            std::abort();
        return;
    }
    auto valid = tenon::wasm::validate(*decoded, tenon::wasm::Features::everything());
    if (!valid && !tenon::wat::placed(std::move(valid).error(), "fuzz.wat", text).source())
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    // `(module binary …)` holds what it likes.
    const bool may_be_binary = text.find("binary") != std::string_view::npos;
    if (!may_be_binary)
        check(tenon::wat::parse_module("fuzz.wat", text),
              tenon::wat::parse_module("fuzz.wat", text), text);
    const auto script = tenon::wat::parse_script("fuzz.wast", text);
    if (is_refused(script))
        return 0;
    for (const auto& command : *script)
        if (command.module && command.module->form == tenon::wat::ScriptModule::Form::quote &&
            tenon::as_text(command.module->bytes).find("binary") == std::string_view::npos)
            check(tenon::wat::assemble("fuzz.wast", text, *command.module),
                  tenon::wat::assemble("fuzz.wast", text, *command.module),
                  tenon::as_text(command.module->bytes));
    return 0;
}
