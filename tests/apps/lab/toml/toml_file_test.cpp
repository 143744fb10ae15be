#include "apps/lab/toml/toml_file.h"

#include <gmock/gmock.h>

#include "framework/base/error.h"

namespace branchline::lab {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(TomlFile, NamesTheLineThatIsNoToml) {
  EXPECT_THAT(([] { parse_toml("a = 1\nb = \n", "x.toml"); }),
              ThrowsMessage<InputError>(HasSubstr("x.toml:2: ")));
}

TEST(TomlFile, FindsTablesHoweverTheyAreWritten) {
  const toml::table file = parse_toml("lane = [{ y = 1 }, { y = 2 }]\n[[part]]\n", "x.toml");
  EXPECT_EQ(tables_named(file, "lane", "x.toml").size(), 2u);
  EXPECT_EQ(tables_named(file, "part", "x.toml").size(), 1u);
  EXPECT_TRUE(tables_named(file, "check", "x.toml").empty());
}

TEST(TomlFile, RefusesWhatIsNoListOfTables) {
  for (const char* text : {"\npart = 3\n", "\npart = []\n", "\npart = [{}, 3]\n", "\n[part]\n"}) {
    const toml::table file = parse_toml(text, "x.toml");
    EXPECT_THAT(([&] { tables_named(file, "part", "x.toml"); }),
                ThrowsMessage<InputError>(HasSubstr("x.toml:2: part: ")))
        << text;
  }
}

TEST(TomlFile, WritesValuesAsACsvHasThem) {
  const toml::table file = parse_toml("a = 0.1\nb = true\nc = 1000\nd = \"x\"\ne = []\n", "x.toml");
  EXPECT_EQ(plain_text(*file.get("a")), "0.1");
  EXPECT_EQ(plain_text(*file.get("b")), "true");
  EXPECT_EQ(plain_text(*file.get("c")), "1000");
  EXPECT_EQ(plain_text(*file.get("d")), "x");
  EXPECT_EQ(plain_text(*file.get("e")), std::nullopt);
}

TEST(TomlFile, RoundsNoFigureThatAFileGives) {
  EXPECT_EQ(plain_text(*parse_toml("a = 0.123456789\n", "x.toml").get("a")), "0.123456789");
}

}  // namespace
}  // namespace branchline::lab
