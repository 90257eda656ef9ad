// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Types of several models by numbers: equal types have equal ones. Made in one pass over each
// model, so that no chain of definitions makes a comparison slow or deep.
#pragma once

#include "wit/model.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tenon::wit {

/// What a resource is known by: the interface or world that defines it.
using OwnerName = std::function<std::string(const Owner&)>;

class TypeNumbers {
public:
    /// The numbers of a model's types, by index. Aliases have that of what they stand for; records
    /// and the like are known by their members, resources by `owner` and their names.
    std::vector<std::uint32_t> of(const Model& model, const OwnerName& owner);

private:
    std::uint32_t number(const std::string& key);
    std::map<std::string, std::uint32_t> known_;
};

/// The number of a type, given those of its model; primitives have numbers of their own.
[[nodiscard]] std::uint32_t number_of(const Type& type, const std::vector<std::uint32_t>& numbers);

} // namespace tenon::wit
