// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pack/gzip_source.hpp"

#include "pack/conveyor.hpp"
#include "pack/crc32.hpp"
#include "pack/inflate.hpp"
#include "pack/parallel_inflate.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/core.h>
#include <optional>

namespace tenon::pack {
namespace {

constexpr std::size_t input_size = 256 * 1024;
// Kept in front of the input: bytes of the buffer before, for the inflater to give back (it reads
// up to eight ahead) and for a flush mark that lies across the border.
constexpr std::size_t tail_size = 16;
// Three mebibytes a thread at most; with more, hashing would not keep up.
constexpr unsigned max_threads = 4;
// A border of entries is at least this often; hostile input may have them everywhere.
constexpr std::size_t max_flush_points = std::size_t{1} << 18;
// The fields of a header have no length of their own; nobody needs so much.
constexpr std::uint64_t max_header_bytes = 1 << 20;

constexpr Byte flag_header_crc = 0x02;
constexpr Byte flag_extra = 0x04;
constexpr Byte flag_name = 0x08;
constexpr Byte flag_comment = 0x10;
constexpr Byte flags_reserved = 0xe0;

} // namespace

class GzipSource::Inflater {
public:
    Inflater(Source& packed, GzipLimits limits, Mode mode, unsigned threads)
        : packed_(packed), limits_(limits), mode_(mode), threads_(threads),
          input_(tail_size + input_size) {}

    Result<std::size_t> read(MutableBytes into, const std::stop_token& stop) {
        stop_ = stop;
        if (error_)
            return fail(*std::exchange(error_, std::nullopt));
        std::size_t done = 0;
        auto result = step(into, done);
        if (result)
            return done;
        not_cuttable_ = was_cut_;
        if (done == 0)
            return fail(std::move(result).error());
        error_ = std::move(result).error();
        return done;
    }

    /// What other threads unpack, as long as they can.
    Result<std::optional<Bytes>> lend(const std::stop_token& stop) {
        stop_ = stop;
        if (phase_ == Phase::header && mode_ == Mode::parallel)
            TENON_TRY(begin_pieces());
        while (pieces_) {
            TENON_TRY(check_limit());
            const auto piece = TENON_TRY(pieces_->next(stop_));
            if (!piece) {
                TENON_TRY(go_on_alone());
                break;
            }
            behind_buffer_ += piece->packed_size;
            crc_ = crc32_of_both(crc_, piece->crc, piece->unpacked.size());
            unpacked_ += piece->unpacked.size();
            // What is within the limit is given first.
            const auto over = unpacked_ - std::min(unpacked_, limits_.max_unpacked_bytes);
            if (over < piece->unpacked.size())
                return piece->unpacked.first(piece->unpacked.size() - over);
        }
        return std::nullopt;
    }

    Behind behind = Behind::nothing;
    std::vector<FlushPoint> flush_points;
    [[nodiscard]] bool not_cuttable() const noexcept { return not_cuttable_; }

private:
    enum class Phase { header, data, end };

    /// Fills `into`, or less at the end; `done` says how much also when it fails.
    Result<> step(MutableBytes into, std::size_t& done) {
        if (phase_ == Phase::header)
            TENON_TRY(begin());
        if (pieces_)
            TENON_TRY(go_on_alone());
        while (phase_ == Phase::data && done < into.size()) {
            done += inflate_some(into.subspan(done));
            TENON_TRY(check_progress());
            if (inflate_.at_end()) {
                position_ -= inflate_.unused_bits() / 8;
                phase_ = Phase::end;
                TENON_TRY(read_trailer());
            }
        }
        return {};
    }

    Result<> begin() {
        TENON_TRY(read_header());
        TENON_TRY(Inflate::available());
        inflate_.reset();
        flush_points.push_back({offset(), 0, 0});
        phase_ = Phase::data;
        return {};
    }

    Result<> begin_pieces() {
        TENON_TRY(begin());
        const auto threads = thread_count(threads_, max_threads);
        pieces_.emplace(packed_, Bytes(input_).subspan(position_, input_end_ - position_),
                        threads == 1 ? 0 : threads, ParallelInflate::Sizes{});
        behind_buffer_ = offset();
        position_ = input_end_ = feed_end_ = tail_size; // an empty buffer from here on
        return {};
    }

    Result<> go_on_alone() {
        pending_ = TENON_TRY(pieces_->rest(stop_));
        inflate_.set_window(pieces_->window());
        pieces_.reset();
        return {};
    }

    /// One call of the library; gives the number of bytes that came out.
    std::size_t inflate_some(MutableBytes into) {
        const auto input = Bytes(input_).first(feed_end_).subspan(position_);
        const auto [consumed, produced] = inflate_.step(input, into);
        position_ += consumed;
        crc_ = crc32(crc_, into.first(produced));
        unpacked_ += produced;
        starved_ = consumed == input.size() && produced < into.size();
        stuck_ = consumed == 0 && produced == 0 && !starved_;
        return produced;
    }

    Result<> check_limit() const {
        if (unpacked_ > limits_.max_unpacked_bytes)
            return fail(Errc::limit,
                        fmt::format("unpacks to more than {} bytes", limits_.max_unpacked_bytes));
        return {};
    }

    Result<> check_progress() {
        TENON_TRY(check_limit());
        if (const auto trouble = inflate_.trouble(); trouble || stuck_)
            return fail(
                Errc::malformed,
                fmt::format("compressed data is corrupt: {}", trouble.value_or("invalid data")),
                offset() - (inflate_.unused_bits() + 7) / 8);
        if (!starved_ || inflate_.at_end())
            return {};
        starved_ = false;
        if (at_mark_ && inflate_.between_blocks())
            cut();
        if (position_ == input_end_ && !TENON_TRY(refill()))
            return fail(Errc::truncated, "compressed data ends too early", offset());
        find_feed_end();
        return {};
    }

    void cut() {
        const FlushPoint point{offset(), unpacked_, crc_};
        if (flush_points.back().unpacked == unpacked_)
            flush_points.back() = point;
        else if (flush_points.size() < max_flush_points)
            flush_points.push_back(point);
        inflate_.reset(); // forgets the window: a reference across the cut fails
        was_cut_ = true;
    }

    /// When cutting, the library is fed only up to the next mark, so that it stops there.
    void find_feed_end() {
        feed_end_ = input_end_;
        at_mark_ = false;
        if (mode_ != Mode::cut)
            return;
        const auto end =
            end_of_flush_mark(Bytes(input_).first(input_end_), position_ - (flush_mark.size() - 1));
        if (!end)
            return;
        feed_end_ = *end;
        at_mark_ = true;
    }

    /// More input; only when all of it was used. False at the end.
    Result<bool> refill() {
        if (stop_.stop_requested()) // input may be used without end and give nothing
            return interrupted();
        std::memmove(input_.data(), input_.data() + input_end_ - tail_size, tail_size);
        behind_buffer_ += input_end_ - tail_size;
        position_ = input_end_ = tail_size;
        const auto room = MutableBytes(input_).subspan(tail_size);
        if (pending_.empty()) {
            input_end_ += TENON_TRY(packed_.read(room, stop_));
            return input_end_ > position_;
        }
        const auto count = std::min(pending_.size() - taken_, room.size());
        std::ranges::copy(Bytes(pending_).subspan(taken_, count), room.begin());
        input_end_ += count;
        taken_ += count;
        if (taken_ == pending_.size())
            pending_ = {};
        return true;
    }

    [[nodiscard]] std::uint64_t offset() const { return behind_buffer_ + position_ - tail_size; }

    Result<Byte> next_byte(std::string_view where) {
        if (position_ == input_end_ && !TENON_TRY(refill()))
            return fail(Errc::truncated, fmt::format("gzip file ends in its {}", where), offset());
        return input_[position_++];
    }

    Result<Byte> header_byte() {
        if (offset() == max_header_bytes)
            return fail(Errc::limit,
                        fmt::format("gzip header is longer than {} bytes", max_header_bytes),
                        offset());
        const auto byte = TENON_TRY(next_byte("header"));
        header_crc_ = crc32(header_crc_, Bytes(&byte, 1));
        return byte;
    }

    // https://www.rfc-editor.org/rfc/rfc1952#section-2.3
    Result<> read_header() {
        for (const Byte expected : {Byte{0x1f}, Byte{0x8b}})
            if (TENON_TRY(header_byte()) != expected)
                return fail(Errc::malformed, "not a gzip file", offset() - 1);
        if (const auto method = TENON_TRY(header_byte()); method != 8)
            return fail(Errc::unsupported,
                        fmt::format("unknown gzip compression method {}", method), offset() - 1);
        const auto flags = TENON_TRY(header_byte());
        if ((flags & flags_reserved) != 0)
            return fail(Errc::malformed, "reserved flags in the gzip header", offset() - 1);
        for (int i = 0; i < 6; ++i) // time, extra flags, operating system
            TENON_TRY(header_byte());
        if ((flags & flag_extra) != 0) {
            const unsigned low = TENON_TRY(header_byte());
            const unsigned high = TENON_TRY(header_byte());
            for (unsigned i = 0; i < (high << 8 | low); ++i)
                TENON_TRY(header_byte());
        }
        for (const auto text : {flag_name, flag_comment})
            while ((flags & text) != 0 && TENON_TRY(header_byte()) != 0) {
            }
        if ((flags & flag_header_crc) != 0) {
            const auto expected = header_crc_ & 0xffff;
            const unsigned low = TENON_TRY(header_byte());
            const unsigned high = TENON_TRY(header_byte());
            if ((high << 8 | low) != expected)
                return fail(Errc::checksum, "gzip header checksum mismatch", offset() - 2);
        }
        find_feed_end();
        return {};
    }

    Result<std::uint32_t> trailer_number() {
        std::uint32_t number = 0;
        for (unsigned shift = 0; shift < 32; shift += 8)
            number |= std::uint32_t{TENON_TRY(next_byte("checksum"))} << shift;
        return number;
    }

    Result<> read_trailer() {
        const auto crc = TENON_TRY(trailer_number());
        if (crc != crc_)
            return fail(
                Errc::checksum,
                fmt::format("gzip checksum mismatch: {:08x} promised, {:08x} found", crc, crc_),
                offset() - 4);
        const auto length = TENON_TRY(trailer_number());
        if (length != static_cast<std::uint32_t>(unpacked_))
            return fail(Errc::checksum,
                        fmt::format("gzip length mismatch: {} promised, {} found", length,
                                    static_cast<std::uint32_t>(unpacked_)),
                        offset() - 4);
        return look_behind();
    }

    Result<> look_behind() {
        std::array<Byte, 2> next{};
        std::size_t count = 0;
        for (; count < next.size(); ++count) {
            if (position_ == input_end_ && !TENON_TRY(refill()))
                break;
            next[count] = input_[position_++];
        }
        if (count > 0)
            behind =
                next[0] == 0x1f && next[1] == 0x8b ? Behind::second_member : Behind::other_bytes;
        return {};
    }

    Source& packed_;
    GzipLimits limits_;
    Mode mode_;
    unsigned threads_;
    Phase phase_ = Phase::header;
    std::stop_token stop_;             // of the present call
    std::optional<base::Error> error_; // comes with the next read, behind what was read before it

    std::optional<ParallelInflate> pieces_;
    Buffer pending_;        // packed bytes that come before those of `packed_`
    std::size_t taken_ = 0; // of `pending_`

    Buffer input_;
    std::size_t position_ = tail_size;  // in `input_`
    std::size_t input_end_ = tail_size; // of what was read into `input_`
    std::size_t feed_end_ = tail_size;  // of what the library may see
    std::uint64_t behind_buffer_ = 0;   // offset in the file of the input's start
    std::uint32_t header_crc_ = 0;

    Inflate inflate_;
    bool starved_ = false; // asks for input
    bool stuck_ = false;
    bool at_mark_ = false; // `feed_end_` is behind a flush mark
    bool was_cut_ = false;
    bool not_cuttable_ = false;
    std::uint64_t unpacked_ = 0;
    std::uint32_t crc_ = 0;
};

GzipSource::GzipSource(Source& packed, GzipLimits limits, Mode mode, unsigned threads)
    : inflater_(std::make_unique<Inflater>(packed, limits, mode, threads)) {}
GzipSource::~GzipSource() = default;

Result<std::size_t> GzipSource::read(MutableBytes into, const std::stop_token& stop) {
    return inflater_->read(into, stop);
}
Result<std::optional<Bytes>> GzipSource::lend(const std::stop_token& stop) {
    return inflater_->lend(stop);
}
Behind GzipSource::behind() const noexcept {
    return inflater_->behind;
}
const std::vector<FlushPoint>& GzipSource::flush_points() const noexcept {
    return inflater_->flush_points;
}
bool GzipSource::not_cuttable() const noexcept {
    return inflater_->not_cuttable();
}

} // namespace tenon::pack
