// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pack/gzip_writer.hpp"

#include "pack/chunk_compressor.hpp"
#include "pack/conveyor.hpp"
#include "pack/crc32.hpp"

#include <algorithm>
#include <array>

namespace tenon::pack {
namespace {

constexpr std::size_t chunk_size = std::size_t{1} << 20;
// Two buffers of a chunk's size a job: what bounds the memory.
constexpr unsigned max_threads = 8;
constexpr std::size_t copy_size = std::size_t{256} * 1024;

// Reference writers leave name and time away, and set "best compression" and "unknown system".
constexpr std::array<Byte, 10> header = {0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0x02, 0xff};

struct Job {
    Buffer chunk;
    Position position = Position::inside;
    Buffer packed;
    std::uint32_t crc = 0;
};

struct Worker {
    ChunkCompressor compressor;

    void work(Job& job) {
        job.crc = crc32(0, job.chunk);
        compressor.compress(job.chunk, job.position, job.packed);
    }
};

std::array<Byte, 4> little_endian(std::uint32_t number) {
    return {static_cast<Byte>(number), static_cast<Byte>(number >> 8),
            static_cast<Byte>(number >> 16), static_cast<Byte>(number >> 24)};
}

} // namespace

/// The writing thread fills a chunk, workers compress it, the writing thread takes the oldest out.
class GzipWriter::Pool {
public:
    Pool(Sink sink, unsigned threads, std::stop_token stop)
        : sink_(std::move(sink)), stop_(std::move(stop)),
          jobs_(thread_count(threads, max_threads),
                std::size_t{2} * thread_count(threads, max_threads) + 1) {}

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
    /// The job that is being filled.
    Result<Job*> open_job() {
        if (!open_) {
            if (jobs_.full())
                TENON_TRY(take_oldest());
            auto& fresh = jobs_.open();
            fresh.chunk.clear();
            fresh.chunk.reserve(chunk_size);
            open_ = true;
        }
        return &jobs_.open();
    }

    void submit(Position position) {
        jobs_.open().position = position;
        open_ = false;
        jobs_.submit();
    }

    Result<> take_all() {
        while (!jobs_.empty())
            TENON_TRY(take_oldest());
        return {};
    }

    Result<> take_oldest() {
        const auto* const oldest = jobs_.oldest(stop_);
        if (oldest == nullptr)
            return interrupted();
        TENON_TRY(write_header());
        TENON_TRY(sink_(oldest->packed));
        crc_ = crc32_of_both(crc_, oldest->crc, oldest->chunk.size());
        unpacked_ += oldest->chunk.size();
        jobs_.take();
        return {};
    }

    Result<> write_header() {
        if (std::exchange(started_, true))
            return {};
        return sink_(header);
    }

    Sink sink_;
    std::stop_token stop_;
    bool started_ = false; // the header is written
    bool open_ = false;    // the next job is being filled
    std::uint32_t crc_ = 0;
    std::uint64_t unpacked_ = 0;
    Conveyor<Job, Worker> jobs_;
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
