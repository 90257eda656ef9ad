// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The program: hands the real world to cli::run.
#include "cli/stream.hpp"
#include "cli/verb.hpp"

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

std::vector<std::pair<std::string, std::string>> environment_of_process() {
    std::vector<std::pair<std::string, std::string>> out;
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
