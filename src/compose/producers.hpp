// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The custom section `producers`: which languages, tools and kits a module or component went
// through.
//
// Source: https://github.com/WebAssembly/tool-conventions/blob/main/ProducersSection.md
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/ordered_map.hpp"

#include <string>
#include <string_view>

namespace tenon::compose {

inline constexpr std::string_view producers_section = "producers";

/// Fields (`language`, `processed-by`, `sdk`) of names with their versions, in the order in which
/// they came.
class Producers {
public:
    /// The section's payload; `offset` is that of its first byte in the file. `malformed` or
    /// `truncated`.
    static Result<Producers> read(Bytes payload, std::uint64_t offset = 0);
    /// The one entry that every tool adds about itself.
    static Producers processed_by(std::string_view name, std::string_view version);

    /// Of a name that is there already the version is replaced.
    void add(const std::string& field, const std::string& name, const std::string& version);
    void merge(const Producers& other);
    [[nodiscard]] Buffer payload() const;

private:
    base::OrderedMap<std::string, base::OrderedMap<std::string, std::string>> fields_;
};

} // namespace tenon::compose
