// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Walks through a body once: every operator is read, validated, and handed to a sink that was
// chosen when this was compiled. A sink that does nothing makes this the validator.
#pragma once

#include "wasm/checker.hpp"
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

/// The checker keeps its room from one body to the next.
template <InstructionSink Sink>
Result<> read_function(Checker& checker, const Body& body, TypeId type, Sink& sink) {
    Reader in(body.bytes, body.offset);
    TENON_TRY(checker.begin_function(type, in));
    Instruction one;
    while (!checker.is_done()) {
        if (!read_short_instruction(in, one)) [[unlikely]]
            TENON_TRY(read_instruction(in, one));
        sink.before(one, checker);
        if (!checker.passes(one)) [[unlikely]]
            TENON_TRY(checker.check(one, in));
        sink.after(one, checker);
    }
    if (!in.at_end())
        return fail(in.error(Errc::malformed, "function goes on behind its end"));
    return {};
}

} // namespace tenon::wasm
