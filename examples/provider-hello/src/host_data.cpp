// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "host_data.hpp"

std::optional<std::string> decode_base64(std::string_view text) {
    static constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (text.size() % 4 != 0)
        return std::nullopt;
    for (int padding = 0; padding < 2 && !text.empty() && text.back() == '='; ++padding)
        text.remove_suffix(1);
    std::string bytes;
    unsigned bits = 0;
    int count = 0;
    for (const char c : text) {
        const auto value = alphabet.find(c);
        if (value == alphabet.npos)
            return std::nullopt;
        bits = bits << 6 | static_cast<unsigned>(value);
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes += static_cast<char>(bits >> count & 0xff);
        }
    }
    return bytes;
}

namespace {

/// Reads the string that begins at `at` (a quote) and moves behind it.
std::optional<std::string> read_string(std::string_view json, std::size_t& at) {
    std::string out;
    for (++at; at < json.size() && json[at] != '"'; ++at) {
        if (json[at] == '\\' && at + 1 < json.size()) {
            ++at;
            if (json[at] != '"' && json[at] != '\\' && json[at] != '/')
                out += '\\';
        }
        out += json[at];
    }
    if (at >= json.size())
        return std::nullopt;
    ++at;
    return out;
}

} // namespace

std::optional<std::string> text_member(std::string_view json, std::string_view key) {
    int depth = 0;
    bool found = false; // the key that we look for stands before the value to come
    for (std::size_t at = 0; at < json.size();) {
        const char c = json[at];
        if (c == '"') {
            const bool is_key = !found;
            auto text = read_string(json, at);
            if (!text)
                return std::nullopt;
            if (depth == 1 && found)
                return text;
            const auto next = json.find_first_not_of(" \t\r\n", at);
            found = is_key && depth == 1 && *text == key && next != json.npos && json[next] == ':';
            continue;
        }
        depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
        if (c != ':' && c != ' ' && c != '\t' && c != '\r' && c != '\n')
            found = false;
        ++at;
    }
    return std::nullopt;
}
