// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Drives the suite of component encoding: makes the component of each case and says what became of
// it, in blocks that wit_component.py understands:
//     compose_cases OUT FOLDER…      components go into OUT as NAME.wasm, NAME being the folder's
// A case is `module.wat` with adapters `adapt-NAME.wat`, their worlds in the `.wit` files beside
// them; options stand as `;;! name = true` at the beginning of a `.wat` file.
#include "base/diagnostic.hpp"
#include "base/file.hpp"
#include "base/leb128.hpp"
#include "component/decode.hpp"
#include "component/encode.hpp"
#include "component/package_decode.hpp"
#include "component/validate.hpp"
#include "compose/embed.hpp"
#include "compose/new_component.hpp"
#include "wat/parse.hpp"
#include "wat/print.hpp"
#include "wit/print.hpp"
#include "wit/read.hpp"
#include "wit/select.hpp"

#include <algorithm>
#include <cstdio>
#include <deque>
#include <string>
#include <string_view>

namespace {

namespace base = tenon::base;
namespace component = tenon::component;
namespace compose = tenon::compose;
namespace wasm = tenon::wasm;
namespace wit = tenon::wit;
using tenon::Buffer;
using tenon::Bytes;
using tenon::Result;

constexpr std::uint64_t max_bytes = 16 << 20;

void say(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

/// Every `.wit` file of the folder is one package, folders beside them are none of it.
Result<wit::PackageIdx> read_wit(wit::Model& model, const base::Path& folder) {
    wit::ReadOptions options;
    options.decode = component::decode_package;
    return wit::read_path(model, folder, options);
}

std::vector<std::string> comments(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const auto begin = line.find_first_not_of(" \t\r");
        if (begin == line.npos)
            continue;
        line.remove_prefix(begin);
        if (!line.starts_with(";;"))
            break;
        out.emplace_back(line);
    }
    return out;
}

struct Case {
    base::Path folder;
    wit::Model model;
    wit::PackageIdx package;
    compose::NewOptions options;
};

/// The module in a file, with the world that is called as the file is.
Result<Buffer> module_of(Case& of, const base::Path& path, std::string* name) {
    const auto content = TENON_TRY(base::read_file(path, max_bytes));
    const auto text = tenon::as_text(content);
    for (const auto& line : comments(text)) {
        constexpr std::string_view rename = ";; module name: ";
        if (name != nullptr && line.starts_with(rename))
            *name = line.substr(rename.size());
        of.options.return_call_ref |= line.contains("return-call-ref = true");
        of.options.realloc_via_memory_grow |= line.contains("realloc-via-memory-grow = true");
    }
    auto module = TENON_TRY(tenon::wat::parse_module(path.native(), text));
    const auto world = TENON_TRY(wit::select_world(of.model, of.package, path.stem().native()));
    const auto producers = compose::Producers::processed_by("my-fake-bindgen", "123.45");
    auto made_by = compose::Producers::processed_by("wit-component", "$CARGO_PKG_VERSION");
    made_by.merge(producers);
    const auto section = TENON_TRY(
        compose::metadata_section_of(of.model, world, compose::StringEncoding::utf8, made_by));
    module.insert(module.end(), section.begin(), section.end());
    return module;
}

Result<> check(const compose::NewComponent& made, Bytes bytes) {
    const auto decoded = TENON_TRY(component::decode(bytes));
    wasm::ValidateOptions options;
    options.features = wasm::Features::everything();
    for (const auto* const tree : {&decoded, &made.tree()})
        if (auto valid = component::validate(*tree, options);
            !valid && valid.error().code() != tenon::Errc::unsupported)
            return tenon::fail(std::move(valid).error().within("validation"));
    const auto again = component::encode(decoded);
    if (!std::ranges::equal(again, bytes))
        return tenon::fail(tenon::Errc::invalid, "decoded and encoded it is not the same");
    if (made.size() != bytes.size())
        return tenon::fail(tenon::Errc::invalid, "its size is not that of its parts");
    return {};
}

Result<std::string> run(Case& of, const base::Path& out) {
    of.options.producer = "wit-component";
    of.options.producer_version = "$CARGO_PKG_VERSION";
    of.package = TENON_TRY(read_wit(of.model, of.folder));
    const auto module = TENON_TRY(module_of(of, of.folder / "module.wat", nullptr));
    std::vector<base::Path> files;
    for (const auto& entry : std::filesystem::directory_iterator(of.folder))
        if (const auto name = entry.path().filename().native();
            name.starts_with("adapt-") && name.ends_with(".wat"))
            files.push_back(entry.path());
    std::ranges::sort(files);
    std::deque<Buffer> contents;
    std::vector<compose::Adapter> adapters;
    for (const auto& file : files) {
        auto name = file.stem().native().substr(std::string_view("adapt-").size());
        contents.push_back(TENON_TRY(module_of(of, file, &name)));
        adapters.push_back({name, contents.back()});
    }
    const auto made = TENON_TRY(compose::NewComponent::create(module, adapters, of.options));
    const auto bytes = made.bytes();
    TENON_TRY(base::write_file(out / (of.folder.filename().native() + ".wasm"), bytes));
    TENON_TRY(check(made, bytes));
    const auto decoded = TENON_TRY(component::decode_wit(bytes));
    auto text = TENON_TRY(wit::print(decoded.model, decoded.package, {}));
    text += "\ntext\n";
    return text + TENON_TRY(tenon::wat::print(bytes));
}

} // namespace

int main(int count, char** arguments) {
    for (int i = 2; i < count; ++i) {
        Case one;
        one.folder = arguments[i];
        say("case " + one.folder.filename().native() + '\n');
        const auto done = run(one, arguments[1]);
        if (done)
            say("made\n" + *done);
        else
            say("error\n" + std::string(errc_name(done.error().code())) + '\n' +
                base::render(done.error()));
        say("\nend of case\n");
    }
    return count > 2 ? 0 : 2;
}
