// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// For tests: components out of a few words, and errors in one line.
#pragma once

#include "base/leb128.hpp"
#include "component/decode.hpp"
#include "component/encode.hpp"
#include "component/package_decode.hpp"
#include "component/package_encode.hpp"
#include "component/typing.hpp"
#include "wit/print.hpp"
#include "wit/read.hpp"

#include <string>

namespace tenon::component {

inline const Buffer preamble{0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00};

inline Buffer operator+(Buffer left, const Buffer& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}
/// A section whose size fits one byte.
inline Buffer section(Byte id, const Buffer& content) {
    return Buffer{id, static_cast<Byte>(content.size())} + content;
}
/// One of any size.
inline Buffer large_section(Byte id, const Buffer& content) {
    Buffer out{id};
    base::append_unsigned_leb(out, content.size());
    return std::move(out) + content;
}
inline Buffer name(std::string_view text) {
    Buffer out{static_cast<Byte>(text.size())};
    out.insert(out.end(), text.begin(), text.end());
    return out;
}

/// `invalid @17: message` with frames behind it; `fine` without a problem.
template <class T> std::string problem(const Result<T>& result) {
    if (result)
        return "fine";
    const auto& error = result.error();
    auto text = std::string(errc_name(error.code()));
    if (error.offset())
        text += " @" + std::to_string(*error.offset());
    text += ": " + error.message();
    for (const auto& frame : error.frames())
        text += ", in " + frame;
    return text;
}

/// A package of WIT text as a binary.
inline Result<Buffer> encoded(const std::string& text) {
    wit::Model model;
    const auto package = TENON_TRY(wit::read_text(model, "test.wit", text));
    return encode_package(model, package, {"tests", "1"});
}
/// The WIT of a component, its main package only.
inline std::string wit_of(Bytes binary) {
    const auto decoded = decode_wit(binary);
    if (!decoded)
        return problem(decoded);
    return wit::print(decoded->model, decoded->package).value_or("cannot be printed");
}
/// WIT text on its way through a binary and back.
inline std::string there_and_back(const std::string& text) {
    const auto binary = encoded(text);
    return binary ? wit_of(*binary) : problem(binary);
}

} // namespace tenon::component
