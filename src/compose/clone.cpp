// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/clone.hpp"

#include "wit/types_each.hpp"

#include <utility>

namespace tenon::compose {

wit::TypeIdx Cloner::type(wit::TypeIdx of) {
    if (const auto known = types.find(of); known != types.end())
        return known->second;
    auto made = model_[of];
    if (made.name && made.owner != from_)
        return of;
    if (made.name)
        made.owner = into_;
    made.kind = wit::with_types(std::move(made.kind),
                                [this](const wit::Type& inner) { return type(inner); });
    const wit::TypeIdx at{static_cast<std::uint32_t>(model_.types.size())};
    model_.types.push_back(std::move(made));
    types.emplace(of, at);
    return at;
}

wit::Type Cloner::type(const wit::Type& of) {
    const auto* const at = std::get_if<wit::TypeIdx>(&of);
    return at == nullptr ? of : wit::Type(type(*at));
}

std::optional<wit::Type> Cloner::type(const std::optional<wit::Type>& of) {
    return of ? std::optional(type(*of)) : std::nullopt;
}

wit::Function Cloner::function(wit::Function function) {
    if (function.resource)
        function.resource = type(*function.resource);
    for (auto& param : function.params)
        param.type = type(param.type);
    function.result = type(function.result);
    return function;
}

wit::InterfaceIdx clone_interface(wit::Model& model, wit::InterfaceIdx interface,
                                  wit::PackageIdx package,
                                  std::map<wit::TypeIdx, wit::TypeIdx>& types) {
    const wit::InterfaceIdx at{static_cast<std::uint32_t>(model.interfaces.size())};
    auto made = model[interface];
    made.package = package;
    Cloner cloner(model, interface, at);
    cloner.types = std::move(types);
    for (std::size_t i = 0; i < made.types.size(); ++i)
        made.types.value(i) = cloner.type(made.types.value(i));
    for (std::size_t i = 0; i < made.functions.size(); ++i)
        made.functions.value(i) = cloner.function(std::move(made.functions.value(i)));
    types = std::move(cloner.types);
    model.interfaces.push_back(std::move(made));
    return at;
}

} // namespace tenon::compose
