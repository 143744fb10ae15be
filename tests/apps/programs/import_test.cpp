// `import` of a TorchScript file that knows nothing of Branchline.

#include <gmock/gmock.h>
#include <torch/script.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/apps/programs/programs.h"
#include "tests/branchy_models/temporary_folder.h"

namespace branchline::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

class ImportVerb : public ::testing::Test {
 protected:
  ImportVerb() : model_(folder_.path("foreign.pt")) {
    torch::manual_seed(5);
    torch::jit::Module net("Foreign");
    net.register_parameter("trunk", 0.3 * torch::randn({6, 3, 3, 3}), false);
    net.register_parameter("early", torch::randn({2, 3}), false);
    net.register_parameter("late", torch::randn({2, 6}), false);
    net.define(R"(
      def forward(self, x):
          early = torch.matmul(torch.mean(x, [2, 3]), self.early.t())
          y = torch.relu(torch.conv2d(x, self.trunk, None, [1, 1], [1, 1]))
          return early, torch.matmul(torch.mean(y, [2, 3]), self.late.t())
    )");
    net.save(model_);
  }

  Finished import(std::vector<std::string> more) const {
    more.insert(more.begin(), "import");
    return branchline(more);
  }

  branchy_models::TemporaryFolder folder_;
  std::string model_;
};

TEST_F(ImportVerb, WritesTheManifestAndCalibrates) {
  write_pictures(folder_.path("pictures"), 8);
  const std::string copy = folder_.path("copy.pt");
  const Finished done =
      import({"--image", "--mean", "0.5,0.5,0.5", "--std", "0.25,0.25,0.25", "--exits", "fast,best",
              "--classes", "bag,sneaker", model_, "--input", "1,3,16,16", "--data",
              folder_.path("pictures"), "-o", copy, "--json"});
  ASSERT_EQ(done.code, 0) << done.err;
  const Json manifest = Json::parse(done.out);
  EXPECT_EQ(manifest["classes"], (Json{"bag", "sneaker"}));
  ASSERT_EQ(manifest["exits"].size(), 2u);
  EXPECT_EQ(manifest["exits"][0]["name"], "fast");
  EXPECT_TRUE(manifest["exits"][1]["accuracy"].is_number());

  // Afterwards it is a model like any other, and the original is as it was.
  const Finished run = branchline(
      {"run", copy, "--input", folder_.path("pictures"), "--frames", "1", "--deadline", "20s"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("1 frame: device 1"));
  const Finished original =
      branchline({"run", model_, "--input", folder_.path("pictures"), "--frames", "1"});
  EXPECT_EQ(original.code, 2);
  EXPECT_THAT(original.err, HasSubstr("its manifest declares no image input"));
}

TEST_F(ImportVerb, NamesWhatDoesNotFit) {
  const auto refusal = [this](std::vector<std::string> more, int code) {
    const Finished refused = import(std::move(more));
    EXPECT_EQ(refused.code, code) << refused.err;
    EXPECT_EQ(refused.out, "");
    return refused.err;
  };
  EXPECT_THAT(refusal({model_}, 2), HasSubstr("--input is required"));
  EXPECT_THAT(refusal({model_, "--input", "1,3,x"}, 2), HasSubstr("'1,3,x' is no shape"));
  EXPECT_THAT(refusal({model_, "--input", "1,3,16,16", "--classes", "a,b,c"}, 2),
              HasSubstr("--classes: names 3 classes, but the logits have 2"));
  EXPECT_THAT(refusal({model_, "--input", "1,3,16,16", "--exits", "only"}, 2),
              HasSubstr("--exits: names 1 exits, but forward returns 2"));
  EXPECT_THAT(refusal({"nowhere.pt", "--input", "1,3,16,16"}, 5),
              HasSubstr("nowhere.pt: no such file"));
  const std::string channels = refusal({model_, "--input", "1,5,16,16"}, 5);
  EXPECT_THAT(channels, HasSubstr("forward fails: "));
  EXPECT_THAT(channels, Not(HasSubstr("Traceback"))) << "the cause, not the interpreter's stack";
}

}  // namespace
}  // namespace branchline::testing
