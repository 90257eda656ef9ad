// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The system calls under a connection.
#include "net/channel.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <linux/sockios.h>

namespace tenon::net {
namespace {

// What TLS sends in one record; a head and its short content share one.
constexpr std::size_t max_record = 16 * 1024;

Moved from_errno(Flow wanted) {
    const bool later = errno == EAGAIN || errno == EINTR;
    return {later ? wanted : Flow::broken};
}

} // namespace

Moved Channel::shake_hands() {
    const auto moved = tls_->shake_hands();
    if (moved.flow == Flow::broken && tls_->met_plain_http())
        tls_.reset();
    return moved;
}

Moved Channel::read(MutableBytes into) {
    if (tls_)
        return tls_->read(into);
    const auto count = ::recv(socket_.get(), into.data(), into.size(), 0);
    if (count < 0)
        return from_errno(Flow::want_read);
    if (count == 0)
        return {Flow::ended};
    return {Flow::moved, static_cast<std::size_t>(count)};
}

Moved Channel::write(std::string_view first, std::string_view second, bool more) {
    if (tls_) {
        if (first.empty() || second.empty() || first.size() + second.size() > max_record)
            return tls_->write(first.empty() ? second : first);
        std::array<char, max_record> joined;
        std::memcpy(joined.data(), first.data(), first.size());
        std::memcpy(joined.data() + first.size(), second.data(), second.size());
        return tls_->write({joined.data(), first.size() + second.size()});
    }
    std::array<iovec, 2> parts{{{const_cast<char*>(first.data()), first.size()},
                                {const_cast<char*>(second.data()), second.size()}}};
    msghdr message{};
    message.msg_iov = first.empty() ? &parts[1] : parts.data();
    message.msg_iovlen = first.empty() || second.empty() ? 1 : 2;
    const auto count = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL | (more ? MSG_MORE : 0));
    if (count < 0)
        return from_errno(Flow::want_write);
    return {Flow::moved, static_cast<std::size_t>(count)};
}

Moved Channel::send_file(int file, std::uint64_t offset, std::uint64_t length) {
    auto at = static_cast<off_t>(offset);
    const auto count = ::sendfile(socket_.get(), file, &at, length);
    if (count < 0)
        return from_errno(Flow::want_write);
    if (count == 0)
        return {Flow::ended};
    return {Flow::moved, static_cast<std::size_t>(count)};
}

void Channel::end_writing() {
    if (tls_)
        tls_->end_writing();
    ::shutdown(socket_.get(), SHUT_WR);
}

void Channel::cut_off() noexcept {
    ::shutdown(socket_.get(), SHUT_RDWR);
}

std::uint64_t Channel::on_their_way() const noexcept {
    int bytes = 0;
    if (::ioctl(socket_.get(), SIOCOUTQ, &bytes) != 0 || bytes < 0)
        return 0;
    return static_cast<std::uint64_t>(bytes);
}

} // namespace tenon::net
