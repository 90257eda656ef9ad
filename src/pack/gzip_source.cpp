// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pack/gzip_source.hpp"

#include "pack/crc32.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <dlfcn.h>
#include <fmt/format.h>
#include <isa-l/igzip_lib.h>
#include <optional>

namespace tenon::pack {
namespace {

constexpr std::size_t input_size = 256 * 1024;
// Kept in front of the input: bytes of the buffer before, for the inflater to give back (it reads
// up to eight ahead) and for a flush mark that lies across the border.
constexpr std::size_t tail_size = 16;
// What the empty stored block of a flush looks like behind its three bits of header.
constexpr std::array<Byte, 4> flush_mark = {0x00, 0x00, 0xff, 0xff};
// A border of entries is at least this often; hostile input may have them everywhere.
constexpr std::size_t max_flush_points = std::size_t{1} << 18;
// Below this a high ratio harms nobody.
constexpr std::uint64_t ratio_free_bytes = 1 << 20;

constexpr Byte flag_header_crc = 0x02;
constexpr Byte flag_extra = 0x04;
constexpr Byte flag_name = 0x08;
constexpr Byte flag_comment = 0x10;
constexpr Byte flags_reserved = 0xe0;

std::string_view inflate_error(int code) {
    switch (code) {
    case ISAL_INVALID_BLOCK: return "invalid block";
    case ISAL_INVALID_SYMBOL: return "invalid symbol";
    case ISAL_INVALID_LOOKBACK: return "reference to before the start";
    default: return "invalid data";
    }
}

/// What is called of ISA-L.
struct Isal {
    decltype(&::isal_inflate_init) init;
    decltype(&::isal_inflate_reset) reset;
    decltype(&::isal_inflate) inflate;
};

#ifdef TENON_ISAL_SONAME
/// Opened by whoever first reads a gzip stream, and never closed: mapping it costs a tenth of a
/// millisecond, which a start that reads none does not pay.
Result<Isal> open_isal() {
    void* const library = ::dlopen(TENON_ISAL_SONAME, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr)
        return fail(base::Error(Errc::unsupported, "gzip streams cannot be read without ISA-L")
                        .because(::dlerror())
                        .help("install the library: on Debian and Ubuntu `libisal2`"));
    Isal isal{};
    const auto find = [library]<class Function>(Function*& function, const char* name) {
        function = reinterpret_cast<Function*>(::dlsym(library, name));
        return function != nullptr;
    };
    if (!find(isal.init, "isal_inflate_init") || !find(isal.reset, "isal_inflate_reset") ||
        !find(isal.inflate, "isal_inflate"))
        return fail(base::Error(Errc::unsupported, "gzip streams cannot be read with this ISA-L")
                        .because(::dlerror()));
    return isal;
}
#else
Result<Isal> open_isal() {
    return Isal{::isal_inflate_init, ::isal_inflate_reset, ::isal_inflate};
}
#endif

} // namespace

class GzipSource::Inflater {
public:
    Inflater(Source& packed, GzipLimits limits, Mode mode)
        : packed_(packed), limits_(limits), mode_(mode), input_(tail_size + input_size),
          state_(std::make_unique<inflate_state>()) {}

    Result<std::size_t> read(MutableBytes into) {
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

    Behind behind = Behind::nothing;
    std::vector<FlushPoint> flush_points;
    [[nodiscard]] bool not_cuttable() const noexcept { return not_cuttable_; }

private:
    enum class Phase { header, data, end };

    /// Fills `into`, or less at the end; `done` says how much also when it fails.
    Result<> step(MutableBytes into, std::size_t& done) {
        if (phase_ == Phase::header) {
            TENON_TRY(read_header());
            isal_ = TENON_TRY(open_isal());
            isal_.init(state_.get());
            flush_points.push_back({offset(), 0, 0});
            phase_ = Phase::data;
        }
        while (phase_ == Phase::data && done < into.size()) {
            done += inflate(into.subspan(done));
            TENON_TRY(check_progress());
            if (state_->block_state == ISAL_BLOCK_FINISH) {
                position_ -= static_cast<std::size_t>(state_->read_in_length) / 8;
                phase_ = Phase::end;
                TENON_TRY(read_trailer());
            }
        }
        return {};
    }

    /// One call of the library; gives the number of bytes that came out.
    std::size_t inflate(MutableBytes into) {
        const auto room = std::min<std::size_t>(into.size(), 1U << 30);
        state_->next_in = input_.data() + position_;
        state_->avail_in = static_cast<std::uint32_t>(feed_end_ - position_);
        state_->next_out = into.data();
        state_->avail_out = static_cast<std::uint32_t>(room);
        outcome_ = isal_.inflate(state_.get());
        const auto consumed = feed_end_ - state_->avail_in - position_;
        position_ += consumed;
        const auto produced = room - state_->avail_out;
        crc_ = crc32(crc_, into.first(produced));
        unpacked_ += produced;
        starved_ = state_->avail_in == 0 && state_->avail_out > 0;
        stuck_ = consumed == 0 && produced == 0 && !starved_;
        return produced;
    }

    Result<> check_progress() {
        if (unpacked_ > limits_.max_unpacked_bytes)
            return fail(Errc::limit,
                        fmt::format("unpacks to more than {} bytes", limits_.max_unpacked_bytes));
        if (unpacked_ > ratio_free_bytes && unpacked_ / offset() > limits_.max_ratio)
            return fail(Errc::limit,
                        fmt::format("unpacks to more than {} times its size", limits_.max_ratio));
        if (outcome_ < 0 || stuck_)
            return fail(
                Errc::malformed,
                fmt::format("compressed data is corrupt: {}", inflate_error(outcome_)),
                offset() - static_cast<std::uint64_t>(std::max(state_->read_in_length, 0) + 7) / 8);
        if (!starved_ || state_->block_state == ISAL_BLOCK_FINISH)
            return {};
        starved_ = false;
        if (at_mark_ && between_blocks())
            cut();
        if (position_ == input_end_ && !TENON_TRY(refill()))
            return fail(Errc::truncated, "compressed data ends too early", offset());
        find_feed_end();
        return {};
    }

    /// All input was used up to the bit, all output given, and a block header would come next.
    [[nodiscard]] bool between_blocks() const {
        return (state_->block_state == ISAL_BLOCK_NEW_HDR ||
                state_->block_state == ISAL_BLOCK_HDR) &&
               state_->read_in_length == 0 && state_->tmp_in_size == 0 &&
               state_->tmp_out_valid == state_->tmp_out_processed;
    }

    void cut() {
        const FlushPoint point{offset(), unpacked_, crc_};
        if (flush_points.back().unpacked == unpacked_)
            flush_points.back() = point;
        else if (flush_points.size() < max_flush_points)
            flush_points.push_back(point);
        isal_.reset(state_.get()); // forgets the window: a reference across the cut fails
        was_cut_ = true;
    }

    /// When cutting, the library is fed only up to the next mark, so that it stops there.
    void find_feed_end() {
        feed_end_ = input_end_;
        at_mark_ = false;
        if (mode_ != Mode::cut)
            return;
        const auto end = find_mark(position_ - (flush_mark.size() - 1));
        if (!end)
            return;
        feed_end_ = *end;
        at_mark_ = true;
    }

    /// The end of the first flush mark that begins at `from` or behind.
    [[nodiscard]] std::optional<std::size_t> find_mark(std::size_t from) const {
        // Its third byte is rarer than its first.
        const auto* const end = input_.data() + input_end_;
        const auto* at = input_.data() + from + 2;
        while (at + 1 < end) {
            at = static_cast<const Byte*>(
                std::memchr(at, flush_mark[2], static_cast<std::size_t>(end - at - 1)));
            if (at == nullptr)
                break;
            if (std::equal(flush_mark.begin(), flush_mark.end(), at - 2))
                return static_cast<std::size_t>(at + 2 - input_.data());
            ++at;
        }
        return std::nullopt;
    }

    /// More input; only when all of it was used. False at the end.
    Result<bool> refill() {
        std::memmove(input_.data(), input_.data() + input_end_ - tail_size, tail_size);
        behind_buffer_ += input_end_ - tail_size;
        position_ = input_end_ = tail_size;
        input_end_ += TENON_TRY(packed_.read(MutableBytes(input_).subspan(tail_size)));
        return input_end_ > position_;
    }

    [[nodiscard]] std::uint64_t offset() const { return behind_buffer_ + position_ - tail_size; }

    Result<Byte> next_byte(std::string_view where) {
        if (position_ == input_end_ && !TENON_TRY(refill()))
            return fail(Errc::truncated, fmt::format("gzip file ends in its {}", where), offset());
        return input_[position_++];
    }

    Result<Byte> header_byte() {
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
    Phase phase_ = Phase::header;
    std::optional<base::Error> error_; // comes with the next read, behind what was read before it

    Buffer input_;
    std::size_t position_ = tail_size;  // in `input_`
    std::size_t input_end_ = tail_size; // of what was read into `input_`
    std::size_t feed_end_ = tail_size;  // of what the library may see
    std::uint64_t behind_buffer_ = 0;   // offset in the file of the input's start
    std::uint32_t header_crc_ = 0;

    Isal isal_{};
    std::unique_ptr<inflate_state> state_;
    int outcome_ = 0;
    bool starved_ = false; // asks for input
    bool stuck_ = false;
    bool at_mark_ = false; // `feed_end_` is behind a flush mark
    bool was_cut_ = false;
    bool not_cuttable_ = false;
    std::uint64_t unpacked_ = 0;
    std::uint32_t crc_ = 0;
};

GzipSource::GzipSource(Source& packed, GzipLimits limits, Mode mode)
    : inflater_(std::make_unique<Inflater>(packed, limits, mode)) {}
GzipSource::~GzipSource() = default;

Result<std::size_t> GzipSource::read(MutableBytes into) {
    return inflater_->read(into);
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
