// deploy/haproxy.cfg with a real HAProxy and two real edges behind it.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <regex>
#include <sstream>

#include "running_server.h"
#include "tests/apps/health/http_client.h"
#include "tests/framework/runtime/edge_client.h"

namespace branchline::apps {
namespace {

using namespace std::chrono_literals;
using branchline::testing::ChildProcess;
using branchline::testing::EdgeClient;
using branchline::testing::eventually;
using branchline::testing::http_get;
using branchline::testing::RunningServer;

constexpr const char* kHaproxy = "/usr/sbin/haproxy";

/// Free a moment ago.
std::string free_port() {
  boost::asio::io_context context;
  const boost::asio::ip::tcp::acceptor acceptor(context,
                                                {boost::asio::ip::address_v4::loopback(), 0});
  return std::to_string(acceptor.local_endpoint().port());
}

class HaproxyTest : public ::testing::Test {
 protected:
  using Ports = std::vector<std::string>;  ///< service, health, agent

  void SetUp() override {
    if (!std::filesystem::exists(kHaproxy))
      GTEST_SKIP() << "haproxy is not installed: scripts/setup --tests";
    for (Ports& ports : ports_) ports = {free_port(), free_port(), free_port()};
    first_ = start(ports_[0]);
    second_ = start(ports_[1]);
    write_configuration();
    haproxy_ = std::make_unique<ChildProcess>(
        std::vector<std::string>{kHaproxy, "-db", "-f", file_.string()});
  }
  void TearDown() override { std::filesystem::remove(file_); }

  static std::unique_ptr<RunningServer> start(const Ports& ports) {
    auto server =
        std::make_unique<RunningServer>(std::vector<std::string>{"--drain-pause", "3s"}, ports);
    EXPECT_GT(server->port(), 0);
    return server;
  }

  /// The shipped file with these edges' addresses.
  void write_configuration() const {
    std::ifstream shipped(std::string(BRANCHLINE_SOURCE_DIR) + "/deploy/haproxy.cfg");
    std::stringstream text;
    text << shipped.rdbuf();
    std::string written = std::regex_replace(text.str(), std::regex("bind 127.0.0.1:7410"),
                                             "bind 127.0.0.1:" + front_);
    const std::regex server("server (e.) 10.0.0.1[12]:7400 port 7401 agent-port 7402");
    for (const Ports& ports : ports_) {
      ASSERT_TRUE(std::regex_search(written, server));
      written = std::regex_replace(
          written, server,
          "server $1 127.0.0.1:" + ports[0] + " port " + ports[1] + " agent-port " + ports[2],
          std::regex_constants::format_first_only);
    }
    std::ofstream(file_) << written;
  }

  std::unique_ptr<EdgeClient> connect() const {
    return std::make_unique<EdgeClient>(static_cast<std::uint16_t>(std::stoi(front_)));
  }

  static int connections_of(const RunningServer& edge) {
    const std::string page = http_get(edge.http(), "/metrics");
    const std::string name = "\nbranchlined_connections ";
    const auto found = page.find(name);
    return found == std::string::npos ? -1 : std::stoi(page.substr(found + name.size()));
  }

  const std::string front_ = free_port();
  const std::filesystem::path file_ =
      std::filesystem::temp_directory_path() / ("branchline_haproxy_" + front_ + ".cfg");
  Ports ports_[2];
  std::unique_ptr<RunningServer> first_, second_;
  std::unique_ptr<ChildProcess> haproxy_;
};

TEST_F(HaproxyTest, SpreadsDevicesAndLetsAnEdgeDrainAndComeBack) {
  std::vector<std::unique_ptr<EdgeClient>> devices;
  ASSERT_TRUE(eventually(20s, [&] {
    devices.push_back(connect());
    return connections_of(*first_) > 0 && connections_of(*second_) > 0;
  }));

  first_->signal(SIGTERM);
  ASSERT_TRUE(eventually(10s, [&] {  // the agent says so; HAProxy looks every 200 ms
    const int before = connections_of(*first_);
    for (int i = 0; i < 4; ++i) {
      devices.push_back(connect());
      EXPECT_TRUE(devices.back()->welcomed()) << "an edge that drains is no reason to wait";
    }
    return connections_of(*first_) == before;
  })) << "new ones go to the other";
  EXPECT_GT(connections_of(*first_), 0) << "those that are connected go on";
  EXPECT_EQ(first_->wait(), 0);
  EXPECT_TRUE(connect()->welcomed());

  first_ = start(ports_[0]);
  EXPECT_TRUE(eventually(20s, [&] {
    devices.push_back(connect());
    return connections_of(*first_) > 0;
  })) << "the edge that came back gets devices again";
}

}  // namespace
}  // namespace branchline::apps
