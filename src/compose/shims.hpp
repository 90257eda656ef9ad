// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a module imports and what can be made only when the module is there: functions that need its
// memory or its allocator, exports of adapters, destructors. A small module that is there first has
// a stand-in for each; they are filled in when everything is there.
#pragma once

#include "compose/plan.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tenon::compose {

struct Shim {
    enum class Kind : std::uint8_t {
        lowering,    ///< of the function in `import`
        adapter,     ///< the export in `import`
        copy,        ///< the built-in of a stream or future in `import`
        task_return, ///< that in `import`
        built_in,    ///< that in `import`
        destructor,  ///< `exported`
        realloc,     ///< `exported`
    };
    Kind kind;
    std::size_t part; ///< whose memory, allocator and encoding it uses; of exports where they are
    const Import* import = nullptr;
    std::string exported = {};
    Needs needs = {};
    StringEncoding encoding = {};
    wasm::FuncType type = {};
    std::string debug_name = {};
};

/// When an allocator is wanted.
enum class Moment : std::uint8_t {
    before_modules, ///< to lower an import directly, which is possible where memory is there first
    after_modules,
};

/// What the canonical option `realloc` names: an export of a part.
struct Realloc {
    std::size_t part;
    const std::string* exported;
};

class Shims {
public:
    /// `plan` must outlive it.
    static Result<Shims> create(const Plan& plan);

    /// In the order of their numbers, which are their names in the module.
    [[nodiscard]] const std::vector<Shim>& all() const noexcept { return all_; }
    /// The number of the one that stands for an import, if one does.
    [[nodiscard]] std::optional<std::uint32_t> find(std::size_t part, const Import& import) const;
    [[nodiscard]] std::optional<std::uint32_t> destructor(std::size_t part,
                                                          const std::string& exported) const;
    [[nodiscard]] std::optional<std::uint32_t> realloc(const Realloc& of) const;

    /// Whether tasks are to be told of, so that allocators are wrapped.
    [[nodiscard]] static bool has_task_hook(const Plan& plan);
    [[nodiscard]] static bool is_wrapped(const Plan& plan, Moment moment);
    [[nodiscard]] static std::optional<Realloc> realloc_for_imports(const Plan& plan,
                                                                    std::size_t part);
    [[nodiscard]] static std::optional<Realloc> realloc_for_exports(const Plan& plan,
                                                                    std::size_t part);
    /// Of a built-in that copies values.
    [[nodiscard]] static std::optional<Realloc> realloc_for_copy(const Plan& plan, std::size_t part,
                                                                 const Import& import);
    /// How the function in `import` has its strings.
    static Result<StringEncoding> encoding_of(const Plan& plan, std::size_t part,
                                              const Import& import);
    [[nodiscard]] static Needs needs_of(const Plan& plan, const Import& import);
    /// Whether nothing is needed that comes with the main module.
    [[nodiscard]] static bool is_direct(const Plan& plan, const Needs& needs);

private:
    explicit Shims(const Plan& plan) : plan_(&plan) {}

    Result<> add_part(std::size_t part);
    Result<> add_import(std::size_t part, const Import& import);
    Result<> add_function(std::size_t part, const Import& import);
    void add_copy(std::size_t part, const Import& import);
    void add_built_in(std::size_t part, const Import& import);
    void add_realloc(const Needs& needs, Moment moment, const std::optional<Realloc>& of);
    void add(std::string key, Shim shim);
    [[nodiscard]] std::string key_of(std::size_t part, const Import& import) const;
    [[nodiscard]] std::optional<std::uint32_t> at(const std::string& key) const;

    const Plan* plan_;
    std::vector<Shim> all_;
    std::map<std::string, std::uint32_t> by_key_;
};

} // namespace tenon::compose
