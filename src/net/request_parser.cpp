// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Heads of requests by boost::beast::http::basic_parser, which is strict about characters, line
// ends, versions and conflicting lengths. What RFC 9112 asks for beyond that stands here.
#include "net/request_parser.hpp"

#include "base/ascii.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <cstring>

namespace tenon::net {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using View = boost::beast::string_view;

std::string_view text(View view) noexcept {
    return {view.data(), view.size()};
}

/// The characters of a registered name, an address and a port (RFC 3986 section 3.2.2). What else
/// a host is said to be would end up in a Location.
bool is_authority(std::string_view host) noexcept {
    return std::ranges::all_of(host, [](char c) {
        return base::is_alphanumeric(c) || std::string_view("-._~%!$&'()*+,;=:[]").contains(c);
    });
}

bool is_target(std::string_view target) noexcept {
    return std::ranges::all_of(target, [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
}

/// Fills a ServerRequest. The first refusal stays; the error code only stops Beast.
class Head final : public http::basic_parser<true> {
public:
    Head(ServerRequest& request, Framing& framing, std::size_t max_fields)
        : request_(request), framing_(framing), max_fields_(max_fields) {}

    std::optional<Refusal> refusal;
    bool has_host = false;
    bool http10 = false;

private:
    void refuse(Refusal why, error_code& stop) {
        if (!refusal)
            refusal = why;
        stop = http::error::bad_value;
    }

    void on_request_impl(http::verb /*known*/, View method, View target, int version,
                         error_code& stop) override {
        request_.method = text(method);
        request_.target = text(target);
        http10 = version == 10;
        if (!is_target(request_.target))
            refuse({400, "a target has no such characters"}, stop);
    }

    void on_field_impl(http::field known, View name, View value, error_code& stop) override {
        if (request_.headers.fields().size() >= max_fields_)
            return refuse({431, "too many header fields"}, stop);
        if (known == http::field::host) {
            if (has_host || !is_authority(text(value)))
                return refuse({400, has_host ? "more than one `Host`" : "`Host` is not a host"},
                              stop);
            has_host = true;
        } else if (known == http::field::transfer_encoding) {
            if (http10)
                return refuse({400, "HTTP/1.0 has no `Transfer-Encoding`"}, stop);
            if (!equal_names(text(value), "chunked"))
                return refuse({501, "the only transfer coding here is `chunked`"}, stop);
        } else if (known == http::field::content_length) {
            // Beast takes lists of equal numbers; intermediaries disagree about them.
            if (text(value).find_first_not_of("0123456789") != std::string_view::npos)
                return refuse({400, "`Content-Length` is not a number"}, stop);
        } else if (known == http::field::expect) {
            if (!equal_names(text(value), "100-continue"))
                return refuse({417, "the only expectation here is `100-continue`"}, stop);
            framing_.expect_continue = !http10; // RFC 9110 section 10.1.1
        }
        request_.headers.add(std::string(text(name)), std::string(text(value)));
    }

    void on_header_impl(error_code& /*stop*/) override {}

    // Only heads are given to this parser.
    void on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/,
                           error_code& /*stop*/) override {}
    std::size_t on_body_impl(View body, error_code& /*stop*/) override { return body.size(); }
    void on_chunk_header_impl(std::uint64_t /*size*/, View /*extensions*/,
                              error_code& /*stop*/) override {}
    std::size_t on_chunk_body_impl(std::uint64_t /*remain*/, View body,
                                   error_code& /*stop*/) override {
        return body.size();
    }
    void on_finish_impl(error_code& /*stop*/) override {}
    void on_response_impl(int /*status*/, View /*reason*/, int /*version*/,
                          error_code& /*stop*/) override {}

    ServerRequest& request_;
    Framing& framing_;
    const std::size_t max_fields_;
};

Refusal refusal_for(const error_code& why) noexcept {
    if (why == http::error::bad_version)
        return {505, "this is HTTP/1.1 and 1.0"};
    if (why == http::error::header_limit)
        return {431, "the head is too long"};
    if (why == http::error::bad_method)
        return {400, "the method is not a word"};
    if (why == http::error::bad_target)
        return {400, "a target has no such characters"};
    if (why == http::error::bad_content_length || why == http::error::multiple_content_length ||
        why == http::error::bad_transfer_encoding)
        return {400, "`Content-Length` and `Transfer-Encoding` disagree or are no numbers"};
    return {400, "a header field is malformed"};
}

/// `http://host/path` becomes `/path`, and its host counts (RFC 9112 section 3.2.2).
std::optional<Refusal> settle_target(ServerRequest& request) {
    if (request.target.starts_with('/'))
        return std::nullopt;
    if (request.method == "CONNECT" || request.target == "*")
        return Refusal{501, "only targets that begin with `/` are served"};
    const auto scheme_end = request.target.find("://");
    if (scheme_end == std::string::npos)
        return Refusal{400, "a target begins with `/`"};
    const auto scheme = std::string_view(request.target).substr(0, scheme_end);
    if (!equal_names(scheme, "http") && !equal_names(scheme, "https"))
        return Refusal{400, "a target begins with `/`, `http://` or `https://`"};

    const auto host_begin = scheme_end + 3;
    const auto host_end =
        std::min(request.target.find_first_of("/?", host_begin), request.target.size());
    auto host = request.target.substr(host_begin, host_end - host_begin);
    if (host.empty() || !is_authority(host))
        return Refusal{400, "the target's host is not a host"};
    auto path = request.target.substr(host_end);
    request.target = path.starts_with('/') ? std::move(path) : "/" + path;
    request.headers.set("Host", std::move(host));
    return std::nullopt;
}

} // namespace

std::expected<std::size_t, Refusal> HeadScanner::find_end(std::string_view data,
                                                          std::size_t max_bytes) {
    if (!data.empty() && !is_token_character(data.front()))
        return std::unexpected(Refusal{400, "this is not HTTP"});
    for (;;) {
        const auto searched = data.substr(0, max_bytes);
        const auto lf = searched.find('\n', std::min(seen_, searched.size()));
        if (lf == searched.npos) {
            seen_ = searched.size();
            if (data.size() > max_bytes)
                return std::unexpected(Refusal{431, "the head is too long"});
            return std::size_t{0};
        }
        if (lf == line_ || data[lf - 1] != '\r')
            return std::unexpected(Refusal{400, "a line ends with carriage return and line feed"});
        if (lf == line_ + 1)
            return lf + 1;
        if (data[line_] == ' ' || data[line_] == '\t') // RFC 9112 section 5.2
            return std::unexpected(Refusal{400, "a header field goes on in a second line"});
        line_ = seen_ = lf + 1;
    }
}

std::expected<void, Refusal> parse_head(std::string_view head, const HeadLimits& limits,
                                        ServerRequest& request, Framing& framing) {
    Head parser(request, framing, limits.fields);
    parser.header_limit(static_cast<std::uint32_t>(std::min<std::size_t>(
        std::max(limits.bytes, head.size()) + 1, std::numeric_limits<std::uint32_t>::max())));
    parser.body_limit(boost::none); // how much content is too much is its handler's business
    error_code why;
    const auto used = parser.put(boost::asio::const_buffer(head.data(), head.size()), why);
    if (parser.refusal)
        return std::unexpected(*parser.refusal);
    if (why || !parser.is_header_done() || used != head.size())
        return std::unexpected(refusal_for(why));
    if (!parser.has_host && !parser.http10)
        return std::unexpected(Refusal{400, "`Host` is missing"});
    if (const auto refusal = settle_target(request))
        return std::unexpected(*refusal);

    framing.http10 = parser.http10;
    framing.keep_alive = parser.keep_alive();
    framing.chunked = parser.chunked();
    if (const auto length = parser.content_length())
        request.content_length = *length;
    request.has_content = framing.chunked || request.content_length.value_or(0) > 0;
    framing.expect_continue = framing.expect_continue && request.has_content;
    return {};
}

} // namespace tenon::net
