// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// JSON as text. Written by hand, because tokens are signed over these very bytes: no blanks, order
// and numbers as they are, UTF-8 unescaped.
#include "data/value.hpp"

namespace tenon::data {
namespace {

void write_string(std::string& out, std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        switch (c) {
        case '"': out += "\\\""; continue;
        case '\\': out += "\\\\"; continue;
        case '\n': out += "\\n"; continue;
        case '\t': out += "\\t"; continue;
        case '\r': out += "\\r"; continue;
        case '\b': out += "\\b"; continue;
        case '\f': out += "\\f"; continue;
        default: break;
        }
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20) {
            out += "\\u00";
            out += digits[byte >> 4];
            out += digits[byte & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

class Writer {
public:
    explicit Writer(bool pretty) : pretty_(pretty) {}

    void write(const Value& value) {
        switch (value.kind()) {
        case Kind::null: out_ += "null"; break;
        case Kind::boolean: out_ += *value.boolean() ? "true" : "false"; break;
        case Kind::number: out_ += value.number()->text; break;
        case Kind::string: write_string(out_, *value.string()); break;
        case Kind::array: list('[', value.items(), ']'); break;
        case Kind::object: list('{', value.members(), '}'); break;
        }
    }
    std::string take() { return std::move(out_); }

private:
    template <class Range> void list(char open, const Range& entries, char close) {
        out_ += open;
        ++level_;
        bool first = true;
        for (const auto& entry : entries) {
            if (!first)
                out_ += ',';
            first = false;
            new_line();
            write_entry(entry);
        }
        --level_;
        if (!first)
            new_line();
        out_ += close;
    }
    void write_entry(const Value& item) { write(item); }
    void write_entry(const Member& member) {
        write_string(out_, member.key);
        out_ += pretty_ ? ": " : ":";
        write(member.value);
    }
    void new_line() {
        if (!pretty_)
            return;
        out_ += '\n';
        out_.append(level_ * 2, ' ');
    }

    bool pretty_;
    std::size_t level_ = 0;
    std::string out_;
};

std::string write(const Value& value, bool pretty) {
    Writer writer(pretty);
    writer.write(value);
    return writer.take();
}

} // namespace

std::string to_json(const Value& value) {
    return write(value, false);
}

std::string to_pretty_json(const Value& value) {
    return write(value, true);
}

} // namespace tenon::data
