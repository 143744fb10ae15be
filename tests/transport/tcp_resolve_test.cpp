#include <dlfcn.h>
#include <gtest/gtest.h>
#include <netdb.h>

#include <atomic>
#include <cstring>

#include "tests/support/eventually.h"
#include "tests/transport/channel_pairs.h"
#include "transport/channel.h"

namespace {

std::atomic<bool> names_are_slow{false};
std::atomic<int> slow_lookups{0};

}  // namespace

/// The whole program's: an unreachable name server for *.slow.test, else the C library's.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints,
                           addrinfo** found) {
  static const auto real =
      reinterpret_cast<decltype(&getaddrinfo)>(dlsym(RTLD_NEXT, "getaddrinfo"));
  if (name == nullptr || std::strstr(name, ".slow.test") == nullptr) {
    return real(name, service, hints, found);
  }
  ++slow_lookups;
  names_are_slow.wait(true);
  return EAI_NONAME;
}

namespace branchline::transport::testing {
namespace {

using branchline::testing::eventually;
using namespace std::chrono_literals;

/// One thread looks all names up: those that nobody waits for must not keep it.
TEST(Resolve, AHostThatNobodyWaitsForAnyMoreIsNotLookedUp) {
  names_are_slow = true;
  slow_lookups = 0;
  IoThread io;
  std::vector<std::shared_ptr<Recorder>> listeners;
  std::vector<std::shared_ptr<Channel>> channels;
  const auto dial = [&](Duration timeout) {
    listeners.push_back(std::make_shared<Recorder>());
    channels.push_back(connect(io, {"edge.slow.test", 7400}, {}, timeout, listeners.back()));
  };
  dial(30s);
  EXPECT_TRUE(eventually(30s, [] { return slow_lookups == 1; }));
  for (int i = 0; i < 5; ++i) dial(50ms);
  channels.front()->close("changed my mind");
  for (const auto& listener : listeners) EXPECT_TRUE(listener->wait_until_closed());
  names_are_slow = false;
  names_are_slow.notify_all();
  auto last = std::make_shared<Recorder>();
  const auto channel = connect(io, {"last.slow.test", 7400}, {}, 30s, last);
  EXPECT_TRUE(last->wait_until_closed());
  EXPECT_NE(last->reason().find("is unknown"), std::string::npos) << last->reason();
  EXPECT_EQ(slow_lookups, 2);  // the first and the last
}

}  // namespace
}  // namespace branchline::transport::testing
