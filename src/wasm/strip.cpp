// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/strip.hpp"

#include "base/leb128.hpp"

namespace tenon::wasm {
namespace {

constexpr std::size_t preamble_size = 8;

class Stripper {
public:
    explicit Stripper(const std::function<bool(std::string_view)>& drops) : drops_(drops) {}

    Result<Buffer> strip(Bytes data, std::uint64_t base, int depth) {
        auto walker = TENON_TRY(SectionWalker::begin(data, base));
        const auto preamble = data.first(preamble_size);
        Buffer out(preamble.begin(), preamble.end());
        while (const auto section = TENON_TRY(walker.next())) {
            if (section->id == 0 && drops_(section->name)) {
                has_dropped_ = true;
                continue;
            }
            if (!walker.is_nested(*section)) {
                append_section(out, section->id, section->content);
                continue;
            }
            if (depth == max_component_depth)
                return fail(Errc::limit, "components are nested more than 100 levels deep",
                            section->offset);
            const auto inside =
                TENON_TRY(strip(section->content, section->content_offset, depth + 1));
            append_section(out, section->id, inside);
        }
        return out;
    }
    [[nodiscard]] bool has_dropped() const noexcept { return has_dropped_; }

private:
    const std::function<bool(std::string_view)>& drops_;
    bool has_dropped_ = false;
};

} // namespace

bool is_kept_when_stripped(std::string_view name) noexcept {
    return name == "name" || name == "dylink.0" || name.starts_with("component-type");
}

Result<Buffer> strip(Bytes data, const std::function<bool(std::string_view)>& drops) {
    Stripper stripper(drops);
    auto out = TENON_TRY(stripper.strip(data, 0, 0));
    if (!stripper.has_dropped())
        out.assign(data.begin(), data.end());
    return out;
}

void append_section(Buffer& out, std::uint8_t id, Bytes content) {
    out.push_back(id);
    base::append_unsigned_leb(out, content.size());
    out.insert(out.end(), content.begin(), content.end());
}

} // namespace tenon::wasm
