// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A capability provider that says hello. See README.md for what it is and what it is not.
#include "host_data.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>
#include <unistd.h>

namespace {

volatile std::sig_atomic_t stopped = 0;

void stop(int) {
    stopped = 1;
}

/// Reads one line, at most a mebibyte; false when the input ends or a signal comes before.
bool read_line(std::string& line) {
    constexpr std::size_t most = 1 << 20;
    char c = 0;
    while (line.size() < most && !stopped) {
        const auto count = read(STDIN_FILENO, &c, 1);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        if (c == '\n')
            return true;
        if (c != '\r')
            line += c;
    }
    return false;
}

void wait_for_end_of_input() {
    char bytes[256];
    while (!stopped) {
        const auto count = read(STDIN_FILENO, bytes, sizeof bytes);
        if (count == 0 || (count < 0 && errno != EINTR))
            return;
    }
}

} // namespace

int main() {
    struct sigaction action = {};
    action.sa_handler = stop; // without SA_RESTART: a signal ends the wait in read
    sigaction(SIGTERM, &action, nullptr);
    sigaction(SIGINT, &action, nullptr);

    std::string line;
    if (!read_line(line)) {
        if (stopped)
            return 0;
        std::fprintf(
            stderr,
            "provider-hello: no host data: one line of base64 is expected on standard input\n");
        return 1;
    }
    const auto json = decode_base64(line);
    if (!json) {
        std::fprintf(stderr, "provider-hello: the host data is no base64\n");
        return 1;
    }
    const auto host = text_member(*json, "host_id");
    if (!host) {
        std::fprintf(stderr, "provider-hello: the host data has no `host_id`\n");
        return 1;
    }
    const auto lattice = text_member(*json, "lattice_rpc_prefix").value_or("default");
    std::printf("hello, host %s in lattice %s\n", host->c_str(), lattice.c_str());
    std::fflush(stdout);
    wait_for_end_of_input();
    return 0;
}
