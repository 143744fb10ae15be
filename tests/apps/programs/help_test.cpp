#include <gmock/gmock.h>

#include "tests/apps/programs/programs.h"

namespace branchline::testing {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

TEST(Help, OfEveryVerbHasAnExample) {
  const Finished all = branchline({"--help"});
  for (const std::string verb :
       {"demo", "run", "plan", "profile", "verify", "inspect", "import", "train", "calibrate",
        "experiment", "report", "link", "ping", "doctor"}) {
    const Finished help = branchline({verb, "--help"});
    EXPECT_EQ(help.code, 0) << verb;
    EXPECT_EQ(help.err, "") << verb;
    EXPECT_THAT(help.out, HasSubstr("Usage: branchline " + verb));
    EXPECT_THAT(help.out, AnyOf(HasSubstr("Example:"), HasSubstr("Examples:"))) << verb;
    EXPECT_THAT(help.out, HasSubstr("  branchline " + verb)) << verb;
    EXPECT_THAT(all.out, HasSubstr("\n  " + verb + " "));
  }
}

TEST(Help, OfTheServerHasAnExample) {
  const Finished help = run_program({BRANCHLINED, "--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.out, HasSubstr("Example:\n  branchlined --models "));
}

TEST(Help, VersionsNameTheLibraries) {
  for (const std::string program : {BRANCHLINE, BRANCHLINED}) {
    const Finished version = run_program({program, "--version"});
    EXPECT_EQ(version.code, 0);
    EXPECT_THAT(version.out, HasSubstr(" 0.1.0 ("));
    EXPECT_THAT(version.out, HasSubstr("LibTorch"));
  }
}

TEST(Help, IsNamedWhereAVerbIsWrongOrMissing) {
  const Finished wrong = branchline({"rnu"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("branchline: rnu: is no verb. choose one of demo, run, plan"));
  const Finished none = branchline({});
  EXPECT_EQ(none.code, 2);
  EXPECT_THAT(none.err, HasSubstr("Run branchline --help"));
  const Finished flag = branchline({"ping", "127.0.0.1:1", "--nope"});
  EXPECT_EQ(flag.code, 2);
  EXPECT_THAT(flag.err, HasSubstr("Run branchline ping --help"));
}

}  // namespace
}  // namespace branchline::testing
