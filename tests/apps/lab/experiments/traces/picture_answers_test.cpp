#include "apps/lab/experiments/traces/picture_answers.h"

#include <gtest/gtest.h>

#include "framework/base/error.h"

namespace branchline::lab {
namespace {

MeasuredPictures sample() {
  MeasuredPictures measured;
  measured.codecs.network = "net";
  measured.codecs.digest = "abc";
  measured.codecs.exit_accuracy = {0.75};
  measured.answers.add({-1, "", 0, {true, false}});
  measured.answers.add({-1, "", 0, {true, true}});
  measured.answers.add({4, "int8", 0, {false, false, true, true}});
  return measured;
}

TEST(PictureAnswers, AppendsBatchesAndStartsOverAtTheEnd) {
  const PictureAnswers answers = sample().answers;
  EXPECT_EQ(answers.pictures(), 4);
  EXPECT_FALSE(answers.right({}, 0, 1));
  EXPECT_TRUE(answers.right({}, 0, 2));
  EXPECT_FALSE(answers.right({}, 0, 5));
  EXPECT_DOUBLE_EQ(answers.accuracy({}, 0), 0.75);
}

TEST(PictureAnswers, KnowWhatACodecCost) {
  const PictureAnswers answers = sample().answers;
  EXPECT_DOUBLE_EQ(answers.accuracy({4, "int8"}, 0), 0.5);
  EXPECT_FALSE(answers.right({4, "int8"}, 0, 0));
}

TEST(PictureAnswers, TakeACrossingThatWasNotMeasuredForALosslessOne) {
  EXPECT_DOUBLE_EQ(sample().answers.accuracy({5, "several"}, 0), 0.75);
}

TEST(PictureAnswers, SurviveTheirFile) {
  const MeasuredPictures measured = sample();
  EXPECT_EQ(measured_pictures_from_json(to_json(measured), "file"), measured);
}

TEST(PictureAnswers, RefuseADamagedFile) {
  std::string text = to_json(sample());
  EXPECT_THROW(measured_pictures_from_json(text.substr(0, text.size() / 2), "file"), InputError);
  const std::size_t answers = text.find("0011");
  ASSERT_NE(answers, std::string::npos);
  EXPECT_THROW(measured_pictures_from_json(text.erase(answers, 1), "file"), InputError);
}

}  // namespace
}  // namespace branchline::lab
