// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reading typed fields of a project file; a wrong type is an error at the value's place.
#pragma once

#include "data/value.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::project {

/// A section of the file, or the file itself (with an empty name). Absent sections have no fields.
class Fields {
public:
    /// `document` must outlive the object.
    static Result<Fields> top(const data::Document& document);
    /// The table called `name`; of another type: an error.
    [[nodiscard]] Result<Fields> section(std::string_view name) const;

    [[nodiscard]] bool present() const noexcept { return table_ != nullptr; }
    [[nodiscard]] Place place(std::string_view key) const noexcept;
    [[nodiscard]] Result<std::optional<std::string>> text(std::string_view key) const;
    [[nodiscard]] Result<std::optional<std::string>>
    path(std::string_view key) const;                            ///< not empty
    [[nodiscard]] Result<bool> flag(std::string_view key) const; ///< false when absent
    [[nodiscard]] Result<std::optional<std::int32_t>> integer(std::string_view key) const;
    [[nodiscard]] Result<std::vector<std::string>> texts(std::string_view key) const;

    /// An error at the value of `key`, or about the whole file when there is none.
    [[nodiscard]] base::Error error(std::string_view key, std::string message) const;

private:
    Fields(const data::Document& document, const data::Value* table, std::string name)
        : document_(&document), table_(table), name_(std::move(name)) {}
    [[nodiscard]] const data::Value* find(std::string_view key) const noexcept;
    [[nodiscard]] base::Error wrong_type(std::string_view key, const data::Value& value,
                                         std::string_view wanted) const;

    const data::Document* document_;
    const data::Value* table_;
    std::string name_;
};

} // namespace tenon::project
