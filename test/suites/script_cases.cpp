// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Drives the suites of core modules and of components: carries out the static commands of `.wast`
// scripts, reads `.wat` files, and says what became of each, a line a check:
//     script_cases check FILE…         KIND TAB verdict TAB line TAB what went wrong
//     script_cases binaries OUT FILE   text as OUT/LINE.wasm
// The verdicts: `passed`, `failed`, and `not-run` for what no part of the program does yet.
#include "base/diagnostic.hpp"
#include "base/file.hpp"
#include "component/decode.hpp"
#include "component/encode.hpp"
#include "wasm/sections.hpp"
#include "wat/parse.hpp"
#include "wat/script_check.hpp"

#include <cstdio>
#include <string>
#include <string_view>

namespace {

namespace base = tenon::base;
namespace component = tenon::component;
namespace wasm = tenon::wasm;
namespace wat = tenon::wat;
using tenon::Buffer;
using tenon::Bytes;
using tenon::Result;
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

void report_check(const wat::Check& check) {
    switch (check.verdict) {
    case wat::Check::Verdict::passed: return report(name_of(check.kind), "passed", check.line);
    case wat::Check::Verdict::not_run: return report(name_of(check.kind), "not-run", check.line);
    case wat::Check::Verdict::failed:
        report(name_of(check.kind), "failed", check.line,
               "expected " + check.expected +
                   (check.problem ? ": " + base::render(*check.problem) : ", and it is taken"));
    }
}

/// What a script is written for, by the folder that it is in.
wasm::Features features_for(std::string_view path) {
    const auto is_in = [&](std::string_view folder) { return path.find(folder) != path.npos; };
    if (!is_in("/conformance/spec/"))
        return wat::script_features();
    auto features = wasm::Features::standard();
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

bool is_component(Bytes binary) {
    const auto walker = wasm::SectionWalker::begin(binary);
    return walker && walker->preamble().layer == wasm::Layer::component;
}

/// What was made from text must read back as what it was.
Result<> check_stable(Bytes binary) {
    if (!is_component(binary))
        return {};
    const auto tree = TENON_TRY(component::decode(binary));
    if (component::encode(tree) != Buffer(binary.begin(), binary.end()))
        return tenon::fail(tenon::Errc::invalid, "decoded and encoded again it is another");
    return {};
}

Result<> write_binaries(const Script& script, const std::string& folder,
                        const std::vector<wat::Command>& commands) {
    for (const auto& command : commands) {
        TENON_TRY(write_binaries(script, folder, command.commands));
        if (!command.module || command.module->form == Form::binary ||
            command.kind == wat::Command::Kind::assert_malformed)
            continue;
        if (const auto binary = wat::assemble(script.path, script.text, *command.module))
            TENON_TRY(
                base::write_file(folder + "/" + std::to_string(command.line) + ".wasm", *binary));
    }
    return {};
}

void check_text(const Script& script) {
    const auto binary = wat::parse(script.path, script.text);
    if (!binary)
        return report("text", "failed", 1, base::render(binary.error()));
    if (const auto done = check_stable(*binary); !done)
        return report("text", "failed", 1, base::render(done.error()));
    report(is_component(*binary) ? "text" : "core-text", "passed", 1);
}

Result<> run(const char* path, const char* folder) {
    const auto bytes = TENON_TRY(base::read_file(path, 1U << 28));
    const Script script{path, std::string(tenon::as_text(bytes))};
    if (std::string_view(path).ends_with(".wat")) {
        if (folder == nullptr)
            check_text(script);
        else if (const auto binary = wat::parse(script.path, script.text))
            TENON_TRY(base::write_file(std::string(folder) + "/0.wasm", *binary));
        return {};
    }
    const auto commands = TENON_TRY(wat::parse_script(path, script.text));
    if (folder != nullptr)
        return write_binaries(script, folder, commands);
    wat::CheckOptions options;
    options.features = features_for(path);
    options.also = [](const wat::ScriptModule& module, Bytes binary) {
        // Bytes in a script may spell their numbers longer than need be.
        return module.form == Form::binary ? Result<>() : check_stable(binary);
    };
    return wat::check_script(path, script.text, commands, options, report_check);
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
