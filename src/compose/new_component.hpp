// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A component out of a core module and the world that it carries.
#pragma once

#include "compose/options.hpp"
#include "compose/plan.hpp"
#include "compose/tree_builder.hpp"

#include <deque>
#include <memory>
#include <vector>

namespace tenon::compose {

/// A component that was built. The bytes of the main module are not copied: views lead into what it
/// was made of, which must outlive it.
class NewComponent {
public:
    /// Errors name what the module lacks, which import or export it is about, and what to do.
    static Result<NewComponent> create(Bytes module, const std::vector<Adapter>& adapters,
                                       const NewOptions& options);

    /// With the main module as it was given, sections with its world and all, unless its imports
    /// had to be renamed; else as `parts` are.
    [[nodiscard]] const ast::Component& tree() const noexcept { return built_.tree; }
    /// The component's bytes, in pieces that follow each other.
    [[nodiscard]] const std::vector<Bytes>& parts() const noexcept { return parts_; }
    [[nodiscard]] std::uint64_t size() const noexcept;
    /// All pieces in one.
    [[nodiscard]] Buffer bytes() const;

private:
    NewComponent(std::unique_ptr<Plan> plan, TreeBuilder built)
        : plan_(std::move(plan)), built_(std::move(built)) {}

    Result<> write();
    Result<std::vector<Bytes>> main_module();
    Bytes keep(Buffer bytes);

    std::unique_ptr<Plan> plan_;
    TreeBuilder built_;
    std::deque<Buffer> kept_;
    std::vector<Bytes> parts_;
};

} // namespace tenon::compose
