#include <gmock/gmock.h>
#include <signal.h>

#include <fstream>

#include "tests/apps/programs/programs.h"

namespace branchline::testing {
namespace {

using ::testing::HasSubstr;

/// `branchline link` in front of `to`, listening.
class RunningLink {
 public:
  explicit RunningLink(const std::string& to)
      : process_(branchline_command({"link", "--listen", "127.0.0.1:0", "--to", to, "--uplink",
                                     "20mbit", "--delay", "1ms"}),
                 {}, true) {
    const std::string line = process_.line();
    EXPECT_THAT(line, HasSubstr(" passes on to " + to));
    const std::size_t begin = line.find("127.0.0.1:");
    address_ = line.substr(begin, line.find(' ', begin) - begin);
  }
  std::string address() const { return address_; }
  int end(int signal) {
    process_.signal(signal);
    return process_.wait();
  }

 private:
  ChildProcess process_;
  std::string address_;
};

TEST(Link, PassesOnToTheEdge) {
  RunningEdge edge(shipped("b_lenet-fashion.pt"));
  RunningLink link(edge.address());
  const Finished ping = branchline({"ping", link.address(), "-n", "2"});
  EXPECT_EQ(ping.code, 0) << ping.err;
  EXPECT_THAT(ping.out, HasSubstr("model b_lenet-fashion"));
  EXPECT_EQ(link.end(SIGTERM), 143);
}

TEST(Link, StopsOnSigint) {
  RunningLink link("127.0.0.1:1");
  EXPECT_EQ(link.end(SIGINT), 130);
}

TEST(Link, EndsAfterItsTime) {
  EXPECT_EQ(branchline({"link", "--listen", "127.0.0.1:0", "--to", "127.0.0.1:1", "--uplink",
                        "2mbit", "--for", "10ms"})
                .code,
            0);
}

TEST(Link, ObeysCommandsAndAnswersEachWithALine) {
  const std::string commands = ::testing::TempDir() + "link_commands.txt";
  std::ofstream(commands) << "rate up 3mbit\nfly\ncut\nrestore\nstall 60s\n";
  ChildProcess link({"/bin/sh", "-c",
                     "exec \"$0\" link --listen 127.0.0.1:0 --to 127.0.0.1:1 --uplink 2mbit "
                     "--interactive < " +
                         commands,
                     branchline_command({}).front()});
  EXPECT_THAT(link.line(), HasSubstr("open  up 3 Mbit/s, 0 B passed  down 2 Mbit/s"));
  EXPECT_THAT(link.line(), HasSubstr("error: command: 'fly' is no command"));
  EXPECT_THAT(link.line(), HasSubstr("  cut  up 0 bit/s"));
  EXPECT_THAT(link.line(), HasSubstr("  open  up 3 Mbit/s"));
  EXPECT_THAT(link.line(), HasSubstr("  stalled  up 0 bit/s"));
  link.signal(SIGTERM);
  EXPECT_EQ(link.wait(), 143);
}

TEST(Link, NamesTheLineOfABadMahimahiTrace) {
  const std::string trace = ::testing::TempDir() + "bad.mahi";
  std::ofstream(trace) << "1\n2\nthree\n";
  const Finished refused = branchline({"link", "--to", "127.0.0.1:1", "--uplink-trace", trace});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("bad.mahi:3: 'three' is no whole millisecond"));
}

TEST(Link, TellsWrongUsage) {
  const auto refusal = [](std::vector<std::string> more) {
    more.insert(more.begin(), {"link", "--to", "127.0.0.1:1"});
    const Finished refused = branchline(more);
    EXPECT_EQ(refused.code, 2);
    return refused.err;
  };
  EXPECT_THAT(refusal({}), HasSubstr("--uplink: no rate is given"));
  EXPECT_THAT(refusal({"--uplink", "2"}), HasSubstr("--uplink: '2' has no unit"));
  EXPECT_THAT(refusal({"--uplink", "2mbit", "--blackhole", "30s"}), HasSubstr("30s has no length"));
  EXPECT_THAT(refusal({"--trace", "nowhere.csv"}), HasSubstr("nowhere.csv: cannot be read"));
}

}  // namespace
}  // namespace branchline::testing
