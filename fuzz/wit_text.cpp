// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// LINK: tenon_wit
// WIT text of any bytes: it is read or refused; what is read is printed, and that reads back to the
// same text. The JSON form and the rendering of errors are tried along.
#include "base/diagnostic.hpp"
#include "wit/dependencies.hpp"
#include "wit/json.hpp"
#include "wit/print.hpp"
#include "wit/read.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace wit = tenon::wit;

namespace {

tenon::Result<std::string> printed(const wit::Model& model, wit::PackageIdx main) {
    const auto all = wit::with_dependencies(model, {main});
    return wit::print(model, main, all);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string text(reinterpret_cast<const char*>(data), size);
    wit::ReadOptions options;
    options.features.all = true;
    wit::Model model;
    const auto main = wit::read_text(model, "fuzz.wit", std::move(text), options);
    if (!main) {
        if (tenon::base::render(main.error()).empty())
            std::abort();
        return 0;
    }
    if (wit::to_json(model).empty())
        std::abort();
    const auto first = printed(model, *main);
    if (!first)
        std::abort();
    wit::Model again;
    const auto main_again = wit::read_text(again, "printed.wit", *first, options);
    if (!main_again)
        std::abort();
    const auto second = printed(again, *main_again);
    if (!second || *second != *first)
        std::abort();
    return 0;
}
