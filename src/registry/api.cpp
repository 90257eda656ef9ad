// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/api.hpp"

#include "base/join.hpp"
#include "oci/reference.hpp"

#include <algorithm>

namespace tenon::registry {
namespace {

/// Errors of the system that mean: the disk is full, or what this user may have of it.
bool out_of_space(const base::Error& error) noexcept {
    return std::ranges::any_of(error.causes(), [](const std::string& cause) {
        return cause.ends_with("(os error 28)") || cause.ends_with("(os error 122)");
    });
}

} // namespace

Api::Api(Store& store, ApiOptions options)
    : store_(store), options_(std::move(options)),
      manifest_bytes_(options_.manifest_bytes_at_once) {}

const std::string* Api::Call::parameter(std::string_view name) const noexcept {
    const auto at = std::ranges::find(parameters, name, &net::Parameter::name);
    return at == parameters.end() ? nullptr : &at->value;
}

/// What every answer carries. Content comes from clients: no browser may take it for a page.
net::ServerResponse Api::finished(net::ServerResponse answer) {
    answer.headers.add("Docker-Distribution-API-Version", "registry/2.0");
    answer.headers.add("X-Content-Type-Options", "nosniff");
    answer.headers.add("Content-Security-Policy", "default-src 'none'; sandbox");
    return answer;
}

net::ServerResponse Api::fault(const base::Error& error) const {
    if (options_.on_error) {
        auto text = error.message();
        for (const auto& cause : error.causes())
            text += ": " + cause;
        options_.on_error(text);
    }
    if (out_of_space(error))
        return answer_problem(Problem::out_of_space, "the registry has no room left");
    return answer_problem(Problem::storage, "the registry cannot read or write its storage");
}

// Most of what a registry is asked for is a manifest that somebody asked for a moment ago.
std::optional<net::ServerResponse> Api::answer_at_once(const net::ServerRequest& request) {
    if (request.method != "GET" && request.method != "HEAD")
        return std::nullopt;
    if (request.target.find('%') != std::string::npos)
        return std::nullopt;
    const Call call{request, find_route(request.path()), {}};
    if (call.route.resource == Resource::base)
        return finished({200, {{"Content-Type", "application/json"}}, std::string("{}")});
    if (call.route.resource != Resource::manifest)
        return std::nullopt;
    const auto repository = store_.known(call.route.repository);
    if (!repository)
        return std::nullopt;
    const auto index = repository->index();
    const auto& name = call.route.reference;
    const auto entry = oci::is_tag(name) ? index->find_tag(name) : index->find(name);
    if (!entry)
        return std::nullopt;
    const auto bytes = store_.cached(*entry);
    if (!bytes)
        return std::nullopt;
    return finished(send_manifest(call, *entry, *bytes));
}

net::ServerResponse Api::answer(const net::ServerRequest& request, net::RequestBody& body) {
    const auto path = net::percent_decode(request.path());
    auto parameters = net::parse_query(request.query());
    if (!path || !parameters)
        return finished(answer_problem(Problem::query_invalid, "the address is not well-formed"));
    const Call call{request, find_route(*path), *std::move(parameters)};
    if (auto refusal = refuse(call))
        return finished(*std::move(refusal));
    return finished(dispatch(call, body));
}

/// What can be said without looking at anything.
std::optional<net::ServerResponse> Api::refuse(const Call& call) const {
    const auto resource = call.route.resource;
    if (resource == Resource::none)
        return answer_problem(Problem::no_such_page, "there is no such resource");
    const auto methods = methods_of(resource, store_.read_only());
    if (std::ranges::find(methods, call.request.method) == methods.end()) {
        auto answer = answer_problem(Problem::unsupported,
                                     store_.read_only() ? "this registry is read-only"
                                                        : "the method is not supported here");
        answer.headers.add("Allow", base::joined(methods, ", "));
        return answer;
    }
    if (resource != Resource::base && resource != Resource::catalog &&
        !oci::is_repository(call.route.repository))
        return answer_problem(Problem::name_invalid, "not a repository's name", "name",
                              call.route.repository);
    return std::nullopt;
}

net::ServerResponse Api::dispatch(const Call& call, net::RequestBody& body) {
    const auto& method = call.request.method;
    switch (call.route.resource) {
    case Resource::base: return {200, {{"Content-Type", "application/json"}}, std::string("{}")};
    case Resource::catalog: return catalog(call);
    case Resource::tags: return tags(call);
    case Resource::referrers: return referrers(call);
    case Resource::blob: return method == "DELETE" ? drop_blob(call) : get_blob(call);
    case Resource::uploads: return begin_upload(call, body);
    case Resource::upload: return continue_upload(call, body);
    case Resource::manifest:
        if (method == "PUT")
            return put_manifest(call, body);
        return method == "DELETE" ? drop_manifest(call) : get_manifest(call);
    case Resource::none: break;
    }
    return answer_problem(Problem::no_such_page, "there is no such resource");
}

} // namespace tenon::registry
