// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon version, which is also `tenon --version`
#include "cli/version.hpp"

#include "cli/rows.hpp"

namespace tenon::cli {
namespace {

Result<> version(Call& call) {
    if (!call.json())
        return call.answer_plainly(version_line);
    auto object = data::Value::object({});
    object.set("version", data::Value(std::string_view(TENON_VERSION)));
    return call.answer("", std::move(object));
}

} // namespace

constexpr Verb version_verb{
    .path = "version",
    .summary = "show the version",
    .output = OutputMeaning::format,
    .run = version,
};

} // namespace tenon::cli
