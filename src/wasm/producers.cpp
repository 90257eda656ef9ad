// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/producers.hpp"

#include "base/keyed_hash.hpp"
#include "base/leb128.hpp"

#include <algorithm>

namespace tenon::wasm {
namespace {

void append_name(Buffer& out, std::string_view text) {
    base::append_unsigned_leb(out, text.size());
    out.insert(out.end(), text.begin(), text.end());
}

/// Things by their names, each once, in the order in which they were met first.
template <class Item> class ByName {
public:
    Item& of(std::string_view name) {
        const auto [at, is_new] = places_.emplace(name, items_.size());
        if (is_new)
            items_.push_back({std::string(name), {}});
        return items_[at->second];
    }
    std::vector<Item> take() { return std::move(items_); }

private:
    base::TextViewMap<std::size_t> places_; // names look into the file
    std::vector<Item> items_;
};

Result<std::vector<Producers::Value>> read_values(Reader& in) {
    const auto count = TENON_TRY(in.u32());
    ByName<Producers::Value> values;
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto name = TENON_TRY(in.name());
        const auto version = TENON_TRY(in.name());
        values.of(name).version = version;
    }
    return values.take();
}

} // namespace

const Producers::Field* Producers::find(std::string_view field) const noexcept {
    const auto found = std::ranges::find(fields, field, &Field::name);
    return found == fields.end() ? nullptr : &*found;
}

void Producers::add(std::string_view field, std::string_view name, std::string_view version) {
    auto place = std::ranges::find(fields, field, &Field::name);
    if (place == fields.end())
        place = fields.insert(fields.end(), {std::string(field), {}});
    const auto value = std::ranges::find(place->values, name, &Value::name);
    if (value == place->values.end())
        place->values.push_back({std::string(name), std::string(version)});
    else
        value->version = version;
}

Result<Producers> read_producers(Bytes payload, std::uint64_t offset) {
    Reader in(payload, offset);
    const auto count = TENON_TRY(in.u32());
    ByName<Producers::Field> fields;
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto name = TENON_TRY(in.name());
        fields.of(name).values = TENON_TRY(read_values(in));
    }
    if (!in.at_end())
        return fail(in.error(Errc::malformed, "section is longer than what it counts"));
    return Producers{fields.take()};
}

Buffer write_producers(const Producers& producers) {
    Buffer out;
    base::append_unsigned_leb(out, producers.fields.size());
    for (const auto& field : producers.fields) {
        append_name(out, field.name);
        base::append_unsigned_leb(out, field.values.size());
        for (const auto& value : field.values) {
            append_name(out, value.name);
            append_name(out, value.version);
        }
    }
    return out;
}

} // namespace tenon::wasm
