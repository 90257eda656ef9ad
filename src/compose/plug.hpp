// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Components put together: what the plugs export becomes what the socket imports.
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace tenon::compose {

struct PlugInput {
    std::string name; ///< for messages, and for people who look into the result
    std::string file; ///< for errors that have an offset
    Bytes component;
};
struct PlugOptions {
    bool debug_names = true;
    /// Who does it, for the section `producers`.
    std::string producer = "tenon", producer_version = {};
    std::stop_token stop = {};
};

struct Plugged {
    Buffer component;
    /// The plugs, by position, that export nothing which the socket imports; they are left out.
    std::vector<std::size_t> unused;
};

/// A component with socket and plugs in it. It exports what the socket exports, and imports what
/// is left of the imports of all of them; imports of one name (or of compatible versions) become
/// one. A plug serves the socket only, not other plugs.
///
/// Errors: those of decoding and validation, in the file of the input; `invalid` where no plug
/// fits anything, where two plugs could serve one import, where an export is not what the import
/// asks for (with the first difference in WIT), and where imports cannot be one; `unsupported` for
/// imports that cannot be spelled again; `limit`; `interrupted`.
Result<Plugged> plug(const PlugInput& socket, const std::vector<PlugInput>& plugs,
                     const PlugOptions& options);

} // namespace tenon::compose
