#include "apps/lab/experiments/emulation/cpu_cgroup.h"

#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "apps/lab/experiments/emulation/work_process.h"
#include "framework/base/error.h"
#include "tests/branchy_models/temporary_folder.h"

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

std::string text_of(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

TEST(CpuHierarchy, IsTheMountedOneThatHasTheController) {
  const branchy_models::TemporaryFolder folder;
  EXPECT_FALSE(cpu_hierarchy("proc /proc proc rw 0 0\ncgroup /x cgroup rw,cpuset 0 0\n"));
  const auto first = cpu_hierarchy("c /a cgroup rw,cpuacct 0 0\nc /b cgroup rw,cpu,cpuacct 0 0\n");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->folder, "/b");
  EXPECT_FALSE(first->unified);
  const std::string unified = "cgroup2 " + folder.path("") + " cgroup2 rw 0 0\n";
  EXPECT_FALSE(cpu_hierarchy(unified)) << "it lists no controllers";
  std::ofstream(folder.path("cgroup.controllers")) << "cpuset cpu memory\n";
  ASSERT_TRUE(cpu_hierarchy(unified));
  EXPECT_TRUE(cpu_hierarchy(unified)->unified);
}

TEST(CpuCgroup, WritesTheQuotaOfEitherVersion) {
  const branchy_models::TemporaryFolder folder;
  CpuCgroup first({folder.path(""), false});
  first.hold(17);
  first.set_quota(0.25, 100ms);
  EXPECT_EQ(text_of(first.folder() + "/cgroup.procs"), "17");
  EXPECT_EQ(text_of(first.folder() + "/cpu.cfs_period_us"), "100000");
  EXPECT_EQ(text_of(first.folder() + "/cpu.cfs_quota_us"), "25000");
  first.lift_quota();
  EXPECT_EQ(text_of(first.folder() + "/cpu.cfs_quota_us"), "-1");

  const branchy_models::TemporaryFolder other;
  CpuCgroup second({other.path(""), true});
  EXPECT_EQ(text_of(other.path("cgroup.subtree_control")), "+cpu");
  second.set_quota(0.1, 10ms);
  EXPECT_EQ(text_of(second.folder() + "/cpu.max"), "1000 10000");
  second.lift_quota();
  EXPECT_EQ(text_of(second.folder() + "/cpu.max"), "max 100000");
}

TEST(CpuCgroup, GivesBackWhomItHeld) {
  const branchy_models::TemporaryFolder folder;
  { CpuCgroup({folder.path(""), false}).hold(17); }
  EXPECT_EQ(text_of(folder.path("cgroup.procs")), "17");
}

TEST(CpuCgroup, SaysWhatIsMissing) {
  try {
    CpuCgroup cgroup({"/nowhere", false});
    FAIL();
  } catch (const RunError& error) {
    EXPECT_THAT(error.what(), HasSubstr("no cpu cgroup can be made in /nowhere: No such file"));
  }
}

TEST(CpuCgroup, TakesAProcessForRealAndGoes) {
  const auto hierarchy = cpu_hierarchy(text_of("/proc/self/mounts"));
  if (!hierarchy) GTEST_SKIP() << "no cpu cgroups are mounted here";
  const WorkProcess worker([] { return [](double, int) { return 0.0; }; });
  std::string folder;
  try {
    CpuCgroup cgroup(*hierarchy);
    cgroup.hold(worker.pid());
    cgroup.set_quota(0.5, 100ms);
    folder = cgroup.folder();
    EXPECT_EQ(text_of(folder + "/cgroup.procs"), std::to_string(worker.pid()) + "\n");
  } catch (const RunError& error) {
    GTEST_SKIP() << error.what();
  }
  EXPECT_FALSE(std::filesystem::exists(folder));
}

}  // namespace
}  // namespace branchline::lab
