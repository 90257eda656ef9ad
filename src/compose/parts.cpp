// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/parts.hpp"

#include "base/utf8.hpp"
#include "component/ast.hpp"

#include <fmt/core.h>
#include <map>

namespace tenon::compose {
namespace {

constexpr std::size_t max_parts = 100'000;
constexpr std::size_t max_name_bytes = 60; // of one in a path

/// Of name sections: the own name, and in components the names of core modules and components.
class NameSection {
public:
    using Map = std::map<std::uint32_t, std::string_view>;

    void read(Bytes payload) {
        Reader in(payload);
        while (!in.at_end()) {
            const auto id = in.u8();
            const auto size = id ? in.u32() : Result<std::uint32_t>(0);
            const auto content = size ? in.bytes(*size) : Result<Bytes>(Bytes());
            if (!id || !size || !content)
                return;
            part(*id, Reader(*content));
        }
    }
    [[nodiscard]] std::string_view own() const noexcept { return own_; }
    [[nodiscard]] std::string_view name_of(bool is_module, std::uint32_t index) const {
        const auto& map = is_module ? modules_ : components_;
        const auto found = map.find(index);
        return found == map.end() ? std::string_view() : found->second;
    }

private:
    void part(std::uint8_t id, Reader in) {
        if (id == 0) {
            if (const auto name = in.name())
                own_ = *name;
        } else if (id == 1) {
            if (auto* const map = map_of(in))
                entries(in, *map);
        }
    }
    /// By the sort in front.
    Map* map_of(Reader& in) {
        const auto sort = in.u8();
        if (sort && *sort == static_cast<std::uint8_t>(component::Sort::component))
            return &components_;
        if (!sort || *sort != static_cast<std::uint8_t>(component::Sort::core))
            return nullptr;
        const auto core = in.u8();
        const bool is_module =
            core && *core == static_cast<std::uint8_t>(component::CoreSort::module);
        return is_module ? &modules_ : nullptr;
    }
    static void entries(Reader& in, Map& into) {
        const auto count = in.u32();
        for (std::uint32_t i = 0; count && i < *count; ++i) {
            const auto index = in.u32();
            const auto name = index ? in.name() : Result<std::string_view>(std::string_view());
            if (!index || !name)
                return;
            into.emplace(*index, *name);
        }
    }

    std::string_view own_;
    Map modules_, components_;
};

EmbeddedPart::Role role_of(std::string_view name) {
    if (name.starts_with("wit-component:adapter:"))
        return EmbeddedPart::Role::adapter;
    if (name == "wit-component:shim" || name == "wit-component-shim-module")
        return EmbeddedPart::Role::shims;
    if (name == "wit-component:fixups" || name == "wit-component-fixup")
        return EmbeddedPart::Role::fixups;
    return EmbeddedPart::Role::unknown;
}

class Collector {
public:
    /// What is nested in `data`, which is the part `at`. Gives its own name.
    Result<std::string_view> walk(Bytes data, std::uint64_t base, std::uint32_t at, int depth) {
        auto walker = TENON_TRY(wasm::SectionWalker::begin(data, base));
        const bool is_module = walker.preamble().layer == wasm::Layer::module;
        NameSection names;
        std::vector<std::size_t> nested;
        std::uint32_t counts[2] = {0, 0};
        while (const auto section = TENON_TRY(walker.next())) {
            if (section->id == 0 && section->name == (is_module ? "name" : "component-name"))
                names.read(section->payload);
            if (!walker.is_nested(*section))
                continue;
            nested.push_back(parts_.size());
            TENON_TRY(add(*section, at, counts, depth));
        }
        for (const auto one : nested) {
            auto& part = parts_[one];
            part.name = names.name_of(part.is_module, part.index);
            part.role = role_of(part.name);
            if (part.role == EmbeddedPart::Role::unknown)
                part.role = role_of(part.own_name);
        }
        return names.own();
    }
    std::vector<EmbeddedPart> take() { return std::move(parts_); }

private:
    Result<> add(const wasm::Section& section, std::uint32_t parent, std::uint32_t* counts,
                 int depth) {
        if (depth == wasm::max_component_depth)
            return fail(Errc::limit, "components are nested more than 100 levels deep",
                        section.offset);
        if (parts_.size() == max_parts)
            return fail(Errc::limit, "more than 100000 nested modules and components",
                        section.offset);
        const auto inside =
            TENON_TRY(wasm::SectionWalker::begin(section.content, section.content_offset));
        EmbeddedPart part;
        part.parent = parent;
        part.is_module = inside.preamble().layer == wasm::Layer::module;
        part.index = counts[part.is_module ? 1 : 0]++;
        part.offset = section.content_offset;
        part.bytes = section.content;
        const auto at = parts_.size();
        parts_.push_back(std::move(part));
        const auto own = TENON_TRY(walk(section.content, section.content_offset,
                                        static_cast<std::uint32_t>(at), depth + 1));
        parts_[at].own_name = own;
        return {};
    }

    std::vector<EmbeddedPart> parts_;
};

} // namespace

Result<std::vector<EmbeddedPart>> parts_of(Bytes component) {
    Collector collector;
    TENON_TRY(collector.walk(component, 0, EmbeddedPart::outermost, 0));
    return collector.take();
}

std::string_view word_of(EmbeddedPart::Role role) noexcept {
    using Role = EmbeddedPart::Role;
    switch (role) {
    case Role::unknown: return "";
    case Role::adapter: return "adapter";
    case Role::shims: return "shims";
    case Role::fixups: return "fixups";
    }
    return "";
}

std::string path_of(const std::vector<EmbeddedPart>& parts, std::size_t at) {
    const auto& part = parts[at];
    auto out = part.is_module ? std::string("core module") : std::string("component");
    out +=
        part.name.empty()
            ? fmt::format(" {}", part.index)
            : fmt::format(" \"{}\"", base::shortened(base::printable(part.name), max_name_bytes));
    return part.parent == EmbeddedPart::outermost ? out : path_of(parts, part.parent) + ", " + out;
}

} // namespace tenon::compose
