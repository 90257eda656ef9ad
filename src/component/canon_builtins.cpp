// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/canon_builtins.hpp"

#include <algorithm>
#include <iterator>

namespace tenon::component {
namespace {

using Op = ast::CanonOp;
using Of = BuiltinOf;
using F = wasm::Feature;
using M = Builtin::Memory;

constexpr auto no = F::mvp;
constexpr auto more = F::cm_more_async_builtins;
constexpr auto shared = F::shared_everything_threads;

constexpr Builtin table[] = {
    {Op::resource_new, Of::local_resource, F::mvp, "r", "i", no, M::none},
    {Op::resource_drop, Of::resource, F::mvp, "i", "", no, M::none},
    {Op::resource_rep, Of::local_resource, F::mvp, "i", "r", no, M::none},
    {Op::task_cancel, Of::nothing, F::cm_async, "", "", no, M::none},
    {Op::subtask_cancel, Of::nothing, F::cm_async, "i", "i", more, M::none},
    {Op::subtask_drop, Of::nothing, F::cm_async, "i", "", no, M::none},
    {Op::context_get, Of::nothing, F::cm_async, "", "c", no, M::none},
    {Op::context_set, Of::nothing, F::cm_async, "c", "", no, M::none},
    {Op::stream_new, Of::stream, F::cm_async, "", "l", no, M::none},
    {Op::stream_read, Of::stream, F::cm_async, "ipp", "p", more, M::for_pointers},
    {Op::stream_write, Of::stream, F::cm_async, "ipp", "p", more, M::for_elements},
    {Op::stream_cancel_read, Of::stream, F::cm_async, "i", "i", more, M::none},
    {Op::stream_cancel_write, Of::stream, F::cm_async, "i", "i", more, M::none},
    {Op::stream_drop_readable, Of::stream, F::cm_async, "i", "", no, M::none},
    {Op::stream_drop_writable, Of::stream, F::cm_async, "i", "", no, M::none},
    {Op::stream_forward, Of::stream, F::cm_forward, "ii", "", no, M::none},
    {Op::future_new, Of::future, F::cm_async, "", "l", no, M::none},
    {Op::future_read, Of::future, F::cm_async, "ip", "i", more, M::for_pointers},
    {Op::future_write, Of::future, F::cm_async, "ip", "i", more, M::for_elements},
    {Op::future_cancel_read, Of::future, F::cm_async, "i", "i", more, M::none},
    {Op::future_cancel_write, Of::future, F::cm_async, "i", "i", more, M::none},
    {Op::future_drop_readable, Of::future, F::cm_async, "i", "", no, M::none},
    {Op::future_drop_writable, Of::future, F::cm_async, "i", "", no, M::none},
    {Op::future_forward, Of::future, F::cm_forward, "ii", "", no, M::none},
    {Op::error_context_new, Of::nothing, F::cm_error_context, "pp", "i", no, M::always},
    {Op::error_context_message, Of::nothing, F::cm_error_context, "ip", "", no, M::with_realloc},
    {Op::error_context_drop, Of::nothing, F::cm_error_context, "i", "", no, M::none},
    {Op::waitable_set_new, Of::nothing, F::cm_async, "", "i", no, M::none},
    {Op::waitable_set_wait, Of::nothing, F::cm_async, "im", "i", no, M::none},
    {Op::waitable_set_poll, Of::nothing, F::cm_async, "im", "i", no, M::none},
    {Op::waitable_set_drop, Of::nothing, F::cm_async, "i", "", no, M::none},
    {Op::waitable_join, Of::nothing, F::cm_async, "ii", "", no, M::none},
    {Op::backpressure_inc, Of::nothing, F::cm_async, "", "", no, M::none},
    {Op::backpressure_dec, Of::nothing, F::cm_async, "", "", no, M::none},
    {Op::thread_yield, Of::nothing, F::cm_async, "", "i", no, M::none},
    {Op::thread_index, Of::nothing, F::cm_threading, "", "i", no, M::none},
    {Op::thread_resume_later, Of::nothing, F::cm_threading, "i", "", no, M::none},
    {Op::thread_suspend, Of::nothing, F::cm_threading, "", "i", no, M::none},
    {Op::thread_suspend_resume, Of::nothing, F::cm_threading, "i", "i", no, M::none},
    {Op::thread_yield_resume, Of::nothing, F::cm_threading, "i", "i", no, M::none},
    {Op::thread_suspend_promote, Of::nothing, F::cm_threading, "i", "i", no, M::none},
    {Op::thread_yield_promote, Of::nothing, F::cm_threading, "i", "i", no, M::none},
    {Op::thread_available, Of::nothing, shared, "", "i", no, M::none},
};

} // namespace

const Builtin* builtin(ast::CanonOp op) noexcept {
    const auto* const found = std::ranges::find(table, op, &Builtin::op);
    return found == std::end(table) ? nullptr : found;
}

} // namespace tenon::component
