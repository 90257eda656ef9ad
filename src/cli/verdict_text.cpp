// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/verdict_text.hpp"

#include "base/utf8.hpp"

#include <fmt/core.h>

namespace tenon::cli {
namespace {

std::string_view weight_word(claims::Weight weight) noexcept {
    return weight == claims::Weight::failure ? "failure" : "warning";
}

} // namespace

std::string_view verdict_word(const claims::Verdict& verdict) noexcept {
    if (!verdict.fit())
        return "FAILED";
    return verdict.reasons.empty() ? "verified" : "verified, with warnings";
}

std::string reason_lines(const claims::Verdict& verdict) {
    std::string out;
    for (const auto& reason : verdict.reasons)
        out +=
            fmt::format("  {}: {}\n", weight_word(reason.weight), base::printable(reason.message));
    return out;
}

data::Value verdict_json(const claims::Verdict& verdict) {
    auto reasons = data::Value::array({});
    for (const auto& reason : verdict.reasons) {
        auto entry = data::Value::object({});
        entry.set("weight", data::Value(weight_word(reason.weight)));
        entry.set("code", data::Value(errc_name(reason.code)));
        entry.set("message", data::Value(reason.message));
        reasons.push_back(std::move(entry));
    }
    auto out = data::Value::object({});
    out.set("verified", data::Value(verdict.fit()));
    out.set("reasons", std::move(reasons));
    return out;
}

Result<> answer_verdict(Call& call, const base::Path& file, const claims::Verdict& verdict) {
    auto text = fmt::format("{}: {}\n{}", base::printable(file.native()), verdict_word(verdict),
                            reason_lines(verdict));
    text.pop_back(); // an answer brings its own
    auto object = verdict_json(verdict);
    object.set("signed", data::Value(true));
    object.set("file", data::Value(file.native()));
    if (!verdict.fit())
        call.set_failed();
    return call.answer(text, std::move(object));
}

} // namespace tenon::cli
