// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/names.hpp"

#include "base/number.hpp"
#include "wit/version.hpp"

#include <algorithm>
#include <array>

namespace tenon::compose {
namespace {

using component::ast::CanonOp;
using Form = BuiltIn::Form;
using Uses = BuiltIn::Uses;

constexpr ThreadLocal thread_locals[] = {
    {"__wasm_get_stack_pointer", false, false},
    {"__wasm_set_stack_pointer", false, true},
    {"__wasm_get_tls_base", true, false},
    {"__wasm_set_tls_base", true, true},
};

constexpr Allocator allocators[] = {
    {"canonical_abi_realloc", Allocator::Use::all},
    {"cabi_import_realloc", Allocator::Use::imports},
    {"cabi_export_realloc", Allocator::Use::exports},
    {"cabi_realloc_adapter", Allocator::Use::adapters},
};

constexpr BuiltIn built_ins[] = {
    {"[backpressure-inc]", CanonOp::backpressure_inc, Form::plain, "", "", Uses::nothing},
    {"[backpressure-dec]", CanonOp::backpressure_dec, Form::plain, "", "", Uses::nothing},
    {"[waitable-set-new]", CanonOp::waitable_set_new, Form::plain, "", "i", Uses::nothing},
    {"[waitable-set-wait]", CanonOp::waitable_set_wait, Form::may_cancel, "ii", "i", Uses::memory},
    {"[waitable-set-wait-i32]", CanonOp::waitable_set_wait, Form::may_cancel, "ii", "i",
     Uses::memory},
    {"[waitable-set-wait-i64]", CanonOp::waitable_set_wait, Form::may_cancel, "iI", "i",
     Uses::memory},
    {"[waitable-set-poll]", CanonOp::waitable_set_poll, Form::may_cancel, "ii", "i", Uses::memory},
    {"[waitable-set-poll-i32]", CanonOp::waitable_set_poll, Form::may_cancel, "ii", "i",
     Uses::memory},
    {"[waitable-set-poll-i64]", CanonOp::waitable_set_poll, Form::may_cancel, "iI", "i",
     Uses::memory},
    {"[waitable-set-drop]", CanonOp::waitable_set_drop, Form::plain, "i", "", Uses::nothing},
    {"[waitable-join]", CanonOp::waitable_join, Form::plain, "ii", "", Uses::nothing},
    {"[subtask-drop]", CanonOp::subtask_drop, Form::plain, "i", "", Uses::nothing},
    {"[subtask-cancel]", CanonOp::subtask_cancel, Form::may_be_async, "i", "i", Uses::nothing},
    {"[error-context-new-", CanonOp::error_context_new, Form::plain, "ii", "i", Uses::encoding},
    {"[error-context-debug-message-", CanonOp::error_context_message, Form::plain, "ii", "",
     Uses::encoding},
    {"[error-context-drop]", CanonOp::error_context_drop, Form::plain, "i", "", Uses::nothing},
    {"[context-get-", CanonOp::context_get, Form::plain, "", "", Uses::nothing},
    {"[context-set-", CanonOp::context_set, Form::plain, "", "", Uses::nothing},
    {"[thread-index]", CanonOp::thread_index, Form::plain, "", "i", Uses::nothing},
    {"[thread-new-indirect-v0]", CanonOp::thread_new_indirect, Form::plain, "ii", "i", Uses::table},
    {"[thread-resume-later]", CanonOp::thread_resume_later, Form::plain, "i", "", Uses::nothing},
    {"[thread-suspend]", CanonOp::thread_suspend, Form::may_cancel, "", "i", Uses::nothing},
    {"[thread-yield]", CanonOp::thread_yield, Form::may_cancel, "", "i", Uses::nothing},
    {"[thread-suspend-then-resume]", CanonOp::thread_suspend_resume, Form::may_cancel, "i", "i",
     Uses::nothing},
    {"[thread-yield-then-resume]", CanonOp::thread_yield_resume, Form::may_cancel, "i", "i",
     Uses::nothing},
    {"[thread-suspend-then-promote]", CanonOp::thread_suspend_promote, Form::may_cancel, "i", "i",
     Uses::nothing},
    {"[thread-yield-then-promote]", CanonOp::thread_yield_promote, Form::may_cancel, "i", "i",
     Uses::nothing},
};

constexpr CopyBuiltIn copies[] = {
    {"[future-new-", CanonOp::future_new, false, "", "I", false, false, false},
    {"[future-write-", CanonOp::future_write, true, "ii", "i", false, true, false},
    {"[future-read-", CanonOp::future_read, true, "ii", "i", false, true, true},
    {"[future-cancel-write-", CanonOp::future_cancel_write, true, "i", "i", false, false, false},
    {"[future-cancel-read-", CanonOp::future_cancel_read, true, "i", "i", false, false, false},
    {"[future-drop-writable-", CanonOp::future_drop_writable, false, "i", "", false, false, false},
    {"[future-drop-readable-", CanonOp::future_drop_readable, false, "i", "", false, false, false},
    {"[future-forward-", CanonOp::future_forward, false, "ii", "", false, false, false},
    {"[stream-new-", CanonOp::stream_new, false, "", "I", true, false, false},
    {"[stream-write-", CanonOp::stream_write, true, "iii", "i", true, true, false},
    {"[stream-read-", CanonOp::stream_read, true, "iii", "i", true, true, true},
    {"[stream-cancel-write-", CanonOp::stream_cancel_write, true, "i", "i", true, false, false},
    {"[stream-cancel-read-", CanonOp::stream_cancel_read, true, "i", "i", true, false, false},
    {"[stream-drop-writable-", CanonOp::stream_drop_writable, false, "i", "", true, false, false},
    {"[stream-drop-readable-", CanonOp::stream_drop_readable, false, "i", "", true, false, false},
    {"[stream-forward-", CanonOp::stream_forward, false, "ii", "", true, false, false},
};

constexpr std::string_view encodings[] = {"utf8", "utf16", "latin1+utf16"};

/// `0`, `i32-0`, `i64-1`.
bool read_slot(std::string_view text, FoundBuiltIn& into) {
    using Kind = wasm::ValType::Kind;
    into.slot_type = wasm::ValType(text.starts_with("i64-") ? Kind::i64 : Kind::i32);
    if (text.starts_with("i64-") || text.starts_with("i32-"))
        text.remove_prefix(4);
    const auto slot = base::parse_decimal<std::uint32_t>(text);
    into.slot = slot.value_or(0);
    return slot.has_value();
}

/// A row's name that ends with `-` is followed by more, up to the bracket.
bool matches(const BuiltIn& row, std::string_view field, FoundBuiltIn& into) {
    if (!row.name.ends_with('-'))
        return field == row.name;
    if (!strip(field, row.name) || !field.ends_with(']'))
        return false;
    field.remove_suffix(1);
    if (row.uses != Uses::encoding)
        return read_slot(field, into);
    const auto* const found = std::ranges::find(encodings, field);
    into.encoding = static_cast<std::uint8_t>(found - std::begin(encodings));
    return found != std::end(encodings);
}

} // namespace

// The drop of an exported resource differs from that of an imported one by its module only.
constexpr Scheme legacy_scheme{
    .prefix = "",
    .root = "$root",
    .interface = "",
    .own = "[export]",
    .memory = "memory",
    .realloc = "cabi_realloc",
    .initialize = "_initialize",
    .table = "__indirect_function_table",
    .task_hook = "__wasm_task_hook",
    .export_root = "",
    .export_begin = "",
    .export_middle = "#",
    .post_return = {"cabi_post_", ""},
    .destructor = {"[dtor]", ""},
    .async_lift = "[async-lift]",
    .async_lift_stackful = "[async-lift-stackful]",
    .callback = "[callback]",
    .resource_drop = {"[resource-drop]", ""},
    .resource_new = {"[resource-new]", ""},
    .resource_rep = {"[resource-rep]", ""},
    .task_return = "[task-return]",
    .task_cancel = "[task-cancel]",
    .async_lower = "[async-lower]",
    .cancellable = "[cancellable]",
    .full_versions = true,
    .has_async = true,
};

constexpr Scheme standard_scheme{
    .prefix = "cm32p2",
    .root = "",
    .interface = "|",
    .own = "_ex_",
    .memory = "_memory",
    .realloc = "_realloc",
    .initialize = "_initialize",
    .table = "",
    .task_hook = "",
    .export_root = "||",
    .export_begin = "|",
    .export_middle = "|",
    .post_return = {"", "_post"},
    .destructor = {"", "_dtor"},
    .async_lift = "",
    .async_lift_stackful = "",
    .callback = "",
    .resource_drop = {"", "_drop"},
    .resource_new = {"", "_new"},
    .resource_rep = {"", "_rep"},
    .task_return = "",
    .task_cancel = "",
    .async_lower = "",
    .cancellable = "",
    .full_versions = false,
    .has_async = false,
};

bool strip(std::string_view& text, std::string_view prefix) noexcept {
    if (prefix.empty() || !text.starts_with(prefix))
        return false;
    text.remove_prefix(prefix.size());
    return true;
}

std::string Affix::around(std::string_view name) const {
    return std::string(before).append(name).append(after);
}

std::optional<std::string_view> Affix::inside(std::string_view text) const noexcept {
    if (before.empty() && after.empty())
        return std::nullopt;
    if (text.size() < before.size() + after.size() || !text.starts_with(before) ||
        !text.ends_with(after))
        return std::nullopt;
    return text.substr(before.size(), text.size() - before.size() - after.size());
}

const Allocator* find_allocator(std::string_view name) noexcept {
    const auto* const found = std::ranges::find(allocators, name, &Allocator::name);
    return found == std::end(allocators) ? nullptr : found;
}

bool is_main_realloc(std::string_view field) noexcept {
    return field == legacy_scheme.realloc || field == allocators[0].name;
}

const ThreadLocal* find_thread_local(std::string_view field) noexcept {
    const auto* const found = std::ranges::find(thread_locals, field, &ThreadLocal::name);
    return found == std::end(thread_locals) ? nullptr : found;
}

const BuiltIn& built_in_row(CanonOp op) noexcept {
    const auto* const found = std::ranges::find(built_ins, op, &BuiltIn::op);
    TENON_ASSERT(found != std::end(built_ins));
    return *found;
}

const CopyBuiltIn& copy_row(CanonOp op) noexcept {
    const auto* const found = std::ranges::find(copies, op, &CopyBuiltIn::op);
    TENON_ASSERT(found != std::end(copies));
    return *found;
}

std::optional<FoundBuiltIn> find_built_in(const Scheme& scheme, std::string_view field) {
    if (!scheme.has_async)
        return std::nullopt;
    auto rest = field;
    const bool cancellable = strip(rest, scheme.cancellable);
    const bool async = !cancellable && strip(rest, scheme.async_lower);
    for (const auto& row : built_ins) {
        if ((cancellable && row.form != Form::may_cancel) ||
            (async && row.form != Form::may_be_async))
            continue;
        FoundBuiltIn found{.row = &row, .flag = cancellable || async};
        if (matches(row, rest, found))
            return found;
    }
    return std::nullopt;
}

wasm::FuncType type_of(std::string_view params, std::string_view results) {
    wasm::FuncType type;
    const auto add = [](std::vector<wasm::ValType>& into, std::string_view letters) {
        for (const char letter : letters)
            into.emplace_back(letter == 'I' ? wasm::ValType::Kind::i64 : wasm::ValType::Kind::i32);
    };
    add(type.params, params);
    add(type.results, results);
    return type;
}

wasm::FuncType type_of(const FoundBuiltIn& built_in) {
    auto type = type_of(built_in.row->params, built_in.row->results);
    if (built_in.row->op == CanonOp::context_get)
        type.results.push_back(built_in.slot_type);
    if (built_in.row->op == CanonOp::context_set)
        type.params.push_back(built_in.slot_type);
    return type;
}

std::optional<FoundCopy> find_copy(const Scheme& scheme, std::string_view field) {
    if (!scheme.has_async)
        return std::nullopt;
    const bool async = strip(field, scheme.async_lower);
    for (const auto& row : copies) {
        auto rest = field;
        if ((async && !row.may_be_async) || !strip(rest, row.name))
            continue;
        const auto end = rest.find(']');
        if (end == rest.npos)
            continue;
        return FoundCopy{&row, async, rest.substr(0, end), rest.substr(end + 1)};
    }
    return std::nullopt;
}

std::string key_text(const Scheme& scheme, const wit::Model& model, const wit::WorldKey& key) {
    const auto* const at = std::get_if<wit::InterfaceIdx>(&key);
    if (at == nullptr || scheme.full_versions)
        return model.key_name(key);
    const auto& interface = model[*at];
    auto package = model[interface.package].name;
    const auto version = package.version;
    package.version.reset();
    auto text = package.item(interface.name.value_or(""));
    if (version)
        text += '@' + wit::track_of(*version);
    return text;
}

std::string export_text(const Scheme& scheme, const wit::Model& model,
                        const wit::WorldKey* interface, std::string_view function) {
    std::string text(scheme.prefix);
    if (interface == nullptr)
        return text.append(scheme.export_root).append(function);
    text.append(scheme.export_begin).append(key_text(scheme, model, *interface));
    return text.append(scheme.export_middle).append(function);
}

} // namespace tenon::compose
