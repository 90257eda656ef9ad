// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The fields of one module, read twice: first for what they are called, passing over what they
// hold, then for their bytes, which go straight into sections. So a name may be used before it is
// defined, and nothing between text and bytes is kept but the types. In large modules the bodies of
// functions are read ahead, on all processors.
#pragma once

#include "wat/code.hpp"
#include "wat/functions_ahead.hpp"
#include "wat/known_customs.hpp"
#include "wat/text_place.hpp"

namespace tenon::wat {

/// Sections of a module, in the order of the binary.
enum class SectionKind : std::uint8_t {
    type,
    import,
    func,
    table,
    memory,
    tag,
    global,
    export_,
    start,
    elem,
    code,
    data,
};
inline constexpr std::size_t section_count = 12;

class ModuleParser {
public:
    explicit ModuleParser(Cursor in) : context_{std::move(in), names_, types_}, code_(context_) {}
    ModuleParser(const ModuleParser&) = delete; // `code_` looks at `context_`
    ModuleParser& operator=(const ModuleParser&) = delete;

    /// All fields up to the end of the text, and then the binary. `is_wrapped`: a `)` closes them.
    /// `places`, if given, learns where everything came from.
    Result<Buffer> parse(const Naming& module, bool is_wrapped, TextPlaces* places = nullptr);

private:
    struct Entries {
        Buffer bytes;
        std::uint32_t count = 0;
    };
    struct Custom {
        bool is_after;      ///< or before
        std::uint8_t place; ///< a `SectionKind`; `section_count` for the module as a whole
        std::string name;
        Buffer content;
    };
    struct Import {
        std::string module, name;
    };
    /// Of a byte in a section that is not yet part of the binary.
    struct Place {
        SectionKind section;
        std::size_t at, text;
    };
    using Sizes = std::array<std::size_t, section_count>;

    // collect.cpp: names
    Result<> collect();
    void pass_fields();
    Result<> collect_field(std::string_view word);
    Result<> collect_type();
    Result<> collect_import();
    Result<> collect_definition(Space space, std::size_t field_at);
    Result<> collect_segment_of_table();
    Result<> collect_segment_of_memory();
    Result<> read_types();
    Result<> note_definition(const Token& at, bool is_import);

    // fields.cpp: bytes
    Result<> fields();
    Result<> field(std::string_view word);
    Result<> import_field();
    Result<> import_item(const Import& import);
    Result<> func();
    void append_function(std::uint32_t type, Bytes body);
    Result<> table();
    Result<> memory();
    Result<> global();
    Result<> tag();
    Result<> export_field();
    Result<> start();
    Result<std::optional<Import>> exports_and_import(Space space, std::uint32_t index);
    std::uint32_t define(Space space) { return next_[static_cast<std::size_t>(space)]++; }
    Result<std::uint32_t> bodiless_type(Space space, std::uint32_t index);

    // segments.cpp
    Result<> elem();
    Result<> elem_of_table(std::uint32_t table, ValType element, bool is_64);
    Result<std::uint32_t> elem_indices(Buffer& out);
    Result<std::uint32_t> elem_expressions(Buffer& out);
    Result<> elem_list(Buffer& list, std::optional<ValType>& type, bool may_be_bare);
    Result<> data();
    Result<> data_of_memory(std::uint32_t memory, bool is_64,
                            std::optional<std::uint32_t> page_size);
    Result<> data_strings(Buffer& out);
    Result<> data_content(Buffer& out);
    Result<> offset(Buffer& out);
    void zero_offset(Buffer& out, bool is_64);
    Result<> expression(Buffer& out);

    // sections.cpp
    Result<> custom();
    Result<> custom_place(Custom& section);
    Result<> producers();
    Result<> dylink();
    void add_hints(std::uint32_t func, const std::vector<BranchHint>& hints);
    [[nodiscard]] Sizes sizes() const;
    void note_growth(const Sizes& before, std::size_t text);
    void append_import(const Import& import, const wasm::ExternType& type);
    [[nodiscard]] Buffer binary() const;
    void append_section_of(Buffer& out, SectionKind kind) const;
    void append_customs(Buffer& out, bool is_after, std::size_t place) const;
    [[nodiscard]] Entries& section(SectionKind kind) {
        return sections_[static_cast<std::size_t>(kind)];
    }

    Names names_;
    TypeTable types_;
    Context context_;
    Code code_;
    Cursor& in_ = context_.in;
    std::array<Entries, section_count> sections_;
    std::vector<std::size_t> types_at_;    ///< where type fields begin
    std::vector<FunctionField> functions_; ///< those with a body
    FunctionsAhead ahead_;
    std::size_t passed_ = 0; ///< up to where it was told of
    std::array<std::uint32_t, space_count> next_{};
    bool has_definition_ = false; ///< of what can be imported
    bool has_start_ = false;
    std::vector<Custom> customs_;
    Entries hints_;
    Buffer body_;
    TextPlaces* places_ = nullptr;
    std::vector<Place> section_places_; ///< where there are `places_`
};

} // namespace tenon::wat
