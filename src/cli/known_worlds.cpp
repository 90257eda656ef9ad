// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/known_worlds.hpp"

namespace tenon::cli {
namespace {

// Views of an event log, https://primatomic.com: a fold that is called once for every event. They
// are refused when they import anything of WASI, since they must be deterministic.
constexpr std::string_view machine_wit = R"(package primatomic:machine@0.0.1;

interface machine {
  init: func();
  append: func(event: list<u8>);
  query: func(input: list<u8>) -> list<u8>;
  snapshot: func() -> list<u8>;
  restore: func(snapshot: list<u8>);
}

world state-machine {
  export machine;
}
)";

constexpr KnownWorld table[] = {
    {.package = "primatomic:machine",
     .id = "primatomic:machine/state-machine@0.0.1",
     .wit = machine_wit,
     .allows_wasi = false,
     .no_wasi = "a view of a log is given no clock, no files and no randomness"},
};

} // namespace

std::span<const KnownWorld> known_worlds() noexcept {
    return table;
}

const KnownWorld* find_known_world(std::string_view name) noexcept {
    for (const auto& row : table) {
        const auto whole = row.id;
        const auto without_version = whole.substr(0, whole.find('@'));
        const auto world = without_version.substr(without_version.find('/') + 1);
        if (name == whole || name == without_version || name == world)
            return &row;
    }
    return nullptr;
}

} // namespace tenon::cli
