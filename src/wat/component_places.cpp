// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where in its text a component's definitions came from. The tree of the text knows where each
// began; decoded from the binary the same tree says where they are there. So the two are walked
// side by side.
#include "component/decode.hpp"
#include "component/encode.hpp"
#include "wat/component_parser.hpp"

#include <algorithm>

namespace tenon::wat {
namespace {

class Pairing {
public:
    explicit Pairing(const std::vector<TextPlaces>& modules) : modules_(modules) {}

    void components(const ast::Component& text, const ast::Component& binary) {
        const auto count = std::min(text.sections.size(), binary.sections.size());
        for (std::size_t i = 0; i < count; ++i)
            sections(text.sections[i], binary.sections[i]);
    }
    [[nodiscard]] TextPlaces take() { return std::move(places_); }

private:
    void sections(const ast::Section& text, const ast::Section& binary) {
        std::visit(
            [&](const auto& one) {
                using Kind = std::decay_t<decltype(one)>;
                if (const auto* const other = std::get_if<Kind>(&binary.kind))
                    kinds(one, *other, binary.offset);
            },
            text.kind);
    }
    void kinds(const ast::Custom&, const ast::Custom&, std::uint64_t) {}
    void kinds(const ast::CoreModule&, const ast::CoreModule&, std::uint64_t offset) {
        if (next_module_ < modules_.size())
            places_.add(modules_[next_module_++], offset);
    }
    void kinds(const ast::Start& text, const ast::Start& binary, std::uint64_t) {
        places_.add(binary.offset, text.offset);
    }
    template <class Definition> void kinds(const std::vector<Definition>& text,
                                           const std::vector<Definition>& binary, std::uint64_t) {
        for (std::size_t i = 0; i < std::min(text.size(), binary.size()); ++i)
            definitions(text[i], binary[i]);
    }

    void definitions(const ast::Component& text, const ast::Component& binary) {
        components(text, binary);
    }
    template <class Definition> void definitions(const Definition& text, const Definition& binary) {
        places_.add(binary.offset, text.offset);
    }
    void definitions(const ast::Type& text, const ast::Type& binary) {
        places_.add(binary.offset, text.offset);
        declarators(std::get_if<ast::ComponentType>(&text.kind),
                    std::get_if<ast::ComponentType>(&binary.kind));
        declarators(std::get_if<ast::InstanceType>(&text.kind),
                    std::get_if<ast::InstanceType>(&binary.kind));
    }
    void definitions(const ast::Declarator& text, const ast::Declarator& binary) {
        std::visit(
            [&](const auto& one) {
                if (const auto* const other =
                        std::get_if<std::decay_t<decltype(one)>>(&binary.kind))
                    definitions(one, *other);
            },
            text.kind);
    }
    template <class Declared> void declarators(const Declared* text, const Declared* binary) {
        if (text != nullptr && binary != nullptr)
            kinds(text->declarators, binary->declarators, 0);
    }

    const std::vector<TextPlaces>& modules_;
    std::size_t next_module_ = 0;
    TextPlaces places_;
};

} // namespace

TextPlaces component_places(std::string_view name, std::string_view text) {
    std::vector<TextPlaces> modules;
    const auto parsed = ComponentParser(Cursor(name, text), {}).parse(false, &modules);
    const auto* const component = parsed ? std::get_if<ComponentText>(&*parsed) : nullptr;
    if (component == nullptr)
        return {};
    const auto binary = component::encode(component->tree);
    const auto decoded = component::decode(binary);
    if (!decoded)
        return {};
    Pairing pairing(modules);
    pairing.components(component->tree, *decoded);
    return pairing.take();
}

} // namespace tenon::wat
