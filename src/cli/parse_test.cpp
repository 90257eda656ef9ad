// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The parser, on a table of its own.
#include "cli/parse.hpp"

#include <gtest/gtest.h>

namespace tenon::cli {
namespace {

Result<> nothing(Call&) {
    return {};
}

constexpr Option pack_options[] = {
    {.name = "vendor",
     .letter = 'v',
     .kind = ValueKind::text,
     .value = "VENDOR",
     .environment = "VENDOR",
     .required = true},
    {.name = "rev", .letter = 'r', .kind = ValueKind::number, .value = "REV"},
    {.name = "tag", .letter = 't', .kind = ValueKind::text, .value = "TAG", .repeated = true},
    {.name = "level",
     .kind = ValueKind::choice,
     .value = "fast|small",
     .environment = "PACK_LEVEL",
     .alias = "effort"},
    {.name = "compress", .letter = 'z', .environment = "PACK_COMPRESS"},
    {.name = "keep", .letter = 'k', .excludes = "compress"},
    {.name = "version", .kind = ValueKind::text, .value = "VERSION"},
    {.name = "check", .kind = ValueKind::choice, .value = "true|false"},
};
constexpr Positional pack_arguments[] = {
    {.name = "ARCHIVE", .help = ""},
    {.name = "FILE", .help = "", .required = false, .repeated = true},
};
constexpr Positional show_arguments[] = {{.name = "WHAT",
                                          .help = "",
                                          .kind = ValueKind::choice,
                                          .required = false,
                                          .choices = "all|some"}};

constexpr Verb program{.path = "", .summary = "", .run = nullptr};
constexpr Verb box{.path = "box", .summary = ""};
constexpr Verb box_pack{.path = "box pack",
                        .summary = "",
                        .options = pack_options,
                        .positionals = pack_arguments,
                        .output = OutputMeaning::format,
                        .run = nothing};
constexpr Verb box_show{.path = "box show", .summary = "", .alias_of = "show"};
constexpr Verb export_{
    .path = "export", .summary = "", .output = OutputMeaning::file, .run = nothing};
constexpr Verb show{.path = "show",
                    .summary = "",
                    .positionals = show_arguments,
                    .output = OutputMeaning::none,
                    .run = nothing};
constexpr const Verb* rows[] = {&program, &box, &box_pack, &box_show, &export_, &show};

/// One parse, which owns what the call looks at.
struct Line {
    explicit Line(std::vector<std::string> given,
                  std::vector<std::pair<std::string, std::string>> environment = {})
        : words(std::move(given)), world{.environment = std::move(environment)},
          request(Parser(words, world, rows).parse()) {}
    Line(const Line&) = delete;

    [[nodiscard]] const Call& call() const { return *request.call; }
    [[nodiscard]] std::string error() const {
        return request.error ? request.error->message() : "none";
    }
    [[nodiscard]] std::string help() const {
        return request.error && !request.error->helps().empty() ? request.error->helps()[0]
                                                                : "none";
    }

    std::vector<std::string> words;
    World world;
    Request request;
};

using What = Request::What;
using Words = std::vector<std::string>;

TEST(Parse, reads_every_spelling_of_a_value) {
    for (const Words& spelling : {Words{"--vendor", "acme"}, Words{"--vendor=acme"},
                                  Words{"-v", "acme"}, Words{"-vacme"}, Words{"-v=acme"}}) {
        Words words{"box", "pack", "a.par"};
        words.insert(words.end(), spelling.begin(), spelling.end());
        const Line line(words);
        ASSERT_EQ(line.request.what, What::call) << spelling[0] << ": " << line.error();
        EXPECT_EQ(line.call().value("vendor"), "acme");
    }
}

TEST(Parse, reads_switches_in_one_bundle_with_a_value_at_its_end) {
    const Line line({"box", "pack", "-zqvacme", "a.par"});
    ASSERT_EQ(line.request.what, What::call) << line.error();
    EXPECT_TRUE(line.call().has("compress"));
    EXPECT_TRUE(line.call().has("quiet"));
    EXPECT_FALSE(line.call().has("keep"));
    EXPECT_EQ(line.call().value("vendor"), "acme");
    EXPECT_EQ(line.call().argument(0), "a.par");
}

TEST(Parse, takes_options_before_between_and_behind_arguments) {
    const Line line({"box", "pack", "-r", "7", "a.par", "-v", "x", "one", "two", "-z"});
    ASSERT_EQ(line.request.what, What::call) << line.error();
    EXPECT_EQ(line.call().argument(0), "a.par");
    EXPECT_EQ(line.call().arguments_from(1), (Words{"one", "two"}));
    EXPECT_EQ(*line.call().integer("rev", 0, 9), 7);
}

TEST(Parse, takes_words_behind_two_dashes_as_arguments) {
    const Line line({"box", "pack", "-vx", "--", "-z", "--", "-"});
    ASSERT_EQ(line.request.what, What::call) << line.error();
    EXPECT_FALSE(line.call().has("compress"));
    EXPECT_EQ(line.call().arguments_from(0), (Words{"-z", "--", "-"}));
}

TEST(Parse, takes_a_single_dash_as_an_argument_or_value) {
    const Line line({"box", "pack", "-v", "-", "-"});
    ASSERT_EQ(line.request.what, What::call) << line.error();
    EXPECT_EQ(line.call().value("vendor"), "-");
    EXPECT_EQ(line.call().argument(0), "-");
}

TEST(Parse, takes_negative_numbers_as_values) {
    const Line line({"box", "pack", "-vx", "-r", "-12", "a"});
    ASSERT_EQ(line.request.what, What::call) << line.error();
    EXPECT_EQ(*line.call().integer("rev", -100, 100), -12);
}

TEST(Parse, keeps_all_values_of_a_repeated_option_in_order) {
    const Line line({"box", "pack", "-vx", "-t", "b", "--tag=a", "-tb", "a.par"});
    EXPECT_EQ(line.call().values("tag"), (Words{"b", "a", "b"}));
}

TEST(Parse, knows_an_option_by_its_second_name) {
    const Line line({"box", "pack", "-vx", "--effort", "small", "a"});
    ASSERT_EQ(line.request.what, What::call) << line.error();
    EXPECT_EQ(line.call().value("level"), "small");
}

TEST(Parse, accepts_an_empty_value_but_no_missing_one) {
    EXPECT_EQ(Line({"box", "pack", "--vendor=", "a"}).call().value("vendor"), "");
    EXPECT_EQ(Line({"box", "pack", "--vendor", "", "a"}).call().value("vendor"), "");
    EXPECT_EQ(Line({"box", "pack", "a", "--vendor"}).error(),
              "a value is required for `--vendor <VENDOR>` but none was supplied");
}

TEST(Parse, does_not_take_an_option_for_a_value) {
    const Line line({"box", "pack", "a", "-v", "--rev"});
    EXPECT_EQ(line.request.what, What::misuse);
    EXPECT_EQ(line.error(), "a value is required for `--vendor <VENDOR>` but none was supplied");
    EXPECT_EQ(line.help(), "to give `--rev` as the value, write `--vendor=--rev`");
}

TEST(Parse, never_completes_an_abbreviated_option) {
    const Line line({"box", "pack", "--vend", "x", "a"});
    EXPECT_EQ(line.error(), "unexpected argument `--vend` found");
    EXPECT_EQ(line.help(), "did you mean `--vendor`?");
}

TEST(Parse, names_an_unknown_letter_of_a_bundle) {
    EXPECT_EQ(Line({"box", "pack", "-zyk"}).error(), "unexpected argument `-y` found");
}

TEST(Parse, refuses_a_value_for_a_switch) {
    EXPECT_EQ(Line({"box", "pack", "--compress=yes"}).error(),
              "unexpected value `yes` for `--compress`, which takes none");
}

TEST(Parse, refuses_repetition_and_exclusion) {
    EXPECT_EQ(Line({"box", "pack", "a", "-vx", "-v", "y"}).error(),
              "the argument `--vendor <VENDOR>` cannot be used multiple times");
    EXPECT_EQ(Line({"box", "pack", "a", "-vx", "-z", "--keep"}).error(),
              "the argument `--keep` cannot be used with `--compress`");
}

TEST(Parse, checks_numbers_and_choices) {
    EXPECT_EQ(Line({"box", "pack", "a", "-vx", "-r", "1x"}).error(),
              "invalid value `1x` for `--rev <REV>`: not a whole number");
    EXPECT_EQ(Line({"box", "pack", "a", "-vx", "-r", "99999999999999999999"}).error(),
              "invalid value `99999999999999999999` for `--rev <REV>`: not a whole number");
    const Line line({"box", "pack", "a", "-vx", "--level", "medium"});
    EXPECT_EQ(line.error(), "invalid value `medium` for `--level <fast|small>`");
    EXPECT_EQ(line.help(), "possible values: fast, small");
    EXPECT_EQ(Line({"show", "none"}).error(), "invalid value `none` for `[WHAT]`");
}

TEST(Parse, takes_true_where_true_or_false_is_left_out) {
    const Line bare({"box", "pack", "-vx", "--check", "a"});
    EXPECT_EQ(bare.error(), "none");
    EXPECT_EQ(bare.call().value("check"), "true");
    EXPECT_EQ(bare.call().argument(0), "a");
    EXPECT_EQ(Line({"box", "pack", "a", "-vx", "--check"}).call().value("check"), "true");
    EXPECT_EQ(Line({"box", "pack", "a", "-vx", "--check", "false"}).call().value("check"), "false");
    EXPECT_EQ(Line({"box", "pack", "a", "-vx", "--check=false"}).call().value("check"), "false");
    EXPECT_EQ(Line({"box", "pack", "a", "-vx", "--check=no"}).error(),
              "invalid value `no` for `--check <true|false>`");
}

TEST(Parse, lists_everything_that_is_missing) {
    const Line line({"box", "pack"});
    EXPECT_EQ(line.request.what, What::misuse);
    EXPECT_EQ(line.error(), "the following required arguments were not provided:\n"
                            "--vendor <VENDOR>\n"
                            "<ARCHIVE>");
}

TEST(Parse, names_the_first_argument_too_many) {
    EXPECT_EQ(Line({"show", "all", "more", "most"}).error(), "unexpected argument `more` found");
}

TEST(Parse, finds_verbs_of_two_words_and_suggests) {
    EXPECT_EQ(Line({"box", "pack", "-vx", "a"}).request.row, &box_pack);
    EXPECT_EQ(Line({"bix"}).error(), "unknown verb `bix`");
    EXPECT_EQ(Line({"bix"}).help(), "did you mean `box`?");
    EXPECT_EQ(Line({"box", "pakc"}).error(), "unknown verb `box pakc`");
    EXPECT_EQ(Line({"box", "pakc"}).help(), "did you mean `pack`?");
    EXPECT_EQ(Line({"pack"}).help(), "did you mean `box pack`?");
    EXPECT_EQ(Line({""}).error(), "unknown verb ``");
}

TEST(Parse, says_when_no_verb_was_named) {
    EXPECT_EQ(Line({}).request.what, What::nothing);
    EXPECT_EQ(Line({"box", "-q"}).request.what, What::nothing);
    EXPECT_EQ(Line({"box"}).request.row, &box);
    EXPECT_EQ(Line({"--", "box"}).error(), "unexpected argument `box` found");
}

TEST(Parse, resolves_an_alias_and_remembers_its_name) {
    const Line line({"box", "show", "all"});
    ASSERT_EQ(line.request.what, What::call) << line.error();
    EXPECT_EQ(line.request.row, &box_show);
    EXPECT_EQ(&line.call().verb(), &show);
    EXPECT_EQ(line.call().argument(0), "all");
}

TEST(Parse, shows_help_wherever_it_is_asked_for) {
    for (const Words& words : {Words{"--help"}, Words{"-h"}, Words{"box", "-h"},
                               Words{"box", "pack", "-zh"}, Words{"box", "pack", "a", "--help"}})
        EXPECT_EQ(Line(words).request.what, What::help) << words.back();
    EXPECT_EQ(Line({"box", "--help", "pack"}).request.row, &box);
}

TEST(Parse, tells_the_programs_version_from_a_verbs_own) {
    EXPECT_EQ(Line({"--version"}).request.what, What::version);
    EXPECT_EQ(Line({"-V"}).request.what, What::version);
    EXPECT_EQ(Line({"show", "--version"}).request.what, What::version);
    const Line own({"box", "pack", "-vx", "a", "--version", "1.2"});
    ASSERT_EQ(own.request.what, What::call) << own.error();
    EXPECT_EQ(own.call().value("version"), "1.2");
}

TEST(Parse, takes_common_options_before_the_verb) {
    const Line line({"-o", "json", "box", "-q", "pack", "-vx", "a"});
    ASSERT_EQ(line.request.what, What::call) << line.error();
    EXPECT_TRUE(line.call().json());
    EXPECT_TRUE(line.call().has("quiet"));
}

TEST(Parse, reads_the_form_of_the_answer_in_every_spelling) {
    for (const Words& spelling : {Words{"-o", "json"}, Words{"-ojson"}, Words{"--output=json"},
                                  Words{"--format", "json"}, Words{"--json"}})
        for (const bool before : {false, true}) {
            Words words{"box", "pack", "-vx", "a"};
            words.insert(before ? words.begin() : words.end(), spelling.begin(), spelling.end());
            const Line line(words);
            ASSERT_EQ(line.request.what, What::call) << spelling[0] << ": " << line.error();
            EXPECT_TRUE(line.call().json()) << spelling[0];
        }
    EXPECT_FALSE(Line({"box", "pack", "-vx", "a", "-o", "text"}).call().json());
    EXPECT_EQ(Line({"box", "pack", "-vx", "a", "-o", "xml"}).error(),
              "invalid value `xml` for `--output <text|json>`");
    EXPECT_EQ(Line({"-o", "xml", "box", "pack", "-vx", "a"}).error(),
              "invalid value `xml` for `--output <text|json>`");
    EXPECT_EQ(Line({"box", "pack", "-vx", "a", "-o", "text", "--json"}).error(),
              "the argument `--json` cannot be used with `--output <text|json>`");
}

TEST(Parse, lets_the_verb_say_what_output_means) {
    for (const Words& words : {Words{"export", "-o", "json"}, Words{"-o", "json", "export"}}) {
        const Line line(words);
        ASSERT_EQ(line.request.what, What::call) << line.error();
        EXPECT_EQ(line.call().value("output"), "json");
        EXPECT_FALSE(line.call().json());
    }
    EXPECT_TRUE(Line({"--format", "json", "export"}).call().json());
    EXPECT_EQ(Line({"-o", "json", "show"}).error(), "unexpected argument `-o` found");
    EXPECT_EQ(Line({"show", "--json"}).error(), "unexpected argument `--json` found");
}

TEST(Parse, lets_a_variable_stand_in_for_an_option_and_a_flag_beat_it) {
    const Line variable({"box", "pack", "a"}, {{"VENDOR", "env"}});
    ASSERT_EQ(variable.request.what, What::call) << variable.error();
    EXPECT_EQ(variable.call().value("vendor"), "env");
    EXPECT_EQ(variable.call().values("vendor"), (Words{"env"}));
    EXPECT_TRUE(variable.call().has("vendor"));
    EXPECT_EQ(Line({"box", "pack", "a", "-vx"}, {{"VENDOR", "env"}}).call().value("vendor"), "x");
}

TEST(Parse, knows_where_a_value_is_from) {
    using Variables = std::vector<std::pair<std::string, std::string>>;
    EXPECT_EQ(Line({"box", "pack", "a"}, {{"VENDOR", "x"}}).call().origin("vendor"), "VENDOR");
    for (const auto& variables : {Variables(), {{"VENDOR", "x"}}, {{"VENDOR", "y"}}})
        EXPECT_EQ(Line({"box", "pack", "a", "-vx"}, variables).call().origin("vendor"), "--vendor");
    EXPECT_EQ(Line({"box", "pack", "a", "-vx"}).call().origin("level"), "");
}

TEST(Parse, takes_an_empty_variable_as_not_set) {
    EXPECT_EQ(Line({"box", "pack", "a"}, {{"VENDOR", ""}}).request.what, What::misuse);
}

TEST(Parse, checks_the_value_of_a_variable) {
    EXPECT_EQ(Line({"box", "pack", "a", "-vx"}, {{"PACK_LEVEL", "huge"}}).error(),
              "invalid value `huge` for `$PACK_LEVEL`");
    EXPECT_EQ(
        Line({"box", "pack", "a", "-vx", "--level=fast"}, {{"PACK_LEVEL", "huge"}}).request.what,
        What::call);
}

TEST(Parse, reads_no_in_the_variable_of_a_switch) {
    const auto compress = [](std::string value) {
        return Line({"box", "pack", "a", "-vx"}, {{"PACK_COMPRESS", std::move(value)}})
            .call()
            .has("compress");
    };
    EXPECT_TRUE(compress("1"));
    EXPECT_TRUE(compress("yes"));
    EXPECT_FALSE(compress("0"));
    EXPECT_FALSE(compress("False"));
    EXPECT_FALSE(compress(""));
}

TEST(Parse, refuses_numbers_out_of_range_when_asked) {
    const Line line({"box", "pack", "a", "-vx", "-r", "300"});
    const auto number = line.call().integer("rev", 0, 255);
    ASSERT_FALSE(number);
    EXPECT_EQ(number.error().code(), Errc::usage);
    EXPECT_EQ(number.error().message(),
              "invalid value `300` for `--rev <REV>`: not a whole number from 0 to 255");
}

} // namespace
} // namespace tenon::cli
