// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Drives the suites of core modules: carries out the static commands of `.wast` scripts and says
// what became of each, a line a command:
//     core_cases check FILE…         KIND TAB verdict TAB line TAB what went wrong
//     core_cases binaries OUT FILE   the text modules as OUT/LINE.wasm
// The verdicts: `passed`, `failed`, and `not-run` for what no part of the program does yet.
#include "base/diagnostic.hpp"
#include "base/file.hpp"
#include "wasm/validate.hpp"
#include "wat/script.hpp"

#include <algorithm>
#include <cstdio>
#include <initializer_list>
#include <string>
#include <string_view>

namespace {

namespace base = tenon::base;
namespace wasm = tenon::wasm;
namespace wat = tenon::wat;
using tenon::Buffer;
using tenon::Errc;
using tenon::Result;
using Kind = wat::Command::Kind;
using Form = wat::ScriptModule::Form;

struct Script {
    const char* path;
    std::string text;
};

void report(std::string_view kind, std::string_view verdict, std::uint32_t line,
            std::string_view why = {}) {
    std::string out(kind);
    out.append("\t").append(verdict).append("\t").append(std::to_string(line)).append("\t");
    for (const char c : why)
        out.push_back(c == '\n' || c == '\t' ? ' ' : c);
    std::puts(out.c_str());
}

/// What a script is written for, by the folder that it is in.
wasm::Features features_for(std::string_view path) {
    auto features = wasm::Features::standard();
    const auto is_in = [&](std::string_view folder) { return path.find(folder) != path.npos; };
    if (is_in("/legacy/"))
        features.set(wasm::Feature::legacy_exceptions, true);
    if (is_in("/wide-arithmetic/"))
        features.set(wasm::Feature::wide_arithmetic, true);
    if (is_in("/threads/")) { // older than what allows several tables and memories
        features.set(wasm::Feature::threads, true);
        features.set(wasm::Feature::multi_memory, false);
        features.set(wasm::Feature::reference_types, !is_in("/threads/imports.wast"));
    }
    return features;
}

/// A module that must be read and be valid.
void expect_good(const Script& script, const wat::Command& command, std::string_view kind) {
    const auto binary = wat::assemble(script.path, script.text, *command.module);
    if (!binary)
        return report(kind, "failed", command.line, base::render(binary.error()));
    if (const auto valid = wasm::validate(*binary, features_for(script.path)); !valid)
        return report(kind, "failed", command.line, base::render(valid.error()));
    report(kind, "passed", command.line);
}

/// What to the suite is malformed, and has a more telling name here.
bool is_as_good_as_malformed(const base::Error& error) {
    const auto begins = [&](std::string_view text) { return error.message().starts_with(text); };
    return (error.code() == Errc::unsupported && begins("unknown binary version")) ||
           (error.code() == Errc::limit && begins("too many locals"));
}

/// A module that must be refused for one of these reasons.
void expect_error(const Result<>& done, std::initializer_list<Errc> wanted,
                  const wat::Command& command, std::string_view kind) {
    if (done)
        return report(kind, "failed", command.line, "taken, though: " + command.message);
    const auto is = [&](Errc code) { return std::ranges::find(wanted, code) != wanted.end(); };
    const bool is_wanted =
        is(done.error().code()) || (is(Errc::malformed) && is_as_good_as_malformed(done.error()));
    report(kind, is_wanted ? "passed" : "failed", command.line,
           is_wanted ? "" : base::render(done.error()));
}

Result<> read_and_validate(const Script& script, const wat::Command& command) {
    return wasm::validate(TENON_TRY(wat::assemble(script.path, script.text, *command.module)),
                          features_for(script.path));
}

/// One that must be read if it is text, and must not be valid.
void expect_invalid(const Script& script, const wat::Command& command) {
    const auto binary = wat::assemble(script.path, script.text, *command.module);
    if (!binary)
        return report("invalid", "failed", command.line, base::render(binary.error()));
    const auto done = wasm::validate(*binary, features_for(script.path));
    // What is invalid in an older suite may need a feature in a newer one.
    const bool is_older = !features_for(script.path).has(wasm::Feature::multi_memory);
    expect_error(done, {Errc::invalid, is_older ? Errc::unsupported : Errc::invalid}, command,
                 "invalid");
}

/// Text that must not be read; bytes that must be refused, be it by the validator.
void expect_malformed(const Script& script, const wat::Command& command, std::string_view kind) {
    const auto binary = wat::assemble(script.path, script.text, *command.module);
    Result<> done;
    if (!binary)
        done = tenon::fail(base::Error(binary.error().code(), binary.error().message()));
    else if (command.module->form == Form::binary)
        done = wasm::validate(*binary, features_for(script.path));
    expect_error(done, {Errc::malformed, Errc::truncated}, command, kind);
}

void check(const Script& script, const wat::Command& command) {
    if (command.is_component)
        return report("component", "not-run", command.line);
    for (const auto& inner : command.commands)
        check(script, inner);
    switch (command.kind) {
    case Kind::module: return expect_good(script, command, "module");
    case Kind::assert_malformed: return expect_malformed(script, command, "malformed");
    case Kind::assert_malformed_custom:
        return expect_malformed(script, command, "malformed-custom");
    case Kind::assert_invalid: return expect_invalid(script, command);
    case Kind::assert_invalid_custom:
        return expect_error(read_and_validate(script, command), {Errc::invalid}, command,
                            "invalid-custom");
    case Kind::assert_unlinkable:
    case Kind::assert_trap:
        if (command.module)
            return expect_good(script, command, "module");
        [[fallthrough]];
    default: return report("run", "not-run", command.line);
    }
}

Result<> write_binaries(const Script& script, const std::string& folder,
                        const std::vector<wat::Command>& commands) {
    for (const auto& command : commands) {
        TENON_TRY(write_binaries(script, folder, command.commands));
        if (!command.module || command.module->form != Form::text ||
            command.kind == Kind::assert_malformed)
            continue;
        if (const auto binary = wat::assemble(script.path, script.text, *command.module))
            TENON_TRY(
                base::write_file(folder + "/" + std::to_string(command.line) + ".wasm", *binary));
    }
    return {};
}

Result<> run(const char* path, const char* folder) {
    const auto bytes = TENON_TRY(base::read_file(path, 1U << 28));
    const Script script{path, std::string(tenon::as_text(bytes))};
    const auto commands = TENON_TRY(wat::parse_script(path, script.text));
    if (folder != nullptr)
        return write_binaries(script, folder, commands);
    for (const auto& command : commands)
        check(script, command);
    return {};
}

} // namespace

int main(int count, char** arguments) {
    if (count < 3)
        return 2;
    const bool is_check = std::string_view(arguments[1]) == "check";
    for (int i = is_check ? 2 : 3; i < count; ++i) {
        std::printf("file\t%s\n", arguments[i]);
        if (const auto done = run(arguments[i], is_check ? nullptr : arguments[2]); !done)
            report("script", "failed", 0, base::render(done.error()));
    }
    return 0;
}
