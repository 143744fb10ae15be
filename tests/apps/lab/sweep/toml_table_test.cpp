#include "apps/lab/sweep/toml_table.h"

#include <gmock/gmock.h>

#include "framework/base/error.h"

namespace branchline::lab {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(NearestWord, ForgivesAFewLetters) {
  const std::vector<std::string> words = {"deadlines", "delay", "data"};
  EXPECT_EQ(nearest_word("deadline", words), "deadlines");
  EXPECT_EQ(nearest_word("dealy", words), "delay");
  EXPECT_EQ(nearest_word("something else", words), std::nullopt);
}

TEST(TomlTable, NamesLineAndNearestKey) {
  const toml::table table = toml::parse("seed = 1\n\nsampels = 3\n");
  EXPECT_THAT(([&] {
                TomlTable(table, "[experiment]", "x.toml").allow({"seed", "samples"});
              }),
              ThrowsMessage<InputError>(
                  ::testing::AllOf(HasSubstr("x.toml:3: sampels"), HasSubstr("'samples'"))));
}

TEST(TomlTable, RefusesValuesOfAnotherKind) {
  const toml::table table = toml::parse("a = 5\nb = [1]\nc = \"80\"\nd = -1\n");
  const TomlTable read(table, "[experiment]", "x.toml");
  std::string text;
  std::vector<std::string> list;
  Duration time{0};
  std::int64_t number = 0;
  EXPECT_THROW(read.read("a", text), InputError);
  EXPECT_THROW(read.read("b", list), InputError);
  EXPECT_THROW(read.read("c", time), InputError) << "a duration has a unit";
  EXPECT_THROW(read.read("d", number, 0), InputError);
}

}  // namespace
}  // namespace branchline::lab
