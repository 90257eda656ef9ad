// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Walks through a body once: every operator is read, validated, and handed to a sink that was
// chosen when this was compiled. A sink that does nothing makes this the validator.
#pragma once

#include "wasm/checker_quick.hpp"
#include "wasm/module.hpp"

#include <concepts>

namespace tenon::wasm {

template <class Sink>
concept InstructionSink = requires(Sink& sink, const Instruction& one, const Checker& checker) {
    // Before the operator's effect on the stacks: its operands are the last of `operands()`.
    { sink.before(one, checker) } -> std::same_as<void>;
    // After it: its results are the last of `operands()`.
    { sink.after(one, checker) } -> std::same_as<void>;
};

struct NoSink {
    void before(const Instruction&, const Checker&) {}
    void after(const Instruction&, const Checker&) {}
};

/// Reads operators as long as there is something quick to do for them. What is left at the cursor
/// is none of these, or was read into `one`, did not pass, and is still to be checked. All of it is
/// one function, so that cursor and row stay in registers.
template <InstructionSink Sink> class QuickReader {
public:
    QuickReader(Checker& checker, Instruction& one, Sink& sink)
        : checker_(checker), one_(one), sink_(sink) {}

    /// Whether `one` waits to be checked.
    [[gnu::always_inline]] bool run(Reader& in) {
        const auto rest = in.rest();
        begin_ = rest.data();
        const auto* const end = begin_ + rest.size();
        offset_ = in.offset();
        const auto* at = begin_;
        auto next = Next::go_on;
        while (next == Next::go_on && at != end)
            next = step(at, end);
        in.pass(static_cast<std::size_t>(at - begin_));
        return next == Next::check;
    }

private:
    enum class Next : std::uint8_t { go_on, read, check };

    [[gnu::always_inline]] Next step(const Byte*& at, const Byte* end) {
        const auto code = *at;
        const auto* next = at + 1;
        one_.row = plain_op_rows[code];
        one_.offset = offset_ + static_cast<std::uint64_t>(at - begin_);
        const auto& row = quick_rows[code];
        switch (checker_.quick(code)) {
        case Quick::no: return Next::read;
        case Quick::plain: return take<Quick::plain>(at, next, row);
        case Quick::number:
            if (!read_quick(next, end, row.is_wide, one_.bits))
                return Next::read;
            return take<Quick::number>(at, next, row);
        case Quick::access: {
            std::uint32_t offset = 0;
            if (next == end || *next >= 0x40)
                return Next::read;
            const auto align = *next++;
            if (!read_quick(next, end, offset))
                return Next::read;
            one_.memory = {align, 0, offset};
            return take<Quick::access>(at, next, row);
        }
        case Quick::local_get: return indexed<Quick::local_get>(at, next, end, row);
        case Quick::local_set: return indexed<Quick::local_set>(at, next, end, row);
        case Quick::local_tee: return indexed<Quick::local_tee>(at, next, end, row);
        case Quick::global_get: return indexed<Quick::global_get>(at, next, end, row);
        case Quick::global_set: return indexed<Quick::global_set>(at, next, end, row);
        case Quick::block: return block<Quick::block>(at, next, end, row);
        case Quick::if_: return block<Quick::if_>(at, next, end, row);
        case Quick::else_: return take<Quick::else_>(at, next, row);
        case Quick::end: return take<Quick::end>(at, next, row);
        case Quick::br: return indexed<Quick::br>(at, next, end, row);
        case Quick::br_if: return indexed<Quick::br_if>(at, next, end, row);
        case Quick::return_: return take<Quick::return_>(at, next, row);
        case Quick::unreachable: return take<Quick::unreachable>(at, next, row);
        case Quick::call: return indexed<Quick::call>(at, next, end, row);
        case Quick::drop: return take<Quick::drop>(at, next, row);
        case Quick::select: return take<Quick::select>(at, next, row);
        }
        return Next::read;
    }

    template <Quick kind> [[gnu::always_inline]] Next
    indexed(const Byte*& at, const Byte* next, const Byte* end, const QuickRow& row) {
        if (!read_quick(next, end, one_.index))
            return Next::read;
        return take<kind>(at, next, row);
    }

    /// Blocks that take nothing and give at most one number.
    template <Quick kind> [[gnu::always_inline]] Next block(const Byte*& at, const Byte* next,
                                                            const Byte* end, const QuickRow& row) {
        if (next == end)
            return Next::read;
        const auto type = *next++;
        if (type == 0x40)
            one_.block = {};
        else if (type >= 0x7c && type <= 0x7f)
            one_.block = {BlockType::Kind::value, ValType(static_cast<ValType::Kind>(type)), 0};
        else
            return Next::read;
        return take<kind>(at, next, row);
    }

    template <Quick kind>
    [[gnu::always_inline]] Next take(const Byte*& at, const Byte* next, const QuickRow& row) {
        at = next;
        sink_.before(one_, checker_);
        if (!checker_.passes<kind>(one_, row)) [[unlikely]]
            return Next::check;
        sink_.after(one_, checker_);
        return Next::go_on;
    }

    Checker& checker_;
    Instruction& one_;
    Sink& sink_;
    const Byte* begin_ = nullptr;
    std::uint64_t offset_ = 0; ///< of `begin_`
};

/// The checker keeps its room from one body to the next.
template <InstructionSink Sink>
Result<> read_function(Checker& checker, const Body& body, TypeId type, Sink& sink) {
    Reader in(body.bytes, body.offset);
    TENON_TRY(checker.begin_function(type, in));
    Instruction one;
    QuickReader quick(checker, one, sink);
    while (!checker.is_done()) {
        if (!quick.run(in)) {
            TENON_TRY(read_instruction(in, one));
            sink.before(one, checker);
        }
        TENON_TRY(checker.check(one, in));
        sink.after(one, checker);
    }
    if (!in.at_end())
        return fail(in.error(Errc::malformed, "function goes on behind its end"));
    return {};
}

} // namespace tenon::wasm
