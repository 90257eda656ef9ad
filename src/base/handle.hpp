// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A foreign resource that is closed by its type. `Traits` names the value, the value that means
// "none", and `close`.
#pragma once

#include <unistd.h>
#include <utility>

namespace tenon::base {

template <class Traits> class Handle {
public:
    using Value = typename Traits::Value;

    Handle() noexcept = default;
    explicit Handle(Value value) noexcept : value_(value) {}
    Handle(Handle&& other) noexcept : value_(other.release()) {}
    Handle& operator=(Handle&& other) noexcept {
        if (this != &other)
            reset(other.release());
        return *this;
    }
    ~Handle() { reset(); }

    [[nodiscard]] Value get() const noexcept { return value_; }
    explicit operator bool() const noexcept { return value_ != Traits::none; }
    [[nodiscard]] Value release() noexcept { return std::exchange(value_, Traits::none); }
    void reset(Value value = Traits::none) noexcept {
        if (value_ != Traits::none)
            Traits::close(value_);
        value_ = value;
    }

private:
    Value value_ = Traits::none;
};

struct FdTraits {
    using Value = int;
    static constexpr int none = -1;
    static void close(int fd) noexcept { ::close(fd); }
};
/// An open file descriptor.
using Fd = Handle<FdTraits>;

} // namespace tenon::base
