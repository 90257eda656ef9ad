// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// LINK: tenon_wat
// Any bytes as a module or component: it is printed or refused with a diagnostic, in every shape.
// What was printed as text can be parsed unless it is too deep or too large; the binary that it
// gives is printed as text that gives the same binary.
#include "wat/print.hpp"
#include "base/diagnostic.hpp"
#include "wat/parse.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

namespace wat = tenon::wat;
using tenon::Bytes;

void round_with(Bytes binary, const wat::PrintOptions& options) {
    const auto text = wat::print(binary, options);
    if (!text) {
        if (tenon::base::render(text.error()).empty())
            std::abort();
        return;
    }
    if (options.skeleton || options.name_unnamed)
        return; // no module any more, or one with other names
    const auto parsed = wat::parse("fuzz.wat", *text);
    if (!parsed)
        return; // invalid modules need not have a text: equal names, labels that lead nowhere
    const auto again = wat::print(*parsed, options);
    if (!again)
        std::abort();
    const auto twice = wat::parse("fuzz.wat", *again);
    if (!twice || *twice != *parsed)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes binary(data, size);
    wat::PrintOptions options;
    round_with(binary, options);
    options.fold = true;
    round_with(binary, options);
    options.name_unnamed = true;
    options.offsets = true;
    round_with(binary, options);
    options.skeleton = true;
    round_with(binary, options);
    return 0;
}
