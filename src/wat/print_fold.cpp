// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Operators with their operands inside their parentheses. A body is made into trees first: an
// operator takes what stands last in front of it and leaves as many values as it wants. Where that
// does not come out even, operands stay in front.
// https://webassembly.github.io/spec/core/text/instructions.html#folded-instructions
#include "wat/print_arity.hpp"

#include <fmt/core.h>
#include <limits>

namespace tenon::wat {
namespace {

using wasm::Instruction;
using wasm::Op;

constexpr std::uint32_t nothing = std::numeric_limits<std::uint32_t>::max();
/// As a number of results: nobody takes them.
constexpr std::uint32_t too_many = std::numeric_limits<std::uint32_t>::max();
/// Of the text of one function's operators, which is kept until its end is known. Only names that
/// are long and used often reach it.
constexpr std::size_t max_text = std::size_t{256} << 20;

class Folding {
public:
    Folding(CodePrinter& code, const wasm::FuncType* type)
        : code_(code), type_(type), texts_(TextSink(), 4096) {}

    Result<std::uint64_t> read(Reader& in, std::span<const PrintHint> hints, std::uint64_t begin);
    void print(CodePrinter::Separation separation);

private:
    struct Node {
        std::size_t text = 0; ///< where it begins; it ends where the next node's begins
        std::uint64_t offset = 0;
        std::uint32_t results = 0;
        std::uint32_t first = nothing, next = nothing; ///< child, and neighbour behind it
        const PrintHint* hint = nullptr;
    };
    /// A place of the stack, which says where the next one below is that has results.
    struct Entry {
        std::uint32_t node;
        std::uint32_t below = nothing;
        std::uint64_t total = 0; ///< results of this one and all below, within the block
    };
    struct Block {
        std::uint32_t node;           ///< what it becomes
        std::uint32_t clause;         ///< `then`, `do`, …, that is being filled; or nothing
        std::size_t height;           ///< of the stack below what is inside
        std::uint32_t last = nothing; ///< child so far
    };

    std::uint32_t add(std::uint64_t offset, std::string_view text);
    std::uint32_t add(const Instruction& one);
    void push(std::uint32_t node);
    std::uint32_t take(std::size_t from);
    void append_child(Block& to, std::uint32_t child);
    [[nodiscard]] std::size_t height() const noexcept {
        return blocks_.empty() ? 0 : blocks_.back().height;
    }
    [[nodiscard]] std::string_view text_of(std::uint32_t node) const noexcept {
        const auto end = node + 1 < nodes_.size() ? nodes_[node + 1].text : texts_.text().size();
        return texts_.text().substr(nodes_[node].text, end - nodes_[node].text);
    }

    void plain(const Instruction& one);
    void begin(const Instruction& one);
    void part(const Instruction& one);
    void end_clause();
    void end(const Instruction& one, std::uint32_t results);
    void put_head(std::uint32_t at, CodePrinter::Separation separation);
    void separate(CodePrinter::Separation separation, std::uint64_t offset);

    CodePrinter& code_;
    const wasm::FuncType* type_;
    TextOut texts_; ///< of all nodes
    std::vector<Node> nodes_;
    std::vector<Entry> stack_;
    std::vector<Block> blocks_;
    const PrintHint* hint_ = nullptr; ///< for the next node
    bool is_first_ = true;
};

std::uint32_t Folding::add(std::uint64_t offset, std::string_view text) {
    Node node;
    node.text = texts_.text().size();
    texts_.put(text);
    node.offset = offset;
    node.hint = std::exchange(hint_, nullptr);
    nodes_.push_back(node);
    return static_cast<std::uint32_t>(nodes_.size() - 1);
}

std::uint32_t Folding::add(const Instruction& one) {
    const auto node = add(one.offset, "");
    auto& usual = code_.layout().redirect(texts_);
    code_.put_operator(one);
    code_.layout().redirect(usual);
    return node;
}

void Folding::push(std::uint32_t node) {
    Entry entry{node, nothing, nodes_[node].results};
    if (stack_.size() > height()) {
        const auto top = static_cast<std::uint32_t>(stack_.size() - 1);
        entry.below = nodes_[stack_[top].node].results > 0 ? top : stack_[top].below;
        entry.total += stack_[top].total;
    }
    stack_.push_back(entry);
}

/// The nodes of the stack from a place on, as children; the first of them.
std::uint32_t Folding::take(std::size_t from) {
    auto first = nothing;
    while (stack_.size() > from) {
        nodes_[stack_.back().node].next = first;
        first = stack_.back().node;
        stack_.pop_back();
    }
    return first;
}

void Folding::append_child(Block& to, std::uint32_t child) {
    if (to.last == nothing)
        nodes_[to.node].first = child;
    else
        nodes_[to.last].next = child;
    to.last = child;
}

void Folding::plain(const Instruction& one) {
    const auto arity = arity_of(code_.scope(), code_.labels(), type_, one);
    const auto node = add(one);
    nodes_[node].results = arity.out;
    auto from = stack_.size();
    // Where not as many are there nothing is taken; looking for them would take as long as the
    // stack is high, each time.
    if (arity.in > 0 && from > height() && stack_.back().total >= arity.in) {
        auto at = static_cast<std::uint32_t>(from - 1);
        std::uint64_t found = nodes_[stack_[at].node].results;
        while (found < arity.in) {
            at = stack_[at].below;
            found += nodes_[stack_[at].node].results;
        }
        if (found == arity.in)
            from = at;
        else
            nodes_[node].results = too_many;
    }
    nodes_[node].first = take(from);
    push(node);
}

void Folding::begin(const Instruction& one) {
    const auto node = add(one);
    Block block{node, nothing, 0};
    if (one.row->op == Op::if_) {
        if (stack_.size() > height())
            append_child(block, take(stack_.size() - 1)); // the condition
        block.clause = add(one.offset, "then");
    } else if (one.row->op == Op::try_) {
        block.clause = add(one.offset, "do");
    }
    block.height = stack_.size();
    blocks_.push_back(block);
}

void Folding::end_clause() {
    auto& block = blocks_.back();
    const auto inside = take(block.height);
    if (block.clause == nothing) {
        nodes_[block.node].first = inside;
        return;
    }
    nodes_[block.clause].first = inside;
    append_child(block, block.clause);
}

void Folding::part(const Instruction& one) {
    end_clause();
    hint_ = nullptr;
    blocks_.back().clause = add(one);
}

void Folding::end(const Instruction& one, std::uint32_t results) {
    end_clause();
    hint_ = nullptr;
    const auto node = blocks_.back().node;
    if (one.row->op == Op::delegate)
        append_child(blocks_.back(), add(one));
    blocks_.pop_back();
    nodes_[node].results = results;
    push(node);
}

Result<std::uint64_t> Folding::read(Reader& in, std::span<const PrintHint> hints,
                                    std::uint64_t begin) {
    Instruction one;
    while (!is_last_end(in)) {
        if (!hints.empty() && hints.front().at == in.offset() - begin) {
            hint_ = &hints.front();
            hints = hints.subspan(1);
        }
        if (!wasm::read_short_instruction(in, one))
            TENON_TRY(wasm::read_instruction(in, one));
        const auto labels = code_.labels().size();
        const auto results =
            labels == 0 ? 0 : arity_of(code_.scope(), code_.labels().back().type).out;
        TENON_TRY(code_.follow(one));
        switch (one.row->op) {
        case Op::else_:
        case Op::catch_:
        case Op::catch_all: part(one); break;
        case Op::end:
        case Op::delegate: end(one, results); break;
        default:
            if (code_.labels().size() > labels)
                this->begin(one);
            else
                plain(one);
        }
        if (texts_.text().size() > max_text)
            return fail(in.error_at(one.offset, Errc::limit,
                                    fmt::format("the text of a function is longer than {} MiB, "
                                                "which is too long to be folded",
                                                max_text >> 20)));
    }
    if (!blocks_.empty())
        return fail(in.error(Errc::malformed, "body ends within a block"));
    return in.offset();
}

// --- out again

void Folding::separate(CodePrinter::Separation separation, std::uint64_t offset) {
    if (separation == CodePrinter::Separation::lines)
        code_.layout().line(offset);
    else if (!is_first_)
        code_.layout().put(' ');
    is_first_ = false;
}

void Folding::put_head(std::uint32_t at, CodePrinter::Separation separation) {
    const auto& node = nodes_[at];
    auto& to = code_.layout();
    if (node.hint != nullptr) {
        separate(separation, node.offset);
        to.put(node.hint->is_likely ? "(@metadata.code.branch_hint \"\\01\")"
                                    : "(@metadata.code.branch_hint \"\\00\")");
    }
    separate(separation, node.offset);
    to.put('(');
    const auto text = text_of(at);
    to.put(text);
    // A comment must not swallow the parenthesis.
    if (node.first == nothing && text.contains(";;"))
        to.line(node.offset);
    to.nest();
}

// Trees can be as deep as the body is long, so that recursion will not do.
void Folding::print(CodePrinter::Separation separation) {
    std::vector<std::uint32_t> open;
    for (auto at = take(0); at != nothing || !open.empty();) {
        if (at == nothing) {
            at = nodes_[open.back()].next;
            open.pop_back();
            code_.layout().unnest();
            code_.layout().put(')');
            continue;
        }
        put_head(at, separation);
        open.push_back(at);
        at = nodes_[at].first;
    }
}

} // namespace

Result<std::uint64_t> print_folded(CodePrinter& code, Reader& in,
                                   CodePrinter::Separation separation, const wasm::FuncType* type,
                                   std::span<const PrintHint> hints, std::uint64_t begin) {
    Folding folding(code, type);
    const auto end = TENON_TRY(folding.read(in, hints, begin));
    folding.print(separation);
    return end;
}

} // namespace tenon::wat
