// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The custom section `producers`: with which languages and tools a module or component was made.
//
// Source: https://github.com/WebAssembly/tool-conventions/blob/main/ProducersSection.md
#pragma once

#include "base/reader.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tenon::wasm {

struct Producers {
    struct Value {
        std::string name, version; ///< a version may be empty
        friend bool operator==(const Value&, const Value&) = default;
    };
    struct Field {
        std::string name; ///< `language`, `processed-by`, `sdk`; others are kept
        std::vector<Value> values;
        friend bool operator==(const Field&, const Field&) = default;
    };
    std::vector<Field> fields;

    /// The field of this name, or null.
    [[nodiscard]] const Field* find(std::string_view field) const noexcept;
    /// One of the same name in the same field gets the new version.
    void add(std::string_view field, std::string_view name, std::string_view version);
    friend bool operator==(const Producers&, const Producers&) = default;
};

/// Of what is there twice the first has the place and the last the value. `offset` is that of
/// the payload in the file. `malformed` or `truncated`.
Result<Producers> read_producers(Bytes payload, std::uint64_t offset);
/// The payload.
Buffer write_producers(const Producers& producers);

} // namespace tenon::wasm
