// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a token is worth: every reason against it, not only the first.
#pragma once

#include "claims/token.hpp"

#include <span>
#include <string>
#include <vector>

namespace tenon::claims {

enum class Weight { warning, failure };

struct Reason {
    Weight weight;
    Errc code; ///< `bad_signature`, `expired`, `not_yet_valid`, `hash_mismatch`, `untrusted`,
               ///< `bad_key`, `invalid`
    std::string message; ///< a sentence: ``signature does not match the issuer's key``
};

/// Empty of failures means: fit for use.
struct Verdict {
    std::vector<Reason> reasons;

    [[nodiscard]] bool fit() const noexcept;
    void add(Weight weight, Errc code, std::string message);
    /// For whatever refuses what is not fit: nothing, or the first failure's code with ``{what} is
    /// not fit for use`` and every failure as a cause.
    [[nodiscard]] Result<> require_fit(std::string_view what) const;
};

struct Trust {
    std::uint64_t now; ///< seconds since 1970
    std::vector<std::string>
        issuers; ///< public keys to trust; empty: anyone whose signature is right
    /// Content that a token does not cover (before revision 3) fails; so it does with `issuers`.
    bool require_signature = false;
};

/// Algorithm, type, metadata at all, issuer and subject keys (form, and kinds that fit the
/// metadata), signature, dates, issuer among those trusted. Hashes are added by those who have the
/// bytes. Which kinds fit: an account issues components (`M`) and providers (`V`); an operator
/// issues accounts and clusters; an operator's own token is issued by itself. An account or cluster
/// that issued its own token, or an operator's token from another operator, says nothing that
/// somebody else vouches for: a warning. Everything else is a failure.
Verdict check_token(const Token& token, MetadataKind kind, const Trust& trust);

/// `never`, `in 16m`, `8h ago`: the human form of a date as wash prints it. `absent` is printed
/// where there is none.
std::string human_date(std::optional<std::uint64_t> date, std::uint64_t now,
                       std::string_view absent);

} // namespace tenon::claims
