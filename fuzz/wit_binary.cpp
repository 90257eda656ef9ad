// LINK: tenon_component
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// WIT in binaries: a package that can be decoded can be encoded, is the same text after that and
// the same binary after one more round. What is done with models that were decoded (merging,
// turning worlds around, keeping the newest versions) ends with a result or an error.
#include "component/decode.hpp"
#include "component/package_decode.hpp"
#include "component/package_encode.hpp"
#include "wit/importize.hpp"
#include "wit/json.hpp"
#include "wit/merge.hpp"
#include "wit/print.hpp"
#include "wit/semver.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace component = tenon::component;
namespace wit = tenon::wit;
using tenon::Errc;

namespace {

void require(bool holds) {
    if (!holds)
        std::abort();
}

/// A world that says less than its types need can be decoded; nothing else has no encoding.
bool may_fail(const tenon::base::Error& error) {
    return error.code() == Errc::limit || error.message().ends_with("is not imported before that");
}

void check_package(const wit::Model& model, wit::PackageIdx package, const std::string& text) {
    const component::Producer fuzz{"fuzz", "0"};
    const auto binary = component::encode_package(model, package, fuzz);
    if (!binary)
        return require(may_fail(binary.error()));
    const auto again = component::decode_wit(*binary);
    require(again && !again->world);
    const auto text_again = wit::print(again->model, again->package);
    require(text_again && *text_again == text);
    const auto binary_again = component::encode_package(again->model, again->package, fuzz);
    require(binary_again && *binary_again == *binary);
}

void check_merged(const wit::Model& model, wit::PackageIdx package, const std::string& text) {
    auto both = model;
    require(wit::merge(both, model).has_value());
    const auto again = wit::print(both, package);
    require(again && *again == text);
    wit::Model alone;
    const auto moved = wit::merge(alone, model);
    require(moved.has_value());
    const auto moved_text = wit::print(alone, moved->packages.at(package.value));
    require(moved_text && *moved_text == text);
}

void change_worlds(const wit::Model& model, wit::PackageIdx package) {
    constexpr std::uint32_t enough = 4;
    for (std::uint32_t i = 0; i < model.worlds.size() && i < enough; ++i) {
        auto newest = model;
        if (wit::merge_world_imports_based_on_semver(newest, wit::WorldIdx{i}))
            require(wit::print(newest, package).has_value());
        auto turned = model;
        if (wit::importize(turned, wit::WorldIdx{i}))
            require(wit::print(turned, package).has_value());
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto decoded = component::decode_wit({bytes, size});
    if (!decoded)
        return 0;
    require(!wit::to_json(decoded->model).empty());
    const auto text = wit::print(decoded->model, decoded->package);
    if (!text)
        return 0;
    if (!decoded->world)
        check_package(decoded->model, decoded->package, *text);
    check_merged(decoded->model, decoded->package, *text);
    change_worlds(decoded->model, decoded->package);
    return 0;
}
