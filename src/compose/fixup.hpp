// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The module that is instantiated last: it puts what is really meant in the place of the stand-ins,
// runs what is to run first, and wraps functions where the program wants to know when tasks begin
// and end.
#pragma once

#include "compose/shims.hpp"

#include <map>
#include <string>
#include <vector>

namespace tenon::compose {

struct Fixup {
    /// What an argument of its instantiation is.
    struct Source {
        enum class Kind : std::uint8_t { fillings, shims, part } kind;
        std::size_t part = 0;
        friend bool operator==(const Source&, const Source&) = default;
    };
    Buffer module;
    std::vector<std::pair<std::string, Source>> arguments;
    /// Its exports that take the place of exports of parts.
    std::vector<std::pair<std::pair<std::size_t, std::string>, std::string>> wrapped;
};

/// Nothing if there is nothing to do. `invalid` where an adapter's name is taken.
Result<std::optional<Fixup>> write_fixup(const Plan& plan, const Shims& shims,
                                         const NewOptions& options);

} // namespace tenon::compose
