// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Drives the WIT suites: reads packages and says what became of them, in blocks that wit_ui.py
// understands. `wit_cases json PATH…` gives models or errors; `wit_cases stable PATH…` prints each
// package, reads that again and compares.
#include "base/diagnostic.hpp"
#include "wit/json.hpp"
#include "wit/read.hpp"

#include <cstdio>
#include <string>
#include <string_view>

namespace {

using namespace tenon;

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

} // namespace

int main(int count, char** arguments) {
    if (count < 2)
        return 2;
    const std::string_view mode = arguments[1];
    wit::ReadOptions options;
    options.features.enabled.insert("active");
    for (int i = 2; i < count; ++i) {
        wit::Model model;
        const auto read = wit::read_path(model, arguments[i], options);
        say(std::string("case ") + arguments[i] + '\n');
        if (!read)
            report(read.error());
        else if (mode == "json")
            say("model\n" + wit::to_json(model) + '\n');
        say("\nend of case\n");
    }
    return 0;
}
