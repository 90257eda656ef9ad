// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An error as a JSON object, with wash's keys `error` and `error_chain` first and ours behind them.
#pragma once

#include "base/error.hpp"
#include "data/value.hpp"

namespace tenon::cli {

data::Value describe(const base::Error& error);

} // namespace tenon::cli
