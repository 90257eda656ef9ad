// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Drives the WIT suites: reads packages and says what became of them, in blocks that wit_ui.py
// understands:
//     wit_cases json PATH…           models or errors
//     wit_cases print PATH…          the main packages as text
//     wit_cases stable PATH…         printed with all dependencies, read again, printed again
//     wit_cases encoded PATH…        the main packages as text, after encoding and decoding them
//     wit_cases component FILE…      the WIT of components, after decoding and encoding them
//     wit_cases format FILE…         formatted, and once more; the model must stay as it was
//     wit_cases merge INTO FROM      all packages of both, after merging
#include "base/diagnostic.hpp"
#include "base/file.hpp"
#include "component/decode.hpp"
#include "component/encode.hpp"
#include "component/package_decode.hpp"
#include "component/package_encode.hpp"
#include "wat/package_text.hpp"
#include "wit/dependencies.hpp"
#include "wit/format.hpp"
#include "wit/json.hpp"
#include "wit/merge.hpp"
#include "wit/print.hpp"
#include "wit/read.hpp"

#include <cstdio>
#include <string>
#include <string_view>

namespace {

namespace base = tenon::base;
namespace component = tenon::component;
namespace wit = tenon::wit;
using tenon::Result;

void say(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

void report(const base::Error& error) {
    say("error\n");
    if (const auto& source = error.source()) {
        say(source->file + '\t' + std::to_string(source->place.line) + '\t' +
            std::to_string(source->place.column) + '\n');
    } else {
        say("-\t0\t0\n");
    }
    say(std::string(errc_name(error.code())) + '\n');
    say(base::render(error));
}

wit::ReadOptions read_options() {
    wit::ReadOptions options;
    options.features.enabled.insert("active");
    options.decode = [](tenon::Bytes content, const std::string& name) {
        return tenon::wat::decode_package(content, name);
    };
    return options;
}

Result<std::string> printed(const wit::Model& model, wit::PackageIdx main) {
    const auto all = wit::with_dependencies(model, {main});
    return wit::print(model, main, all);
}

/// The model of one file as JSON; empty where it needs others.
std::string model_of(const std::string& text) {
    wit::Model model;
    return wit::read_text(model, "one.wit", text, read_options()) ? wit::to_json(model) : "";
}

Result<std::string> formatted(const char* path) {
    const auto bytes = TENON_TRY(base::read_file(path, 1U << 24));
    const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    auto once = TENON_TRY(wit::format(path, text));
    const auto twice = TENON_TRY(wit::format(path, once));
    if (once != twice)
        return "not stable\n" + once + "---\n" + twice;
    if (model_of(text) != model_of(once))
        return "not stable: another model\n" + once;
    return once;
}

/// The text of the package, which encoding and decoding must not change.
Result<std::string> encoded(const wit::Model& model, wit::PackageIdx main) {
    const auto before = TENON_TRY(wit::print(model, main));
    const auto binary = TENON_TRY(component::encode_package(model, main, {"wit-cases", "0"}));
    const auto tree = TENON_TRY(component::decode(binary));
    if (component::encode(tree) != binary)
        return std::string("not stable: the binary");
    const auto decoded = TENON_TRY(component::decode_wit(tree));
    const auto after = TENON_TRY(wit::print(decoded.model, decoded.package));
    if (before != after)
        return "not stable\n" + before + "---\n" + after;
    return after;
}

/// A component comes out as it went in; its WIT with all packages can be read again.
Result<std::string> component_wit(const char* path) {
    const auto binary = TENON_TRY(base::read_file(path, 1U << 28));
    const auto tree = TENON_TRY(component::decode(binary));
    if (component::encode(tree) != binary)
        return std::string("not stable: the binary");
    const auto decoded = TENON_TRY(component::decode_wit(tree));
    auto text = TENON_TRY(printed(decoded.model, decoded.package));
    wit::Model again;
    const auto main = TENON_TRY(wit::read_text(again, "printed.wit", text, read_options()));
    const auto second = TENON_TRY(printed(again, main));
    if (text != second)
        return "not stable\n" + text + "---\n" + second;
    return text;
}

Result<std::string> run(std::string_view mode, const char* path) {
    if (mode == "format")
        return formatted(path);
    if (mode == "component")
        return component_wit(path);
    wit::Model model;
    const auto main = TENON_TRY(wit::read_path(model, path, read_options()));
    if (mode == "json")
        return wit::to_json(model);
    if (mode == "print")
        return wit::print(model, main);
    if (mode == "encoded")
        return encoded(model, main);
    auto first = TENON_TRY(printed(model, main));
    wit::Model again;
    const auto main_again = TENON_TRY(wit::read_text(again, "printed.wit", first, read_options()));
    const auto second = TENON_TRY(printed(again, main_again));
    if (first != second)
        return "not stable\n" + first + "---\n" + second;
    return first;
}

Result<std::string> merged(const char* into_path, const char* from_path) {
    wit::Model into;
    wit::Model from;
    TENON_TRY(wit::read_path(into, into_path, read_options()));
    TENON_TRY(wit::read_path(from, from_path, read_options()));
    TENON_TRY(wit::merge(into, from));
    std::string out;
    for (std::uint32_t i = 0; i < into.packages.size(); ++i) {
        const auto text = TENON_TRY(wit::print(into, wit::PackageIdx{i}));
        out += "file " + into.packages[i].name.name + ".wit\n" + text;
    }
    return out;
}

void say_case(const char* name, const Result<std::string>& result) {
    say(std::string("case ") + name + '\n');
    if (result)
        say("text\n" + *result + '\n');
    else
        report(result.error());
    say("\nend of case\n");
}

} // namespace

int main(int count, char** arguments) {
    if (count < 2)
        return 2;
    const std::string_view mode = arguments[1];
    if (mode == "merge" && count == 4) {
        say_case(arguments[2], merged(arguments[2], arguments[3]));
        return 0;
    }
    for (int i = 2; i < count; ++i)
        say_case(arguments[i], run(mode, arguments[i]));
    return 0;
}
