// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/format.hpp"

#include <gtest/gtest.h>

namespace tenon::wit {
namespace {

std::string formatted(std::string text) {
    auto once = format("test.wit", std::move(text));
    if (!once)
        return once.error().message();
    const auto twice = format("test.wit", *once);
    EXPECT_EQ(twice.value_or("refused"), *once);
    return *once;
}

TEST(Format, puts_one_thing_on_each_line) {
    EXPECT_EQ(formatted("package a:b @ 1.0.0;interface i{use c:d/e @1.0.0-x.{t  as u,v,};"
                        "record r{a:list<u8>,b:tuple<u8,u8,>} f:async func(a:u8,)->result<_,u8>;"
                        "resource s; resource q{constructor();m:static func();}}"
                        "world w{import x:func();import a:b/c;import y:c:d/e;"
                        "include v with{a as b,} export z:interface{}}"),
              R"(package a:b@1.0.0;
interface i {
  use c:d/e@1.0.0-x.{t as u, v};
  record r {
    a: list<u8>,
    b: tuple<u8, u8>,
  }
  f: async func(a: u8) -> result<_, u8>;
  resource s;
  resource q {
    constructor();
    m: static func();
  }
}
world w {
  import x: func();
  import a:b/c;
  import y: c:d/e;
  include v with { a as b }
  export z: interface {}
}
)");
}

TEST(Format, keeps_every_comment_where_it_was) {
    EXPECT_EQ(formatted(R"(// first
package a:b; // behind

/// Docs.
@since( version=1.0.0 )   /* gate */
interface i { // opened
   a: func( /* none */ ); // one


   // alone
   b: func(x: u8 // inside
     , y: u8);
   record r { a: u8 // last
   }
   // at the end
}
// end
)"),
              R"(// first
package a:b; // behind

/// Docs.
@since(version = 1.0.0) /* gate */
interface i { // opened
  a: func( /* none */ ); // one

  // alone
  b: func(x: u8 // inside
      , y: u8);
  record r {
    a: u8, // last
  }
  // at the end
}
// end
)");
}

TEST(Format, breaks_lines_that_are_too_long) {
    EXPECT_EQ(
        formatted("package a:b; interface i { a-function-with-a-long-name: func(parameter-one: "
                  "list<string>, parameter-two: list<string>, three: u8) -> u8; }"),
        R"(package a:b;
interface i {
  a-function-with-a-long-name: func(
    parameter-one: list<string>,
    parameter-two: list<string>,
    three: u8,
  ) -> u8;
}
)");
}

TEST(Format, leaves_a_long_case_of_a_variant_in_one_line) {
    const std::string text = R"(package a:b;
interface i {
  variant v {
    a-case-with-a-long-name(tuple<list<string>, list<string>, list<string>, list<string>, list<u8>>),
  }
}
)";
    EXPECT_EQ(formatted(text), text);
}

TEST(Format, keeps_empty_lines_but_no_two_together) {
    EXPECT_EQ(
        formatted("package a:b;\n\n\n\ninterface i {\n\n  a: func();\n\n  b: func();\n\n}\n\n"),
        "package a:b;\n\ninterface i {\n  a: func();\n\n  b: func();\n}\n");
}

TEST(Format, refuses_what_does_not_parse) {
    EXPECT_EQ(formatted("package a:b"), "expected `{`, found end of file");
}

} // namespace
} // namespace tenon::wit
