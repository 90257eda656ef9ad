// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/stream.hpp"

#include <cerrno>
#include <poll.h>
#include <unistd.h>

namespace tenon::cli {

int write_all(int fd, std::string_view text) noexcept {
    while (!text.empty()) {
        const auto written = ::write(fd, text.data(), text.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) { // somebody made our terminal or pipe non-blocking
            pollfd wait{fd, POLLOUT, 0};
            if (::poll(&wait, 1, -1) < 0 && errno != EINTR)
                return errno;
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

bool is_terminal(int fd) noexcept {
    return ::isatty(fd) == 1;
}

} // namespace tenon::cli
