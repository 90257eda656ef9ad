// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/repository.hpp"

namespace tenon::registry {

Repository::Repository(std::string name, Index index)
    : name_(std::move(name)), shown_(std::make_shared<const Index>(std::move(index))) {}

std::shared_ptr<const Index> Repository::index() const {
    const std::scoped_lock lock(shown_mutex_);
    return shown_;
}

/// Ends the turn of the one who writes, also when it was left by an exception: nobody may wait for
/// ever, nor take for written what was not.
class Repository::Turn {
public:
    Turn(Repository& repository, const std::vector<Waiting*>& batch)
        : repository_(repository), batch_(batch) {}
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
        const std::scoped_lock lock(repository_.line_mutex_);
        repository_.writing_ = false;
        for (auto* waiting : batch_) {
            waiting->failed = waiting->failed || !whole_;
            waiting->done = true;
        }
        repository_.moved_.notify_all();
    }
    void end() noexcept { whole_ = true; }

private:
    Repository& repository_;
    const std::vector<Waiting*>& batch_;
    bool whole_ = false;
};

// Whoever comes first writes for all who wait at that moment, so that many pushes cost few syncs.
Result<Effect> Repository::commit(const Change& change, Shelf& shelf) {
    Waiting mine{&change};
    std::unique_lock lock(line_mutex_);
    line_.push_back(&mine);
    moved_.wait(lock, [&] { return mine.done || !writing_; });
    if (!mine.done) {
        writing_ = true;
        const auto batch = std::exchange(line_, {});
        lock.unlock();
        Turn turn(*this, batch);
        write(batch, shelf);
        turn.end();
    }
    if (mine.error)
        return fail(std::move(*mine.error));
    if (mine.failed)
        return fail(Errc::io, "the listing could not be written");
    return mine.effect;
}

void Repository::write(const std::vector<Waiting*>& batch, Shelf& shelf) {
    Index next = *index();
    auto strongest = Effect::none;
    for (auto* waiting : batch) {
        waiting->effect = next.apply(*waiting->change);
        strongest = std::max(strongest, waiting->effect);
    }
    if (strongest == Effect::listing) {
        if (const auto written = shelf.write_index(name_, next.text()); !written) {
            const auto& cause = written.error();
            for (auto* waiting : batch) {
                waiting->error.emplace(cause.code(), cause.message());
                for (const auto& reason : cause.causes())
                    waiting->error = std::move(*waiting->error).because(reason);
            }
            return;
        }
    }
    if (strongest == Effect::none || strongest == Effect::missing)
        return;
    auto shown = std::make_shared<const Index>(std::move(next));
    const std::scoped_lock lock(shown_mutex_);
    shown_.swap(shown);
}

} // namespace tenon::registry
