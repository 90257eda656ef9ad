// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Text is written as it is decided; what has been written is remembered as far as later parts may
// speak of it. Types are only used behind their definitions, and worlds include only one another,
// so that nothing can clash or go in circles.
#include "wit/smith.hpp"

#include "base/choices.hpp"

#include <fmt/core.h>
#include <set>
#include <string_view>
#include <vector>

namespace tenon::wit {
namespace {

constexpr int max_depth = 3;           // of types inside types
constexpr std::size_t max_weight = 60; // of one type, all that is inside counted
constexpr std::uint32_t max_members = 5;

/// What decides where a type may stand.
struct Traits {
    std::size_t weight = 1; ///< it and all that is inside
    bool borrows = false;   ///< has a `borrow` inside, so that no function may give it
    bool is_plain = true;   ///< no resource, stream, future or error context, as a map wants it

    void add(const Traits& inner) {
        weight += inner.weight;
        borrows |= inner.borrows;
        is_plain &= inner.is_plain;
    }
};
struct Spelled {
    std::string text;
    Traits traits = {};
};
struct Named {
    std::string name;
    bool is_resource = false;
    Traits traits = {};
};

struct MadeInterface {
    std::string name;
    /// Either worlds may export it or others may use its types: where both happen, a world's
    /// imports can depend on its exports.
    bool may_be_exported = false;
    std::vector<Named> types;
};

class Smith {
public:
    Smith(const SmithOptions& options, Bytes choices)
        : choices_(choices, options.seed), gated_(options.gated), async_(options.async_functions),
          left_(options.size) {}

    std::string package() {
        docs(0);
        out_ += "package test:made@1.2.3;\n";
        while (left_ > 0) {
            if (interfaces_.empty() || choices_.below(3) != 0)
                interface();
            else
                world();
        }
        world();
        return std::move(out_);
    }

private:
    // --- words

    /// Never the same twice, so that whatever comes together in a world has names of its own.
    std::string fresh(std::string_view stem) {
        static constexpr std::string_view endings[] = {"", "-x", "-HTTP", "-v2", "-a-b"};
        return fmt::format("{}{}{}", stem, ++names_, endings[choices_.below(std::size(endings))]);
    }
    /// Inside a record or variant any word will do; keywords have to be escaped.
    std::string label(std::uint32_t position) {
        static constexpr std::string_view keywords[] = {"%type", "%list", "%record", "%use",
                                                        "%func"};
        return choices_.one_in(9) ? std::string(keywords[position % std::size(keywords)])
                                  : fresh("m");
    }
    void line(int level, std::string_view text) {
        out_.append(static_cast<std::size_t>(level) * 2, ' ');
        out_ += text;
        out_ += '\n';
    }
    void docs(int level) {
        if (choices_.one_in(4))
            line(level, "/// What this is for, with `code` and \"quotes\".");
        if (choices_.one_in(12))
            for (const auto* const text : {"///", "///   indented, behind an empty line"})
                line(level, text);
    }
    void gate(int level) {
        if (choices_.one_in(8))
            line(level, "@since(version = 1.2.0)");
    }
    void spend() { left_ -= left_ > 0 ? 1 : 0; }

    // --- types

    Spelled primitive() {
        static constexpr std::string_view words[] = {"bool", "s8",   "u8",    "s16", "u16",
                                                     "s32",  "u32",  "s64",   "u64", "f32",
                                                     "f64",  "char", "string"};
        return {std::string(words[choices_.below(std::size(words))])};
    }
    Spelled mention(const Named& type) {
        if (!type.is_resource)
            return {type.name, type.traits};
        switch (choices_.below(3)) {
        case 0: return {fmt::format("borrow<{}>", type.name), {2, true, false}};
        case 1: return {fmt::format("own<{}>", type.name), {2, false, false}};
        default: return {type.name, {2, false, false}};
        }
    }
    Spelled around(std::string_view word, const Spelled& inner) {
        Spelled out{fmt::format("{}<{}>", word, inner.text)};
        out.traits.add(inner.traits);
        return out;
    }
    /// What goes through them holds no `borrow`, and streams are not of characters.
    Spelled stream(std::string_view word, int depth) {
        Spelled out{std::string(word)};
        if (!choices_.one_in(4)) {
            const auto inner = type(depth - 1);
            out =
                around(word, inner.traits.borrows || inner.text == "char" ? Spelled{"u8"} : inner);
        }
        out.traits.is_plain = false;
        return out;
    }
    Spelled result(int depth) {
        Spelled out{"result"};
        const auto sides = choices_.below(4);
        if (sides == 0)
            return out;
        const bool has_ok = sides != 2;
        const bool has_error = sides != 1;
        const auto ok = has_ok ? type(depth - 1) : Spelled{"_"};
        const auto error = has_error ? type(depth - 1) : Spelled{};
        out.text = fmt::format("result<{}{}{}>", ok.text, has_error ? ", " : "", error.text);
        out.traits.add(ok.traits);
        out.traits.add(error.traits);
        return out;
    }
    Spelled tuple(int depth) {
        Spelled out{"tuple<"};
        const auto count = 1 + choices_.below(max_members);
        for (std::uint32_t i = 0; i < count; ++i) {
            const auto item = type(depth - 1);
            out.text += (i == 0 ? "" : ", ") + item.text;
            out.traits.add(item.traits);
        }
        out.text += '>';
        return out;
    }
    Spelled gated(int depth) {
        static constexpr std::string_view keys[] = {"bool", "u8", "s64", "char", "string"};
        auto inner = type(depth - 1);
        switch (choices_.below(3)) {
        case 0:
            if (!inner.traits.is_plain)
                inner = primitive();
            inner.text =
                fmt::format("map<{}, {}>", keys[choices_.below(std::size(keys))], inner.text);
            inner.traits.add({});
            return inner;
        case 1: {
            Spelled out{fmt::format("list<{}, {}>", inner.text, 1 + choices_.below(4))};
            for (int i = 0; i < 4; ++i)
                out.traits.add(inner.traits);
            return out;
        }
        default: return {"error-context", {1, false, false}};
        }
    }
    Spelled type(int depth = max_depth) {
        auto out = anything(depth);
        return out.traits.weight <= max_weight ? out : primitive();
    }
    Spelled anything(int depth) {
        if (depth > 0) {
            switch (choices_.below(14)) {
            case 0: return around("list", type(depth - 1));
            case 1: return around("option", type(depth - 1));
            case 2: return result(depth);
            case 3: return tuple(depth);
            case 4: return stream("stream", depth);
            case 5: return stream("future", depth);
            case 6:
                if (gated_)
                    return gated(depth);
                break;
            default: break;
            }
        }
        return known_.empty() || choices_.one_in(3) ? primitive() : mention(choices_.of(known_));
    }

    // --- definitions; `known_` are the types that they may speak of

    void record(int level, bool is_variant) {
        Named made{fresh("t")};
        std::string text = fmt::format("{} {} {{", is_variant ? "variant" : "record", made.name);
        const auto count = 1 + choices_.below(max_members);
        for (std::uint32_t i = 0; i < count; ++i) {
            text += fmt::format("{} {}", i == 0 ? "" : ",", label(i));
            if (is_variant && choices_.one_in(3))
                continue;
            const auto member = type();
            text += is_variant ? '(' + member.text + ')' : ": " + member.text;
            made.traits.add(member.traits);
        }
        line(level, text + " }");
        known_.push_back(std::move(made));
    }
    void labels(int level, std::string_view word) {
        Named made{fresh("t")};
        std::string text = fmt::format("{} {} {{", word, made.name);
        const auto count = choices_.one_in(6) ? 32 : 1 + choices_.below(max_members);
        for (std::uint32_t i = 0; i < count; ++i)
            text += (i == 0 ? " " : ", ") + fresh("l");
        line(level, text + " }");
        known_.push_back(std::move(made));
    }
    void alias(int level) {
        Named made{fresh("t")};
        if (!known_.empty() && choices_.one_in(4)) {
            const auto of = choices_.of(known_);
            line(level, fmt::format("type {} = {};", made.name, of.name));
            made.is_resource = of.is_resource;
            made.traits = of.traits;
            return known_.push_back(std::move(made));
        }
        const auto of = type();
        line(level, fmt::format("type {} = {};", made.name, of.text));
        made.traits = of.traits;
        known_.push_back(std::move(made));
    }
    void resource(int level) {
        Named made{fresh("r")};
        made.is_resource = true;
        const auto name = made.name;
        known_.push_back(std::move(made)); // its functions may speak of it
        if (choices_.one_in(4))
            return line(level, fmt::format("resource {};", name));
        line(level, fmt::format("resource {} {{", name));
        if (choices_.one_in(2))
            line(level + 1, fmt::format("constructor({}){};", params(),
                                        choices_.one_in(3) ? fmt::format(" -> result<{}>", name)
                                                           : std::string()));
        const auto count = choices_.below(4);
        for (std::uint32_t i = 0; i < count; ++i) {
            docs(level + 1);
            line(level + 1, fmt::format("{}: {}{};", fresh("call"),
                                        choices_.one_in(3) ? "static " : "", signature()));
        }
        line(level, "}");
    }
    void definition(int level) {
        docs(level);
        gate(level);
        switch (choices_.below(6)) {
        case 0: return record(level, false);
        case 1: return record(level, true);
        case 2: return labels(level, "enum");
        case 3: return labels(level, "flags");
        case 4: return alias(level);
        default: return resource(level);
        }
    }
    std::string params() {
        std::string out;
        const auto count = choices_.one_in(10) ? 20 : choices_.below(max_members);
        for (std::uint32_t i = 0; i < count; ++i)
            out += fmt::format("{}{}: {}", i == 0 ? "" : ", ", fresh("p"), type().text);
        return out;
    }
    std::string signature() {
        auto out =
            fmt::format("{}func({})", async_ && choices_.one_in(4) ? "async " : "", params());
        if (choices_.one_in(3))
            return out;
        const auto given = type();
        return out + " -> " + (given.traits.borrows ? "string" : given.text);
    }
    /// Brings types of an interface to where `known_` belongs.
    void use(int level, const MadeInterface& from) {
        if (from.types.empty() || from.may_be_exported)
            return;
        auto type = choices_.of(from.types);
        const bool renamed = choices_.one_in(2);
        const auto brought = fresh("used");
        line(level, fmt::format("use {}.{{{} as {}}};", from.name, type.name, brought));
        type.name = brought;
        known_.push_back(std::move(type));
        if (renamed && choices_.one_in(2)) // once more, under a second name
            use(level, from);
    }
    void body(int level) {
        known_.clear();
        const auto uses = choices_.below(3);
        for (std::uint32_t i = 0; i < uses && !interfaces_.empty(); ++i)
            use(level, choices_.of(interfaces_));
        const auto count = 1 + choices_.below(9);
        for (std::uint32_t i = 0; i < count; ++i, spend()) {
            if (choices_.one_in(2)) {
                definition(level);
            } else {
                docs(level);
                gate(level);
                line(level, fmt::format("{}: {};", fresh("call"), signature()));
            }
        }
    }

    // --- interfaces and worlds

    void interface() {
        MadeInterface made{fresh("i"), choices_.one_in(2), {}};
        out_ += '\n';
        docs(0);
        line(0, fmt::format("interface {} {{", made.name));
        body(1);
        line(0, "}");
        made.types = std::move(known_);
        interfaces_.push_back(std::move(made));
    }
    void world() {
        spend();
        const auto name = fresh("w");
        out_ += '\n';
        docs(0);
        line(0, fmt::format("world {} {{", name));
        known_.clear();
        taken_.clear();
        if (!worlds_.empty() && choices_.one_in(3))
            line(1, fmt::format("include {};", choices_.of(worlds_)));
        const auto count = 1 + choices_.below(8);
        for (std::uint32_t i = 0; i < count; ++i, spend())
            world_item();
        line(0, "}");
        worlds_.push_back(name);
    }
    void world_item() {
        docs(1);
        const std::string_view way = choices_.one_in(2) ? "import" : "export";
        switch (choices_.below(6)) {
        case 0: return line(1, fmt::format("{} {}: {};", way, fresh("call"), signature()));
        case 1: {
            line(1, fmt::format("{} {}: interface {{", way, fresh("n")));
            auto outer = std::move(known_);
            body(2);
            known_ = std::move(outer);
            return line(1, "}");
        }
        case 2: return definition(1);
        case 3:
            if (!interfaces_.empty())
                return use(1, choices_.of(interfaces_));
            [[fallthrough]];
        default:
            if (interfaces_.empty())
                return;
            const auto& chosen = choices_.of(interfaces_);
            const auto text =
                fmt::format("{} {};", chosen.may_be_exported ? way : "import", chosen.name);
            if (taken_.insert(text).second)
                line(1, text);
        }
    }

    base::Choices choices_;
    bool gated_, async_;
    std::uint32_t left_;
    std::uint32_t names_ = 0;
    std::string out_;
    std::vector<Named> known_;
    std::vector<MadeInterface> interfaces_;
    std::vector<std::string> worlds_;
    std::set<std::string> taken_; ///< interfaces that the world at hand has already
};

} // namespace

std::string smith(const SmithOptions& options, Bytes choices) {
    return Smith(options, choices).package();
}

} // namespace tenon::wit
