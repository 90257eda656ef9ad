// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/producers.hpp"

#include "base/leb128.hpp"
#include "base/reader.hpp"

namespace tenon::compose {
namespace {

void append(Buffer& out, std::string_view text) {
    base::append_unsigned_leb(out, text.size());
    out.insert(out.end(), text.begin(), text.end());
}

} // namespace

Result<Producers> Producers::read(Bytes payload, std::uint64_t offset) {
    Reader in(payload, offset);
    Producers out;
    for (auto fields = TENON_TRY(in.u32()); fields > 0; --fields) {
        const std::string field(TENON_TRY(in.name()));
        for (auto values = TENON_TRY(in.u32()); values > 0; --values) {
            const std::string name(TENON_TRY(in.name()));
            const std::string version(TENON_TRY(in.name()));
            out.add(field, name, version);
        }
    }
    if (!in.at_end())
        return fail(in.error(Errc::malformed, "section `producers` goes on behind its last field"));
    return out;
}

Producers Producers::processed_by(std::string_view name, std::string_view version) {
    Producers out;
    out.add("processed-by", std::string(name), std::string(version));
    return out;
}

void Producers::add(const std::string& field, const std::string& name, const std::string& version) {
    auto& names = *fields_.insert(field, {}).first;
    const auto [there, is_new] = names.insert(name, version);
    if (!is_new)
        *there = version;
}

void Producers::merge(const Producers& other) {
    for (const auto& [field, names] : other.fields_)
        for (const auto& [name, version] : names)
            add(field, name, version);
}

Buffer Producers::payload() const {
    Buffer out;
    base::append_unsigned_leb(out, fields_.size());
    for (const auto& [field, names] : fields_) {
        append(out, field);
        base::append_unsigned_leb(out, names.size());
        for (const auto& [name, version] : names) {
            append(out, name);
            append(out, version);
        }
    }
    return out;
}

} // namespace tenon::compose
