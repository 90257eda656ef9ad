// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// For tests only: a gzip writer as plain as can be (RFC 1951, section 3.2.6), for streams that our
// own writer does not make: one block from start to end, references across what could be a border,
// and flushes that forget nothing.
#pragma once

#include "pack/crc32.hpp"

#include <algorithm>
#include <bit>

namespace tenon::pack::test {

class PlainGzip {
public:
    /// Refers back by `distance` wherever the next 258 bytes are there, too.
    explicit PlainGzip(unsigned distance) : distance_(distance) {}

    /// What follows is in a block of its own, which may still refer back.
    PlainGzip& sync_flush() {
        end_block();
        put(0, 3); // a stored block
        align();
        packed_.insert(packed_.end(), {0, 0, 0xff, 0xff});
        begin_block();
        return *this;
    }
    /// What follows refers to nothing before.
    PlainGzip& full_flush() {
        sync_flush();
        reach_ = bytes_.size();
        return *this;
    }
    PlainGzip& write(Bytes bytes) {
        const auto begin = bytes_.size();
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
        for (auto at = begin; at < bytes_.size();)
            at += refer(at) ? longest : literal(at);
        return *this;
    }
    Buffer finish() {
        end_block();
        put(0b011, 3); // the last one, and empty
        code(0, 7);
        align();
        number(crc32(0, bytes_));
        number(static_cast<std::uint32_t>(bytes_.size()));
        return packed_;
    }

    /// Packed so far.
    [[nodiscard]] std::size_t size() const { return packed_.size(); }

private:
    static constexpr std::size_t longest = 258;

    bool refer(std::size_t at) {
        const auto bytes = Bytes(bytes_);
        if (at < reach_ + distance_ || bytes_.size() - at < longest ||
            !std::ranges::equal(bytes.subspan(at, longest), bytes.subspan(at - distance_, longest)))
            return false;
        code(0xc5, 8); // length 258
        const unsigned back = distance_ - 1;
        if (back < 4) {
            code(back, 5);
        } else {
            const auto extra = static_cast<unsigned>(std::bit_width(back)) - 2;
            code(2 * (extra + 1) + (back >> extra & 1), 5);
            put(back & ((1U << extra) - 1), extra);
        }
        return true;
    }
    std::size_t literal(std::size_t at) {
        const unsigned byte = bytes_[at];
        if (byte < 144)
            code(0x30 + byte, 8);
        else
            code(0x190 + byte - 144, 9);
        return 1;
    }

    void begin_block() { put(0b010, 3); }
    void end_block() { code(0, 7); }
    void put(unsigned value, unsigned count) {
        for (; count > 0; --count, value >>= 1, ++bits_) {
            if (bits_ % 8 == 0)
                packed_.push_back(0);
            packed_.back() |= static_cast<Byte>((value & 1) << bits_ % 8);
        }
    }
    void code(unsigned value, unsigned count) { // highest bit first
        while (count > 0)
            put(value >> --count & 1, 1);
    }
    void align() { bits_ = 0; }
    void number(std::uint32_t value) {
        for (int i = 0; i < 4; ++i, value >>= 8)
            packed_.push_back(static_cast<Byte>(value));
    }

    unsigned distance_;
    Buffer bytes_;
    std::size_t reach_ = 0; // how far back references may go
    // The header, and that of the first block.
    Buffer packed_{0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 0xff, 0b010};
    unsigned bits_ = 3; // used of the last byte, modulo 8
};

} // namespace tenon::pack::test
