#include "apps/lab/experiments/emulation/work_process.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "framework/base/error.h"

namespace branchline::lab {
namespace {

TEST(WorkProcess, WorksElsewhere) {
  WorkProcess worker([] { return [](double slowdown, int times) { return slowdown * times; }; });
  EXPECT_EQ(worker.seconds(2.5, 4), 10);
  EXPECT_EQ(worker.seconds(1, 1), 1);
  WorkProcess who([] { return [](double, int) { return double(::getpid()); }; });
  EXPECT_EQ(who.seconds(1, 1), who.pid());
  EXPECT_NE(who.pid(), ::getpid());
}

TEST(WorkProcess, EndsWithItsObject) {
  pid_t pid = 0;
  {
    const WorkProcess worker([] { return [](double, int) { return 0.0; }; });
    pid = worker.pid();
    EXPECT_EQ(::kill(pid, 0), 0);
  }
  EXPECT_EQ(::kill(pid, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

TEST(WorkProcess, SaysThatItFailed) {
  WorkProcess worker([]() -> WorkProcess::Work { throw RunError("no network"); });
  EXPECT_THROW(worker.seconds(1, 1), RunError);
}

}  // namespace
}  // namespace branchline::lab
