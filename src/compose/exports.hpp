// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a core module exports, and what of it a component needs: functions of the world and those
// beside them, destructors, memory, allocators.
#pragma once

#include "compose/module_view.hpp"
#include "compose/target.hpp"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tenon::compose {

struct Export {
    enum class Kind : std::uint8_t {
        function,    ///< of the world: `function`, `abi`
        post_return, ///< of `function`
        callback,    ///< of `function`
        destructor,  ///< of `resource`
        memory,
        realloc,
        export_realloc,  ///< for what exports take
        import_realloc,  ///< for what imports give
        adapter_realloc, ///< for the stacks of adapters
        initialize,
        table,     ///< where threads find the function to run
        task_hook, ///< called when tasks begin and end
    };
    Kind kind;
    std::string name;
    WorldFunction function = {};
    Abi abi = Abi::lift;
    wit::TypeIdx resource = {};
};

class Exports {
public:
    /// Those that mean something. `wanted` is what the module has to export of the world; an error
    /// says what is missing or has another type.
    static Result<Exports> find(const ModuleView& module, const Target& target,
                                const std::vector<wit::WorldKey>& wanted);

    [[nodiscard]] const std::vector<Export>& all() const noexcept { return all_; }
    /// What is exported under a name, whatever that means; null for nothing. In the view that was
    /// given.
    [[nodiscard]] const ModuleView::Export* named(std::string_view name) const;

    // Names of exports; nothing where there is none.

    [[nodiscard]] const Export* first(Export::Kind kind) const noexcept;
    [[nodiscard]] const Export* function(const wit::WorldKey& key, const std::string& name) const;
    [[nodiscard]] const Export* post_return(const wit::WorldKey& key,
                                            const std::string& name) const;
    [[nodiscard]] const Export* callback(const wit::WorldKey& key, const std::string& name) const;
    [[nodiscard]] const Export* destructor(wit::TypeIdx resource) const;
    [[nodiscard]] const Export* realloc_for_exports() const noexcept;
    [[nodiscard]] const Export* realloc_for_imports() const noexcept;
    [[nodiscard]] const Export* realloc_for_adapters() const noexcept;

private:
    friend class ExportClassifier;
    using Key = std::pair<wit::WorldKey, std::string>;

    [[nodiscard]] const Export* at(const std::map<Key, std::size_t>& by, const wit::WorldKey& key,
                                   const std::string& name) const;

    static constexpr std::size_t kinds = static_cast<std::size_t>(Export::Kind::task_hook) + 1;

    std::vector<Export> all_;
    std::array<std::optional<std::size_t>, kinds> first_; ///< by kind
    std::map<Key, std::size_t> functions_, post_returns_, callbacks_;
    std::map<wit::TypeIdx, std::size_t> destructors_;
    std::map<std::string_view, const ModuleView::Export*> by_name_;
};

} // namespace tenon::compose
