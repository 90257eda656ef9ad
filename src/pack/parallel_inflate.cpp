// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pack/parallel_inflate.hpp"

#include "pack/conveyor.hpp"
#include "pack/crc32.hpp"
#include "pack/inflate.hpp"

#include <algorithm>
#include <optional>

namespace tenon::pack {
namespace {

constexpr std::size_t input_size = std::size_t{128} * 1024;
constexpr std::size_t window_size = std::size_t{32} * 1024;

struct Job {
    Buffer packed;
    std::unique_ptr<Byte[]> room; // memory that is not touched until it is needed
    std::size_t room_size = 0;
    std::size_t unpacked = 0;
    std::uint32_t crc = 0;
    bool stands_alone = false;
};

struct Worker {
    Inflate inflate;

    void work(Job& job) {
        if (!job.room)
            job.room = std::make_unique_for_overwrite<Byte[]>(job.room_size);
        inflate.reset();
        const auto [consumed, produced] = inflate.step(job.packed, {job.room.get(), job.room_size});
        // Without room left there might be more. The end of the stream is for others to check.
        job.stands_alone = !inflate.trouble() && consumed == job.packed.size() &&
                           produced < job.room_size && inflate.between_blocks();
        job.unpacked = produced;
        job.crc = job.stands_alone ? crc32(0, {job.room.get(), produced}) : 0;
    }
};

} // namespace

class ParallelInflate::Line {
public:
    Line(Source& packed, Bytes head, unsigned threads, Sizes sizes)
        : packed_(packed), sizes_(sizes), input_(head.begin(), head.end()),
          jobs_(threads, std::size_t{threads} + 2) {}

    Result<std::optional<Piece>> next(const std::stop_token& stop) {
        if (std::exchange(given_, false))
            jobs_.take();
        while (!ended_ && !jobs_.full()) {
            if (stop.stop_requested())
                return interrupted();
            if (TENON_TRY(collect(jobs_.open(), stop)))
                jobs_.submit();
            else
                ended_ = true;
        }
        if (jobs_.empty())
            return std::nullopt;
        const auto* const job = jobs_.oldest(stop);
        if (job == nullptr)
            return interrupted();
        if (!job->stands_alone)
            return std::nullopt;
        given_ = true;
        const Bytes unpacked{job->room.get(), job->unpacked};
        remember(unpacked);
        return Piece{unpacked, job->crc, job->packed.size()};
    }

    Result<Buffer> rest(const std::stop_token& stop) {
        Buffer rest;
        const auto add = [&rest](Bytes bytes) {
            rest.insert(rest.end(), bytes.begin(), bytes.end());
        };
        for (; !jobs_.empty(); jobs_.take()) {
            const auto* const job = jobs_.oldest(stop);
            if (job == nullptr)
                return interrupted();
            add(job->packed);
        }
        if (ended_)
            add(jobs_.open().packed);
        add(Bytes(input_).subspan(used_));
        return rest;
    }

    [[nodiscard]] Bytes window() const noexcept { return window_; }

private:
    /// A piece, up to the first mark that is far enough. False where there is none; what there is
    /// lies in the job then.
    Result<bool> collect(Job& job, const std::stop_token& stop) {
        auto& piece = job.packed;
        piece.clear();
        job.room_size = sizes_.most_unpacked;
        while (piece.size() <= sizes_.most_packed) {
            if (used_ == input_.size() && !TENON_TRY(refill(stop)))
                return false;
            const auto before = piece.size();
            piece.insert(piece.end(), input_.begin() + static_cast<std::ptrdiff_t>(used_),
                         input_.end());
            used_ = input_.size();
            // A mark may have begun in what was there already.
            const auto from = std::max(before, flush_mark.size() - 1) - (flush_mark.size() - 1);
            const auto least = std::max(sizes_.least_packed, flush_mark.size()) - flush_mark.size();
            if (const auto end = end_of_flush_mark(piece, std::max(from, least))) {
                if (*end > sizes_.most_packed)
                    return false;
                used_ -= piece.size() - *end;
                piece.resize(*end);
                return true;
            }
        }
        return false;
    }

    /// False at the end.
    Result<bool> refill(const std::stop_token& stop) {
        input_.resize(input_size);
        used_ = input_.size(); // nothing, in case of an error
        const auto count = TENON_TRY(packed_.read(input_, stop));
        input_.resize(count);
        used_ = 0;
        return count > 0;
    }

    void remember(Bytes unpacked) {
        if (unpacked.size() < window_size && window_.size() + unpacked.size() > window_size)
            window_.erase(window_.begin(), window_.end() - static_cast<std::ptrdiff_t>(
                                                               window_size - unpacked.size()));
        else if (unpacked.size() >= window_size)
            window_.clear();
        const auto last = unpacked.last(std::min(unpacked.size(), window_size));
        window_.insert(window_.end(), last.begin(), last.end());
    }

    Source& packed_;
    Sizes sizes_;
    Buffer input_;
    std::size_t used_ = 0; // of `input_`
    bool ended_ = false;   // no more pieces; the job to fill holds what was read last
    bool given_ = false;   // the caller looks at the oldest job
    Buffer window_;
    Conveyor<Job, Worker> jobs_;
};

ParallelInflate::ParallelInflate(Source& packed, Bytes head, unsigned threads, Sizes sizes)
    : line_(std::make_unique<Line>(packed, head, threads, sizes)) {}
ParallelInflate::~ParallelInflate() = default;

Result<std::optional<ParallelInflate::Piece>> ParallelInflate::next(const std::stop_token& stop) {
    return line_->next(stop);
}
Result<Buffer> ParallelInflate::rest(const std::stop_token& stop) {
    return line_->rest(stop);
}
Bytes ParallelInflate::window() const noexcept {
    return line_->window();
}

} // namespace tenon::pack
