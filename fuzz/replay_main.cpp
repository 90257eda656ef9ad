// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Runs a fuzz target without a fuzzer: over the files given and those of the folders given, whole
// and cut short at some places. No seed at all is a failure, so that a lost corpus is noticed.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t cuts_per_seed = 32;

std::vector<std::filesystem::path> seeds_of(const std::filesystem::path& path) {
    if (!std::filesystem::is_directory(path))
        return {path};
    std::vector<std::filesystem::path> seeds;
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
        if (entry.is_regular_file())
            seeds.push_back(entry.path());
    }
    std::ranges::sort(seeds);
    return seeds;
}

/// Each length in an allocation of its own, so that a sanitizer sees a read past the end.
void run(const std::vector<std::uint8_t>& bytes, std::size_t length) {
    const std::vector<std::uint8_t> input(
        bytes.begin(),
        bytes.begin() + static_cast<std::vector<std::uint8_t>::difference_type>(length));
    LLVMFuzzerTestOneInput(input.data(), input.size());
}

std::size_t replay(const std::filesystem::path& seed) {
    std::fprintf(stderr, "%s\n", seed.c_str()); // the last line names the culprit of a crash
    std::ifstream in(seed, std::ios::binary);
    const std::vector<std::uint8_t> bytes(std::istreambuf_iterator<char>(in), {});
    if (!in && !in.eof())
        throw std::filesystem::filesystem_error("cannot read", seed, {});
    run(bytes, bytes.size());
    const auto cuts = std::min(cuts_per_seed, bytes.size());
    for (std::size_t cut = 0; cut < cuts; ++cut)
        run(bytes, bytes.size() * cut / cuts);
    return 1 + cuts;
}

} // namespace

int main(int argc, char** argv) {
    try {
        std::size_t seeds = 0;
        std::size_t inputs = 0;
        for (int i = 1; i < argc; ++i) {
            if (!std::filesystem::exists(argv[i]))
                continue; // no corpus folder: counted as no seed below
            for (const auto& seed : seeds_of(argv[i])) {
                inputs += replay(seed);
                ++seeds;
            }
        }
        std::fprintf(stderr, "%zu seeds, %zu inputs\n", seeds, inputs);
        if (seeds == 0) {
            std::fprintf(stderr, "no seed: put a small input into the corpus folder\n");
            return 1;
        }
        return 0;
    } catch (const std::exception& exception) {
        std::fprintf(stderr, "%s\n", exception.what());
        return 1;
    }
}
