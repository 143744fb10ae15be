#include "apps/lab/toml/toml_table.h"

#include <gmock/gmock.h>

#include "framework/base/error.h"

namespace branchline::lab {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

TEST(TomlTable, NamesLineAndNearestKey) {
  const toml::table table = toml::parse("seed = 1\n\nsampels = 3\n");
  EXPECT_THAT(([&] {
                TomlTable(table, "[experiment]", "x.toml").allow({"seed", "samples"});
              }),
              ThrowsMessage<InputError>(AllOf(HasSubstr("x.toml:3: sampels"),
                                              HasSubstr("[experiment]"), HasSubstr("'samples'"))));
}

TEST(TomlTable, NamesTheKeysWhereNoneIsNear) {
  const toml::table table = toml::parse("colour = \"red\"\n");
  EXPECT_THAT(([&] {
                TomlTable(table, "[experiment]", "x.toml").allow({"seed", "samples"});
              }),
              ThrowsMessage<InputError>(HasSubstr("choose of seed, samples")));
}

TEST(TomlTable, RefusesValuesOfAnotherKind) {
  const toml::table table = toml::parse("a = 5\nb = [1]\nc = \"80\"\nd = -1\n");
  const TomlTable read(table, "[experiment]", "x.toml");
  std::string text;
  std::vector<std::string> list;
  Duration time{0};
  std::int64_t number = 0;
  double real = 0;
  bool truth = false;
  EXPECT_THROW(read.read("a", text), InputError);
  EXPECT_THROW(read.read("a", truth), InputError);
  EXPECT_THROW(read.read("b", list), InputError);
  EXPECT_THROW(read.read("c", time), InputError) << "a duration has a unit";
  EXPECT_THROW(read.read("d", number, 0), InputError);
  EXPECT_THAT(([&] { read.read("d", real, 1); }),
              ThrowsMessage<InputError>(HasSubstr("x.toml:4: d: it is no number from 1 on")));
}

TEST(TomlTable, LeavesWhatIsNotThere) {
  const toml::table table = toml::parse("there = true");
  const TomlTable read(table, "[experiment]", "x.toml");
  std::string text = "before";
  bool truth = false;
  read.read("absent", text);
  read.read("absent", truth);
  EXPECT_EQ(text, "before");
  EXPECT_FALSE(truth);
  read.read("there", truth);
  EXPECT_TRUE(truth);
  EXPECT_THAT(read.texts("absent"), IsEmpty());
  EXPECT_FALSE(read.inner("absent"));
}

TEST(TomlTable, RequiresAText) {
  const toml::table table = toml::parse("title = \"T\"\nempty = \"\"\n");
  const TomlTable read(table, "[[figure]]", "x.toml");
  EXPECT_EQ(read.required_text("title"), "T");
  EXPECT_THAT(([&] { read.required_text("empty"); }),
              ThrowsMessage<InputError>(HasSubstr("x.toml:2: empty: [[figure]] must say it")));
  EXPECT_THAT(([&] { read.required_text("id"); }),
              ThrowsMessage<InputError>(AllOf(HasSubstr("x.toml:1: id"), HasSubstr("id = \"…\""))));
}

TEST(TomlTable, TakesATextOrAListAsTexts) {
  const toml::table table = toml::parse("a = \"x\"\nb = [\"x\", 0.5]\nc = 3\nd = [[1]]\n");
  const TomlTable read(table, "[[figure]]", "x.toml");
  EXPECT_THAT(read.texts("a"), ElementsAre("x"));
  EXPECT_THAT(read.texts("b"), ElementsAre("x", "0.5"));
  EXPECT_THAT(read.texts("c"), ElementsAre("3"));
  EXPECT_THROW(read.texts("d"), InputError);
}

TEST(TomlTable, NamesKeyAndLineOfATableInIt) {
  const toml::table table =
      toml::parse("[figure]\nwhere = { model = \"b\", delay = [[]] }\nscale = 3\n");
  const TomlTable read(*table["figure"].as_table(), "[[figure]]", "x.toml");
  EXPECT_THAT(read.inner("where")->texts("model"), ElementsAre("b"));
  EXPECT_THAT(([&] { read.inner("where")->texts("delay"); }),
              ThrowsMessage<InputError>(HasSubstr("x.toml:2: delay: ")));
  EXPECT_THAT(([&] { read.inner("where")->required_text("link"); }),
              ThrowsMessage<InputError>(HasSubstr("link: where must say it")));
  EXPECT_THAT(([&] { read.inner("scale"); }),
              ThrowsMessage<InputError>(HasSubstr("x.toml:3: scale: it is no table")));
}

TEST(TomlTable, TakesTheLeastThatIsAllowed) {
  const toml::table table = toml::parse("whole = 1\nreal = 0.5\nmore = 2.5\n");
  const TomlTable read(table, "[experiment]", "x.toml");
  std::int64_t whole = 0;
  double real = 0, more = 0;
  read.read("whole", whole, 1);
  read.read("real", real, 0.5);
  read.read("more", more, 0.5);
  EXPECT_EQ(whole, 1);
  EXPECT_EQ(real, 0.5);
  EXPECT_EQ(more, 2.5);
}

TEST(TomlTable, RefusesATimeThatIsNone) {
  const toml::table table = toml::parse("delay = \"0s\"\n");
  Duration time{1};
  EXPECT_THAT(([&] { TomlTable(table, "[experiment]", "x.toml").read("delay", time); }),
              ThrowsMessage<InputError>(HasSubstr("it is not positive")));
}

TEST(TomlTable, ListsReplaceWhatWasThere) {
  const toml::table table = toml::parse("a = [\"x\"]\nb = [[\"x\", \"y\"], \"z\"]\nc = [[]]\n");
  const TomlTable read(table, "[experiment]", "x.toml");
  std::vector<std::string> flat = {"before"};
  std::vector<std::vector<std::string>> nested = {{"before"}};
  read.read("a", flat);
  read.read("b", nested);
  EXPECT_THAT(flat, ElementsAre("x"));
  EXPECT_THAT(nested, ElementsAre(ElementsAre("x", "y"), ElementsAre("z")));
  EXPECT_THROW(read.read("b", flat), InputError) << "no list of lists";
  EXPECT_THROW(read.read("c", nested), InputError) << "an empty one";
}

}  // namespace
}  // namespace branchline::lab
