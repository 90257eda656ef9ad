// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Bytes that were received and not used yet. Grows when asked, gives memory back when empty.
#pragma once

#include "base/bytes.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace tenon::net {

class InputBuffer {
public:
    [[nodiscard]] std::string_view unread() const noexcept {
        return as_text({bytes_.data() + begin_, end_ - begin_});
    }
    [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }

    void consume(std::size_t count) noexcept {
        begin_ += count;
        if (begin_ == end_)
            begin_ = end_ = 0;
    }
    /// Free bytes behind the unread ones; as many as it takes to hold `capacity` in all.
    MutableBytes room(std::size_t capacity) {
        if (begin_ != 0) {
            std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
            end_ -= begin_;
            begin_ = 0;
        }
        if (bytes_.size() < capacity)
            bytes_.resize(capacity);
        return MutableBytes(bytes_).subspan(end_);
    }
    void received(std::size_t count) noexcept { end_ += count; }
    /// Up to `into.size()` unread bytes.
    std::size_t take(MutableBytes into) noexcept {
        const auto count = std::min(into.size(), end_ - begin_);
        std::memcpy(into.data(), bytes_.data() + begin_, count);
        consume(count);
        return count;
    }
    /// Lets go of memory beyond `keep` if nothing is unread.
    void shrink(std::size_t keep) {
        if (empty() && bytes_.size() > keep)
            Buffer().swap(bytes_);
    }

private:
    Buffer bytes_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

} // namespace tenon::net
