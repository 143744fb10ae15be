#include "apps/lab/codec_report.h"

#include <gmock/gmock.h>

namespace branchline::lab {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

CodecReport report() {
  CodecReport report;
  report.layers.units.resize(4);
  report.layers.units[1].name = "conv1";
  report.layers.units[2].name = "conv2";
  report.layers.exits = {{"exit1", {3, 0}, 0.9}};
  report.table = {"net", "d", "a set, 10 images", "a machine", {0.9}, {}};
  const auto row = [&](int unit, const char* codec, std::int64_t raw, double bytes, double right) {
    report.table.rows.push_back(
        {unit, codec, raw, bytes, 0.5, 0.125, Duration(1000), Duration(500), {right}});
  };
  row(0, "png", 100, 50, 0.9);
  row(1, "int8", 4000, 1000, 0.88);
  row(2, "int8", 8000, 2000, 0.92);
  return report;
}

TEST(CodecReport, SumsUpAnExitsCutsAndNamesTheWorst) {
  const std::string text = codec_text({report()}, false);
  EXPECT_THAT(text, HasSubstr("net (a set, 10 images, a machine)"));
  EXPECT_THAT(text, HasSubstr("exit1, accuracy 0.9000"));
  EXPECT_THAT(text, HasSubstr("all 2 inner cuts\n    int8       0.250   4.00   0.5       0.12      "
                              "+0.00   -2.00   6.00     12.00    conv1\n"));
  EXPECT_THAT(text, HasSubstr("the picture\n    png        0.500"));
  EXPECT_THAT(text, Not(HasSubstr("behind unit 2")));
  EXPECT_THAT(codec_text({report()}, true), HasSubstr("behind unit 2, conv2"));
}

TEST(CodecReport, CsvHasALinePerNetworkExitCutAndCodec) {
  const std::string csv = codec_csv({report()});
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 4);
  EXPECT_THAT(csv, HasSubstr("net,exit1,0.9000,1,conv1,int8,4000,1000.0,4.000,0.5,0.125,0.8800,"
                             "-0.0200,1000,500,4.00,8.00\n"));
}

}  // namespace
}  // namespace branchline::lab
