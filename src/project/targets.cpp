// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "project/targets.hpp"

#include <algorithm>
#include <array>

namespace tenon::project {
namespace {

constexpr TargetRow rows[] = {
    {"x86_64-linux", "x86_64-unknown-linux-gnu", "linux", "amd64"},
    {"aarch64-linux", "aarch64-unknown-linux-gnu", "linux", "arm64"},
    {"x86-linux", "i686-unknown-linux-gnu", "linux", "386"},
    {"arm-linux", "arm-unknown-linux-gnueabihf", "linux", "arm"},
    {"riscv64-linux", "riscv64gc-unknown-linux-gnu", "linux", "riscv64"},
    {"powerpc64-linux", "powerpc64le-unknown-linux-gnu", "linux", "ppc64le"},
    {"s390x-linux", "s390x-unknown-linux-gnu", "linux", "s390x"},
    {"loongarch64-linux", "loongarch64-unknown-linux-gnu", "linux", "loong64"},
    {"x86_64-macos", "x86_64-apple-darwin", "darwin", "amd64"},
    {"aarch64-macos", "aarch64-apple-darwin", "darwin", "arm64"},
    {"x86_64-windows", "x86_64-pc-windows-gnu", "windows", "amd64"},
    {"x86-windows", "i686-pc-windows-gnu", "windows", "386"},
    {"aarch64-windows", "aarch64-pc-windows-gnullvm", "windows", "arm64"},
    {"x86_64-freebsd", "x86_64-unknown-freebsd", "freebsd", "amd64"},
    {"aarch64-freebsd", "aarch64-unknown-freebsd", "freebsd", "arm64"},
    {"x86_64-android", "x86_64-linux-android", "android", "amd64"},
    {"aarch64-android", "aarch64-linux-android", "android", "arm64"},
};

/// Spellings of processors in triples, where they differ from `std::env::consts::ARCH`; the first
/// that the triple begins with counts.
constexpr std::pair<std::string_view, std::string_view> arches[] = {
    {"i386", "x86"},
    {"i486", "x86"},
    {"i586", "x86"},
    {"i686", "x86"},
    {"armeb", "arm"},
    {"arm64", "aarch64"},
    {"arm", "arm"},
    {"thumb", "arm"},
    {"riscv64", "riscv64"},
    {"riscv32", "riscv32"},
    {"powerpc64", "powerpc64"},
    {"mips64", "mips64"},
    {"mipsisa64", "mips64"},
    {"mips", "mips"},
    {"sparcv9", "sparc64"},
};

std::string_view system_of(std::string_view triple) {
    constexpr std::pair<std::string_view, std::string_view> systems[] = {
        {"-android", "android"}, {"-ios", "ios"},         {"-darwin", "macos"},
        {"-windows", "windows"}, {"-linux", "linux"},     {"-freebsd", "freebsd"},
        {"-netbsd", "netbsd"},   {"-openbsd", "openbsd"}, {"-illumos", "illumos"},
        {"-solaris", "solaris"}, {"-fuchsia", "fuchsia"},
    };
    for (const auto& [part, name] : systems)
        if (triple.find(part) != triple.npos)
            return name;
    return {};
}

} // namespace

const TargetRow* find_target(std::string_view name) noexcept {
    const auto* row =
        std::find_if(std::begin(rows), std::end(rows),
                     [&](const TargetRow& candidate) { return candidate.name == name; });
    return row == std::end(rows) ? nullptr : row;
}

const TargetRow* find_target_of_go(std::string_view os, std::string_view arch) noexcept {
    const auto* row =
        std::find_if(std::begin(rows), std::end(rows), [&](const TargetRow& candidate) {
            return candidate.go_os == os && candidate.go_arch == arch;
        });
    return row == std::end(rows) ? nullptr : row;
}

std::optional<std::string> target_of_triple(std::string_view triple) {
    const auto dash = triple.find('-');
    const auto system = system_of(triple);
    if (dash == triple.npos || dash == 0 || system.empty())
        return std::nullopt;
    auto arch = triple.substr(0, dash);
    for (const auto& [spelling, name] : arches)
        if (arch.starts_with(spelling)) {
            arch = name;
            break;
        }
    return std::string(arch) + "-" + std::string(system);
}

bool may_be(std::string_view built, std::string_view asked) noexcept {
    if (built == asked)
        return true;
    const auto split = [](std::string_view target) {
        const auto dash = target.rfind('-');
        return dash == target.npos ? std::pair(target, std::string_view())
                                   : std::pair(target.substr(0, dash), target.substr(dash + 1));
    };
    const auto [built_arch, built_os] = split(built);
    const auto [asked_arch, asked_os] = split(asked);
    constexpr std::array marked = {std::string_view("macos"), std::string_view("windows"),
                                   std::string_view("freebsd")};
    return built_arch == asked_arch && built_os == "linux" &&
           std::find(marked.begin(), marked.end(), asked_os) == marked.end();
}

} // namespace tenon::project
