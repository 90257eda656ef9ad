// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Custom sections as annotations: `@producers` and `@dylink.0` where they can be read, `@custom`
// else. PrintNames and branch hints are printed where they belong.
#pragma once

#include "wat/print_code.hpp"

#include <string_view>
#include <vector>

namespace tenon::wat {

struct CustomText {
    std::string_view name;
    Bytes payload;
    std::uint64_t offset = 0;         ///< of the section's content
    std::uint64_t payload_offset = 0; ///< of the bytes behind its name
    std::string_view place;           ///< `after type`; empty in components
};
void put_custom(PrintLayout& to, const CustomText& section);

struct FunctionHints {
    std::uint32_t function;
    std::vector<PrintHint> hints;
};
/// The section `metadata.code.branch_hint`, up to what cannot be read. `offset` is that of its
/// first byte.
[[nodiscard]] std::vector<FunctionHints> read_branch_hints(Bytes section, std::uint64_t offset);

} // namespace tenon::wat
