// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "project/fields.hpp"

#include <fmt/core.h>
#include <limits>

namespace tenon::project {

Result<Fields> Fields::top(const data::Document& document) {
    if (document.root.kind() != data::Kind::object)
        return fail(
            document.error(document.root.place(), Errc::config, "a project file is a table"));
    return Fields(document, &document.root, "");
}

Result<Fields> Fields::section(std::string_view name) const {
    const auto* value = find(name);
    if (value && value->kind() != data::Kind::object)
        return fail(wrong_type(name, *value, "a section"));
    return Fields(*document_, value, std::string(name));
}

Place Fields::place(std::string_view key) const noexcept {
    const auto* value = find(key);
    return value ? value->place() : Place{};
}

Result<std::optional<std::string>> Fields::text(std::string_view key) const {
    const auto* value = find(key);
    if (!value)
        return std::nullopt;
    if (!value->string())
        return fail(wrong_type(key, *value, "a string"));
    return *value->string();
}

Result<std::optional<std::string>> Fields::path(std::string_view key) const {
    auto text = TENON_TRY(this->text(key));
    if (text && (text->empty() || text->find('\0') != text->npos))
        return fail(error(key, fmt::format("`{}` must be a path", key)));
    return text;
}

Result<bool> Fields::flag(std::string_view key) const {
    const auto* value = find(key);
    if (!value)
        return false;
    if (!value->boolean())
        return fail(wrong_type(key, *value, "`true` or `false`"));
    return *value->boolean();
}

Result<std::optional<std::int32_t>> Fields::integer(std::string_view key) const {
    const auto* value = find(key);
    if (!value)
        return std::nullopt;
    const auto number = value->integer();
    if (!number)
        return fail(wrong_type(key, *value, "a whole number"));
    if (*number < std::numeric_limits<std::int32_t>::min() ||
        *number > std::numeric_limits<std::int32_t>::max())
        return fail(error(key, fmt::format("`{}` does not fit into 32 bits", key)));
    return static_cast<std::int32_t>(*number);
}

Result<std::vector<std::string>> Fields::texts(std::string_view key) const {
    std::vector<std::string> out;
    const auto* value = find(key);
    if (!value)
        return out;
    if (value->kind() != data::Kind::array)
        return fail(wrong_type(key, *value, "a list of strings"));
    for (const auto& item : value->items()) {
        if (!item.string())
            return fail(
                document_->error(item.place(), Errc::config,
                                 fmt::format("`{}` must be a list of strings, but this is {}", key,
                                             data::kind_name(item.kind()))));
        out.push_back(*item.string());
    }
    return out;
}

base::Error Fields::error(std::string_view key, std::string message) const {
    return document_->error(place(key), Errc::config, std::move(message));
}

const data::Value* Fields::find(std::string_view key) const noexcept {
    return table_ ? table_->find(key) : nullptr;
}

base::Error Fields::wrong_type(std::string_view key, const data::Value& value,
                               std::string_view wanted) const {
    const auto where = name_.empty() ? std::string() : fmt::format(" in `[{}]`", name_);
    return error(key, fmt::format("`{}`{} must be {}, not {}", key, where, wanted,
                                  data::kind_name(value.kind())));
}

} // namespace tenon::project
