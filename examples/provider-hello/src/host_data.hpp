// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a wasmCloud 1.x host tells a provider when it starts it: one line of base64 on standard
// input, in which there is a JSON object.
#pragma once

#include <optional>
#include <string>
#include <string_view>

/// The bytes that padded base64 stands for; nothing when it is not base64.
std::optional<std::string> decode_base64(std::string_view text);

/// The text member `key` at the top level of a JSON object; nothing when there is none.
/// Escapes other than of `"`, `\` and `/` are left as they are: the ids that we ask for have none.
std::optional<std::string> text_member(std::string_view json, std::string_view key);
