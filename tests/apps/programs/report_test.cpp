#include <gmock/gmock.h>

#include <filesystem>

#include "tests/apps/lab/report/sample_run.h"
#include "tests/apps/programs/programs.h"

namespace branchline::testing {
namespace {

using ::testing::HasSubstr;

TEST(ReportProgram, DrawsAFolderAnewAndBesideAnother) {
  const SampleRun run("branchline_report_program"), other("branchline_report_program_before", 1.5);
  const Finished done = branchline({"report", run.path(), "--compare", other.path()});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_EQ(done.out, run.path("report.html") + "\n" + run.path("comparison.html") + "\n");
  EXPECT_THAT(run.read("report.html"), HasSubstr("<svg"));
  EXPECT_TRUE(std::filesystem::exists(run.path("figures/prediction.png")));
}

TEST(ReportProgram, SaysWhatIsWrong) {
  const Finished nothing = branchline({"report", "/nowhere"});
  EXPECT_EQ(nothing.code, 2);
  EXPECT_THAT(nothing.err, HasSubstr("branchline: /nowhere: holds no results"));
  const SampleRun run("branchline_report_program");
  const Finished same = branchline({"report", run.path(), "--compare", run.path()});
  EXPECT_EQ(same.code, 2);
  EXPECT_THAT(same.err, HasSubstr("is the same folder"));
}

}  // namespace
}  // namespace branchline::testing
