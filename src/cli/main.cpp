// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The program: hands the real world to cli::run.
#include "base/ascii.hpp"
#include "cli/stream.hpp"
#include "cli/verb.hpp"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <new>
#include <poll.h>
#include <unistd.h>

namespace {

// A closed standard descriptor would be given to the next file that is opened, and an error message
// written into it.
void occupy_standard_descriptors() noexcept {
    pollfd standard[] = {{0, 0, 0}, {1, 0, 0}, {2, 0, 0}};
    if (::poll(standard, 3, 0) <= 0)
        return;
    for (const auto& one : standard)
        if ((one.revents & POLLNVAL) != 0 && ::open("/dev/null", O_RDONLY) < 0)
            std::abort();
}

// A seed on the command line can be read by everybody (`ps`) for as long as the program runs, and a
// build runs long: it is written over as soon as it was copied.
void hide_seed(char* text) {
    constexpr std::size_t seed_size = 58;
    const auto is_base32 = [](char c) {
        return tenon::base::is_upper(c) || (c >= '2' && c <= '7');
    };
    const std::string_view word = text;
    if (word.size() < seed_size)
        return;
    const auto before = word.substr(0, word.size() - seed_size); // `--issuer=`
    const auto seed = word.substr(before.size());
    if (seed[0] == 'S' && std::ranges::all_of(seed, is_base32) &&
        (before.empty() || !is_base32(before.back())))
        std::fill_n(text + before.size(), seed_size, '*');
}

std::vector<std::pair<std::string, std::string>> environment_of_process() {
    std::size_t count = 0;
    while (environ[count] != nullptr)
        ++count;
    std::vector<std::pair<std::string, std::string>> out;
    out.reserve(count);
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const auto equals = text.find('=');
        if (equals != std::string_view::npos)
            out.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    return out;
}

} // namespace

int main(int count, char** words) try {
    occupy_standard_descriptors();
    tenon::cli::World world;
    world.environment = environment_of_process();
    const std::vector<std::string> arguments(words + (count > 0 ? 1 : 0), words + count);
    std::for_each(words, words + count, hide_seed);
    return tenon::cli::run(arguments, world);
} catch (const std::bad_alloc&) {
    constexpr std::string_view message = "\nerror[limit]: out of memory\n";
    tenon::cli::write_all(2, message);
    return 1;
} catch (const std::exception& unforeseen) {
    // A mistake of ours, told as one instead of an abort.
    tenon::cli::write_all(2, std::string("\nerror: internal error, please report this: ") +
                                 unforeseen.what() + "\n");
    return 1;
}
