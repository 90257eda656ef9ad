// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tokens in WebAssembly files: where they sit, how a file is normalised and hashed without them,
// and how a new one is put in.
#pragma once

#include "claims/verdict.hpp"

namespace tenon::claims {

/// The file without its tokens, re-encoded as wascap does: preamble of today, minimal section
/// sizes, both section names gone at every level.
Result<Buffer> normalize(Bytes wasm);

/// The first token in file order, as it stands: `wasmcloud_jwt` at the top level, or `jwt`. A
/// section `jwt` deeper inside counts only if it holds a token. Nothing when the file has none.
struct Embedded {
    std::string token;
    std::uint64_t offset; ///< of the token's first byte in the file
};
Result<std::optional<Embedded>> find_token(Bytes wasm);

/// Normalises, hashes into the claims (a hash given there is overwritten), signs, appends.
/// `metadata` of the claims must be a component's.
struct Signed {
    Buffer wasm;
    std::string token;
};
Result<Signed> sign_wasm(Bytes wasm, Claims claims, const crypto::KeyPair& issuer);

/// A signed file, taken apart and judged: the token's verdict plus the hash (a warning only below
/// revision 3).
struct Inspected {
    Token token;
    Verdict verdict;
};
/// Nothing when the file has no token.
Result<std::optional<Inspected>> inspect_wasm(Bytes wasm, const Trust& trust);

} // namespace tenon::claims
