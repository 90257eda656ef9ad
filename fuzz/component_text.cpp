// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// LINK: tenon_wat
// Text of any bytes as a component: it is read or refused with a diagnostic. What is read can be
// encoded, and the binary reads back as itself.
#include "base/diagnostic.hpp"
#include "component/decode.hpp"
#include "component/encode.hpp"
#include "wat/component.hpp"
#include "wat/script.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using tenon::Errc;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto script = tenon::wat::parse_script("fuzz.wast", text);
        !script && tenon::base::render(script.error()).empty())
        std::abort();
    const auto component = tenon::wat::parse_component("fuzz.wat", text);
    if (!component) {
        if (tenon::base::render(component.error()).empty())
            std::abort();
        return 0;
    }
    const auto binary = tenon::component::encode(component->tree);
    const auto again = tenon::component::decode(binary);
    // What is gated may be written, but not be read yet.
    if (!again && again.error().code() == Errc::unsupported)
        return 0;
    // Bytes in `(component binary …)` and `(core module binary …)` are what they like.
    if (text.find("binary") != std::string_view::npos)
        return 0;
    if (!again || tenon::component::encode(*again) != binary)
        std::abort();
    return 0;
}
