// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The rows of the verb table, each defined in the file of its verb.
#pragma once

#include "cli/verb.hpp"

namespace tenon::cli {

extern const Verb program_verb;

extern const Verb build_verb;
extern const Verb check_verb;
extern const Verb claims_verb;
extern const Verb claims_inspect_verb;
extern const Verb claims_sign_verb;
extern const Verb claims_token_verb;
extern const Verb claims_token_account_verb;
extern const Verb claims_token_component_verb;
extern const Verb claims_token_operator_verb;
extern const Verb claims_token_provider_verb;
extern const Verb claims_verify_verb;
extern const Verb completions_verb;
extern const Verb component_verb;
extern const Verb component_embed_verb;
extern const Verb component_new_verb;
extern const Verb component_plug_verb;
extern const Verb component_semver_check_verb;
extern const Verb component_targets_verb;
extern const Verb component_unbundle_verb;
extern const Verb component_wit_verb;
extern const Verb drain_verb;
extern const Verb dump_verb;
extern const Verb help_verb;
extern const Verb inspect_verb;
extern const Verb keys_verb;
extern const Verb keys_gen_verb;
extern const Verb keys_get_verb;
extern const Verb keys_list_verb;
extern const Verb man_verb;
extern const Verb metadata_verb;
extern const Verb metadata_add_verb;
extern const Verb metadata_show_verb;
extern const Verb objdump_verb;
extern const Verb par_verb;
extern const Verb par_create_verb;
extern const Verb par_extract_verb;
extern const Verb par_insert_verb;
extern const Verb par_inspect_verb;
extern const Verb par_verify_verb;
extern const Verb parse_verb;
extern const Verb print_verb;
extern const Verb pull_verb;
extern const Verb push_verb;
extern const Verb reg_verb;
extern const Verb reg_pull_verb;
extern const Verb reg_push_verb;
extern const Verb registry_verb;
extern const Verb registry_gc_verb;
extern const Verb registry_serve_verb;
extern const Verb smith_verb;
extern const Verb strip_verb;
extern const Verb validate_verb;
extern const Verb version_verb;
extern const Verb wast_verb;
extern const Verb wit_verb;
extern const Verb wit_fmt_verb;
extern const Verb wit_lint_verb;
extern const Verb wit_print_verb;
extern const Verb wit_validate_verb;

} // namespace tenon::cli
