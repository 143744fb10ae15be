#include "transport/socket_pulse.h"

#include <gtest/gtest.h>

#include <boost/asio.hpp>
#include <thread>
#include <vector>

#include "tests/support/eventually.h"

namespace branchline::transport {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;

/// A connection to a process that never reads: only its kernel acknowledges.
class SocketPulseTest : public ::testing::Test {
 protected:
  SocketPulseTest() {
    tcp::acceptor acceptor(context_, {boost::asio::ip::address_v4::loopback(), 0});
    here_.connect(acceptor.local_endpoint());
    acceptor.accept(there_);
    pulse_.watch(here_.native_handle());
  }
  void send(std::size_t bytes) {
    boost::asio::write(here_, boost::asio::buffer(std::vector<char>(bytes)));
  }

  boost::asio::io_context context_;
  tcp::socket here_{context_}, there_{context_};
  SocketPulse pulse_;
};

TEST_F(SocketPulseTest, PingsThatOnlyAKernelAcknowledgesAreNoSignOfLife) {
  const TimePoint begun = Clock::now();
  for (int i = 0; i < 5; ++i) {
    send(48);
    std::this_thread::sleep_for(10ms);
    const Duration waited = Clock::now() - begun;
    EXPECT_GE(pulse_.still_for(), waited);
  }
}

TEST_F(SocketPulseTest, OnceAskedOnlyWhatWasSentBeforeCounts) {
  send(2 * SocketPulse::kUpload);
  pulse_.asked();
  pulse_.asked();  // of two the first counts
  ASSERT_TRUE(branchline::testing::eventually(
      30s, [&] { return pulse_.still_for() < pulse_.silent_for(); }));
  const TimePoint begun = Clock::now();
  for (int i = 0; i < 5; ++i) {
    send(10 * SocketPulse::kUpload);
    pulse_.asked();
    std::this_thread::sleep_for(10ms);
    const Duration waited = Clock::now() - begun;
    EXPECT_GE(pulse_.still_for(), waited);
  }
  pulse_.hear(Clock::now());
  pulse_.still_for();  // sees all that was acknowledged
  std::this_thread::sleep_for(50ms);
  const Duration before = pulse_.still_for();
  send(2 * SocketPulse::kUpload);
  EXPECT_TRUE(branchline::testing::eventually(30s, [&] { return pulse_.still_for() < before; }));
}

TEST_F(SocketPulseTest, AnUploadThatIsAcknowledgedIs) {
  std::this_thread::sleep_for(50ms);
  const Duration before = pulse_.still_for();
  send(2 * SocketPulse::kUpload);
  EXPECT_TRUE(branchline::testing::eventually(30s, [&] { return pulse_.still_for() < before; }));
}

}  // namespace
}  // namespace branchline::transport
