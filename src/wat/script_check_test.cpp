// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/script_check.hpp"

#include <gtest/gtest.h>

namespace tenon::wat {
namespace {

using Kind = Check::Kind;
using Verdict = Check::Verdict;

std::vector<Check> checks(std::string_view text, const CheckOptions& options = {}) {
    std::vector<Check> all;
    const auto commands = parse_script("t.wast", text);
    EXPECT_TRUE(commands) << commands.error().message();
    if (commands) {
        EXPECT_TRUE(check_script("t.wast", text, *commands, options,
                                 [&](Check check) { all.push_back(std::move(check)); }));
    }
    return all;
}

TEST(ScriptCheck, what_holds_is_passed_with_its_kind_and_line) {
    const auto all = checks(R"wast((module)
(assert_malformed (module quote "(fun)") "")
(assert_malformed (module binary "\00as") "")
(assert_invalid (module (func local.get 0)) "")
(component (component))
(assert_invalid (component (import "A" (func (type 9)))) ""))wast");
    const std::vector<Kind> kinds = {Kind::module,  Kind::malformed, Kind::malformed,
                                     Kind::invalid, Kind::module,    Kind::invalid};
    ASSERT_EQ(all.size(), kinds.size());
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        EXPECT_EQ(all[i].kind, kinds[i]) << i;
        EXPECT_EQ(all[i].verdict, Verdict::passed) << i;
        EXPECT_EQ(all[i].line, i + 1);
    }
}

TEST(ScriptCheck, what_does_not_hold_says_what_was_expected_and_why) {
    const auto all = checks(R"wast((module
  (func local.get 0))
(assert_malformed (module quote "(func)") "unknown")
(assert_invalid (module) "type mismatch")
(assert_invalid (module
  (fun)) "type mismatch"))wast");
    ASSERT_EQ(all.size(), 4U);
    for (const auto& one : all)
        EXPECT_EQ(one.verdict, Verdict::failed);
    EXPECT_EQ(all[0].expected, "a valid module");
    EXPECT_EQ(all[0].problem->code(), Errc::invalid);
    EXPECT_EQ(all[1].expected, "a malformed module: unknown");
    EXPECT_FALSE(all[1].problem);
    EXPECT_EQ(all[2].expected, "an invalid module: type mismatch");
    EXPECT_FALSE(all[2].problem);
    // What is not text is not invalid either; the place is that in the script.
    EXPECT_EQ(all[3].problem->code(), Errc::malformed);
    EXPECT_EQ(all[3].problem->source()->place, (Place{6, 4, 3}));
}

TEST(ScriptCheck, places_in_the_script_are_looked_up_for_the_first_failures_only) {
    CheckOptions options;
    options.max_places = 1;
    const auto all = checks("(module)\n(module (fun))\n(module (fun))", options);
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[1].problem->source()->place.line, 2U);
    EXPECT_EQ(all[2].problem->source()->place.line, 1U); // counted from the module
    EXPECT_EQ(all[2].line, 3U);
}

TEST(ScriptCheck, what_needs_an_engine_is_not_run_but_its_module_must_be_valid) {
    const auto all = checks(R"wast((module (func (export "f")))
(invoke "f")
(assert_unlinkable (module (import "a" "b" (func))) "unknown import")
(assert_trap (module (func $f unreachable) (start 7)) "unreachable")
(script))wast");
    ASSERT_EQ(all.size(), 6U);
    EXPECT_EQ(all[1].kind, Kind::run);
    EXPECT_EQ(all[1].verdict, Verdict::not_run);
    EXPECT_EQ(all[2].verdict, Verdict::passed);
    EXPECT_EQ(all[3].verdict, Verdict::not_run);
    EXPECT_EQ(all[4].verdict, Verdict::failed);
    EXPECT_EQ(all[5].verdict, Verdict::not_run);
}

TEST(ScriptCheck, custom_sections_have_assertions_of_their_own) {
    const auto all = checks(R"wast((assert_invalid_custom
  (module (func (@metadata.code.branch_hint "\01") nop)) "invalid target")
(assert_malformed_custom (module quote "(@name)") "")
(assert_invalid_custom (module) ""))wast");
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].kind, Kind::invalid_custom);
    EXPECT_EQ(all[0].verdict, Verdict::passed);
    EXPECT_EQ(all[1].kind, Kind::malformed_custom);
    EXPECT_EQ(all[1].verdict, Verdict::passed);
    EXPECT_EQ(all[2].verdict, Verdict::failed);
}

TEST(ScriptCheck, gated_parts_are_on_for_scripts_where_features_say_so) {
    constexpr std::string_view list = "(component (type (list u8 4)))";
    EXPECT_EQ(checks(list)[0].verdict, Verdict::failed);
    CheckOptions options;
    options.features = script_features();
    EXPECT_EQ(checks(list, options)[0].verdict, Verdict::passed);
}

TEST(ScriptCheck, more_than_validity_can_be_asked) {
    CheckOptions options;
    options.also = [](const ScriptModule& module, Bytes) -> Result<> {
        if (module.id == "b")
            return fail(Errc::invalid, "not b");
        return {};
    };
    const auto all = checks("(module $a) (module $b)", options);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].verdict, Verdict::passed);
    EXPECT_EQ(all[1].problem->message(), "not b");
}

/// What the check of a script says that is told to stop, and how many commands it reported.
std::pair<Errc, int> stopped(const std::string& text) {
    std::stop_source stop;
    stop.request_stop();
    CheckOptions options;
    options.stop = stop.get_token();
    const auto commands = parse_script("t", text);
    EXPECT_TRUE(commands);
    int reported = 0;
    const auto done =
        check_script("t", text, *commands, options, [&](const Check&) { ++reported; });
    return {done ? Errc{} : done.error().code(), reported};
}

TEST(ScriptCheck, a_stop_ends_it) {
    EXPECT_EQ(stopped("(module) (module)"), std::pair(Errc::interrupted, 1));
}

TEST(ScriptCheck, a_stop_within_a_module_is_no_verdict_on_it) {
    std::string many;
    for (int i = 0; i < 20'000; ++i)
        many += "(type (tuple))";
    EXPECT_EQ(stopped("(component " + many + ")"), std::pair(Errc::interrupted, 0));
    EXPECT_EQ(stopped("(assert_invalid (component " + many + ") \"x\")"),
              std::pair(Errc::interrupted, 0));
}

} // namespace
} // namespace tenon::wat
