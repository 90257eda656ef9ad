// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What leaves the program: standard output, standard error and exit status.
#include "base/diagnostic.hpp"
#include "base/file.hpp"
#include "cli/verb.hpp"

#include <csignal>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

namespace tenon::cli {
namespace {

Result<> answer(Call& call) {
    call.note("a note");
    if (call.has("warn"))
        call.warn(base::Error(Errc::config, "unknown key `nmae`").help("did you mean `name`?"));
    auto object = data::Value::object({});
    object.set("file", data::Value("a.par"));
    return call.answer("made a.par", std::move(object));
}

Result<> wrong(Call& call) {
    if (call.has("warn"))
        call.warn(base::Error(Errc::config, "beware"));
    return fail(base::Error(Errc::truncated, "unexpected end", 7)
                    .wrap("cannot load `a.par`")
                    .in_file("a.par")
                    .within("entry 2")
                    .help("fetch it again"));
}

Result<> wrong_place(Call&) {
    return fail(base::Error(Errc::config, "expected a value")
                    .at(base::excerpt("x.toml", "a = \n", {1, 5, 1})));
}

Result<> required(Call&) {
    return fail(Errc::usage, "component name is required");
}

Result<> range(Call& call) {
    TENON_TRY(call.integer("level", 1, 9));
    return call.answer("fine", data::Value::object({}));
}

Result<> judge(Call& call) {
    call.set_failed();
    return call.answer("it is bad", data::Value::object({}));
}

Result<> time(Call& call) {
    const auto seconds = TENON_TRY(call.stamp_time());
    return call.answer_plainly(std::to_string(seconds) + " " + std::to_string(call.now()) + "\n");
}

Result<> tool(Call& call) {
    call.pass_through(as_bytes("compiling\n"), false);
    call.pass_through(as_bytes("trouble\n"), true);
    return call.answer_bytes(as_bytes(std::string_view("\0asm", 4)));
}

Result<> wait(Call& call) {
    ::kill(::getpid(), SIGTERM);
    while (!call.stop().stop_requested())
        ::usleep(1000);
    return fail(Errc::interrupted, "interrupted");
}

Result<> work(Call& call) {
    call.progress().begin("working", 2048);
    call.progress().advance(2048);
    return call.answer_plainly("done\n");
}

constexpr Option warn_options[] = {{.name = "warn", .help = "h"}};
constexpr Option range_options[] = {
    {.name = "level", .kind = ValueKind::number, .value = "N", .help = "h"}};

constexpr Verb program{.path = "", .summary = "the program"};
constexpr Verb answer_verb{.path = "answer",
                           .summary = "s",
                           .options = warn_options,
                           .output = OutputMeaning::format,
                           .run = answer};
constexpr Verb judge_verb{
    .path = "judge", .summary = "s", .output = OutputMeaning::format, .run = judge};
constexpr Verb place_verb{
    .path = "place", .summary = "s", .output = OutputMeaning::format, .run = wrong_place};
constexpr Verb range_verb{.path = "range", .summary = "s", .options = range_options, .run = range};
constexpr Verb required_verb{.path = "required", .summary = "s", .run = required};
constexpr Verb time_verb{.path = "time", .summary = "s", .run = time};
constexpr Verb tool_verb{.path = "tool", .summary = "s", .run = tool};
constexpr Verb wait_verb{.path = "wait", .summary = "s", .run = wait, .long_running = true};
constexpr Verb work_verb{.path = "work", .summary = "s", .run = work, .long_running = true};
constexpr Verb wrong_verb{.path = "wrong",
                          .summary = "s",
                          .options = warn_options,
                          .output = OutputMeaning::format,
                          .run = wrong};
constexpr const Verb* rows[] = {&program,    &answer_verb,   &judge_verb, &place_verb,
                                &range_verb, &required_verb, &time_verb,  &tool_verb,
                                &wait_verb,  &work_verb,     &wrong_verb};

struct Outcome {
    int status;
    std::string out, err;
};

std::string content(int fd) {
    std::string text(static_cast<std::size_t>(::lseek(fd, 0, SEEK_END)), '\0');
    EXPECT_EQ(::pread(fd, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    return text;
}

Outcome run_words(const std::vector<std::string>& words,
                  std::vector<std::pair<std::string, std::string>> environment = {}, int out = -1) {
    const base::Fd out_file(::memfd_create("out", MFD_CLOEXEC));
    const base::Fd err_file(::memfd_create("err", MFD_CLOEXEC));
    const World world{.environment = std::move(environment),
                      .in = 0,
                      .out = out < 0 ? out_file.get() : out,
                      .err = err_file.get(),
                      .clock = [] { return std::uint64_t{1772366400}; }};
    const int status = run(words, world, rows);
    return {status, content(out_file.get()), content(err_file.get())};
}

TEST(Program, answers_with_one_blank_line_before_the_text) {
    const auto outcome = run_words({"answer"});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.out, "\nmade a.par\n");
    EXPECT_EQ(outcome.err, "a note\n");
}

TEST(Program, answers_in_json_with_success_last) {
    EXPECT_EQ(run_words({"answer", "-o", "json"}).out, "\n"
                                                       "{\n"
                                                       "  \"file\": \"a.par\",\n"
                                                       "  \"success\": true\n"
                                                       "}\n");
}

TEST(Program, keeps_notes_to_itself_when_quiet) {
    EXPECT_EQ(run_words({"-q", "answer"}).err, "");
}

TEST(Program, shows_warnings_as_diagnostics) {
    EXPECT_EQ(run_words({"-q", "answer", "--warn"}).err, "warning[config]: unknown key `nmae`\n"
                                                         "  = help: did you mean `name`?\n");
}

TEST(Program, collects_warnings_in_json) {
    const auto outcome = run_words({"-q", "answer", "--warn", "--json"});
    EXPECT_EQ(outcome.err, "");
    EXPECT_EQ(outcome.out, "\n"
                           "{\n"
                           "  \"file\": \"a.par\",\n"
                           "  \"warnings\": [\n"
                           "    {\n"
                           "      \"error\": \"unknown key `nmae`\",\n"
                           "      \"code\": \"config\",\n"
                           "      \"help\": [\n"
                           "        \"did you mean `name`?\"\n"
                           "      ]\n"
                           "    }\n"
                           "  ],\n"
                           "  \"success\": true\n"
                           "}\n");
}

TEST(Program, shows_an_error_behind_one_blank_line_and_fails) {
    const auto outcome = run_words({"wrong"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err, "\n"
                           "error[truncated]: cannot load `a.par`\n"
                           " --> a.par @ 0x7, in entry 2\n"
                           "  = note: caused by: unexpected end\n"
                           "  = help: fetch it again\n");
}

TEST(Program, describes_an_error_in_json_on_standard_error) {
    const auto outcome = run_words({"wrong", "-o", "json", "--warn"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err, "\n"
                           "{\n"
                           "  \"error\": \"cannot load `a.par`\",\n"
                           "  \"error_chain\": [\n"
                           "    \"unexpected end\"\n"
                           "  ],\n"
                           "  \"code\": \"truncated\",\n"
                           "  \"file\": \"a.par\",\n"
                           "  \"offset\": 7,\n"
                           "  \"within\": [\n"
                           "    \"entry 2\"\n"
                           "  ],\n"
                           "  \"help\": [\n"
                           "    \"fetch it again\"\n"
                           "  ],\n"
                           "  \"warnings\": [\n"
                           "    {\n"
                           "      \"error\": \"beware\",\n"
                           "      \"code\": \"config\"\n"
                           "    }\n"
                           "  ],\n"
                           "  \"success\": false\n"
                           "}\n");
}

TEST(Program, describes_a_place_in_json_and_omits_an_empty_chain) {
    EXPECT_EQ(run_words({"place", "--json"}).err, "\n"
                                                  "{\n"
                                                  "  \"error\": \"expected a value\",\n"
                                                  "  \"code\": \"config\",\n"
                                                  "  \"place\": {\n"
                                                  "    \"file\": \"x.toml\",\n"
                                                  "    \"line\": 1,\n"
                                                  "    \"column\": 5\n"
                                                  "  },\n"
                                                  "  \"success\": false\n"
                                                  "}\n");
}

TEST(Program, explains_misuse_in_plain_text_even_with_json) {
    const auto outcome = run_words({"answer", "--json", "--wran"});
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err, "error: unexpected argument `--wran` found\n"
                           "  = help: did you mean `--warn`?\n"
                           "\n"
                           "Usage: tenon answer [OPTIONS]\n"
                           "\n"
                           "For more information, try '--help'.\n");
}

TEST(Program, treats_a_number_out_of_range_as_misuse) {
    const auto outcome = run_words({"range", "--level", "10"});
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.err.substr(0, outcome.err.find('\n')),
              "error: invalid value `10` for `--level <N>`: not a whole number from 1 to 9");
}

TEST(Program, fails_with_1_where_a_verb_misses_something) {
    const auto outcome = run_words({"required"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.err, "\nerror: component name is required\n");
}

TEST(Program, leaves_with_1_after_an_answer_that_says_so) {
    const auto outcome = run_words({"judge"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.out, "\nit is bad\n");
    EXPECT_EQ(outcome.err, "");
}

TEST(Program, shows_help_on_standard_error_when_no_verb_is_named) {
    const auto outcome = run_words({});
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_TRUE(outcome.err.starts_with("The program.\n\nUsage: tenon [OPTIONS] <VERB>\n"))
        << outcome.err;
}

TEST(Program, stamps_with_source_date_epoch_and_lives_in_the_present) {
    EXPECT_EQ(run_words({"time"}).out, "1772366400 1772366400\n");
    EXPECT_EQ(run_words({"time"}, {{"SOURCE_DATE_EPOCH", "1700000000"}}).out,
              "1700000000 1772366400\n");
    for (const auto* bad : {"soon", "-1", "1.5", "99999999999999999999"}) {
        const auto outcome = run_words({"time"}, {{"SOURCE_DATE_EPOCH", bad}});
        EXPECT_EQ(outcome.status, 1);
        EXPECT_EQ(outcome.err, std::string("\nerror[config]: `SOURCE_DATE_EPOCH` is `") + bad +
                                   "`, not a number of seconds\n");
    }
}

TEST(Program, sends_what_a_tool_says_to_standard_error) {
    const auto outcome = run_words({"tool"});
    EXPECT_EQ(outcome.out, std::string("\0asm", 4));
    EXPECT_EQ(outcome.err, "compiling\ntrouble\n");
    EXPECT_EQ(run_words({"-q", "tool"}).err, "trouble\n");
}

TEST(Program, refuses_bytes_for_a_terminal) {
    const base::Fd terminal(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    ASSERT_TRUE(terminal);
    const auto outcome = run_words({"-q", "tool"}, {}, terminal.get());
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.err, "trouble\n\nerror: binary output is not written to a terminal\n"
                           "  = help: send it into a file: `> FILE`\n");
}

TEST(Program, reports_a_full_disk_behind_standard_output) {
    const base::Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"-q", "answer"}, {"--version"}, {"--help"}}) {
        const auto outcome = run_words(words, {}, full.get());
        EXPECT_EQ(outcome.status, 1);
        EXPECT_EQ(outcome.err, "\n"
                               "error[io]: failed to write to standard output\n"
                               "  = note: caused by: No space left on device (os error 28)\n");
    }
}

TEST(Program, ends_quietly_when_nobody_reads) {
    const auto previous = std::signal(SIGPIPE, SIG_IGN);
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const base::Fd writing(ends[1]);
    ::close(ends[0]);
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"-q", "answer"}, {"--version"}}) {
        const auto outcome = run_words(words, {}, writing.get());
        EXPECT_EQ(outcome.status, 128 + SIGPIPE);
        EXPECT_EQ(outcome.err, "");
    }
    std::signal(SIGPIPE, previous);
}

TEST(Program, leaves_with_128_and_the_signal_when_interrupted) {
    const auto outcome = run_words({"wait"});
    EXPECT_EQ(outcome.status, 128 + SIGTERM);
    EXPECT_EQ(outcome.err, "\nerror[interrupted]: interrupted\n");
}

TEST(Program, shows_progress_only_when_asked_where_there_is_no_terminal) {
    EXPECT_EQ(run_words({"work"}).err, "");
    EXPECT_EQ(run_words({"work", "--progress", "none"}).err, "");
    EXPECT_EQ(run_words({"work", "-q", "--progress", "plain"}).err, "");
    const auto plain = run_words({"work", "--progress", "plain"}).err;
    EXPECT_TRUE(plain.starts_with("working 2.0 KiB\nworking: 2.0 KiB in ")) << plain;
}

TEST(Program, colours_when_told_to_and_not_otherwise) {
    EXPECT_EQ(run_words({"wrong"}).err.find('\x1b'), std::string::npos);
    EXPECT_NE(run_words({"wrong", "--color", "always"}).err.find('\x1b'), std::string::npos);
    EXPECT_NE(run_words({"--color=always", "wrnog"}).err.find('\x1b'), std::string::npos);
}

} // namespace
} // namespace tenon::cli
