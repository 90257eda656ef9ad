// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/outline.hpp"

#include <span>

namespace tenon::wasm {
namespace {

/// What a section is called, and whether its content begins with the number of its items.
struct SectionRow {
    std::string_view what;
    bool is_list = true;
};

// By id.
constexpr SectionRow module_rows[] = {
    {"custom", false}, {"types"},   {"imports"},           {"functions"},    {"tables"},
    {"memories"},      {"globals"}, {"exports"},           {"start", false}, {"elements"},
    {"code"},          {"data"},    {"data count", false}, {"tags"},
};
constexpr SectionRow component_rows[] = {
    {"custom", false},       {"module", false},
    {"core instances"},      {"core types"},
    {"component", false},    {"component instances"},
    {"component alias"},     {"component types"},
    {"canonical functions"}, {"component start", false},
    {"component imports"},   {"component exports"},
    {"component values"},
};

SectionRow row_of(Layer layer, std::uint8_t id) {
    const auto rows =
        layer == Layer::module ? std::span<const SectionRow>(module_rows) : component_rows;
    return id < rows.size() ? rows[id] : SectionRow{"unknown", false};
}

class Outliner {
public:
    explicit Outliner(const OutlineSink& put) : put_(put) {}

    Result<> walk(Bytes data, std::uint64_t base, int depth) {
        auto walker = TENON_TRY(SectionWalker::begin(data, base));
        std::uint32_t modules = 0;
        std::uint32_t components = 0;
        while (const auto section = TENON_TRY(walker.next())) {
            TENON_TRY(put_line(walker.preamble().layer, *section, depth));
            if (!walker.is_nested(*section))
                continue;
            const auto inside =
                TENON_TRY(SectionWalker::begin(section->content, section->content_offset))
                    .preamble();
            const bool is_module = inside.layer == Layer::module;
            TENON_TRY(nested(*section, is_module ? "module" : "component",
                             is_module ? modules++ : components++, depth));
        }
        return {};
    }

private:
    Result<> put_line(Layer layer, const Section& section, int depth) {
        const auto row = row_of(layer, section.id);
        OutlineLine line{OutlineLine::Kind::section, depth, row.what, section.name};
        line.end = section.content_offset + section.content.size();
        line.begin = section.id == 0 ? line.end - section.payload.size() : section.content_offset;
        line.count = 1;
        if (row.is_list)
            line.count = TENON_TRY(Reader(section.content, section.content_offset).u32());
        return put_(line);
    }

    Result<> nested(const Section& section, std::string_view what, std::uint32_t index, int depth) {
        if (depth == max_component_depth)
            return fail(Errc::limit, "components are nested more than 100 levels deep",
                        section.offset);
        OutlineLine line{OutlineLine::Kind::enter, depth + 1, what, {}};
        line.index = index;
        TENON_TRY(put_(line));
        TENON_TRY(walk(section.content, section.content_offset, depth + 1));
        line.kind = OutlineLine::Kind::leave;
        return put_(line);
    }

    const OutlineSink& put_;
};

} // namespace

Result<> outline(Bytes data, const OutlineSink& put) {
    return Outliner(put).walk(data, 0, 0);
}

} // namespace tenon::wasm
