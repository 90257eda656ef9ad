// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The commands of a `.wast` script that need no engine: modules and components that must be valid,
// and those that must be refused. What would have to be run is counted, not carried out.
#pragma once

#include "wasm/features.hpp"
#include "wat/script.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

namespace tenon::wat {

/// What became of a command, or of the part of it that needs no engine.
struct Check {
    enum class Kind : std::uint8_t {
        module, ///< must be valid; also that of a command which is about linking or running it
        malformed,
        invalid,
        malformed_custom,
        invalid_custom,
        run, ///< everything that needs an engine
    };
    enum class Verdict : std::uint8_t { passed, failed, not_run };
    Kind kind;
    Verdict verdict;
    std::uint32_t line;
    std::string expected = {}; ///< of a failed one: `a valid module`
    /// Why it failed; none where something was taken that should have been refused.
    std::optional<base::Error> problem = {};
};
/// `module`, `malformed-custom`.
[[nodiscard]] std::string_view name_of(Check::Kind kind) noexcept;

struct CheckOptions {
    wasm::Features features = wasm::Features::standard();
    /// So many failures show their place in the script; to find one takes time that grows with the
    /// script.
    std::size_t max_places = 100;
    /// What is asked beyond validity of what must be valid.
    std::function<Result<>(const ScriptModule& module, Bytes binary)> also = {};
    std::stop_token stop = {};
};

/// What of the Component Model is gated is on, since its scripts are written for that; but nested
/// names are not, since they ask that these be refused.
[[nodiscard]] wasm::Features script_features() noexcept;

/// Calls `report` for each, in the order of the script; `name` and `text` are those that `commands`
/// were parsed from. `interrupted` is the only error.
Result<> check_script(std::string_view name, std::string_view text,
                      std::span<const Command> commands, const CheckOptions& options,
                      const std::function<void(Check)>& report);

} // namespace tenon::wat
