// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What of an adapter is reached from some of its exports: functions, and the types, globals and
// memories that they name.
#pragma once

#include "base/reader.hpp"
#include "wasm/module.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::compose {

class AdapterLiveness {
public:
    using Indices = std::set<std::uint32_t>;

    /// `module` must outlive it. `unsupported` for what an adapter may not have, `invalid` for
    /// indices that lead nowhere, `not_found` for an export that is not there.
    static Result<AdapterLiveness> create(const wasm::Module& module,
                                          const std::set<std::string, std::less<>>& exports);

    [[nodiscard]] const Indices& types() const noexcept { return types_; }
    [[nodiscard]] const Indices& functions() const noexcept { return functions_; }
    [[nodiscard]] const Indices& globals() const noexcept { return globals_; }
    [[nodiscard]] const Indices& memories() const noexcept { return memories_; }
    [[nodiscard]] const Indices& tables() const noexcept { return tables_; }

    [[nodiscard]] std::uint32_t imported_functions() const noexcept { return imported_functions_; }
    [[nodiscard]] bool is_mutable_i32(std::uint32_t global) const;
    /// Of the name section; empty where there is none.
    [[nodiscard]] std::string_view function_name(std::uint32_t index) const;
    [[nodiscard]] std::string_view global_name(std::uint32_t index) const;

private:
    explicit AdapterLiveness(const wasm::Module& module) : module_(&module) {}

    Result<> check() const;
    void count();
    void read_names();
    Result<> reach(wasm::ExternKind kind, std::uint32_t index);
    Result<> function(std::uint32_t index);
    Result<> global(std::uint32_t index);
    Result<> type(std::uint32_t index);
    Result<> code(Reader in);
    Result<> run();

    const wasm::Module* module_;
    std::vector<std::uint32_t> function_types_;
    std::vector<wasm::GlobalType> global_types_;
    std::uint32_t imported_functions_ = 0, imported_globals_ = 0, type_count_ = 0;
    Indices types_, functions_, globals_, memories_, tables_;
    std::vector<std::uint32_t> open_functions_, open_globals_;
    std::map<std::uint32_t, std::string_view> function_names_, global_names_;
};

/// Passes over the locals at the beginning of a body.
Result<> pass_locals(Reader& in);

} // namespace tenon::compose
