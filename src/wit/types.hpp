// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Adds types to a model. Equal types without a name become one, and what is asked of types again
// and again (what stands behind the aliases, is there a `borrow` inside) is known from the moment
// that they are made, so that no chain of definitions makes it slow.
#pragma once

#include "wit/model.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tenon::wit {

class Types {
public:
    /// `model` must outlive it; types that are added to it by others are noticed.
    explicit Types(Model& model) : model_(&model) {}

    TypeIdx add(TypeDef type);
    /// A type that has no name; the one that is there already if it is equal.
    TypeIdx anonymous(TypeKind kind);

    /// The type behind all aliases; that of the last alias where it stands for a primitive.
    [[nodiscard]] TypeIdx base(TypeIdx type);
    [[nodiscard]] bool is_resource(TypeIdx type);
    [[nodiscard]] bool contains_borrow(const Type& type);
    /// Whether a map may have such keys: `bool`, integers, `char`, `string`, and other names of
    /// them.
    [[nodiscard]] bool is_map_key(const Type& type);
    /// The first of all types without a name that are equal to it; itself for one that has a name.
    [[nodiscard]] Type canonical(const Type& type);

private:
    struct Facts {
        TypeIdx base;
        TypeIdx canonical;
        bool borrow;
    };
    void learn();
    [[nodiscard]] std::string key_of(const TypeKind& kind) const;

    Model* model_;
    std::vector<Facts> facts_; // by type
    std::map<std::string, TypeIdx> anonymous_;
};

/// For each type of a model the first of all equal ones without a name; for one that has a name
/// what `named` gives, or itself. One pass, however often types stand in each other.
[[nodiscard]] std::vector<TypeIdx>
canonical_types(const Model& model, const std::function<TypeIdx(TypeIdx)>& named = nullptr);

} // namespace tenon::wit
