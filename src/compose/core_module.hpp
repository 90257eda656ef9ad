// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Writes the small core modules that stand beside the main one. Definitions are given in the order
// of their index spaces, imports before all others of their sort; operators by the rows of the
// table.
#pragma once

#include "wasm/module.hpp"
#include "wasm/op.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenon::compose {

/// The operators of a body or of a constant expression.
class Code {
public:
    Code& op(wasm::Op op);
    /// With one or two indices behind it, as the row says. Blocks take and give nothing.
    Code& op(wasm::Op op, std::uint32_t index);
    Code& op(wasm::Op op, std::uint32_t first, std::uint32_t second);
    // The ones that are used all over.
    Code& end();
    Code& trap();
    Code& call(std::uint32_t function);
    Code& local_get(std::uint32_t local);
    Code& global_get(std::uint32_t global);
    Code& global_set(std::uint32_t global);
    Code& constant(std::int32_t value);
    Code& constant64(std::int64_t value);
    [[nodiscard]] const Buffer& bytes() const noexcept { return bytes_; }

private:
    Buffer bytes_;
};

class CoreModule {
public:
    /// The index of the type; equal types are one.
    std::uint32_t type(const wasm::FuncType& type);
    /// A type of its own, even if there is one like it.
    std::uint32_t new_type(const wasm::FuncType& type);
    /// The index in the space of its sort.
    std::uint32_t import(std::string_view module, std::string_view name,
                         const wasm::ExternType& type);
    /// `code` ends with `end`; `locals` are behind the parameters.
    std::uint32_t function(std::uint32_t type, const Code& code,
                           std::span<const wasm::ValType> locals = {});
    /// The entry of a code section as it stands.
    std::uint32_t function(std::uint32_t type, Bytes body);
    /// One whose body is given later, all of them in the order of their indices.
    std::uint32_t declare(std::uint32_t type);
    void body(const Code& code, std::span<const wasm::ValType> locals = {});
    void body(Bytes body);

    std::uint32_t table(const wasm::TableType& type);
    std::uint32_t memory(const wasm::MemoryType& type);
    std::uint32_t global(const wasm::GlobalType& type, const Code& init);
    std::uint32_t global(const wasm::GlobalType& type, Bytes init);
    void export_(std::string_view name, wasm::ExternKind kind, std::uint32_t index);
    void start(std::uint32_t function) { start_ = function; }
    /// Functions in table 0, from its first entry on.
    void fill_table(const std::vector<std::uint32_t>& functions);
    /// Functions that `ref.func` may name.
    void declare_references(const std::vector<std::uint32_t>& functions);

    // The name section, and other custom sections at the end.

    void name_module(std::string_view name) { module_name_ = name; }
    void name_function(std::uint32_t index, std::string_view name);
    void name_global(std::uint32_t index, std::string_view name);
    void forget_names();
    void custom(std::string_view name, Bytes payload);

    [[nodiscard]] std::uint32_t function_count() const noexcept { return counts_[0]; }
    [[nodiscard]] std::uint32_t type_count() const noexcept { return types_; }
    [[nodiscard]] bool is_empty() const noexcept;
    [[nodiscard]] Buffer finish() const;

private:
    struct List {
        std::uint32_t count = 0;
        Buffer bytes;
    };
    using Names = std::map<std::uint32_t, std::string>;
    static void append_section(Buffer& out, Byte id, const List& list);
    [[nodiscard]] Buffer name_section() const;

    std::uint32_t types_ = 0;
    std::uint32_t counts_[5] = {}; ///< by ExternKind
    std::map<std::string, std::uint32_t> known_types_;
    List type_section_, imports_, functions_, tables_, memories_, globals_, exports_, elements_,
        code_;
    std::optional<std::uint32_t> start_;
    std::string module_name_;
    Names function_names_, global_names_;
    Buffer customs_;
};

} // namespace tenon::compose
