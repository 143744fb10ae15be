#include "apps/lab/toml/nearest_word.h"

#include <gtest/gtest.h>

namespace branchline::lab {
namespace {

TEST(NearestWord, ForgivesAFewLetters) {
  const std::vector<std::string> words = {"deadlines", "delay", "data"};
  EXPECT_EQ(nearest_word("deadline", words), "deadlines");
  EXPECT_EQ(nearest_word("dealy", words), "delay");
  EXPECT_EQ(nearest_word("something else", words), std::nullopt);
}

TEST(NearestWord, IsTheFirstOfThoseEquallyNear) {
  EXPECT_EQ(nearest_word("x", {"xa", "xb"}), "xa");
}

}  // namespace
}  // namespace branchline::lab
