// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/dependencies.hpp"

#include <set>

namespace tenon::wit {
namespace {

class Collector {
public:
    explicit Collector(const Model& model) : model_(model), by_package_(model.packages.size()) {
        // Every interface and world at once, so that a package is not looked for again and again.
        for (std::uint32_t i = 0; i < model.interfaces.size(); ++i) {
            for (const auto used : interfaces_used(model, InterfaceIdx{i}))
                note(model.interfaces[i].package, used);
        }
        for (const auto& world : model.worlds) {
            note_items(world, world.imports);
            note_items(world, world.exports);
        }
    }

    std::vector<PackageIdx> run(const std::vector<PackageIdx>& packages) {
        for (const auto package : packages)
            visit(package);
        return std::move(order_);
    }

private:
    void note(PackageIdx package, InterfaceIdx used) {
        const auto other = model_[used].package;
        if (other != package)
            by_package_.at(package.value).insert(other);
    }
    void note_items(const World& world, const base::OrderedMap<WorldKey, WorldItem>& items) {
        for (const auto& [key, item] : items) {
            if (const auto* const interface = std::get_if<WorldInterface>(&item)) {
                note(world.package, interface->interface);
            } else if (const auto* const type = std::get_if<TypeIdx>(&item)) {
                if (const auto from = model_.used_from(*type))
                    note(world.package, *from);
            }
        }
    }
    void visit(PackageIdx start) {
        struct Open {
            PackageIdx package;
            std::set<PackageIdx>::const_iterator next;
        };
        if (!seen_.insert(start).second)
            return;
        std::vector<Open> stack{{start, by_package_.at(start.value).begin()}};
        while (!stack.empty()) {
            auto& top = stack.back();
            if (top.next == by_package_[top.package.value].end()) {
                order_.push_back(top.package);
                stack.pop_back();
                continue;
            }
            const auto need = *top.next++;
            if (seen_.insert(need).second)
                stack.push_back(Open{need, by_package_[need.value].begin()});
        }
    }

    const Model& model_;
    std::vector<std::set<PackageIdx>> by_package_;
    std::set<PackageIdx> seen_;
    std::vector<PackageIdx> order_;
};

} // namespace

std::vector<InterfaceIdx> interfaces_used(const Model& model, InterfaceIdx interface) {
    std::vector<InterfaceIdx> out;
    std::set<InterfaceIdx> seen;
    for (const auto& [name, type] : model[interface].types) {
        const auto from = model.used_from(type);
        if (from && seen.insert(*from).second)
            out.push_back(*from);
    }
    return out;
}

std::vector<PackageIdx> with_dependencies(const Model& model,
                                          const std::vector<PackageIdx>& packages) {
    return Collector(model).run(packages);
}

} // namespace tenon::wit
