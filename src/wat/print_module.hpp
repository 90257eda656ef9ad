// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A core module as text, section by section.
#pragma once

#include "wat/print_layout.hpp"
#include "wat/print_names.hpp"

namespace tenon::wat {

/// How a module begins: `module`, or within a component `core module`, and its name there.
struct ModuleHead {
    std::string_view word = "module";
    const PrintSpace* names =
        nullptr;             ///< of the component; null where the module's own name counts
    std::uint32_t index = 0; ///< among the component's
};

/// `base` is the offset of the module's first byte in the file.
Result<> put_module(PrintLayout& to, Bytes binary, std::uint64_t base, const ModuleHead& head);

} // namespace tenon::wat
