// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/function_bytes.hpp"

#include "base/leb128.hpp"

namespace tenon::wat {
namespace {

using base::append_unsigned_leb;

/// Locals of one type in a row are one group.
Result<> read_locals(Context& context, Code& code, std::uint32_t first, Buffer& body) {
    auto& in = context.in;
    std::vector<std::pair<std::uint32_t, ValType>> groups;
    auto index = first;
    const auto add = [&](ValType type) {
        if (groups.empty() || groups.back().second != type)
            groups.emplace_back(0, type);
        ++groups.back().first;
        ++index;
    };
    while (in.take_form("local")) {
        const auto naming = TENON_TRY(read_naming(in));
        TENON_TRY(code.locals().add(in, naming, index, "local"));
        if (naming.shown)
            code.local_names().emplace_back(index, *naming.shown);
        if (naming.id.kind == TokenKind::id)
            add(TENON_TRY(read_val_type(in, context.names)));
        else
            while (!in.at(TokenKind::close))
                add(TENON_TRY(read_val_type(in, context.names)));
        TENON_TRY(in.expect_close());
    }
    append_unsigned_leb(body, groups.size());
    for (const auto& [count, type] : groups) {
        append_unsigned_leb(body, count);
        wasm::append(body, type);
    }
    return {};
}

} // namespace

Result<std::uint32_t> read_function(Context& context, Code& code, Buffer& body) {
    code.begin_function();
    ParamNames params{&code.locals(), code.local_names()};
    const auto use = TENON_TRY(read_type_use(context.in, context.names, &params));
    const auto type = TENON_TRY(resolve(context.in, context.types, use));
    const auto* const signature = context.types.func(type);
    const auto param_count =
        signature == nullptr ? use.type.params.size() : signature->params.size();
    TENON_TRY(read_locals(context, code, static_cast<std::uint32_t>(param_count), body));
    code.set_in_function(true);
    TENON_TRY(code.expression(body));
    code.note_end();
    code.set_in_function(false);
    body.push_back(static_cast<Byte>(wasm::row_of(Op::end).code));
    return type;
}

} // namespace tenon::wat
