// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a module imports, exports and defines, with its type in the text format, on one line.
#pragma once

#include "wasm/module.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tenon::wasm {

/// The index spaces of a module, which must outlive it. Indices that name nothing are no error
/// here.
class ExternTypes {
public:
    explicit ExternTypes(const Module& module);

    [[nodiscard]] std::size_t count(ExternKind kind) const noexcept {
        return spaces_[static_cast<std::size_t>(kind)].size();
    }
    [[nodiscard]] const ExternType* find(ExternKind kind, std::uint32_t index) const noexcept;
    /// `func (param i32 i32) (result i32)`, `memory 1 2`, `global (mut i32)`; `func (type 7)` where
    /// that is no function type. Lists end in `…` once the text is about `most` bytes long.
    [[nodiscard]] std::string text(const ExternType& type, std::size_t most = 1000) const;

private:
    [[nodiscard]] std::string signature(std::uint32_t type, std::size_t most) const;

    std::vector<ExternType> spaces_[5]; ///< by `ExternKind`
    std::vector<const SubType*> types_;
};

/// `func`, `table`, `memory`, `global`, `tag`.
[[nodiscard]] std::string_view word_of(ExternKind kind) noexcept;
[[nodiscard]] ExternKind kind_of(const ExternType& type) noexcept;

} // namespace tenon::wasm
