// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a client is told when something goes wrong: the error codes of the OCI distribution
// specification and their envelope.
#pragma once

#include "net/server.hpp"

#include <string>
#include <string_view>

namespace tenon::registry {

enum class Problem {
    blob_unknown,
    blob_upload_busy,
    blob_upload_invalid,
    blob_upload_unknown,
    blob_upload_out_of_order,
    denied,
    digest_invalid,
    manifest_blob_unknown,
    manifest_invalid,
    manifest_too_large,
    manifest_unknown,
    name_invalid,
    name_unknown,
    no_such_page,
    number_invalid,
    out_of_space,
    query_invalid,
    range_unsatisfiable,
    size_invalid,
    blob_too_large,
    storage,
    tag_invalid,
    timed_out,
    too_many_requests,
    too_many_tags,
    unauthorized,
    unavailable,
    unsupported,
};

[[nodiscard]] int status_of(Problem problem) noexcept;

/// `{"errors":[{"code":…,"message":…,"detail":{<name>:<value>}}]}`; without `name` no detail.
[[nodiscard]] net::ServerResponse answer_problem(Problem problem, std::string_view message,
                                                 std::string_view name = {},
                                                 std::string_view value = {});

/// For content that did not come: `error` is that of `net::RequestBody::read`.
[[nodiscard]] net::ServerResponse broken_off(const base::Error& error);

/// 503: it is worth trying again in a moment.
[[nodiscard]] net::ServerResponse busy(std::string_view message);

} // namespace tenon::registry
