// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/type_numbers.hpp"

#include "wit/types_each.hpp"

namespace tenon::wit {
namespace {

constexpr std::uint32_t first_number = 256; // those below are primitives

/// A definition spelled with the numbers of what is in it. Names hold no blanks, so that nothing
/// can be read in two ways.
class Spelling {
public:
    explicit Spelling(const std::vector<std::uint32_t>& numbers) : numbers_(numbers) {}

    std::string operator()(const TypeKind& kind) {
        text_ = std::to_string(kind.index());
        std::visit(*this, kind);
        return std::move(text_);
    }

    void operator()(const Record& type) {
        for (const auto& field : type.fields)
            name(field.name), one(field.type);
    }
    void operator()(const Variant& type) {
        for (const auto& entry : type.cases)
            name(entry.name), one(entry.type);
    }
    void operator()(const Enum& type) {
        for (const auto& entry : type.cases)
            name(entry.name);
    }
    void operator()(const Flags& type) {
        for (const auto& entry : type.flags)
            name(entry.name);
    }
    void operator()(const FixedList& type) {
        one(type.element);
        name(std::to_string(type.length));
    }
    void operator()(const ResultType& type) { one(type.ok), one(type.error); }
    void operator()(const Future& type) { one(type.payload); }
    void operator()(const Stream& type) { one(type.payload); }
    template <class Other> void operator()(const Other& type) {
        EachType visit{[this](const Type& inner) { one(inner); }};
        visit(type);
    }

private:
    void name(const std::string& text) { text_.append(" ").append(text); }
    void one(const Type& type) { name("#" + std::to_string(number_of(type, numbers_))); }
    void one(const std::optional<Type>& type) {
        if (type)
            return one(*type);
        name("_");
    }

    const std::vector<std::uint32_t>& numbers_;
    std::string text_;
};

} // namespace

std::uint32_t number_of(const Type& type, const std::vector<std::uint32_t>& numbers) {
    if (const auto* const primitive = std::get_if<Primitive>(&type))
        return static_cast<std::uint32_t>(*primitive);
    return numbers.at(std::get<TypeIdx>(type).value);
}

std::uint32_t TypeNumbers::number(const std::string& key) {
    const auto next = first_number + static_cast<std::uint32_t>(known_.size());
    return known_.emplace(key, next).first->second;
}

std::vector<std::uint32_t> TypeNumbers::of(const Model& model, const OwnerName& owner) {
    std::vector<std::uint32_t> numbers;
    numbers.reserve(model.types.size());
    for (const auto& type : model.types) {
        if (const auto* const alias = std::get_if<Alias>(&type.kind))
            numbers.push_back(number_of(alias->of, numbers));
        else if (std::holds_alternative<Resource>(type.kind))
            numbers.push_back(
                number("resource " + owner(type.owner) + " " + type.name.value_or("")));
        else
            numbers.push_back(number(Spelling(numbers)(type.kind)));
    }
    return numbers;
}

} // namespace tenon::wit
