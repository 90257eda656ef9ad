// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What there is to be built: the modules with what each of their imports and exports means, the
// world that they have together, and what of it is used.
#pragma once

#include "compose/exports.hpp"
#include "compose/imports.hpp"
#include "compose/live_types.hpp"
#include "compose/metadata.hpp"
#include "compose/options.hpp"
#include "compose/type_writer.hpp"

#include <deque>
#include <map>
#include <memory>
#include <set>

namespace tenon::compose {

/// A core module that becomes part of the component.
struct Part {
    std::string name; ///< `main`, or the adapter's
    const Adapter* adapter = nullptr;
    Bytes bytes;    ///< of the main module as it was given, with its metadata
    Buffer reduced; ///< of an adapter what is left of it; `bytes` are those
    wasm::Module module;
    ModuleView view;
    Imports imports;
    Exports exports;
    Encodings import_encodings, export_encodings;

    /// An error in an adapter says in which one, and in which file.
    [[nodiscard]] base::Error placed(base::Error error) const;
};

class Plan {
public:
    /// Everything in `main` and `adapters` must outlive it.
    static Result<std::unique_ptr<Plan>> create(Bytes main, const std::vector<Adapter>& adapters,
                                                const NewOptions& options);

    static constexpr std::size_t main_part = 0;

    /// What one module exports of the world.
    struct Provider {
        std::optional<std::size_t> part; ///< none for an adapter that nobody uses
        std::vector<wit::WorldKey> exports;
    };

    [[nodiscard]] const wit::Model& model() const noexcept { return metadata_.model; }
    [[nodiscard]] const wit::World& world() const { return model()[metadata_.world]; }
    [[nodiscard]] const Layout& layout() const noexcept { return *layout_; }
    [[nodiscard]] const CanonicalModel& canonical() const noexcept { return *canonical_; }
    [[nodiscard]] const std::deque<Part>& parts() const noexcept { return parts_; }
    [[nodiscard]] const Part& main() const { return parts_.front(); }
    [[nodiscard]] const std::vector<Provider>& providers() const noexcept { return providers_; }
    /// Of the main module's sections; nothing if none of them says who made it.
    [[nodiscard]] const std::optional<Producers>& main_producers() const noexcept {
        return main_producers_;
    }

    /// Whether a function of the world is lowered into some module. Without an interface one of the
    /// world's own.
    [[nodiscard]] bool is_used(std::optional<wit::InterfaceIdx> interface,
                               const std::string& function) const {
        return used_functions_.contains({interface, function});
    }
    /// Types of an imported interface that something needs, in the order in which they are to be
    /// defined.
    [[nodiscard]] const std::vector<wit::TypeIdx>& live_types(wit::InterfaceIdx interface) const;
    /// The main module takes its memory from outside, so that it is there before the module is.
    [[nodiscard]] const wasm::MemoryType* memory_from_outside() const noexcept {
        return memory_from_outside_;
    }
    /// The program keeps the base of its thread-local storage in the second slot of the context,
    /// since it has threads.
    [[nodiscard]] bool has_threads() const noexcept { return has_threads_; }

private:
    struct AdapterSource {
        const Adapter* adapter;
        Encodings imports, exports;
    };

    Result<> read_main(Bytes main);
    Result<> read_adapter(const Adapter& adapter);
    Result<> settle_world(const NewOptions& options);
    [[nodiscard]] Target target(const NewOptions& options) const;
    Result<> connect(Part& part, const Target& target, const std::vector<wit::WorldKey>& exports);
    Result<> add_adapter(std::size_t number, const Target& target, const NewOptions& options);
    [[nodiscard]] bool has_functions(const std::vector<wit::WorldKey>& exports) const;
    [[nodiscard]] bool find_threads() const;
    void find_used_functions();
    Result<> find_live_types();
    void add_live(const Import& import, LiveTypes& live) const;

    Metadata metadata_ = Metadata::empty();
    wit::Union models_{metadata_.model}; ///< while worlds are added
    std::optional<Producers> main_producers_;
    std::unique_ptr<Layout> layout_;
    std::unique_ptr<CanonicalModel> canonical_;
    std::deque<Part> parts_;
    std::vector<AdapterSource> adapters_;
    std::vector<Provider> providers_;
    std::set<std::pair<std::optional<wit::InterfaceIdx>, std::string>> used_functions_;
    const wasm::MemoryType* memory_from_outside_ = nullptr;
    bool has_threads_ = false;
    std::map<wit::InterfaceIdx, std::vector<wit::TypeIdx>> live_types_;
};

} // namespace tenon::compose
