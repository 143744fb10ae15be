#include "apps/lab/machine_checks.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace branchline::lab {
namespace {

TEST(MachineChecks, WakeUpsAreOrdered) {
  const WakeUps late = measure_wake_ups(5);
  EXPECT_GE(late.p50, Duration::zero());
  EXPECT_LE(late.p50, late.p99);
  EXPECT_LE(late.p99, late.worst);
}

TEST(MachineChecks, AWarningComesWithItsFix) {
  const std::vector<MachineCheck> checks = {{"clock", "steps of 1 ns", true, ""},
                                            {"blas", "libblas.so.3", false, "apt install x"}};
  const auto document = nlohmann::json::parse(to_json(checks));
  EXPECT_EQ(document["schema"], "branchline.doctor/1");
  EXPECT_EQ(document["checks"][1]["status"], "warn");
  EXPECT_EQ(document["checks"][1]["fix"], "apt install x");
  EXPECT_THAT(to_text(checks), testing::HasSubstr("warn  blas"));
  EXPECT_THAT(to_text(checks), testing::HasSubstr("-> apt install x"));
}

// Debian's alternatives load OpenBLAS under the reference library's name.
TEST(MachineChecks, OpenBlasIsFineWhateverItsFileIsCalled) {
  EXPECT_TRUE(check_blas("OpenBLAS (libblas.so.3)", 60).ok);
  EXPECT_FALSE(check_blas("libblas.so.3", 60).ok);
  EXPECT_FALSE(check_blas("OpenBLAS (libblas.so.3)", 8).ok);
}

TEST(MachineChecks, EveryFindingThatIsNotOkSaysWhatToDo) {
  const std::vector<MachineCheck> checks = check_machine();
  EXPECT_GE(checks.size(), 9u);
  for (const MachineCheck& check : checks) EXPECT_EQ(check.fix.empty(), check.ok) << check.name;
}

}  // namespace
}  // namespace branchline::lab
