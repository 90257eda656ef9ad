// LINK: tenon_data
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// YAML: whatever can be read can be written as JSON, and that is read back as the same value.
#include "data/value.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using tenon::data::parse_json, tenon::data::parse_yaml, tenon::data::to_json;
    const auto document =
        parse_yaml({"input", std::string(reinterpret_cast<const char*>(bytes), size)});
    if (!document)
        return 0;
    const auto text = to_json(document->root);
    const auto json = parse_json({"output", text});
    if (!json || to_json(json->root) != text)
        std::abort();
    return 0;
}
