#include "apps/lab/sweep/sendings_json.h"

#include <gtest/gtest.h>

#include "framework/base/error.h"

namespace branchline::lab {
namespace {

TEST(SendingsJson, ReadsWhatItWrote) {
  const std::vector<SeenSending> written = {
      {{0, 0}, transport::Codec::jpeg, 900, Duration(12345)},
      {{7, 1}, transport::Codec::fp16, 64, Duration(0)},
  };
  const std::vector<SeenSending> read = sendings_from_json(to_json(written), "test");
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].codec, transport::Codec::jpeg);
  EXPECT_EQ(read[0].bytes, 900);
  EXPECT_EQ(read[0].encode, Duration(12345));
  EXPECT_EQ(read[1].value, (graph::ValueId{7, 1}));
}

TEST(SendingsJson, RefusesWhatIsNone) {
  EXPECT_THROW(sendings_from_json("{", "test"), InputError);
  EXPECT_THROW(sendings_from_json(R"({"schema": "other/1"})", "test"), InputError);
  EXPECT_THROW(sendings_from_json(R"({"schema": "branchline.lab_sendings/1"})", "test"),
               InputError);
}

TEST(SendingsJson, RefusesAnotherVersion) {
  EXPECT_THROW(
      sendings_from_json(R"({"schema": "branchline.lab_sendings/2", "sendings": []})", "x"),
      InputError);
}

}  // namespace
}  // namespace branchline::lab
