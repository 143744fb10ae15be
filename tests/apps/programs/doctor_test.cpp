#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <set>

#include "tests/apps/programs/programs.h"

namespace branchline::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

TEST(Doctor, LooksAtWhatDeadlinesDependOn) {
  const Finished json = branchline({"doctor", "--json"});
  EXPECT_EQ(json.code, 0) << json.err;
  const nlohmann::json report = nlohmann::json::parse(json.out);
  EXPECT_EQ(report["schema"], "branchline.doctor/1");
  std::set<std::string> names;
  for (const nlohmann::json& check : report["checks"]) {
    names.insert(check["name"].get<std::string>());
    EXPECT_NE(check["value"], "") << check;
    EXPECT_EQ(check["status"] == "warn", check["fix"] != "") << check;
  }
  EXPECT_THAT(names, IsSupersetOf({"libtorch", "blas", "omp_wait_policy", "threads", "cores",
                                   "clock", "wake_up_jitter", "vector_instructions"}));
}

TEST(Doctor, WarnsOfThreadsThatSpin) {
  const Finished spinning = branchline({"doctor"}, {"OMP_WAIT_POLICY=active"});
  EXPECT_EQ(spinning.code, 0) << "a warning is advice";
  EXPECT_THAT(spinning.out, HasSubstr("warn  omp_wait_policy                active"));
  EXPECT_THAT(spinning.out, HasSubstr("-> export OMP_WAIT_POLICY=passive"));
}

TEST(Doctor, TakesNoArgument) {
  const Finished refused = branchline({"doctor", "please"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("not expected: please"));
}

}  // namespace
}  // namespace branchline::testing
