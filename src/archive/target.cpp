// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Names of targets: which ones can be written and read again, the one of this machine, and the one
// that an executable says itself.
#include "archive/archive.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::archive {
namespace {

constexpr std::size_t max_target_size = 96; // with `.bin` the 100 bytes of a tar header

/// Little- or big-endian numbers of an executable's header; 0 behind its end.
class Fields {
public:
    explicit Fields(Bytes bytes) : bytes_(bytes) {}
    bool big_endian = false;

    [[nodiscard]] std::uint32_t u8(std::size_t at) const {
        return at < bytes_.size() ? bytes_[at] : 0;
    }
    [[nodiscard]] std::uint32_t u16(std::size_t at) const {
        return big_endian ? u8(at) << 8 | u8(at + 1) : u8(at + 1) << 8 | u8(at);
    }
    [[nodiscard]] std::uint32_t u32(std::size_t at) const {
        return big_endian ? u16(at) << 16 | u16(at + 2) : u16(at + 2) << 16 | u16(at);
    }

private:
    Bytes bytes_;
};

template <class Number> struct Row {
    Number number;
    std::string_view name;
    std::string_view name_32 = name; // of the narrow variant, where it has another
};
template <class Number, std::size_t n>
const Row<Number>* find(const Row<Number> (&rows)[n], Number number) {
    const auto* const row = std::ranges::find(rows, number, &Row<Number>::number);
    return row == std::end(rows) ? nullptr : row;
}

// https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html , spelled as Rust does
constexpr Row<std::uint32_t> elf_machines[] = {
    {3, "x86", "x86"},
    {4, "m68k", "m68k"},
    {8, "mips64", "mips"},
    {20, "powerpc", "powerpc"},
    {21, "powerpc64", "powerpc64"},
    {22, "s390x", "s390"},
    {40, "arm", "arm"},
    {43, "sparc64", "sparc64"},
    {62, "x86_64", "x86_64"},
    {164, "hexagon", "hexagon"},
    {183, "aarch64", "aarch64"},
    {243, "riscv64", "riscv32"},
    {258, "loongarch64", "loongarch32"},
};
constexpr Row<std::uint32_t> elf_systems[] = {
    {0, "linux", ""},   {2, "netbsd", ""},  {3, "linux", ""},
    {6, "solaris", ""}, {9, "freebsd", ""}, {12, "openbsd", ""},
};

std::optional<std::string> elf_target(Bytes bytes) {
    Fields in(bytes);
    const auto width = in.u8(4); // 1: 32 bits, 2: 64
    in.big_endian = in.u8(5) == 2;
    const auto type = in.u16(16); // 2: executable, 3: the same, position-independent
    const auto* const machine = find(elf_machines, in.u16(18));
    const auto* const system = find(elf_systems, in.u8(7));
    if ((width != 1 && width != 2) || (type != 2 && type != 3) || machine == nullptr ||
        system == nullptr)
        return std::nullopt;
    return fmt::format("{}-{}", width == 2 ? machine->name : machine->name_32, system->name);
}

constexpr Row<std::uint32_t> mach_machines[] = {
    {0x7, "x86", ""},
    {0xc, "arm", ""},
    {0x0100'0007, "x86_64", ""},
    {0x0100'000c, "aarch64", ""},
};
constexpr Row<std::uint32_t> mach_platforms[] = {
    {1, "macos", ""},   {2, "ios", ""},       {3, "tvos", ""},
    {4, "watchos", ""}, {6, "macos", ""}, // Catalyst
    {7, "ios", ""},     {11, "visionos", ""},
};
// Load commands that name the system before there was one for all.
constexpr Row<std::uint32_t> mach_minimums[] = {
    {0x24, "macos", ""}, {0x25, "ios", ""}, {0x2f, "tvos", ""}, {0x30, "watchos", ""}};
constexpr std::uint32_t mach_build_version = 0x32;
constexpr std::size_t max_mach_commands = 1024;

std::string_view mach_system(const Fields& in, std::size_t first_command) {
    const auto count = std::min<std::size_t>(in.u32(16), max_mach_commands);
    std::size_t at = first_command;
    for (std::size_t i = 0; i < count && in.u32(at + 4) >= 8; at += in.u32(at + 4), ++i) {
        if (in.u32(at) == mach_build_version)
            if (const auto* const platform = find(mach_platforms, in.u32(at + 8)))
                return platform->name;
        if (const auto* const minimum = find(mach_minimums, in.u32(at)))
            return minimum->name;
    }
    return "macos";
}

std::optional<std::string> mach_target(Bytes bytes) {
    const Fields in(bytes);
    const auto* const machine = find(mach_machines, in.u32(4));
    if (machine == nullptr || in.u32(12) != 2) // 2: executable
        return std::nullopt;
    const bool wide = in.u8(0) == 0xcf;
    return fmt::format("{}-{}", machine->name, mach_system(in, wide ? 32 : 28));
}

constexpr Row<std::uint32_t> pe_machines[] = {
    {0x14c, "x86", ""}, {0x1c4, "arm", ""}, {0x8664, "x86_64", ""}, {0xaa64, "aarch64", ""}};

std::optional<std::string> pe_target(Bytes bytes) {
    const Fields in(bytes);
    const std::size_t header = in.u32(0x3c);
    const auto* const machine = find(pe_machines, in.u16(header + 4));
    if (in.u32(header) != 0x4550 || machine == nullptr) // "PE\0\0"
        return std::nullopt;
    return fmt::format("{}-windows", machine->name);
}

} // namespace

Result<> check_target_name(std::string_view target) {
    const auto refuse = [&](std::string_view why) {
        return fail(
            base::Error(Errc::invalid, fmt::format("`{}` cannot be the name of a target: {}",
                                                   base::printable(target), why))
                .help("a target is called ARCH-OS, for instance `x86_64-linux`"));
    };
    if (target.empty())
        return refuse("it is empty");
    if (target == "claims" || target == "world" || target == "world.wasm")
        return refuse("that name stands for something else in an archive");
    if (target.contains('/') || target == "." || target == "..")
        return refuse("it would be taken for a path");
    if (base::first_invalid_utf8(as_bytes(target)))
        return refuse("it is not UTF-8");
    // The same question that the reader asks.
    if (base::printable(target) != target)
        return refuse("it holds a control character");
    if (target.size() > max_target_size)
        return refuse(fmt::format("it has {} bytes, more than {}", target.size(), max_target_size));
    return {};
}

std::string machine_target() {
#if defined(__x86_64__)
    constexpr std::string_view arch = "x86_64";
#elif defined(__aarch64__)
    constexpr std::string_view arch = "aarch64";
#elif defined(__riscv) && __riscv_xlen == 64
    constexpr std::string_view arch = "riscv64";
#elif defined(__powerpc64__)
    constexpr std::string_view arch = "powerpc64";
#elif defined(__s390x__)
    constexpr std::string_view arch = "s390x";
#elif defined(__loongarch64)
    constexpr std::string_view arch = "loongarch64";
#elif defined(__i386__)
    constexpr std::string_view arch = "x86";
#elif defined(__arm__)
    constexpr std::string_view arch = "arm";
#else
#error "say how Rust calls this processor"
#endif
#if defined(__linux__)
    constexpr std::string_view system = "linux";
#elif defined(__APPLE__)
    constexpr std::string_view system = "macos";
#elif defined(__FreeBSD__)
    constexpr std::string_view system = "freebsd";
#else
#error "say how Rust calls this system"
#endif
    return fmt::format("{}-{}", arch, system);
}

std::optional<std::string> target_of_executable(Bytes first_bytes) {
    const auto text = as_text(first_bytes);
    if (text.starts_with("\x7f"
                         "ELF"))
        return elf_target(first_bytes);
    if (text.starts_with("\xcf\xfa\xed\xfe") || text.starts_with("\xce\xfa\xed\xfe"))
        return mach_target(first_bytes);
    if (text.starts_with("MZ"))
        return pe_target(first_bytes);
    return std::nullopt;
}

} // namespace tenon::archive
