// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Component types as core types: how values are passed without memory, and the signatures of
// functions that are lifted or lowered.
//
// Source: Component Model, design/mvp/CanonicalABI.md, "Flattening".
#pragma once

#include "component/types.hpp"

#include <map>

namespace tenon::component {

inline constexpr std::size_t max_flat_params = 16;
inline constexpr std::size_t max_flat_async_params = 4;
inline constexpr std::size_t max_flat_results = 1;

/// The core types that stand for a value; empty where there are more than `max_flat_params`.
using Flat = std::optional<std::vector<wasm::ValType>>;

/// Remembers what it has flattened, so that types that are used often cost once.
class Flattening {
public:
    /// `types` outlives it.
    explicit Flattening(const Types& types) : types_(types) {}

    const Flat& of(const ValueType& type, wasm::ValType address);
    /// All of them in a row.
    Flat of(const std::vector<std::pair<std::string, ValueType>>& params, wasm::ValType address);

private:
    struct Visitor;

    const Types& types_;
    std::map<std::pair<std::uint32_t, wasm::ValType::Kind>, Flat> known_;
    std::map<std::pair<Primitive, wasm::ValType::Kind>, Flat> primitives_;
};

enum class Direction : std::uint8_t { lift, lower };

struct SignatureOptions {
    Direction direction = Direction::lift;
    bool is_async = false;
    bool has_callback = false;
    wasm::ValType address; ///< of the memory
};
struct Signature {
    wasm::FuncType type;
    /// Whether parameters are, or the result is, passed through memory.
    bool spills_params = false, spills_result = false;
};
[[nodiscard]] Signature signature(Flattening& flattening, const Func& func,
                                  const SignatureOptions& options);

} // namespace tenon::component
