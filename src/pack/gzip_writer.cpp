// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pack/gzip_writer.hpp"

#include "pack/chunk_compressor.hpp"
#include "pack/crc32.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace tenon::pack {
namespace {

constexpr std::size_t chunk_size = std::size_t{1} << 20;
// Two buffers of a chunk's size a job: what bounds the memory.
constexpr unsigned max_threads = 8;
constexpr std::size_t copy_size = std::size_t{256} * 1024;

// Reference writers leave name and time away, and set "best compression" and "unknown system".
constexpr std::array<Byte, 10> header = {0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0x02, 0xff};

unsigned worker_count(unsigned threads) {
    const auto wanted = threads != 0 ? threads : std::max(1U, std::thread::hardware_concurrency());
    return std::min(wanted, max_threads);
}

std::array<Byte, 4> little_endian(std::uint32_t number) {
    return {static_cast<Byte>(number), static_cast<Byte>(number >> 8),
            static_cast<Byte>(number >> 16), static_cast<Byte>(number >> 24)};
}

} // namespace

/// Jobs in a ring: the writing thread fills one, workers compress it, the writing thread takes the
/// oldest out. A job belongs to whoever has it; what the threads share stands behind `mutex_`.
class GzipWriter::Pool {
public:
    Pool(Sink sink, unsigned threads, std::stop_token stop)
        : sink_(std::move(sink)), stop_(std::move(stop)),
          jobs_(std::size_t{2} * worker_count(threads) + 1) {
        try {
            for (unsigned i = 0; i < worker_count(threads); ++i)
                workers_.emplace_back([this](const std::stop_token& over) { work(over); });
        } catch (const std::system_error&) {
            // Fewer threads than asked for; with none, the writing thread compresses.
            if (workers_.empty())
                own_ = std::make_unique<ChunkCompressor>();
        }
    }

    Result<> write(Bytes bytes) {
        while (!bytes.empty()) {
            auto* job = TENON_TRY(open_job());
            const auto count = std::min(bytes.size(), chunk_size - job->chunk.size());
            job->chunk.insert(job->chunk.end(), bytes.begin(),
                              bytes.begin() + static_cast<std::ptrdiff_t>(count));
            bytes = bytes.subspan(count);
            if (job->chunk.size() == chunk_size)
                submit(Position::inside);
        }
        return {};
    }

    Result<> cut() {
        if (open_)
            submit(Position::inside);
        return {};
    }

    Result<> append(Source& packed, std::uint32_t crc, std::uint64_t unpacked_size) {
        TENON_TRY(cut());
        TENON_TRY(take_all());
        TENON_TRY(write_header());
        Buffer buffer(copy_size);
        for (;;) {
            if (stop_.stop_requested())
                return interrupted();
            const auto count = TENON_TRY(packed.read(buffer, stop_));
            if (count == 0)
                break;
            TENON_TRY(sink_(Bytes(buffer).first(count)));
        }
        crc_ = crc32_of_both(crc_, crc, unpacked_size);
        unpacked_ += unpacked_size;
        return {};
    }

    Result<> finish() {
        TENON_TRY(open_job());
        submit(Position::last);
        TENON_TRY(take_all());
        TENON_TRY(sink_(little_endian(crc_)));
        return sink_(little_endian(static_cast<std::uint32_t>(unpacked_)));
    }

private:
    struct Job {
        Buffer chunk;
        Position position = Position::inside;
        Buffer packed;
        std::uint32_t crc = 0;
        bool done = false; // under the mutex
    };
    Job& job(std::size_t number) { return jobs_[number % jobs_.size()]; }

    /// The job that is being filled.
    Result<Job*> open_job() {
        if (!open_) {
            if (submitted_ - taken_ == jobs_.size())
                TENON_TRY(take_oldest());
            auto& fresh = job(submitted_);
            fresh.chunk.clear();
            fresh.chunk.reserve(chunk_size);
            fresh.done = false;
            open_ = true;
        }
        return &job(submitted_);
    }

    void submit(Position position) {
        auto& full = job(submitted_);
        full.position = position;
        open_ = false;
        if (own_)
            compress(full, *own_);
        {
            const std::scoped_lock lock(mutex_);
            ++submitted_;
        }
        changed_.notify_all();
    }

    Result<> take_all() {
        while (taken_ < submitted_)
            TENON_TRY(take_oldest());
        return {};
    }

    Result<> take_oldest() {
        auto& oldest = job(taken_);
        {
            std::unique_lock lock(mutex_);
            if (!changed_.wait(lock, stop_, [&] { return oldest.done; }) || stop_.stop_requested())
                return interrupted();
        }
        TENON_TRY(write_header());
        TENON_TRY(sink_(oldest.packed));
        crc_ = crc32_of_both(crc_, oldest.crc, oldest.chunk.size());
        unpacked_ += oldest.chunk.size();
        ++taken_;
        return {};
    }

    Result<> write_header() {
        if (std::exchange(started_, true))
            return {};
        return sink_(header);
    }

    void work(const std::stop_token& over) {
        ChunkCompressor compressor;
        for (;;) {
            std::size_t mine = 0;
            {
                std::unique_lock lock(mutex_);
                if (!changed_.wait(lock, over, [&] { return begun_ < submitted_; }) ||
                    over.stop_requested())
                    return;
                mine = begun_++;
            }
            compress(job(mine), compressor);
            changed_.notify_all();
        }
    }

    void compress(Job& taken, ChunkCompressor& compressor) {
        taken.crc = crc32(0, taken.chunk);
        compressor.compress(taken.chunk, taken.position, taken.packed);
        const std::scoped_lock lock(mutex_);
        taken.done = true;
    }

    Sink sink_;
    std::stop_token stop_;
    std::vector<Job> jobs_;
    std::unique_ptr<ChunkCompressor> own_; // only where no thread was to be had
    bool started_ = false;                 // the header is written
    bool open_ = false;                    // job `submitted_` is being filled
    std::size_t taken_ = 0;
    std::uint32_t crc_ = 0;
    std::uint64_t unpacked_ = 0;

    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::size_t submitted_ = 0; // changed by the writing thread only
    std::size_t begun_ = 0;
    std::vector<std::jthread> workers_; // last: they use all of the above
};

GzipWriter::GzipWriter(Sink sink, unsigned threads, std::stop_token stop)
    : pool_(std::make_unique<Pool>(std::move(sink), threads, std::move(stop))) {}
GzipWriter::~GzipWriter() = default;
GzipWriter::GzipWriter(GzipWriter&&) noexcept = default;

Result<> GzipWriter::write(Bytes bytes) {
    return pool_->write(bytes);
}
Result<> GzipWriter::cut() {
    return pool_->cut();
}
Result<> GzipWriter::append(Source& packed, std::uint32_t crc, std::uint64_t unpacked_size) {
    return pool_->append(packed, crc, unpacked_size);
}
Result<> GzipWriter::finish() {
    return pool_->finish();
}

} // namespace tenon::pack
