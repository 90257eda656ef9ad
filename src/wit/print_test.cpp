// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/print.hpp"

#include "wit/dependencies.hpp"
#include "wit/test_wit.hpp"

#include <gtest/gtest.h>

namespace tenon::wit {
namespace {

std::string printed(const Readback& read) {
    const auto all = with_dependencies(read.model, {read.main});
    auto text = print(read.model, read.main, all);
    return text ? *text : text.error().message();
}

/// What stays as it is when it is read and printed.
void expect_fixed(const std::string& text) {
    ReadOptions options;
    options.features.all = true;
    EXPECT_EQ(printed(read_good(text, options)), text);
}

TEST(Print, keeps_its_own_style) {
    expect_fixed(R"(/// About the package.
package a:b@1.0.0;

interface types {
  resource %type;

  type t = u8;
}

interface %interface {
  use types.{%type, t as u};

  /// A record,
  ///   with docs.
  record r {
    /// a field
    a: u8,
    %bool: string,
  }

  variant v {
    a(result<_, u8>),
    b,
  }

  enum e {
    a,
    b,
  }

  flags f {
    a,
  }

  @since(version = 1.0.0)
  @deprecated(version = 1.1.0)
  type list-of = list<u8, 4>;

  type handle = own<%type>;

  resource res {
    constructor(a: list<map<string, tuple<char, f32>>>) -> result<res>;
    m: async func() -> option<res>;
    s: static func(a: borrow<res>, b: %type);
  }

  empty: func();

  @external-id("a\"b")
  much: func(a: future, b: stream<u8>, c: result, d: error-context) -> result<u8, string>;
}

@unstable(feature = x)
world w {
  import x: interface {
    f: func();
  }
  import types;
  import %interface;
  /// By another name.
  import y: types;
  import c:d/e@0.2.0-rc.1;
  use types.{t};

  record own-record {
    a: t,
  }
  import g: func(a: own-record) -> t;

  export h: async func();
}

package c:d@0.2.0-rc.1 {
  interface e {
  }
}
)");
}

TEST(Print, writes_a_package_without_items) {
    expect_fixed("package a:%use;\n");
}

TEST(Print, keeps_docs_readable_whatever_they_hold) {
    auto read = read_good("package a:b;\ninterface i {}");
    read.model.interfaces[0].docs = "  a\x01\xe2\x80\xae\n\n   b\n";
    EXPECT_EQ(printed(read), "package a:b;\n\n/// a\xef\xbf\xbd\xef\xbf\xbd\n///\n///  b\n"
                             "interface i {\n}\n");
}

TEST(Print, refuses_what_wit_cannot_say) {
    auto read = read_good("package a:b;\ninterface i { f: func(a: list<u8>); }");
    auto& function = *read.model.interfaces[0].functions.find("f");
    const TypeIdx first{static_cast<std::uint32_t>(read.model.types.size())};
    for (std::uint32_t i = 0; i < 200; ++i) {
        TypeDef type;
        type.kind = List{i == 0 ? Type(Primitive::u8) : Type(TypeIdx{first.value + i - 1})};
        read.model.types.push_back(type);
    }
    function.params[0].type = TypeIdx{first.value + 199};
    EXPECT_EQ(printed(read), "type nesting too deep to be written as WIT");
}

TEST(Print, stops_at_its_limit) {
    // Thirty pairs of pairs: small as a graph, a billion names as text.
    auto read = read_good("package a:b;\ninterface i { f: func(a: u8); }");
    Type inner = Primitive::u8;
    for (int i = 0; i < 30; ++i) {
        TypeDef type;
        type.kind = Tuple{{inner, inner}};
        inner = TypeIdx{static_cast<std::uint32_t>(read.model.types.size())};
        read.model.types.push_back(type);
    }
    read.model.interfaces[0].functions.find("f")->params[0].type = inner;
    const auto text = print(read.model, read.main, {}, PrintOptions{true, 10'000});
    ASSERT_FALSE(text.has_value());
    EXPECT_EQ(text.error().code(), Errc::limit);
}

// Fifty small types, and petabytes of text.
TEST(Print, does_not_begin_a_text_without_end) {
    auto read = read_good("package a:b;\ninterface i { f: func(x: u8); }");
    auto& function = read.model.interfaces[0].functions.value(0);
    function.params[0].type = tower(read.model, 50);
    for (const auto& text : {print(read.model, read.main), print_function(read.model, function),
                             print_type(read.model, function.params[0].type)}) {
        ASSERT_FALSE(text.has_value());
        EXPECT_EQ(text.error().code(), Errc::limit);
        EXPECT_EQ(text.error().message(),
                  "types without a name repeat too often to be written as WIT");
    }
}

TEST(Print, limits_hold_inside_of_types) {
    const auto read = read_good("package a:b;\ninterface i { f: func(x: tuple<list<u8>, "
                                "list<u8>, option<list<u8>>>) -> list<u8>; }");
    const auto& function = read.model.interfaces[0].functions.value(0);
    const auto problem = [&](PrintOptions options) {
        const auto text = print(read.model, read.main, {}, options);
        return text ? std::string("printed") : text.error().message();
    };
    PrintOptions options;
    options.max_written_out = 6; // the tuple, four lists and the option
    EXPECT_EQ(problem(options), "printed");
    options.max_written_out = 5;
    EXPECT_EQ(problem(options), "types without a name repeat too often to be written as WIT");
    options = {};
    options.max_bytes = 20; // `package a:b;` has room, the signature has not
    EXPECT_EQ(problem(options), "the WIT text is too large");
    EXPECT_EQ(print_function(read.model, function).value_or(""),
              "f: func(x: tuple<list<u8>, list<u8>, option<list<u8>>>) -> list<u8>");
}

} // namespace
} // namespace tenon::wit
