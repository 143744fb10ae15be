#include "transport/link_emulator.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>

#include "framework/base/error.h"
#include "tests/support/eventually.h"
#include "tests/transport/channel_pairs.h"
#include "tests/transport/sample_messages.h"

namespace branchline::transport::testing {
namespace {

using namespace std::chrono_literals;
using branchline::testing::eventually;

/// An edge that answers each request with its own tensors, and a device that reaches it through an
/// emulated link; real sockets throughout.
class LinkEmulatorTest : public ::testing::Test {
 protected:
  void begin(const LinkProfile& profile) {
    auto on_connect = [this](std::shared_ptr<Channel> channel) {
      channel->send({0, Welcome{"edge", {}, {}, 0, 8, Duration{0}, 0, 0, {}}});
      auto recorder = std::make_shared<Recorder>();
      recorder->react = [weak = std::weak_ptr(channel)](const Message& message) {
        const auto* request = std::get_if<Request>(&message.body);
        const auto answering = weak.lock();
        if (request && answering)
          answering->send({message.id, Answer{{}, {}, {}, {}, request->tensors}});
      };
      ++connections_;
      return recorder;
    };
    server_ = std::make_unique<Server>(io_, Endpoint{"127.0.0.1", 0}, on_connect);
    link_ = std::make_unique<LinkEmulator>(io_, Endpoint{"127.0.0.1", 0},
                                           Endpoint{"127.0.0.1", server_->port()}, profile);
  }

  std::shared_ptr<Channel> dial(const std::shared_ptr<Recorder>& recorder) {
    return connect(io_, {"127.0.0.1", link_->port()}, Hello{"device", {}, 0, 0}, 30s, recorder);
  }

  IoThread io_;
  IoThread device_io_;
  int connections_ = 0;
  std::unique_ptr<Server> server_;
  std::unique_ptr<LinkEmulator> link_;
};

TEST_F(LinkEmulatorTest, BytesArriveIntactBothWays) {
  LinkProfile profile = steady_link(40e6, 60e6, 1ms);
  profile.jitter = 1ms;
  begin(profile);
  auto recorder = std::make_shared<Recorder>();
  const auto channel = dial(recorder);
  const std::vector<std::size_t> sizes = {1, 1000, 70'000, 500'000, 0, 64};
  for (std::uint64_t id = 0; id < sizes.size(); ++id) {
    ASSERT_TRUE(channel->send(sample_request(id, {sizes[id], 100})));
  }
  ASSERT_TRUE(recorder->wait_for_messages(1 + sizes.size())) << recorder->reason();
  for (const Message& message : recorder->messages()) {
    const auto* answer = std::get_if<Answer>(&message.body);
    if (!answer) continue;
    Message request = sample_request(message.id, {sizes[message.id], 100});
    Message expected{message.id, Answer{{}, {}, {}, {}, std::get<Request>(request.body).tensors}};
    EXPECT_TRUE(same_message(message, expected));
  }
  EXPECT_GT(link_->status().uplink_bytes, 570'000u);
  EXPECT_GT(link_->status().downlink_bytes, 570'000u);
  EXPECT_DOUBLE_EQ(link_->status().uplink_bytes_per_s, 40e6);
  EXPECT_DOUBLE_EQ(link_->status().downlink_bytes_per_s, 60e6);
}

/// Sockets of this process that a program it starts would inherit.
int inherited_sockets() {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const int descriptor = std::stoi(entry.path().filename());
    struct stat status {};
    const bool socket = ::fstat(descriptor, &status) == 0 && S_ISSOCK(status.st_mode);
    if (socket && (::fcntl(descriptor, F_GETFD) & FD_CLOEXEC) == 0) ++count;
  }
  return count;
}

TEST_F(LinkEmulatorTest, NoSocketIsInheritedByWhatTheProcessStarts) {
  const int before = inherited_sockets();
  begin(steady_link(40e6, 40e6, 0ns));
  auto recorder = std::make_shared<Recorder>();
  const auto channel = dial(recorder);
  ASSERT_TRUE(recorder->wait_for_messages(1));
  EXPECT_EQ(inherited_sockets(), before) << "of listening, accepting, connecting and emulating";
}

TEST_F(LinkEmulatorTest, ACutHoldsEverythingAndRestoringLetsItThrough) {
  begin(steady_link(40e6, 40e6, 0ns));
  auto recorder = std::make_shared<Recorder>();
  const auto channel = dial(recorder);
  ASSERT_TRUE(recorder->wait_for_messages(1));
  link_->cut();
  EXPECT_TRUE(link_->status().cut);
  EXPECT_EQ(link_->status().uplink_bytes_per_s, 0);
  const std::uint64_t before = link_->status().uplink_bytes;
  ASSERT_TRUE(channel->send(sample_request(1, {1000})));
  ASSERT_TRUE(recorder->wait_for_sent(2));  // the kernel has it; the link does not move it
  EXPECT_EQ(link_->status().uplink_bytes, before);
  EXPECT_TRUE(channel->is_open());
  link_->restore();
  ASSERT_TRUE(recorder->wait_for_messages(2));
  EXPECT_GT(link_->status().uplink_bytes, before + 1000);
}

TEST_F(LinkEmulatorTest, AConnectionMadeDuringACutIsServedAfterIt) {
  begin(steady_link(40e6, 40e6, 0ns));
  link_->cut();
  auto recorder = std::make_shared<Recorder>();
  const auto channel = dial(recorder);
  ASSERT_TRUE(recorder->wait_for_sent(1));
  EXPECT_TRUE(recorder->messages().empty());
  link_->restore();
  EXPECT_TRUE(recorder->wait_for_messages(1));
}

TEST_F(LinkEmulatorTest, ResetEndsEveryConnection) {
  begin(steady_link(40e6, 40e6, 0ns));
  auto first = std::make_shared<Recorder>();
  auto second = std::make_shared<Recorder>();
  const auto a = dial(first);
  const auto b = dial(second);
  ASSERT_TRUE(first->wait_for_messages(1) && second->wait_for_messages(1));
  link_->reset_all();
  EXPECT_TRUE(first->wait_until_closed());
  EXPECT_TRUE(second->wait_until_closed());
  EXPECT_NE(first->reason().find("reset"), std::string::npos) << first->reason();
  auto third = std::make_shared<Recorder>();
  const auto c = dial(third);
  EXPECT_TRUE(third->wait_for_messages(1));
}

TEST_F(LinkEmulatorTest, AStalledLinkGoesOnWithANewProfile) {
  begin(steady_link(0, 0, 0ns));
  auto recorder = std::make_shared<Recorder>();
  const auto channel = dial(recorder);
  ASSERT_TRUE(recorder->wait_for_sent(1));
  EXPECT_EQ(link_->status().uplink_bytes, 0u);
  link_->set_profile(steady_link(40e6, 40e6, 0ns));
  EXPECT_TRUE(recorder->wait_for_messages(1));
}

TEST_F(LinkEmulatorTest, AStallEndsByItselfAndACutDoesNot) {
  begin(steady_link(40e6, 40e6, 0ns));
  auto recorder = std::make_shared<Recorder>();
  const auto channel = dial(recorder);
  ASSERT_TRUE(recorder->wait_for_messages(1));
  link_->stall(30s);
  EXPECT_TRUE(link_->status().stalled);
  EXPECT_EQ(link_->status().uplink_bytes_per_s, 0);
  link_->restore();
  EXPECT_FALSE(link_->status().stalled);
  link_->cut();
  link_->stall(20ms);
  EXPECT_TRUE(eventually(10s, [&] { return !link_->status().stalled; }));
  EXPECT_TRUE(link_->status().cut);
  EXPECT_EQ(link_->status().uplink_bytes_per_s, 0);
  link_->restore();
  link_->stall(20ms);
  ASSERT_TRUE(channel->send(sample_request(1, {1000})));
  EXPECT_TRUE(recorder->wait_for_messages(2));
}

TEST_F(LinkEmulatorTest, AShorterStallDoesNotEndALongerOne) {
  begin(steady_link(40e6, 40e6, 0ns));
  link_->stall(30s);
  link_->stall(1ms);
  EXPECT_FALSE(eventually(100ms, [&] { return !link_->status().stalled; }));
}

TEST_F(LinkEmulatorTest, StallsAtRandomAgainAndAgainAndGoesOn) {
  LinkProfile profile = steady_link(40e6, 40e6, 0ns);
  profile.stall_length = 30ms;
  profile.stall_every = 60ms;
  begin(profile);
  int stalls = 0;
  bool was = false;
  EXPECT_TRUE(eventually(30s, [&] {
    const bool is = link_->status().stalled;
    stalls += is && !was ? 1 : 0;
    was = is;
    return stalls >= 3;
  }));
  auto recorder = std::make_shared<Recorder>();
  const auto channel = dial(recorder);
  EXPECT_TRUE(recorder->wait_for_messages(1));
  link_->set_profile(steady_link(40e6, 40e6, 0ns));
  link_->restore();
  EXPECT_FALSE(eventually(300ms, [&] { return link_->status().stalled; }));
}

TEST_F(LinkEmulatorTest, ChangesOneDirectionOrTheDelayAndLeavesTheRest) {
  begin(steady_link(1e6, 2e6, 5ms));
  link_->set_uplink(steady_rate(3e6));
  link_->set_delay(7ms, 2ms);
  const LinkStatus status = link_->status();
  EXPECT_DOUBLE_EQ(status.uplink_bytes_per_s, 3e6);
  EXPECT_DOUBLE_EQ(status.downlink_bytes_per_s, 2e6);
  EXPECT_EQ(status.delay, 7ms);
  EXPECT_EQ(status.jitter, 2ms);
  EXPECT_THROW(link_->set_downlink(steady_rate(-1)), InputError);
}

TEST_F(LinkEmulatorTest, CountsItsConnections) {
  begin(steady_link(40e6, 40e6, 0ns));
  EXPECT_EQ(link_->status().connections, 0u);
  auto recorder = std::make_shared<Recorder>();
  const auto channel = dial(recorder);
  ASSERT_TRUE(recorder->wait_for_messages(1));
  EXPECT_EQ(link_->status().connections, 1u);
  channel->close("done");
  EXPECT_TRUE(eventually(10s, [&] { return link_->status().connections == 0; }));
}

TEST_F(LinkEmulatorTest, HoldsNoMoreThanItsWindowSoThatTheSenderFeelsTheLink) {
  begin(steady_link(40e6, 40e6, 0ns));
  auto recorder = std::make_shared<Recorder>();
  const auto channel = dial(recorder);
  ASSERT_TRUE(recorder->wait_for_messages(1));
  link_->cut();
  const Message big = sample_request(1, {30'000'000});
  ASSERT_TRUE(channel->send(big));
  ASSERT_TRUE(channel->send({2, Ping{}}));
  link_->restore();
  ASSERT_TRUE(recorder->wait_for_messages(2));
  EXPECT_EQ(recorder->sent().size(), 3u);
}

TEST_F(LinkEmulatorTest, AResetReachesASenderThatWaitsForRoom) {
  begin(steady_link(40e6, 40e6, 0ns));
  auto recorder = std::make_shared<Recorder>();
  const auto channel = dial(recorder);
  ASSERT_TRUE(recorder->wait_for_messages(1));
  link_->set_profile(steady_link(1, 1, 0ns));
  ASSERT_TRUE(channel->send(sample_request(1, {8'000'000})));
  link_->reset_all();
  EXPECT_TRUE(recorder->wait_until_closed());
}

TEST_F(LinkEmulatorTest, TheEdgesEndIsPassedOn) {
  begin(steady_link(40e6, 40e6, 1ms));
  auto recorder = std::make_shared<Recorder>();
  const auto channel = dial(recorder);
  ASSERT_TRUE(recorder->wait_for_messages(1));
  channel->close("done");
  ASSERT_TRUE(recorder->wait_until_closed());
  EXPECT_EQ(recorder->times_closed(), 1);
}

TEST(LinkEmulator, NoEdgeBehindItResetsTheDevice) {
  IoThread io;
  std::uint16_t free_port = 0;
  {
    const Server gone(io, {"127.0.0.1", 0}, [](auto) { return nullptr; });
    free_port = gone.port();
  }
  LinkEmulator link(io, {"127.0.0.1", 0}, {"127.0.0.1", free_port}, steady_link(1e6, 1e6, 0ns));
  auto recorder = std::make_shared<Recorder>();
  const auto channel = connect(io, {"127.0.0.1", link.port()}, {}, 30s, recorder);
  EXPECT_TRUE(recorder->wait_until_closed());
}

TEST(LinkEmulator, RefusesABadProfile) {
  IoThread io;
  LinkProfile disordered = steady_link(1, 1, 0ns);
  disordered.downlink.steps.push_back({0ns, 2});
  LinkProfile hasty = steady_link(1, 1, 0ns);
  hasty.uplink = {{{0ns, 1}, {2ms, 2}}, 1ms};
  for (const LinkProfile& bad :
       {LinkProfile{}, steady_link(-1, 1, 0ns), steady_link(1, 1, -1ns), disordered, hasty}) {
    EXPECT_THROW(LinkEmulator(io, {"127.0.0.1", 0}, {"127.0.0.1", 1}, bad), InputError);
  }
}

}  // namespace
}  // namespace branchline::transport::testing
