#include "framework/base/error.h"

#include <gtest/gtest.h>

namespace branchline {
namespace {

TEST(InputError, NamesInputProblemAndFix) {
  const InputError error("'80' has no unit", "--deadline", "write 80ms");
  EXPECT_STREQ(error.what(), "--deadline: '80' has no unit. write 80ms");
  EXPECT_EQ(error.kind(), InputKind::usage);
}

TEST(InputError, LeavesOutAnEmptyFix) {
  const InputError error("it holds no model", "a.pt", "", InputKind::model);
  EXPECT_STREQ(error.what(), "a.pt: it holds no model");
  EXPECT_EQ(error.kind(), InputKind::model);
}

TEST(Quotable, IsTheWholeOfAShortText) {
  EXPECT_EQ(quotable(""), "");
  EXPECT_EQ(quotable("unit1", 5), "unit1");
}

TEST(Quotable, SteersNoTerminalAndForgesNoLine) {
  EXPECT_EQ(quotable("a\nb\x1b[2Jc\x7f"), "a?b?[2Jc?");
  EXPECT_EQ(quotable("\xC2\x9B"
                     "1m"),
            "??1m");
  EXPECT_EQ(quotable("a\nbc", 2), "a?…");
}

TEST(Quotable, EndsBetweenCharacters) {
  EXPECT_EQ(quotable("unit12", 5), "unit1…");
  EXPECT_EQ(quotable("größer", 3), "gr…");
  EXPECT_EQ(quotable("größer", 4), "grö…");
  EXPECT_EQ(quotable("\x80\x80\x80", 2), "…");
}

TEST(Expectation, ThrowsWithConditionAndMessage) {
  const int found = 3;
  BL_EXPECT(found == 3, "never evaluated to text");
  try {
    BL_EXPECT(found < 3, "found " + std::to_string(found));
    FAIL() << "a broken expectation went through";
  } catch (const std::logic_error& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("found < 3"), std::string::npos) << text;
    EXPECT_NE(text.find("found 3"), std::string::npos) << text;
    EXPECT_NE(text.find("error_test.cpp"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace branchline
