// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// WIT packages as binaries.
#include "component/test_tree.hpp"

#include <gtest/gtest.h>

namespace tenon::component {
namespace {

std::string hex(Bytes bytes) {
    std::string out;
    for (const auto byte : bytes) {
        constexpr std::string_view digits = "0123456789abcdef";
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

// What wasm-tools 1.263 makes of the same text, up to the section `producers`: preamble; type and
// export of `i`, of `j` (which imports `i` with its types alone and takes `s` by two aliases) and
// of `w` (which imports `i` whole); `package-docs` with nothing to say.
TEST(EncodePackage, gives_the_bytes_that_others_give) {
    const auto binary = encoded("package a:b@1.0.0;\n"
                                "interface i { resource s { m: func() -> list<u8>; } }\n"
                                "interface j { use i.{s}; g: func(x: s); }\n"
                                "world w { export j; }\n");
    ASSERT_TRUE(binary);
    constexpr std::string_view expected =
        "0061736d0d000100073d01410201420504000173030101680001707d0140010473656c6601000204"
        "000b5b6d6574686f645d732e6d010304000b613a622f6940312e302e3005000b0701000169030000"
        "075201410501420104000173030103000b613a622f6940312e302e30050002030000017301420502"
        "0302010104000173030000016901014001017802010004000167010304000b613a622f6a40312e30"
        "2e3005020b070100016a03020007860101410201410501420504000173030101680001707d014001"
        "0473656c6601000204000b5b6d6574686f645d732e6d010303000b613a622f6940312e302e300500"
        "02030000017301420502030201010400017303000001690101400101780201000400016701030400"
        "0b613a622f6a40312e302e30050204000b613a622f7740312e302e3004000b070100017703040000"
        "100c7061636b6167652d646f6373017b7d";
    EXPECT_EQ(hex(*binary).substr(0, expected.size()), expected);
    EXPECT_EQ(hex(*binary).substr(expected.size()), "0021"
                                                    "0970726f647563657273"
                                                    "01"
                                                    "0c70726f6365737365642d6279"
                                                    "01"
                                                    "057465737473"
                                                    "0131");
}

TEST(EncodePackage, what_has_no_encoding_is_shown_in_its_text) {
    EXPECT_EQ(problem(encoded("package a:b;\ninterface i { record empty {} }")),
              "invalid: `empty` is a record without fields, which has no binary encoding");
    EXPECT_EQ(problem(encoded("package a:b;\ninterface i { flags none {} }")),
              "invalid: `none` is a set of flags without labels, which has no binary encoding");
}

TEST(Package, every_kind_of_type_survives) {
    constexpr auto text = R"(package a:b@0.2.1;

interface types {
  record point {
    x: f32,
    y: f64,
  }

  variant shape {
    dot,
    circle(point),
    many(list<shape-name>),
  }

  type shape-name = string;

  enum color {
    red,
    green,
  }

  flags rights {
    read,
    write,
  }

  type pair = tuple<u8, s64>;

  type names = map<string, option<char>>;

  type bytes = list<u8, 4>;

  resource file {
    constructor(name: string);
    read: async func(at: u64) -> result<list<u8>, error-context>;
    open: static func(names: list<string>) -> own<file>;
  }

  send: func(data: stream<u8>, done: future<result<_, string>>, any: future) -> stream;

  look: func(at: borrow<file>) -> option<result>;
}
)";
    // `shape` needs `shape-name`, and `own<file>` is how `file` is spelled in full.
    const auto back = there_and_back(text);
    EXPECT_NE(back.find("  type names = map<string, option<char>>;\n"), back.npos) << back;
    EXPECT_NE(back.find("    read: async func(at: u64) -> result<list<u8>, error-context>;\n"),
              back.npos);
    EXPECT_NE(back.find("    many(list<shape-name>),\n"), back.npos);
    EXPECT_NE(back.find("  send: func(data: stream<u8>, done: future<result<_, string>>, any: "
                        "future) -> stream;\n"),
              back.npos);
    EXPECT_EQ(there_and_back(back), back);
}

TEST(Package, docs_and_gates_survive) {
    constexpr auto text = R"(/// The package.
package a:b@0.2.1;

/// An interface.
@since(version = 0.2.0)
interface i {
  /// A record
  /// on two lines.
  record r {
    /// Its field.
    x: u8,
  }

  /// A resource.
  resource s {
    /// Its method.
    @since(version = 0.2.1)
    m: func();
  }
}

/// A world.
world w {
  /// What it needs.
  @since(version = 0.2.0)
  import i;
  /// Of its own.
  import mine: interface {
    /// Does it.
    f: func();
  }

  /// What it gives.
  export g: func();
}
)";
    EXPECT_EQ(there_and_back(text), text);
}

TEST(Package, worlds_keep_names_types_and_what_they_implement) {
    constexpr auto text = R"(package a:b;

interface store {
  get: func() -> u8;
}

world w {
  import primary: store;
  import secondary: store;
  type t = u32;
  import f: func(x: t);

  export store;
}
)";
    const auto back = there_and_back(text);
    EXPECT_NE(back.find("  import primary: store;\n  import secondary: store;\n"), back.npos)
        << back;
    EXPECT_NE(back.find("  import f: func(x: t);\n"), back.npos);
    EXPECT_EQ(there_and_back(back), back);
}

TEST(DecodePackage, reads_the_form_of_2023) {
    // (type (component (export "a:b/i" (instance)))), exported as `a:b/wit`
    const auto binary =
        preamble +
        section(7, Buffer{0x01, 0x41, 0x02, 0x01, 0x42, 0x00, 0x04, 0x00} + name("a:b/i") +
                       Buffer{0x05, 0x00}) +
        section(11, Buffer{0x01, 0x00} + name("a:b/wit") + Buffer{0x03, 0x00, 0x00});
    EXPECT_EQ(wit_of(binary), "package a:b;\n\ninterface i {\n}\n");
}

TEST(DecodePackage, refuses_parts_of_different_packages) {
    const auto part = [](std::string_view id) {
        return section(7, Buffer{0x01, 0x41, 0x02, 0x01, 0x42, 0x00, 0x04, 0x00} + name(id) +
                              Buffer{0x05, 0x00});
    };
    const auto binary =
        preamble + part("a:b/i") + section(11, Buffer{0x01, 0x00, 0x01, 'i', 0x03, 0x00, 0x00}) +
        part("a:c/j") + section(11, Buffer{0x01, 0x00, 0x01, 'j', 0x03, 0x02, 0x00});
    EXPECT_EQ(problem(decode_wit(binary)), "invalid: `a:c/j` is in package `a:c`, others in `a:b`");
}

TEST(DecodePackage, refuses_docs_of_what_is_not_there) {
    const auto with_docs = [](std::string_view json) {
        Buffer docs = name("package-docs") + Buffer{0x01};
        docs.insert(docs.end(), json.begin(), json.end());
        return preamble +
               section(7, Buffer{0x01, 0x41, 0x02, 0x01, 0x42, 0x00, 0x04, 0x00} + name("a:b/i") +
                              Buffer{0x05, 0x00}) +
               section(11, Buffer{0x01, 0x00, 0x01, 'i', 0x03, 0x00, 0x00}) + section(0, docs);
    };
    EXPECT_EQ(wit_of(with_docs(R"({"interfaces":{"i":{"docs":"It is."}}})")),
              "package a:b;\n\n/// It is.\ninterface i {\n}\n");
    EXPECT_EQ(problem(decode_wit(with_docs(R"({"interfaces":{"k":{"docs":"x"}}})"))),
              "invalid: section `package-docs` speaks of interface `k`, which is not there");
    EXPECT_EQ(problem(decode_wit(with_docs(R"({"interfaces":{"i":{"docs":1}}})"))),
              "malformed: section `package-docs`: `docs` is not a string");
    EXPECT_EQ(problem(decode_wit(with_docs(R"({"colour":1})"))),
              "malformed: section `package-docs` has the unknown key `colour`");
}

// (component (import "a:b/i" (instance (export "r" (type (sub resource)))
//                                      (export "f" (func (param "x" (borrow r)))))))
TEST(DecodeWit, gives_the_world_of_a_component) {
    const auto binary = preamble +
                        section(7, Buffer{0x01, 0x42, 0x04, 0x04, 0x00, 0x01, 'r',  0x03, 0x01,
                                          0x01, 0x68, 0x00, 0x01, 0x40, 0x01, 0x01, 'x',  0x01,
                                          0x01, 0x00, 0x04, 0x00, 0x01, 'f',  0x01, 0x02}) +
                        section(10, Buffer{0x01, 0x00} + name("a:b/i") + Buffer{0x05, 0x00});
    EXPECT_EQ(wit_of(binary), "package root:component;\n\nworld root {\n  import a:b/i;\n}\n");
    const auto decoded = decode_wit(binary);
    ASSERT_TRUE(decoded);
    ASSERT_TRUE(decoded->world);
    EXPECT_EQ(wit::print(decoded->model, wit::PackageIdx{0}).value_or(""),
              "package a:b;\n\ninterface i {\n  resource r;\n\n  f: func(x: borrow<r>);\n}\n");
}

TEST(DecodeWit, says_what_wit_cannot) {
    // (component (type u8) (export "t" (type 0)))
    EXPECT_EQ(problem(decode_wit(preamble + section(7, {0x01, 0x7d}) +
                                 section(11, {0x01, 0x00, 0x01, 't', 0x03, 0x00, 0x00}))),
              "invalid: a type is exported, which WIT cannot say: worlds export interfaces and "
              "functions, in export `t`");
    // (import "f" (func (param "x" (record (field "a" u8)))))
    EXPECT_EQ(problem(decode_wit(preamble +
                                 section(7, {0x02, 0x72, 0x01, 0x01, 'a', 0x7d, 0x40, 0x01, 0x01,
                                             'x', 0x00, 0x01, 0x00}) +
                                 section(10, {0x01, 0x00, 0x01, 'f', 0x01, 0x01}))),
              "invalid @26: function `f` cannot be imported: its type speaks of a record that has "
              "no name, "
              "as it is not imported itself");
}

} // namespace
} // namespace tenon::component
