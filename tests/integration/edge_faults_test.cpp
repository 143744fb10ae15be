// What happens at kill, freeze, restart and garbage, with a real branchlined as a process of its
// own: in each case the engine answers from a local exit by the deadline, says why, and reconnects.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <thread>
#include <vector>

#include "branchline/engine.h"
#include "tests/support/child_process.h"
#include "tests/support/eventually.h"

namespace branchline {
namespace {

using std::chrono::milliseconds;
using testing::eventually;

// Answers are due half a second before the deadline: a busy machine makes none late.
constexpr Duration kDeadline = milliseconds(1000);
constexpr Duration kReserve = milliseconds(500);
constexpr auto kPatience = std::chrono::seconds(30);

std::string model_file() {
  return std::string(BRANCHLINE_SOURCE_DIR) + "/branchy_models/pretrained/b_lenet-fashion.pt";
}

/// branchlined as a process of its own.
class EdgeProcess {
 public:
  explicit EdgeProcess(int port)
      : process_({BRANCHLINED, "--models", model_file(), "--listen",
                  "127.0.0.1:" + std::to_string(port), "--quiet"}) {
    const std::string line = process_.line();
    const auto colon = line.rfind(':');
    if (colon != std::string::npos) port_ = std::atoi(line.c_str() + colon + 1);
    EXPECT_GT(port_, 0) << "branchlined did not start";
  }

  int port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  void signal(int number) const { process_.signal(number); }
  void freeze() const { process_.freeze(); }
  int end(int number) {
    process_.signal(number);
    return process_.wait();
  }

 private:
  testing::ChildProcess process_;
  int port_ = 0;
};

Engine engine_for(const std::string& edge) {
  Options options;
  options.edges = {edge};
  options.deadline = kDeadline;
  options.reserve = kReserve;
  return Engine::open(model_file(), options);
}

Result ask_the_edge(Engine& engine) {
  static const std::vector<std::uint8_t> picture(28 * 28, 90);
  Request request;
  request.inputs = {{picture.data(), DType::u8, {28, 28, 1}}};
  request.force_place = Place::edge;
  return engine.infer(request);
}

bool answers_from_the_edge(Engine& engine) {
  return eventually(kPatience, [&] {
    const Status status = engine.status();
    return status.link.up && status.ready && ask_the_edge(engine).plan.place == Place::edge;
  });
}

void expect_local_answer_in_time(const Result& result) {
  EXPECT_EQ(result.outcome, Outcome::ok) << result.explain();
  EXPECT_LE(result.latency, result.deadline);
  EXPECT_EQ(result.plan.place, Place::device) << result.explain();
  EXPECT_TRUE(result) << result.explain();
}

/// An engine whose edge serves it.
class EdgeFaults : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(answers_from_the_edge(engine_)); }

  std::optional<EdgeProcess> edge_{0};
  Engine engine_ = engine_for(edge_->address());
};

TEST_F(EdgeFaults, KilledEdgeIsReplacedByLocalExitsUntilItIsBack) {
  const int port = edge_->port();
  std::atomic<bool> killed{false};
  std::thread killer([&] {
    std::this_thread::sleep_for(milliseconds(30));  // somewhere within the requests below
    edge_->end(SIGKILL);
    killed = true;
  });
  while (!killed) EXPECT_EQ(ask_the_edge(engine_).outcome, Outcome::ok);
  killer.join();
  EXPECT_TRUE(eventually(kPatience, [&] { return ask_the_edge(engine_).why == Why::link_down; }));
  expect_local_answer_in_time(ask_the_edge(engine_));

  edge_.emplace(port);
  ASSERT_EQ(edge_->port(), port);
  EXPECT_TRUE(answers_from_the_edge(engine_)) << "it reconnects by itself";
}

TEST_F(EdgeFaults, FrozenEdgeTimesOutAndIsUsedAgainWhenItThaws) {
  edge_->freeze();
  const Result frozen = ask_the_edge(engine_);
  expect_local_answer_in_time(frozen);
  EXPECT_EQ(frozen.why, Why::edge_timeout) << frozen.explain();
  EXPECT_TRUE(frozen.fell_back());
  EXPECT_TRUE(eventually(kPatience, [&] { return !engine_.status().link.up; }))
      << "a dead peer is noticed";
  const Result alone = ask_the_edge(engine_);
  expect_local_answer_in_time(alone);
  EXPECT_EQ(alone.why, Why::link_down) << alone.explain();
  edge_->signal(SIGCONT);
  EXPECT_TRUE(answers_from_the_edge(engine_)) << "it reconnects by itself";
}

TEST_F(EdgeFaults, StoppingEdgeSaysGoodbyeAndExitsCleanly) {
  EXPECT_EQ(edge_->end(SIGTERM), 0) << "a completed drain is no failure";
  const Result result = ask_the_edge(engine_);
  expect_local_answer_in_time(result);
  EXPECT_TRUE(result.why == Why::link_down || result.why == Why::edge_draining) << result.explain();
}

/// Accepts connections and answers each with bytes that are no frame.
class GarbageServer {
 public:
  GarbageServer() : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(socket_, reinterpret_cast<sockaddr*>(&address), size) != 0) std::abort();
    if (listen(socket_, 8) != 0) std::abort();
    getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~GarbageServer() {
    stopping_ = true;
    shutdown(socket_, SHUT_RDWR);
    thread_.join();
    close(socket_);
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  int served() const { return served_; }

 private:
  void serve() {
    std::uint32_t noise = 1;
    while (!stopping_) {
      const int peer = accept(socket_, nullptr, nullptr);
      if (peer < 0) continue;
      std::vector<std::uint8_t> bytes(4096);
      for (std::uint8_t& byte : bytes) {
        noise = noise * 1664525U + 1013904223U;
        byte = static_cast<std::uint8_t>(noise >> 24);
      }
      (void)!send(peer, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      close(peer);
      ++served_;
    }
  }

  int socket_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> served_{0};
  std::thread thread_;
};

TEST(EdgeOfGarbage, IsNoEdge) {
  GarbageServer garbage;
  Engine engine = engine_for(garbage.address());
  EXPECT_TRUE(eventually(kPatience, [&] { return garbage.served() > 2; })) << "it keeps trying";
  const Result result = ask_the_edge(engine);
  expect_local_answer_in_time(result);
  EXPECT_TRUE(result.why == Why::link_down || result.why == Why::edge_incompatible)
      << result.explain();
}

}  // namespace
}  // namespace branchline
