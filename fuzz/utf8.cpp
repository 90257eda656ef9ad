// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// LINK: tenon_base
// UTF-8 of any bytes: what is made printable is valid and drives no terminal; what is valid comes
// back byte for byte when it is taken apart and put together again.
#include "base/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace base = tenon::base;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = size == 0 ? std::string_view()
                                : std::string_view(reinterpret_cast<const char*>(data), size);
    const auto shown = base::printable(text);
    if (base::first_invalid_utf8(
            {reinterpret_cast<const std::uint8_t*>(shown.data()), shown.size()}))
        std::abort();
    for (const char letter : shown) {
        if (static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f)
            std::abort();
    }
    if (base::display_width(text) > 2 * size)
        std::abort();

    if (base::first_invalid_utf8({data, size}))
        return 0;
    std::string again;
    for (std::size_t at = 0; at < text.size();)
        base::append_utf8(again, base::next_code_point(text, at));
    if (again != text)
        std::abort();
    return 0;
}
