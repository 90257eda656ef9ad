// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/tool_sections.hpp"

namespace tenon::wasm {
namespace {

Result<std::vector<std::string_view>> read_names(Reader& in) {
    std::vector<std::string_view> out;
    const auto count = TENON_TRY(in.u32());
    for (std::uint32_t i = 0; i < count; ++i) // each takes a byte at least
        out.push_back(TENON_TRY(in.name()));
    return out;
}

Result<> read_memory(Reader& in, Dylink& into) {
    const auto bytes = TENON_TRY(in.u32());
    const auto align = TENON_TRY(in.u32());
    const auto elements = TENON_TRY(in.u32());
    const auto table_align = TENON_TRY(in.u32());
    into.memory = {bytes, align, elements, table_align};
    return {};
}

Result<> read_part(std::uint8_t id, Reader in, Dylink& into) {
    switch (id) {
    case 1: return read_memory(in, into);
    case 2: into.needed = TENON_TRY(read_names(in)); break;
    case 3: into.exports = TENON_TRY(in.u32()); break;
    case 4: into.imports = TENON_TRY(in.u32()); break;
    case 5: into.runtime_paths = TENON_TRY(read_names(in)); break;
    default: break;
    }
    return {};
}

std::optional<std::string_view> read_url(const CustomSection& section) {
    Reader in(section.payload);
    const auto url = in.name();
    return url ? std::optional(*url) : std::nullopt;
}

} // namespace

Result<std::vector<TargetFeature>> read_target_features(Bytes payload, std::uint64_t offset) {
    Reader in(payload, offset);
    std::vector<TargetFeature> out;
    const auto count = TENON_TRY(in.u32());
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto prefix = static_cast<char>(TENON_TRY(in.u8()));
        if (prefix != '+' && prefix != '-' && prefix != '=')
            return fail(in.error_at(in.offset() - 1, Errc::malformed,
                                    "a feature begins with `+`, `-` or `=`"));
        out.push_back({prefix, TENON_TRY(in.name())});
    }
    if (!in.at_end())
        return fail(in.error(Errc::malformed, "section is longer than what it counts"));
    return out;
}

Result<Dylink> read_dylink(Bytes payload, std::uint64_t offset) {
    Reader in(payload, offset);
    Dylink out;
    while (!in.at_end()) {
        const auto id = TENON_TRY(in.u8());
        const auto size = TENON_TRY(in.u32());
        const auto at = in.offset();
        TENON_TRY(read_part(id, Reader(TENON_TRY(in.bytes(size)), at), out));
    }
    return out;
}

DebugSections debug_sections(const Module& module) {
    DebugSections out;
    for (const auto& section : module.customs) {
        if (section.name.starts_with(".debug_")) {
            out.dwarf_bytes += section.payload.size();
            ++out.dwarf_sections;
        } else if (section.name == "sourceMappingURL") {
            out.source_map = read_url(section);
        } else if (section.name == "external_debug_info") {
            out.dwarf_file = read_url(section);
        } else if (section.name == "build_id") {
            Reader in(section.payload);
            const auto size = in.u32();
            if (const auto id = size ? in.bytes(*size) : Result<Bytes>(Bytes()); size && id)
                out.build_id = *id;
        } else if (section.name == "name") {
            out.name_bytes = section.payload.size();
        }
    }
    return out;
}

} // namespace tenon::wasm
