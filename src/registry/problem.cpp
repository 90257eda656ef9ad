// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes
#include "registry/problem.hpp"

#include "base/utf8.hpp"
#include "data/value.hpp"

#include <algorithm>
#include <array>

namespace tenon::registry {
namespace {

struct Row {
    Problem problem;
    std::string_view code;
    int status;
};
// Codes that are not in the specification are those that Docker's registries use.
constexpr std::array rows{
    Row{Problem::blob_unknown, "BLOB_UNKNOWN", 404},
    Row{Problem::blob_upload_busy, "BLOB_UPLOAD_INVALID", 409},
    Row{Problem::blob_upload_invalid, "BLOB_UPLOAD_INVALID", 400},
    Row{Problem::blob_upload_unknown, "BLOB_UPLOAD_UNKNOWN", 404},
    Row{Problem::blob_upload_out_of_order, "BLOB_UPLOAD_INVALID", 416},
    Row{Problem::denied, "DENIED", 403},
    Row{Problem::digest_invalid, "DIGEST_INVALID", 400},
    Row{Problem::manifest_blob_unknown, "MANIFEST_BLOB_UNKNOWN", 404},
    Row{Problem::manifest_invalid, "MANIFEST_INVALID", 400},
    Row{Problem::manifest_too_large, "SIZE_INVALID", 413},
    Row{Problem::manifest_unknown, "MANIFEST_UNKNOWN", 404},
    Row{Problem::name_invalid, "NAME_INVALID", 400},
    Row{Problem::name_unknown, "NAME_UNKNOWN", 404},
    Row{Problem::no_such_page, "UNSUPPORTED", 404},
    Row{Problem::number_invalid, "PAGINATION_NUMBER_INVALID", 400},
    Row{Problem::out_of_space, "UNAVAILABLE", 507},
    Row{Problem::query_invalid, "UNSUPPORTED", 400},
    Row{Problem::range_unsatisfiable, "SIZE_INVALID", 416},
    Row{Problem::size_invalid, "SIZE_INVALID", 400},
    Row{Problem::blob_too_large, "SIZE_INVALID", 413},
    Row{Problem::storage, "UNKNOWN", 500},
    Row{Problem::tag_invalid, "TAG_INVALID", 400},
    Row{Problem::timed_out, "UNAVAILABLE", 408},
    Row{Problem::too_many_requests, "TOOMANYREQUESTS", 429},
    Row{Problem::too_many_tags, "TAG_INVALID", 414},
    Row{Problem::unauthorized, "UNAUTHORIZED", 401},
    Row{Problem::unavailable, "UNAVAILABLE", 503},
    Row{Problem::unsupported, "UNSUPPORTED", 405},
};

const Row& row_of(Problem problem) noexcept {
    return *std::ranges::find(rows, problem, &Row::problem);
}

/// Messages quote what clients sent, which need not be UTF-8.
std::string quoted(std::string_view text) {
    return data::to_json(data::Value(base::printable(text.substr(0, 1024))));
}

} // namespace

int status_of(Problem problem) noexcept {
    return row_of(problem).status;
}

net::ServerResponse answer_problem(Problem problem, std::string_view message, std::string_view name,
                                   std::string_view value) {
    const auto& row = row_of(problem);
    std::string text = R"({"errors":[{"code":")";
    text += row.code;
    text += R"(","message":)";
    text += quoted(message);
    if (!name.empty()) {
        text += R"(,"detail":{)";
        text += quoted(name);
        text += ':';
        text += quoted(value);
        text += '}';
    }
    text += "}]}\n";
    return {row.status, {{"Content-Type", "application/json"}}, std::move(text)};
}

net::ServerResponse broken_off(const base::Error& error) {
    const auto answer_of = [&] {
        switch (error.code()) {
        case Errc::timed_out:
            return answer_problem(Problem::timed_out, "the content came too slowly");
        case Errc::interrupted:
            return answer_problem(Problem::unavailable, "the registry is being stopped");
        // What is wrong with its chunks.
        case Errc::malformed:
        case Errc::limit: return answer_problem(Problem::size_invalid, error.message());
        default: return answer_problem(Problem::size_invalid, "the content ended too soon");
        }
    };
    auto answer = answer_of();
    answer.close = true;
    return answer;
}

net::ServerResponse busy(std::string_view message) {
    auto answer = answer_problem(Problem::unavailable, message);
    answer.headers.add("Retry-After", "2");
    return answer;
}

} // namespace tenon::registry
