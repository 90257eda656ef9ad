#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Proves that every check of tidy.py fires: a small clean tree has no finding, and each fault put into it gives exactly its own."""
import pathlib
import tempfile
import unittest

import tidy

spdx = "SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception"

clean = {
    "src/CMakeLists.txt": f"""# {spdx}
# ground
tenon_module(base DOORS)

# floor 1
tenon_module(data DEPENDS base DOORS json)
tenon_module(pack DEPENDS base)

# floor 2
tenon_module(claims
    DEPENDS base data)
""",
    "src/base/bytes.hpp": f"// {spdx}\n#pragma once\n",
    "src/base/bytes.cpp": f'// {spdx}\n#include "base/bytes.hpp"\n#include <fmt/core.h>\n',
    "src/data/json.hpp": f'// {spdx}\n#pragma once\n#include "base/bytes.hpp"\n',
    "src/data/json.cpp": f'// {spdx}\n#include "data/json.hpp"\n\n#include <nlohmann/json.hpp>\n',
    "src/pack/tar.hpp": f'// {spdx}\n#pragma once\n#include "base/bytes.hpp"\n',
    "src/pack/tar.cpp": f'// {spdx}\n#include "pack/tar.hpp"\n',
    "src/claims/token.hpp": f'// {spdx}\n#pragma once\n#include "data/json.hpp"\n',
    "src/claims/token.cpp": f'// {spdx}\n#include "claims/token.hpp"\n// using namespace std; std::endl in a comment is fine\n',
    "README.md": "# House\n\nSee [the plan](docs/plan.md#second-part) and [below](#house).\n",
    "docs/plan.md": "# Plan\n\n## Second part\n\n```sh\n# not a heading [x](nowhere.md)\n```\n",
    "scripts/setup": f"#!/bin/sh\n# {spdx}\nset -eu\necho ok\n",
    "Makefile": f"# {spdx}\nall:\n\tscripts/setup\n",
}


class Fires(unittest.TestCase):
    def findings(self, changes=None):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**clean, **(changes or {})}.items():
                path = pathlib.Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return [(name, line, rule) for name, line, rule, _ in tidy.check(folder)]

    def one(self, changes, name, line, rule):
        self.assertEqual(self.findings(changes), [(name, line, rule)])

    def token(self, code):
        """The clean token.cpp with a line of code behind it; that is line 4."""
        return {"src/claims/token.cpp": clean["src/claims/token.cpp"] + code + "\n"}

    def modules(self, old, new):
        return {"src/CMakeLists.txt": clean["src/CMakeLists.txt"].replace(old, new)}

    def test_class_that_two_files_define(self):
        inside = "namespace tenon::data {\nclass Part {\n};\n}\n"
        changes = {"src/data/json.hpp": clean["src/data/json.hpp"] + inside, "src/data/json.cpp": clean["src/data/json.cpp"] + inside}
        self.one(changes, "src/data/json.hpp", 5, "twice")
        hidden = "namespace tenon::data {\nnamespace {\nclass Part {\n};\n} // namespace\n}\n"
        self.assertEqual(self.findings({**changes, "src/data/json.cpp": clean["src/data/json.cpp"] + hidden}), [])

    def test_clean_tree_has_no_finding(self):
        self.assertEqual(self.findings(), [])

    def test_arrow_within_a_floor(self):
        self.one(self.modules("pack DEPENDS base", "pack DEPENDS base data"), "src/CMakeLists.txt", 7, "arrow")

    def test_arrow_upwards(self):
        self.one(self.modules("(base DOORS)", "(base DEPENDS claims)"), "src/CMakeLists.txt", 3, "arrow")

    def test_arrow_to_nothing(self):
        self.one(self.modules("pack DEPENDS base", "pack DEPENDS base attic"), "src/CMakeLists.txt", 7, "arrow")

    def test_include_that_depends_does_not_name(self):
        self.one(self.token("#include <pack/tar.hpp>"), "src/claims/token.cpp", 4, "include")

    def test_include_reached_only_through_another_module(self):
        changes = self.modules("DEPENDS base data)", "DEPENDS data)") | self.token('#include "base/bytes.hpp"')
        self.one(changes, "src/claims/token.cpp", 4, "include")

    def test_include_around_the_view(self):
        self.one(self.token('#include "../pack/tar.hpp"'), "src/claims/token.cpp", 4, "include")

    def test_third_party_without_a_door(self):
        self.one(self.token("#include <nlohmann/json.hpp>"), "src/claims/token.cpp", 4, "door")

    def test_third_party_in_a_second_file(self):
        self.one({"src/data/more.cpp": f"// {spdx}\n#include <nlohmann/json.hpp>\n"}, "src/data/more.cpp", 2, "door")

    def test_third_party_in_a_header(self):
        self.one({"src/data/json.hpp": clean["src/data/json.hpp"] + "#include <fmt/core.h>\n"}, "src/data/json.hpp", 4, "door")

    def test_fmt_beyond_its_declarations(self):
        self.one(self.token("#include <fmt/format.h>"), "src/claims/token.cpp", 4, "door")

    def test_header_that_no_one_includes(self):
        self.one({"src/pack/lost.hpp": f"// {spdx}\n#pragma once\n"}, "src/pack/lost.hpp", 0, "unused")

    def test_source_that_no_one_compiles(self):
        self.one({"src/pack/deep/lost.cpp": f"// {spdx}\n"}, "src/pack/deep/lost.cpp", 0, "unused")

    def test_folder_that_is_no_module(self):
        self.one({"src/attic/box.cpp": f"// {spdx}\n"}, "src/attic", 0, "unused")

    def test_script_that_nothing_names(self):
        self.one({"scripts/lost": clean["scripts/setup"]}, "scripts/lost", 0, "unused")

    def test_python_file_that_nothing_names(self):
        self.one({"test/lost.py": f"# {spdx}\n"}, "test/lost.py", 0, "unused")

    def test_cmake_file_that_nothing_names(self):
        self.one({"cmake/Lost.cmake": f"# {spdx}\n"}, "cmake/Lost.cmake", 0, "unused")

    def test_page_that_no_page_links_to(self):
        self.one({"docs/lost.md": "# Lost\n"}, "docs/lost.md", 0, "unused")

    def test_using_namespace_in_a_header(self):
        self.one({"src/pack/tar.hpp": clean["src/pack/tar.hpp"] + "using namespace std;\n"}, "src/pack/tar.hpp", 4, "word")

    def test_using_namespace_in_a_source_is_allowed(self):
        self.assertEqual(self.findings(self.token("using namespace std::literals;")), [])

    def test_endl(self):
        self.one(self.token("void f() { out << std::endl; }"), "src/claims/token.cpp", 4, "word")

    def test_leftover(self):
        self.one(self.token("// FIX" "ME later"), "src/claims/token.cpp", 4, "word")

    def test_swallowed_exception(self):
        self.one(self.token("void f() try { g(); } catch (...) {\n}"), "src/claims/token.cpp", 4, "word")

    def test_result_thrown_away(self):
        self.one(self.token("void f() { (void)g(); }"), "src/claims/token.cpp", 4, "word")

    def test_brace_in_an_await_expression(self):
        self.one(self.token("auto f() { co_await g(Options{1}); }"), "src/claims/token.cpp", 4, "co-await")

    def test_await_before_a_block_is_allowed(self):
        self.assertEqual(self.findings(self.token("auto f() { co_await g(); if (x) { h(); } }")), [])

    def test_missing_licence(self):
        self.one({"src/pack/tar.cpp": '#include "pack/tar.hpp"\n'}, "src/pack/tar.cpp", 1, "spdx")

    def test_missing_licence_in_a_script(self):
        self.one({"scripts/setup": "#!/bin/sh\nset -eu\n"}, "scripts/setup", 1, "spdx")

    def test_file_that_is_too_long(self):
        self.one(self.token("\n" * 800), "src/claims/token.cpp", 0, "size")

    def test_vague_name(self):
        self.one({"src/pack/util.cpp": f"// {spdx}\n"}, "src/pack/util.cpp", 0, "name")

    def test_open_end_without_issue(self):
        self.one(self.token("// TO" "DO: more"), "src/claims/token.cpp", 4, "todo")

    def test_open_end_with_issue_is_allowed(self):
        self.assertEqual(self.findings(self.token("// TO" "DO(#12): more")), [])

    def test_place_on_one_machine(self):
        self.one(self.token('auto place = "/wo' 'rk/main";'), "src/claims/token.cpp", 4, "path")

    def test_home_of_somebody(self):
        self.one({"Makefile": clean["Makefile"] + "\t/ho" "me/carol/bin/x\n"}, "Makefile", 4, "path")

    def test_relative_path_is_allowed(self):
        self.assertEqual(self.findings(self.token('auto place = "build/work/main";')), [])

    def test_waiver_counts_for_its_rule_only(self):
        self.assertEqual(self.findings(self.token("// TO" "DO: more, tidy: allow todo")), [])
        self.one(self.token("// TO" "DO: more, tidy: allow word"), "src/claims/token.cpp", 4, "todo")

    def test_download_while_building(self):
        self.one({"src/CMakeLists.txt": clean["src/CMakeLists.txt"] + "include(FetchContent)\n"}, "src/CMakeLists.txt", 12, "download")

    def test_download_in_a_script(self):
        self.one({"scripts/setup": clean["scripts/setup"] + "curl -O http://x\n"}, "scripts/setup", 5, "download")

    def test_script_for_another_shell(self):
        self.one({"scripts/setup": clean["scripts/setup"].replace("/sh", "/bash")}, "scripts/setup", 1, "shell")

    def test_script_that_goes_on_after_an_error(self):
        self.one({"scripts/setup": clean["scripts/setup"].replace("set -eu", "set -x")}, "scripts/setup", 1, "shell")

    def test_script_with_a_syntax_error(self):
        self.one({"scripts/setup": clean["scripts/setup"] + "if true\n"}, "scripts/setup", 0, "syntax")

    def test_python_with_a_syntax_error(self):
        changes = {"scripts/tool.py": f"# {spdx}\ndef f(:\n", "Makefile": clean["Makefile"] + "\tscripts/tool.py\n"}
        self.one(changes, "scripts/tool.py", 2, "syntax")

    def test_link_to_nothing(self):
        self.one({"docs/plan.md": clean["docs/plan.md"] + "[x](gone.md)\n"}, "docs/plan.md", 8, "link")

    def test_link_to_a_missing_heading(self):
        self.one({"docs/plan.md": clean["docs/plan.md"] + "[x](#third-part)\n"}, "docs/plan.md", 8, "link")

    def test_definition_that_leads_nowhere(self):
        self.one({"docs/plan.md": clean["docs/plan.md"] + "[x]: gone.md\n"}, "docs/plan.md", 8, "link")

    def test_link_out_of_the_tree(self):
        self.one({"README.md": clean["README.md"] + "[x](../other/README.md)\n"}, "README.md", 4, "link")

    def test_page_that_names_a_missing_file(self):
        self.one({"docs/plan.md": clean["docs/plan.md"] + "Open `pack/zip.cpp`.\n"}, "docs/plan.md", 8, "link")

    def test_page_that_names_files_is_allowed(self):
        changes = {"docs/plan.md": clean["docs/plan.md"] + "Open `pack/tar.cpp`, `src/pack/tar.hpp` or `fuzz/NAME.cpp`.\n"}
        self.assertEqual(self.findings(changes), [])

    def test_anchor_of_code_in_a_heading(self):
        changes = {"docs/plan.md": clean["docs/plan.md"] + "## `par insert` keeps, always\n[x](#par-insert-keeps-always)\n"}
        self.assertEqual(self.findings(changes), [])


if __name__ == "__main__":
    unittest.main()
