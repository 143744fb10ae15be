// From a model to its profile on device and edge, and from the profile to a plan.

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
using Folder = branchy_models::TemporaryFolder;

Finished quick_profile(std::vector<std::string> more) {
  more.insert(more.begin(), {"profile", "--runs", "2", "--warmup", "0", "--max-cuts", "1"});
  return branchline(more);
}

TEST(Profile, OfDeviceAndEdgeMakesAPlan) {
  const Folder folder;
  const std::string model = shipped("b_lenet-fashion.pt");
  const std::string file = folder.path("profile.json");
  RunningEdge edge(model);
  const Finished profile = quick_profile({model, "--edge", edge.address(), "-o", file});
  ASSERT_EQ(profile.code, 0) << profile.err;
  EXPECT_THAT(profile.out, HasSubstr("device: "));
  EXPECT_THAT(profile.out, HasSubstr("edge: "));
  EXPECT_THAT(profile.out, HasSubstr("16 fc6 linear"));
  EXPECT_THAT(profile.out, HasSubstr("codecs on the device"));

  const Finished again = branchline({"--config", file + ".config", "profile", "--runs", "1"});
  EXPECT_EQ(again.code, 0) << again.err << "the configuration beside it can be read again";

  const Finished plan = branchline({"plan", "--model", model, "--profile", file, "--uplink",
                                    "2mbit", "--deadline", "10s", "--json"});
  EXPECT_EQ(plan.code, 0) << plan.err;
  const Json answer = Json::parse(plan.out);
  EXPECT_EQ(answer["schema"], "branchline.plan/1");
  EXPECT_EQ(answer["exit"], 3) << "there is time for the deepest";
  EXPECT_EQ(answer["feasible"], true);
  EXPECT_EQ(answer["tier"]["0"], "device") << "the input stays";
  EXPECT_GT(answer["predicted_ns"], 0);
}

TEST(Profile, IsRefusedWhenStaleOrIncomplete) {
  const Folder folder;
  const std::string model = shipped("b_lenet-fashion.pt");
  const std::string file = folder.path("profile.json");
  const Finished json = quick_profile({model, "-o", file, "--json"});
  ASSERT_EQ(json.code, 0) << json.err;
  EXPECT_TRUE(Json::parse(json.out).is_object());
  EXPECT_EQ(branchline({"profile", model, "--check", file}).code, 0);

  const Finished other = branchline({"profile", shipped("b_resnet-cifar10.pt"), "--check", file});
  EXPECT_EQ(other.code, 5);
  EXPECT_THAT(other.err, HasSubstr("is stale: the network was "));

  const Finished plan =
      branchline({"plan", "--model", model, "--profile", file, "--uplink", "2mbit"});
  EXPECT_EQ(plan.code, 2);
  EXPECT_THAT(plan.err, HasSubstr("holds the device's times only. measure the edge too"));
}

TEST(Profile, TellsWhatIsMissing) {
  const Finished edge = quick_profile({shipped("b_lenet-fashion.pt"), "--edge", "127.0.0.1:1"});
  EXPECT_EQ(edge.code, 4);
  EXPECT_THAT(edge.err, HasSubstr("no usable edge at 127.0.0.1:1"));
  const Finished model = quick_profile({"nowhere.pt"});
  EXPECT_EQ(model.code, 5);
  EXPECT_THAT(model.err, HasSubstr("nowhere.pt: no such file"));
  const Finished two = quick_profile({shipped("b_lenet-fashion.pt"), shipped("b_camera.pt")});
  EXPECT_EQ(two.code, 2);
  EXPECT_THAT(two.err, HasSubstr("one model is profiled at a time"));
}

TEST(Profile, ReportOfOneModelHasNoRegression) {
  const Finished report = quick_profile({shipped("b_lenet-fashion.pt"), "--report"});
  EXPECT_EQ(report.code, 0) << report.err;
  EXPECT_THAT(report.out, HasSubstr("mean of |error|"));
  EXPECT_THAT(report.out, Not(HasSubstr("100.0 %"))) << "what was not predicted has no error";
}

}  // namespace
}  // namespace branchline::testing
