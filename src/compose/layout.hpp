// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How values of WIT types cross the border of a core module: the core types that they become, the
// core signatures of functions, and which canonical options that takes.
//
// Source: Component Model, design/mvp/CanonicalABI.md, "Flattening".
#pragma once

#include "wasm/types.hpp"
#include "wit/model.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tenon::compose {

inline constexpr std::size_t max_flat_params = 16;
inline constexpr std::size_t max_flat_async_params = 4;
inline constexpr std::size_t max_flat_results = 1;

/// How a function is called: an import that is lowered, or an export that is lifted.
enum class Abi : std::uint8_t { lower, lower_async, lift, lift_async, lift_stackful };
[[nodiscard]] constexpr bool is_async(Abi abi) noexcept {
    return abi != Abi::lower && abi != Abi::lift;
}

struct Signature {
    wasm::FuncType type;
    bool indirect_params = false; ///< all parameters behind one pointer
    bool return_pointer = false;
};
[[nodiscard]] bool is_equal(const wasm::FuncType& left, const wasm::FuncType& right);
/// `[i32 i32] -> []`.
[[nodiscard]] std::string text_of(const wasm::FuncType& type);

/// Which canonical options a function or built-in needs.
struct Needs {
    bool memory = false, realloc = false, encoding = false, async = false;
    [[nodiscard]] bool any() const noexcept { return memory || realloc || encoding || async; }
};

/// `limit` for a model whose types are nested, or are names of each other, a thousand deep:
/// what works on it may call itself for what is inside.
Result<> check_depth(const wit::Model& model);

/// Facts about the types of one model, each found once.
class Layout {
public:
    /// Of the model as it is now.
    explicit Layout(const wit::Model& model);

    [[nodiscard]] Signature signature(const wit::Function& function, Abi abi) const;
    /// Takes what the function returns.
    [[nodiscard]] wasm::FuncType task_return(const wit::Function& function) const;

    [[nodiscard]] Needs needs(const wit::Function& function, Abi abi) const;
    [[nodiscard]] Needs needs_of_task_return(const wit::Function& function) const;
    /// Of reading from or writing to a stream or future of such values.
    [[nodiscard]] Needs needs_of_copy(const std::optional<wit::Type>& payload, bool is_read,
                                      bool async) const;

    /// The streams and futures that stand in a function's parameters and result.
    class Streams {
    public:
        /// At most 2^32 - 1.
        [[nodiscard]] std::uint32_t count() const noexcept { return all_.count; }
        /// One of them, by its number: in the order of parameters and result, what is inside first.
        [[nodiscard]] std::optional<wit::TypeIdx> at(std::uint32_t number) const;

    private:
        friend class Layout;
        struct Inner {
            std::uint32_t first; ///< number of the first stream or future in it
            wit::TypeIdx type;
        };
        /// Those of the types in something that have any.
        struct Inside {
            std::uint32_t count = 0;
            std::vector<Inner> types = {};

            void add(const wit::Type& type, std::uint32_t streams);
            [[nodiscard]] const Inner* with(std::uint32_t number) const;
        };
        explicit Streams(const Layout& layout) : layout_(&layout) {}

        const Layout* layout_;
        Inside all_;
    };
    /// The layout must outlive it.
    [[nodiscard]] Streams streams(const wit::Function& function) const;

private:
    using Kind = wasm::ValType::Kind;
    /// At most one more than any signature has room for; that many mean "too many".
    struct Flat {
        static constexpr std::size_t too_many = max_flat_params + 1;
        std::array<Kind, too_many> kinds = {};
        std::size_t count = 0;

        void add(Kind kind) {
            if (count < too_many)
                kinds[count++] = kind;
        }
        void add(const Flat& other) {
            for (std::size_t i = 0; i < other.count; ++i)
                add(other.kinds[i]);
        }
        /// Lets one more case begin at `begin`.
        void join(const Flat& payload, std::size_t begin);
    };
    struct Facts {
        Flat flat;
        bool has_string = false, has_list = false;
        std::uint32_t streams = 0;
    };

    [[nodiscard]] Facts facts(const wit::Type& type) const;
    [[nodiscard]] Facts facts(const wit::TypeKind& kind) const;
    [[nodiscard]] Facts all(const std::vector<wit::Param>& params) const;
    void add_lowered(Needs& needs, const Facts& facts) const;
    void add_lifted(Needs& needs, const Facts& facts) const;

    std::vector<Facts> facts_;
    std::vector<Streams::Inside> streams_; ///< by type
};

} // namespace tenon::compose
