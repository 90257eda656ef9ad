// LINK: tenon_data
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// JSON: whatever can be read is written, read again, and must be the same.
#include "data/value.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using tenon::data::parse_json, tenon::data::to_json, tenon::data::to_pretty_json;
    const auto first =
        parse_json({"input", std::string(reinterpret_cast<const char*>(bytes), size)});
    if (!first)
        return 0;
    const auto text = to_json(first->root);
    const auto second = parse_json({"output", text});
    if (!second || to_json(second->root) != text)
        std::abort();
    const auto pretty = parse_json({"pretty", to_pretty_json(first->root)});
    if (!pretty || to_json(pretty->root) != text)
        std::abort();
    return 0;
}
