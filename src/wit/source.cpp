// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/source.hpp"

#include "base/diagnostic.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::wit {

std::uint32_t Sources::add(std::string name, std::string text) {
    TENON_ASSERT(text.size() < UINT32_MAX && files_.size() < Span::none);
    files_.push_back(std::make_shared<const File>(File{std::move(name), std::move(text)}));
    return static_cast<std::uint32_t>(files_.size() - 1);
}

std::uint32_t Sources::append(const Sources& other) {
    const auto first = count();
    const auto added = other.files_; // a copy, since `other` may be this one
    files_.insert(files_.end(), added.begin(), added.end());
    return first;
}

std::uint32_t Sources::count() const noexcept {
    return static_cast<std::uint32_t>(files_.size());
}

void Sources::keep(std::uint32_t count) {
    TENON_ASSERT(count <= files_.size());
    files_.resize(count);
}

std::string_view Sources::name(std::uint32_t file) const {
    return files_.at(file)->name;
}

std::string_view Sources::text(std::uint32_t file) const {
    return files_.at(file)->text;
}

Place Sources::place(Span span) const {
    if (span.file == Span::none)
        return Place{.line = 0, .column = 0, .length = 1};
    const auto whole = text(span.file);
    const auto begin = std::min<std::size_t>(span.begin, whole.size());
    const auto before = whole.substr(0, begin);
    const auto line = 1 + std::ranges::count(before, '\n');
    const auto line_begin = before.rfind('\n') + 1; // npos + 1 is 0
    const auto line_end = std::min(whole.find('\n', begin), whole.size());
    const auto end = std::clamp<std::size_t>(span.end, begin, line_end);
    return Place{.line = static_cast<std::uint32_t>(line),
                 .column = static_cast<std::uint32_t>(begin - line_begin + 1),
                 .length = static_cast<std::uint32_t>(std::max<std::size_t>(end - begin, 1))};
}

std::string Sources::where(Span span) const {
    if (span.file == Span::none)
        return {};
    const auto at = place(span);
    return fmt::format("{}:{}:{}", name(span.file), at.line, at.column);
}

base::Error Sources::point(base::Error&& error, Span span, std::string label) const {
    if (span.file == Span::none)
        return std::move(error);
    return std::move(error).at(
        base::excerpt(name(span.file), text(span.file), place(span), std::move(label)));
}

} // namespace tenon::wit
