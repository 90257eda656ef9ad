// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// `.wast` scripts to commands. Modules are found here and made into binaries by `assemble`, one at
// a time, so that a wrong one is one command's failure.
//
// Source: https://github.com/WebAssembly/spec/blob/main/interpreter/README.md#scripts
#pragma once

#include "base/error.hpp"
#include "wasm/types.hpp"
#include "wat/component_value.hpp"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::wat {

/// One module or component of a script.
struct ScriptModule {
    enum class Form : std::uint8_t { text, binary, quote };
    Form form = Form::text;
    bool is_component = false;
    bool is_definition = false; ///< defined without an instance
    std::string id;             ///< without `$`; empty for none
    std::size_t begin = 0;      ///< of its form in the script
    std::size_t end = 0;
    Buffer bytes; ///< of a binary; of a quote the text
};

/// A number, or what a result may be instead.
struct Lane {
    enum class Kind : std::uint8_t { bits, nan_canonical, nan_arithmetic };
    Kind kind = Kind::bits;
    std::uint64_t bits = 0; ///< little-endian; integers of less than 64 bits without their sign
};

/// An argument, or a pattern for a result.
struct Value {
    enum class Kind : std::uint8_t {
        i32,
        i64,
        f32,
        f64,
        v128,
        ref_null,   ///< of `heap`, or of any
        ref,        ///< not null, of `heap`
        ref_extern, ///< with the number `host`, if there is one
        ref_host,
        either,    ///< one of `choices`
        component, ///< a value of the Component Model
    };
    Kind kind = Kind::i32;
    std::vector<Lane> lanes; ///< one of a number, 2 to 16 of a vector
    unsigned lane_bits = 0;  ///< of a vector
    bool has_float_lanes = false;
    std::optional<wasm::Heap> heap;
    std::optional<std::uint32_t> host;
    std::vector<Value> choices;
    std::optional<ComponentValue> component; ///< a float alone reads as a core value
};

struct Action {
    enum class Kind : std::uint8_t { invoke, get };
    Kind kind = Kind::invoke;
    std::string instance; ///< empty for the current one
    std::string name;
    std::vector<Value> arguments;
};

struct Command {
    enum class Kind : std::uint8_t {
        module,
        instance, ///< `name` from the definition `definition`
        register_,
        action,
        assert_return,
        assert_trap,
        assert_exhaustion,
        assert_exception,
        assert_suspension,
        assert_malformed,
        assert_invalid,
        assert_malformed_custom,
        assert_invalid_custom,
        assert_unlinkable,
        thread, ///< `name`, with `commands`
        wait,   ///< for the thread `name`
        meta,   ///< `script`, `input`, `output`: passed over
    };
    Kind kind = Kind::module;
    std::uint32_t line = 0;
    bool is_component = false; ///< about components, as far as the command itself says
    std::optional<ScriptModule> module;
    std::optional<Action> action;
    std::vector<Value> results;
    std::string message; ///< what the assertion wants to be told
    std::string name, definition;
    std::vector<Command> commands;
};

/// The commands of a script, or of a file that is one module without `(module`; `interrupted` when
/// a stop was asked for.
Result<std::vector<Command>> parse_script(std::string_view name, std::string_view text,
                                          std::stop_token stop = {});

/// The module's binary; the script's `name` and `text` are those that it was parsed from.
Result<Buffer> assemble(std::string_view name, std::string_view text, const ScriptModule& module,
                        std::stop_token stop = {});

} // namespace tenon::wat
