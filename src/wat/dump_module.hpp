// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The sections of a core module, byte by byte in words.
#pragma once

#include "wasm/op_reader.hpp"
#include "wasm/sections.hpp"
#include "wat/dump_lines.hpp"

#include <functional>

namespace tenon::wat {

/// An operator with its immediates, numbers for everything: `i32.const 5`, `call 3`.
[[nodiscard]] std::string dump_operator(const wasm::Instruction& one);

/// A list: its count, then its items. `read` reads one and gives what it is; it may put lines of
/// its own for what stands in front.
Result<> dump_list(DumpLines& to, Reader& in, const std::function<Result<std::string>()>& read);

/// What a custom section holds, as far as it is known: `producers`, the names of things. All else
/// is passed over.
Result<> dump_custom(DumpLines& to, const wasm::Section& section, std::string_view name_section);

class ModuleDumper {
public:
    explicit ModuleDumper(DumpLines& to) : to_(to) {}

    /// One section after the other.
    Result<> section(const wasm::Section& section);

private:
    Result<> types(Reader& in);
    Result<std::string> import(Reader& in);
    Result<std::string> table(Reader& in);
    Result<std::string> global(Reader& in);
    Result<std::string> exported(Reader& in);
    Result<std::string> element(Reader& in);
    Result<std::string> data(Reader& in);
    Result<> code(Reader& in);
    Result<> body(Reader in);
    Result<> expression(Reader& in);
    Result<> element_items(Reader& in, bool are_expressions);

    DumpLines& to_;
    std::uint32_t types_ = 0, groups_ = 0, functions_ = 0, tables_ = 0, memories_ = 0, globals_ = 0,
                  tags_ = 0, bodies_ = 0;
    std::uint32_t imported_functions_ = 0;
    wasm::Instruction one_; ///< keeps its room
};

} // namespace tenon::wat
