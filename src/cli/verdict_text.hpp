// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How a verdict is told: a word, a line for each reason, or JSON.
#pragma once

#include "claims/verdict.hpp"
#include "cli/verb.hpp"

#include <string>
#include <string_view>

namespace tenon::cli {

/// `verified`, `verified, with warnings` or `FAILED`.
std::string_view verdict_word(const claims::Verdict& verdict) noexcept;

/// A line `  failure: ...` or `  warning: ...` for each reason, each ending in a newline.
std::string reason_lines(const claims::Verdict& verdict);

/// The value of the key `verification`.
data::Value verdict_json(const claims::Verdict& verdict);

/// The answer of `claims verify` and `par verify`: the verdict, every reason, and exit 1 when
/// anything fails.
Result<> answer_verdict(Call& call, const base::Path& file, const claims::Verdict& verdict);

} // namespace tenon::cli
