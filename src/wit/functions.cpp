// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Functions of interfaces, worlds and resources, from tree to model.
#include "wit/definitions.hpp"

#include <fmt/core.h>

namespace tenon::wit {

Result<> Definitions::claim_function(const ast::Id& name) {
    return define(Entry{Entry::Kind::function, TypeIdx{0}, name, {}});
}

Result<Function> Definitions::function(const ast::Function& tree, Gate gate) {
    auto out = TENON_TRY(signature(tree, std::move(gate), std::nullopt));
    out.name = std::string(tree.name.name);
    TENON_TRY(check_no_borrow(out));
    return out;
}

Result<std::vector<Function>> Definitions::methods(const ast::TypeDef& resource) {
    std::vector<Function> out;
    std::map<std::string, Span> seen;
    const auto* const entry = find(resource.name.name);
    TENON_ASSERT(entry != nullptr && entry->kind != Entry::Kind::function);
    for (const auto& tree : resource.methods) {
        const bool constructor = tree.kind == ast::Function::Kind::constructor;
        // `%constructor` is a name like others, so the keyword gets a key that no name has.
        const auto key =
            constructor ? std::string("[constructor]") : base::lower_case(tree.name.name);
        const auto [there, is_new] = seen.emplace(key, tree.name.span);
        if (!is_new) {
            auto message = constructor
                               ? std::string("duplicate constructors")
                               : fmt::format("duplicate function name `{}`", tree.name.name);
            return fail(context_->error(std::move(message), tree.name.span)
                            .help(fmt::format("the first one is at {}",
                                              session().model.sources.where(there->second))));
        }
        auto gate = TENON_TRY(context_->gate_of(tree.attributes, tree.name.span));
        if (!gate.open)
            continue;
        if (entry->kind == Entry::Kind::closed)
            return fail(context_->closed("type", entry->feature, tree.name.span));
        auto one = TENON_TRY(signature(tree, std::move(gate), entry->type));
        const auto name = resource.name.name;
        if (constructor)
            one.name = fmt::format("[constructor]{}", name);
        else if (tree.kind == ast::Function::Kind::static_)
            one.name = fmt::format("[static]{}.{}", name, tree.name.name);
        else
            one.name = fmt::format("[method]{}.{}", name, tree.name.name);
        TENON_TRY(check_no_borrow(one));
        out.push_back(std::move(one));
    }
    return out;
}

Result<Function> Definitions::signature(const ast::Function& tree, Gate gate,
                                        std::optional<TypeIdx> resource) {
    using Kind = ast::Function::Kind;
    blame_ = tree.name.span;
    Function out;
    out.async = tree.async;
    out.resource = resource;
    out.docs = context_->docs(part_, tree.docs);
    out.stability = std::move(gate.stability);
    out.external_id = std::move(gate.external_id);
    out.span = tree.name.span;
    if (resource) {
        out.kind = tree.kind == Kind::constructor ? Function::Kind::constructor
                   : tree.kind == Kind::static_   ? Function::Kind::static_
                                                  : Function::Kind::method;
    }
    if (out.kind == Function::Kind::method) {
        const auto self = session().types.anonymous(Borrow{*resource});
        out.params.push_back(Param{"self", Type(self), tree.name.span});
    }
    TENON_TRY(params(tree, out));
    if (out.kind == Function::Kind::constructor)
        out.result = TENON_TRY(constructed(tree, *resource));
    else if (tree.result)
        out.result = TENON_TRY(type(*tree.result));
    return out;
}

Result<> Definitions::params(const ast::Function& tree, Function& into) {
    std::map<std::string, bool> seen;
    for (const auto& param : into.params)
        seen.emplace(param.name, true);
    for (const auto& param : tree.params) {
        if (!seen.emplace(base::lower_case(param.name.name), true).second) {
            return fail(context_->error(
                fmt::format("param `{}` is defined more than once", param.name.name),
                param.name.span));
        }
        const auto of = TENON_TRY(type(param.type));
        into.params.push_back(Param{std::string(param.name.name), of, param.name.span});
    }
    return {};
}

/// What a constructor gives: its resource, or what is declared, if that is a `result` of it.
Result<Type> Definitions::constructed(const ast::Function& tree, TypeIdx resource) {
    const auto own = session().types.anonymous(Own{resource});
    if (!tree.result)
        return Type(own);
    const auto& declared = *tree.result;
    if (declared.kind != Tok::kw_result) {
        return fail(context_->error(
            "if a constructor return type is declared it must be a `result`", declared.span));
    }
    const auto out = TENON_TRY(type(declared));
    const auto& kind = std::get<ResultType>(session().model[std::get<TypeIdx>(out)].kind);
    if (kind.ok != Type(own)) {
        const bool has_ok =
            !declared.arguments.empty() && declared.arguments[0].kind != Tok::kw_underscore;
        return fail(context_
                        ->error("the `ok` type must be the resource being constructed",
                                has_ok ? declared.arguments[0].span : declared.span)
                        .help(fmt::format("write `result<{0}>` or `result<{0}, …>`",
                                          *session().model[resource].name)));
    }
    return out;
}

Result<> Definitions::check_no_borrow(const Function& function) const {
    if (!function.result || !session().types.contains_borrow(*function.result))
        return {};
    return fail(context_
                    ->error(fmt::format("function `{}` returns a type which contains a "
                                        "`borrow<T>` which is not supported",
                                        function.name),
                            function.span)
                    .help("a borrow ends with the call; give back an owned handle, or a number "
                          "that stands for it"));
}

} // namespace tenon::wit
