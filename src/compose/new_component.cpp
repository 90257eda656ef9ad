// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/new_component.hpp"

#include "base/leb128.hpp"
#include "component/encode.hpp"
#include "compose/composer.hpp"
#include "wasm/sections.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

namespace tenon::compose {
namespace {

constexpr std::size_t preamble_size = 8;
constexpr Byte import_section_id = 2;

/// Id, size and, of a custom one, the name: what stands before a section's payload.
Buffer custom_section(std::string_view name, const Buffer& payload) {
    Buffer out{0};
    base::append_unsigned_leb(out,
                              base::unsigned_leb_size(name.size()) + name.size() + payload.size());
    base::append_unsigned_leb(out, name.size());
    out.insert(out.end(), name.begin(), name.end());
    out.insert(out.end(), payload.begin(), payload.end());
    return out;
}

bool is_core_module(const ast::Section& section) {
    return std::holds_alternative<ast::CoreModule>(section.kind);
}

/// Some of the sections, with or without the preamble in front.
Buffer encode(std::vector<ast::Section>& sections, std::size_t begin, std::size_t end) {
    ast::Component some;
    const auto at = [&](std::size_t i) {
        return sections.begin() + static_cast<std::ptrdiff_t>(i);
    };
    // Moved there and back: trees are not small.
    some.sections.assign(std::move_iterator(at(begin)), std::move_iterator(at(end)));
    auto bytes = component::encode(some);
    std::ranges::move(some.sections, at(begin));
    if (begin > 0)
        bytes.erase(bytes.begin(), bytes.begin() + preamble_size);
    return bytes;
}

} // namespace

Result<NewComponent> NewComponent::create(Bytes module, const std::vector<Adapter>& adapters,
                                          const NewOptions& options) {
    auto plan = TENON_TRY(Plan::create(module, adapters, options));
    const auto shims = TENON_TRY(Shims::create(*plan));
    auto built = TENON_TRY(Composer(*plan, shims, options).run());
    NewComponent out(std::move(plan), std::move(built));
    TENON_TRY(out.write());
    return out;
}

Bytes NewComponent::keep(Buffer bytes) {
    kept_.push_back(std::move(bytes));
    return kept_.back();
}

/// All that the module was given as, but for the sections with its world, and with what made it in
/// the section `producers`.
Result<std::vector<Bytes>> NewComponent::main_module() {
    const auto& main = plan_->main();
    std::vector<Bytes> out;
    const auto add = [&](Bytes bytes) { // what follows the last piece becomes part of it
        if (!out.empty() && out.back().data() + out.back().size() == bytes.data())
            out.back() = Bytes(out.back().data(), out.back().size() + bytes.size());
        else
            out.push_back(bytes);
    };
    add(main.bytes.first(preamble_size));
    bool has_producers = false;
    auto walker = TENON_TRY(wasm::SectionWalker::begin(main.bytes));
    while (const auto section = TENON_TRY(walker.next())) {
        const bool is_custom = section->id == 0;
        if (is_custom && section->name.starts_with(metadata_section))
            continue;
        if (is_custom && section->name == producers_section && plan_->main_producers()) {
            auto all = TENON_TRY(Producers::read(section->payload, section->content_offset));
            all.merge(*plan_->main_producers());
            out.push_back(keep(custom_section(producers_section, all.payload())));
            has_producers = true;
            continue;
        }
        if (section->id == import_section_id && main.view.has_renamed_imports) {
            const auto content = import_section(main.view);
            Buffer whole{import_section_id};
            base::append_unsigned_leb(whole, content.size());
            whole.insert(whole.end(), content.begin(), content.end());
            out.push_back(keep(std::move(whole)));
            continue;
        }
        add(section->whole);
    }
    if (!has_producers && plan_->main_producers())
        out.push_back(keep(custom_section(producers_section, plan_->main_producers()->payload())));
    return out;
}

Result<> NewComponent::write() {
    auto& sections = built_.tree.sections;
    const auto main =
        static_cast<std::size_t>(std::ranges::find_if(sections, is_core_module) - sections.begin());
    auto module = TENON_TRY(main_module());
    if (plan_->main().view.has_renamed_imports) { // rare; who looks at the tree must see them
        Buffer whole;
        for (const auto part : module)
            whole.insert(whole.end(), part.begin(), part.end());
        module = {keep(std::move(whole))};
        sections[main].kind = ast::CoreModule{module.front()};
    }
    std::uint64_t size = 0;
    for (const auto part : module)
        size += part.size();
    if (size > std::numeric_limits<std::uint32_t>::max())
        return fail(Errc::limit, "the module is larger than a section can be");
    auto before = encode(sections, 0, main);
    before.push_back(1); // a core module
    base::append_unsigned_leb(before, size);
    parts_.push_back(keep(std::move(before)));
    parts_.insert(parts_.end(), module.begin(), module.end());
    parts_.push_back(keep(encode(sections, main + 1, sections.size())));
    return {};
}

std::uint64_t NewComponent::size() const noexcept {
    std::uint64_t size = 0;
    for (const auto part : parts_)
        size += part.size();
    return size;
}

Buffer NewComponent::bytes() const {
    Buffer out;
    out.reserve(size());
    for (const auto part : parts_)
        out.insert(out.end(), part.begin(), part.end());
    return out;
}

} // namespace tenon::compose
