// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which types something needs, each after those that are in it.
#pragma once

#include "wit/model.hpp"

#include <set>
#include <vector>

namespace tenon::compose {

class LiveTypes {
public:
    /// `model` must outlive it; its types are nested as `check_depth` allows.
    explicit LiveTypes(const wit::Model& model) : model_(model) {}

    void add(wit::TypeIdx type);
    void add(const wit::Type& type);
    void add(const wit::Function& function);
    void add(const wit::WorldItem& item);
    /// All that the interface has.
    void add(wit::InterfaceIdx interface);

    [[nodiscard]] const std::vector<wit::TypeIdx>& in_order() const noexcept { return order_; }

private:
    const wit::Model& model_;
    std::set<wit::TypeIdx> seen_;
    std::vector<wit::TypeIdx> order_;
};

} // namespace tenon::compose
