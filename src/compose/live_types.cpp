// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/live_types.hpp"

#include "wit/types_each.hpp"

namespace tenon::compose {

void LiveTypes::add(wit::TypeIdx type) {
    if (!seen_.insert(type).second)
        return;
    wit::each_type(model_[type].kind, [this](const wit::Type& inner) { add(inner); });
    order_.push_back(type);
}

void LiveTypes::add(const wit::Type& type) {
    if (const auto* const at = std::get_if<wit::TypeIdx>(&type))
        add(*at);
}

void LiveTypes::add(const wit::Function& function) {
    // Parameters and results of the others have the resource in them.
    if (function.kind == wit::Function::Kind::static_)
        add(*function.resource);
    for (const auto& param : function.params)
        add(param.type);
    if (function.result)
        add(*function.result);
}

void LiveTypes::add(wit::InterfaceIdx interface) {
    for (const auto& [name, type] : model_[interface].types)
        add(type);
    for (const auto& [name, function] : model_[interface].functions)
        add(function);
}

void LiveTypes::add(const wit::WorldItem& item) {
    if (const auto* const interface = std::get_if<wit::WorldInterface>(&item))
        add(interface->interface);
    else if (const auto* const function = std::get_if<wit::Function>(&item))
        add(*function);
    else
        add(std::get<wit::TypeIdx>(item));
}

} // namespace tenon::compose
