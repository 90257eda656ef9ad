// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Writing HTML: what is text stays text, whatever it says.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tenon::registry {

/// For elements and quoted attributes alike. Control characters and invalid bytes become visible.
[[nodiscard]] std::string escaped(std::string_view text);

class Html {
public:
    /// Markup, written here in the program.
    Html& raw(std::string_view markup) {
        out_ += markup;
        return *this;
    }
    Html& text(std::string_view text) {
        out_ += escaped(text);
        return *this;
    }
    /// `<tag>text</tag>`
    Html& element(std::string_view tag, std::string_view text);
    /// `current`: it leads to the page that it stands on.
    Html& link(std::string_view target, std::string_view text, bool current = false);
    Html& code(std::string_view text) { return element("code", text); }
    /// Text that breaks behind `/`, `.` and `+` rather than within words.
    Html& media_type(std::string_view type);
    /// `<dt>name</dt><dd>value</dd>`; nothing for an empty value.
    Html& fact(std::string_view name, std::string_view value);
    Html& type_fact(std::string_view name, std::string_view type);

    [[nodiscard]] const std::string& str() const noexcept { return out_; }

private:
    std::string out_;
};

/// `1 byte`, `2 048 bytes`.
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);

} // namespace tenon::registry
