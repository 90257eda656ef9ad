// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What several components import, as one list: imports of one name, or of versions that can stand
// in for each other, become one that has all that either asks for.
#pragma once

#include "component/substitution.hpp"

#include <map>
#include <string>
#include <vector>

namespace tenon::compose {

class ImportUnion {
public:
    struct Entry {
        std::string name; ///< in the newest version that was asked for
        component::Extern item;
        std::string first; ///< the component that asked first, for messages
    };
    /// `types` outlives it.
    explicit ImportUnion(component::Types& types) : types_(types) {}

    /// The position of the entry that an import of the component `asker` shares. `learned` is that
    /// of the component, and knows afterwards what the import's types stand for. `invalid` where
    /// the entry and the import differ in something that both have.
    Result<std::size_t> add(const std::string& name, const component::Extern& item,
                            component::Substitution& learned, const std::string& asker);

    [[nodiscard]] const std::vector<Entry>& entries() const noexcept { return entries_; }

private:
    Result<component::Extern> merged(component::Extern there, const component::Extern& item,
                                     component::Substitution& learned);

    component::Types& types_;
    std::vector<Entry> entries_;
    std::map<std::string, std::size_t> by_track_;
};

} // namespace tenon::compose
