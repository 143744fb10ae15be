// `inspect` and `verify`: what is in a model, and whether its slices give what it gives.

#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/apps/programs/programs.h"
#include "tests/branchy_models/temporary_folder.h"

namespace branchline::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

TEST(Inspect, ShowsUnitsExitsAndCuts) {
  const Finished text = branchline({"inspect", shipped("b_lenet-fashion.pt")});
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("17 units, 3 exits, batchable"));
  EXPECT_THAT(text.out, HasSubstr("1x28x28x1:u8"));
  EXPECT_THAT(text.out, HasSubstr("<- exit3 ("));
  const Finished dot = branchline({"inspect", shipped("b_lenet-fashion.pt"), "--dot"});
  EXPECT_EQ(dot.code, 0);
  EXPECT_THAT(dot.out, HasSubstr("digraph"));
}

TEST(Inspect, PrintsTheLayerGraph) {
  const Finished json = branchline({"inspect", shipped("b_lenet-fashion.pt"), "--json"});
  EXPECT_EQ(json.code, 0) << json.err;
  const Json graph = Json::parse(json.out);
  EXPECT_EQ(graph["schema"], "branchline.graph/1");
  ASSERT_EQ(graph["units"].size(), 17u);
  for (std::size_t i = 0; i < 17; ++i) {
    EXPECT_EQ(graph["units"][i]["id"], i);
    EXPECT_GT(graph["units"][i]["output_bytes"], 0);
  }
  EXPECT_EQ(graph["units"][0]["output_bytes"], 28 * 28) << "the picture itself";
  ASSERT_EQ(graph["exits"].size(), 3u);
  EXPECT_GT(graph["exits"][2]["accuracy"], 0.9);
}

TEST(Inspect, NamesWhatItCannotRead) {
  const auto refusal = [](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "inspect");
    const Finished refused = branchline(arguments);
    EXPECT_EQ(refused.code, 5);
    EXPECT_EQ(refused.out, "");
    return refused.err;
  };
  const branchy_models::TemporaryFolder folder;
  std::ofstream(folder.path("text.pt")) << "no model";
  EXPECT_THAT(refusal({"nowhere.pt"}), HasSubstr("nowhere.pt: no such file"));
  EXPECT_THAT(refusal({folder.path()}), HasSubstr("is a folder"));
  EXPECT_THAT(refusal({folder.path("text.pt")}), HasSubstr("not a ZIP archive"));
  const std::string shape = refusal({shipped("b_lenet-fashion.pt"), "--input", "1,1,28"});
  EXPECT_THAT(shape, HasSubstr("its input is an image, but the shape given has 3 dimensions"));
  EXPECT_THAT(shape, Not(HasSubstr(".cpp"))) << "the user's mistake, not a broken invariant";
}

TEST(Inspect, RefusesTwoFormsAtOnce) {
  const Finished refused =
      branchline({"inspect", shipped("b_lenet-fashion.pt"), "--json", "--dot"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("excludes"));
}

std::vector<std::string> quick_verify(std::vector<std::string> more) {
  more.insert(more.begin(),
              {"verify", shipped("b_lenet-fashion.pt"), "--cuts", "1", "--sets", "1"});
  return more;
}

TEST(Verify, FindsSlicesEqual) {
  const Finished text = branchline(quick_verify({}));
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("b_lenet-fashion.pt: all equal"));
  const Finished json = branchline(quick_verify({"--json"}));
  EXPECT_EQ(json.code, 0) << json.err;
  const Json report = Json::parse(json.out);
  EXPECT_EQ(report["schema"], "branchline.verify/1");
  EXPECT_EQ(report["result"], "equal");
  EXPECT_EQ(report["exits"], 3);
  EXPECT_GT(report["comparisons"], 0);
  EXPECT_LT(report["worst_error"], 1e-4);
}

// Below what single precision can hold, so that some slice must differ.
TEST(Verify, ExitsWith1WhereSlicesDiffer) {
  const Finished text = branchline(quick_verify({"--tolerance", "1e-9"}));
  EXPECT_EQ(text.code, 1) << text.err;
  EXPECT_THAT(text.out, HasSubstr("b_lenet-fashion.pt: MISMATCH"));
  EXPECT_THAT(text.out, HasSubstr("mismatch at exit"));
}

TEST(Verify, NamesAMissingModelAndAWrongFlag) {
  const Finished model = branchline({"verify", "nowhere.pt"});
  EXPECT_EQ(model.code, 5);
  EXPECT_THAT(model.err, HasSubstr("nowhere.pt: no such file"));
  const Finished tolerance = branchline(quick_verify({"--tolerance", "2"}));
  EXPECT_EQ(tolerance.code, 2);
  EXPECT_THAT(tolerance.err, HasSubstr("--tolerance"));
}

}  // namespace
}  // namespace branchline::testing
