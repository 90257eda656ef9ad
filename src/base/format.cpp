// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// fmt's own code, compiled here and nowhere else: other files include <fmt/core.h>, which declares
// it. The distribution's archive of fmt is not used because it knows floating point and locales;
// cmake/TenonCompile.cmake says what they cost and switches them off.
#include <fmt/format-inl.h>

FMT_BEGIN_NAMESPACE
namespace detail {

template auto thousands_sep_impl<char>(locale_ref) -> thousands_sep_result<char>;
template auto decimal_point_impl(locale_ref) -> char;
#if FMT_VERSION < 110000 // a template until then
template void vformat_to<char>(buffer<char>&, string_view, format_args, locale_ref);
#endif

} // namespace detail
FMT_END_NAMESPACE
