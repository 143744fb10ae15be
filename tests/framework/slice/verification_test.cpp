#include "framework/slice/verification.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "test_models.h"

namespace branchline::slice {
namespace {

using testing::load_text;
using testing::two_exit_model;

TEST(Verification, FindsEveryCutOfATwoExitModelEqual) {
  const auto model = two_exit_model();
  ASSERT_TRUE(model->layers().batchable);
  const VerifyReport report = verify(model, {});
  EXPECT_FALSE(report.untestable());
  EXPECT_TRUE(report.mismatches.empty()) << report.mismatches.front().why;
  EXPECT_LT(report.worst_error, 1e-5);
  EXPECT_EQ(report.batches, (std::vector<std::int64_t>{1, 4}));
  EXPECT_EQ(report.sets, 16);
  const auto cuts = static_cast<std::int64_t>(cut_vertices(model->layers(), 0).size() +
                                              cut_vertices(model->layers(), 1).size());
  EXPECT_EQ(report.cuts, cuts);
  EXPECT_EQ(report.comparisons, 2 * (report.cuts + 2 * report.sets));
}

TEST(Verification, SpreadsTheCutsItIsLimitedTo) {
  const auto model = two_exit_model();
  VerifyOptions options;
  options.cuts = 2;
  options.sets = 0;
  std::vector<std::string> tried;
  options.progress = [&](const std::string& cut) { tried.push_back(cut); };
  EXPECT_EQ(verify(model, options).cuts, 4);
  ASSERT_EQ(tried.size(), 4U);
  EXPECT_EQ(tried[0], "behind " + model->layers().units[0].name);
}

TEST(Verification, HoldsTheToleranceItIsGiven) {
  const auto model = two_exit_model();
  VerifyOptions strict;
  strict.tolerance = 1e-12;  // below what rounding allows: everything must be reported
  const VerifyReport report = verify(model, strict);
  EXPECT_FALSE(report.mismatches.empty());
  EXPECT_FALSE(report.mismatches.front().place.cut.empty());
}

TEST(Verification, SaysWhenOutputsAreTooSmallToCompare) {
  const auto model = load_text("def forward(self, x):\n    return torch.relu(x @ self.w0) * 1e-6\n",
                               {at::randn({6, 4})}, {{1, 6}});
  const VerifyReport report = verify(model, {});
  EXPECT_TRUE(report.untestable());
  EXPECT_EQ(report.comparisons, 0);
}

TEST(Verification, CoversBranchesSizesAndWritesThroughViews) {
  const auto model = load_text(
      "def forward(self, x):\n"
      "    a = torch.relu(x @ self.w0)\n"
      "    half = a.size(1) // 2\n"
      "    b = a.clone()\n"
      "    b[:, 0] = 1.0\n"
      "    b[:, 1:half].mul_(2.0)\n"
      "    if bool(b.sum() > 3.0):\n"
      "        c = torch.tanh(b)\n"
      "    else:\n"
      "        c = b * 0.5\n"
      "    return c @ self.w1 + float(half)\n",
      {at::randn({6, 8}), at::randn({8, 3})}, {{1, 6}});
  for (std::uint64_t seed = 1; seed < 4; ++seed) {
    VerifyOptions options;
    options.seed = seed;
    const VerifyReport report = verify(model, options);
    EXPECT_TRUE(report.mismatches.empty())
        << report.mismatches.front().place.cut << ": " << report.mismatches.front().why;
    EXPECT_GE(report.cuts, 2);
  }
}

}  // namespace
}  // namespace branchline::slice
