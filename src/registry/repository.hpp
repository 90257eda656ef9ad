// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One repository that is served: the state that everybody sees, and the one line in which changes
// to it wait. Readers never wait for a disk.
#pragma once

#include "registry/gate.hpp"
#include "registry/index.hpp"
#include "registry/shelf.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>

namespace tenon::registry {

class Repository {
public:
    Repository(std::string name, Index index);

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    /// The state as it is now; it does not change under its reader.
    [[nodiscard]] std::shared_ptr<const Index> index() const;

    /// Writes the listing as the change leaves it, then shows it. Changes that wait meanwhile are
    /// written together.
    Result<Effect> commit(const Change& change, Shelf& shelf);

    /// Shared by those who rely on blobs that are there until a listing names them; held alone by
    /// those who remove blobs.
    [[nodiscard]] Gate& keeping() noexcept { return keeping_; }
    /// Held while the bytes of all manifests are being read.
    [[nodiscard]] std::mutex& reading() noexcept { return reading_; }

private:
    struct Waiting {
        const Change* change;
        Effect effect = Effect::none;
        bool done = false;
        bool failed = false; // without an error of its own
        std::optional<base::Error> error = {};
    };
    class Turn;
    void write(const std::vector<Waiting*>& batch, Shelf& shelf);

    const std::string name_;
    mutable std::mutex shown_mutex_;
    std::shared_ptr<const Index> shown_; // shared with those who are reading it

    std::mutex line_mutex_;
    std::condition_variable moved_;
    std::vector<Waiting*> line_;
    bool writing_ = false;

    Gate keeping_;
    std::mutex reading_;
};
/// Shared by the store and the requests that use it.
using RepositoryPointer = std::shared_ptr<Repository>;

} // namespace tenon::registry
