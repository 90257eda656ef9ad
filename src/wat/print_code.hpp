// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Bodies and constant expressions as text. Nothing is validated: what is asked of the operators is
// that blocks begin and end.
// https://webassembly.github.io/spec/core/text/instructions.html
#pragma once

#include "wasm/module.hpp"
#include "wasm/op_reader.hpp"
#include "wat/print_types.hpp"

#include <map>
#include <span>

namespace tenon::wat {

/// That a branch is likely or not, from the section `metadata.code.branch_hint`.
struct PrintHint {
    std::uint32_t at;     ///< of the branch, from the first byte of the body
    bool is_likely;       ///< to be taken
    std::uint64_t offset; ///< of the hint, in the file
};

class CodePrinter {
public:
    /// How operators are kept apart.
    enum class Separation : std::uint8_t { lines, spaces };

    /// Both must outlive it.
    CodePrinter(PrintLayout& to, const PrintScope& in);

    /// What follows a function's signature, up to its `)`. Gives the offset of the last `end`.
    Result<std::uint64_t> body(const wasm::Body& body, std::uint32_t function,
                               std::span<const PrintHint> hints);
    /// The operators of an expression, separated by blanks; each in parentheses with `fold`.
    Result<> constant(const wasm::Expression& expression, bool fold);
    /// `(i32.const 1)`, or `(offset …)` with more or less than one operator; `word` stands for
    /// `offset`.
    Result<> constant_form(const wasm::Expression& expression, std::string_view word);
    /// PrintNames of the function whose signature is printed.
    const PrintSpace& begin_function(std::uint32_t function);

    // --- for folding

    [[nodiscard]] PrintLayout& layout() noexcept { return to_; }
    [[nodiscard]] const PrintScope& scope() const noexcept { return in_; }
    struct Label {
        wasm::Op op; ///< that opened it, or the last `else` or `catch`
        wasm::BlockType type;
        const PrintName* name = nullptr;
        std::size_t hidden = 0; ///< one more than the place of the label that its name hides
    };
    [[nodiscard]] std::span<const Label> labels() const noexcept { return labels_; }
    /// Opens or closes a block if the operator does. `malformed` where it may not stand here.
    Result<> follow(const wasm::Instruction& one);
    /// The operator with its immediates, behind `follow`.
    void put_operator(const wasm::Instruction& one);

private:
    Result<std::uint64_t> flat(Reader& in, std::span<const PrintHint> hints, std::uint64_t begin);
    void open(const wasm::Instruction& one);
    void add(Label label);
    void close();
    void put_block_type(const wasm::BlockType& type);
    void put_label_comment();
    void put_label(std::uint32_t depth);
    void put_catches(const wasm::Instruction& one);
    void put_field(std::uint32_t type, std::uint32_t field);
    void put_memory_argument(const wasm::Instruction& one);
    void put_immediates(const wasm::Instruction& one);
    void put_vector(const wasm::Instruction& one);
    void put_index(const PrintSpace& names, std::uint32_t index);
    void put_two(const PrintSpace& names, std::uint32_t index, std::uint32_t second);

    PrintLayout& to_;
    const PrintScope& in_;
    Separation separation_ = Separation::lines;
    PrintSpace locals_{"local", "local"}, label_names_{"label", "label"};
    std::uint32_t labels_opened_ = 0; ///< in this function, which is how they are named
    std::vector<Label> labels_;
    base::TextViewMap<std::size_t> nearest_;     ///< by name, one more than its place
    std::map<std::uint32_t, PrintSpace> fields_; ///< by type, as they are met
    wasm::Instruction one_;                      ///< keeps its room
};

/// Prints operators up to the last `end`, each with its operands inside its parentheses. Gives the
/// offset of the `end`. `type` is the function's, if it is the body of one.
Result<std::uint64_t> print_folded(CodePrinter& code, Reader& in,
                                   CodePrinter::Separation separation, const wasm::FuncType* type,
                                   std::span<const PrintHint> hints, std::uint64_t begin);

/// Whether only the `end` is left.
[[nodiscard]] bool is_last_end(const Reader& in) noexcept;

} // namespace tenon::wat
