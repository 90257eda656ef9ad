// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/artifact_check.hpp"

#include "archive/archive.hpp"
#include "claims/embed.hpp"
#include "cli/likeness.hpp"
#include "cli/limits.hpp"
#include "cli/signing.hpp"
#include "wasm/sections.hpp"

#include <fmt/core.h>

namespace tenon::cli {
namespace {

Result<> check_provider(int fd, const std::string& name, const claims::Trust& trust,
                        const archive::Work& work) {
    const auto info = TENON_TRY(archive::inspect(fd, name, trust, work));
    return info.verdict.require_fit(fmt::format("`{}`", name));
}

Result<> check_wasm(int fd, const std::string& name, const claims::Trust& trust, bool require,
                    const std::stop_token& stop) {
    Buffer wasm;
    for (;;) { // from the start, wherever the descriptor stands
        if (stop.stop_requested())
            return fail(Errc::interrupted, "interrupted");
        constexpr std::size_t piece = 1 << 20;
        const auto size = wasm.size();
        if (size + piece > max_wasm_bytes)
            return fail(Errc::limit, fmt::format("`{}` is larger than any module can be", name));
        wasm.resize(size + piece);
        const auto got = TENON_TRY(base::read_at(fd, size, MutableBytes(wasm).subspan(size), name));
        wasm.resize(size + got);
        if (got == 0)
            break;
    }
    auto found = claims::inspect_wasm(wasm, trust);
    if (!found)
        return fail(std::move(found).error().in_file(name));
    if (*found)
        return (*found)->verdict.require_fit(fmt::format("`{}`", name));
    if (require)
        return fail(
            base::Error(Errc::untrusted, fmt::format("`{}` is not signed", name))
                .help("sign it with `tenon claims sign`, or leave out what asks for a signature"));
    return {};
}

} // namespace

Result<FileKind> kind_of_file(int fd, const std::string& name) {
    Buffer head(8);
    head.resize(TENON_TRY(base::read_at(fd, 0, head, name)));
    if (!wasm::looks_like_wasm(head)) {
        TENON_TRY(refuse_stranger(fd, name, Strangers::all));
        return FileKind{.kind = oci::ArtifactKind::provider};
    }
    const auto walker = wasm::SectionWalker::begin(head);
    if (!walker)
        return fail(
            base::Error(walker.error().code(), walker.error().message(), walker.error().offset())
                .in_file(name));
    return FileKind{.kind = oci::ArtifactKind::component,
                    .module = walker->preamble().layer == wasm::Layer::module};
}

Result<oci::Check> fitness_check(Call& call, std::string name) {
    auto trust = TENON_TRY(trust_of(call));
    trust.require_signature = call.has("require-signature");
    auto work = TENON_TRY(work_of(call));
    work.progress = nullptr; // the bar shows what is on its way
    const bool require = trust.require_signature || !trust.issuers.empty();
    return oci::Check([=, name = std::move(name)](int fd, oci::ArtifactKind kind,
                                                  const std::stop_token& stop) -> Result<> {
        if (kind == oci::ArtifactKind::component)
            return check_wasm(fd, name, trust, require, stop);
        auto stoppable = work;
        stoppable.stop = stop;
        return check_provider(fd, name, trust, stoppable);
    });
}

} // namespace tenon::cli
