// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the files of the encoder share: appending to bytes.
#pragma once

#include "base/leb128.hpp"
#include "component/ast.hpp"

namespace tenon::component {

inline void append(Buffer& out, std::uint32_t number) {
    base::append_unsigned_leb(out, number);
}
inline void append(Buffer& out, std::string_view name) {
    base::append_unsigned_leb(out, name.size());
    out.insert(out.end(), name.begin(), name.end());
}
inline void append(Buffer& out, Bytes bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
}
template <class Enum> void append_code(Buffer& out, Enum code) {
    out.push_back(static_cast<Byte>(code));
}
template <class List, class Append> void append_list(Buffer& out, const List& list, Append one) {
    base::append_unsigned_leb(out, list.size());
    for (const auto& item : list)
        one(item);
}
template <class Optional, class Append>
void append_optional(Buffer& out, const Optional& optional, Append one) {
    out.push_back(optional ? 1 : 0);
    if (optional)
        one(*optional);
}

void append(Buffer& out, ast::ValType type);
void append(Buffer& out, const ast::ExternName& name);
void append(Buffer& out, const ast::ExternType& type);
void append(Buffer& out, const ast::Type& type);
void append(Buffer& out, const ast::CoreType& type);
void append(Buffer& out, const ast::Alias& alias);
void append(Buffer& out, const ast::Import& import);
/// The list of results of a function, or of `task.return`.
void append_results(Buffer& out, const std::optional<ast::ValType>& result);

} // namespace tenon::component
